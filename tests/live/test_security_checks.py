"""The security checks over what the sources read of real servers: planted faults are found, and the advice mends them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from reading import as_role, reader, run, source_of
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_analyzers.check import Verdict, discover
from tunewright_analyzers.check import run as run_check
from tunewright_analyzers.facts.ids import CheckId, ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Section, Snapshot, Window
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.recommendation import Recommendation

PLANTED = """
CREATE ROLE loader LOGIN IN ROLE pg_read_server_files;
CREATE ROLE left_behind LOGIN VALID UNTIL '2020-01-01';
GRANT CREATE ON SCHEMA public TO PUBLIC;
CREATE TABLE "Open" (id int);
GRANT SELECT, INSERT ON "Open" TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
CREATE FUNCTION risky(a int DEFAULT 3, OUT b int) LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
CREATE PROCEDURE "Do It"(a text) LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
CREATE EXTENSION pg_stat_statements VERSION '1.8';
"""
EXPECTED = {
    ("security/server_file_access", "role loader"),
    ("security/expired_role", "role left_behind"),
    ("security/public_schema_create", "schema public"),
    ("security/public_table_grants", "table public.Open"),
    ("security/public_table_grants", "default privileges of postgres in all schemas"),
    ("security/definer_search_path", "function public.risky(a integer, OUT b integer)"),
    ("security/definer_search_path", "function public.Do It(IN a text)"),
    ("security/extension_behind", "extension pg_stat_statements"),
    ("security/connections_unlogged", "setting log_connections"),
}


@pytest.fixture
def planted(database: str) -> Iterator[str]:
    """A database full of open doors."""
    run(database, PLANTED)
    yield database
    run(database, "DROP OWNED BY loader, left_behind", "DROP ROLE loader, left_behind")


def _verdicts(url: str) -> tuple[Verdict, ...]:
    at, sections = datetime.now(UTC), list[Section]()
    with reader(url) as made:
        for name in ("roles", "settings", "extensions"):
            sections += source_of(name).collect(made, at).sections
        version = made.server.version
    latest = Snapshot(
        ClusterId("shop"), InstanceId("db"), Engine.POSTGRESQL, version, Flavour.SELF_MANAGED, at, tuple(sections)
    )
    window = Window(ClusterId("shop"), at, at, latest)
    return tuple(one for check in discover() if check.group == "security" for one in run_check(check, window))


def _found(verdicts: tuple[Verdict, ...]) -> set[tuple[str, str]]:
    """Findings about this database's objects and the roles that were planted; other tests' roles come and go on this server, and how old it is
    is this machine's matter."""
    return {
        (one.check, f"{one.subject.kind} {one.subject.name}")
        for one in verdicts
        if isinstance(one, Finding) and one.check != "security/release_behind"
        if one.subject.kind != "role" or one.subject.name in {"loader", "left_behind"}
    }


@pytest.mark.parametrize("kind", ["superuser", "granted"])
def test_planted_faults_are_found_and_nothing_else(postgres: EmbeddedServer, planted: str, kind: str) -> None:
    with as_role(kind, postgres, planted) as url:
        assert _found(_verdicts(url)) == EXPECTED


def test_the_advice_mends_what_it_names(planted: str) -> None:
    statements = [
        statement
        for one in _verdicts(planted)
        if isinstance(one, Recommendation) and one.check != "security/connections_unlogged"
        for statement in one.statements
    ]
    assert statements
    run(planted, *statements)
    assert _found(_verdicts(planted)) == {("security/connections_unlogged", "setting log_connections")}


def test_roles_and_attributes_without_use_are_told_by_their_statements(
    postgres18: EmbeddedServer, database18: str
) -> None:
    run(
        database18,
        "CREATE EXTENSION pg_stat_statements",
        "CREATE ROLE never_here LOGIN",
        "CREATE ROLE works_here LOGIN CREATEDB CREATEROLE",
    )
    try:
        run(
            database18,
            "SELECT pg_stat_statements_reset()",
            "SET ROLE works_here; SELECT 1; CREATE ROLE made_here; DROP ROLE made_here",
        )
        at, sections = datetime.now(UTC), list[Section]()
        with reader(database18) as made:
            for name in ("roles", "settings", "statements"):
                sections += source_of(name).collect(made, at).sections
            version = made.server.version
        latest = Snapshot(
            ClusterId("shop"), InstanceId("db"), Engine.POSTGRESQL, version, Flavour.SELF_MANAGED, at, tuple(sections)
        )
        checks = {one.id: one for one in discover()}
        found = {
            (one.check, one.subject.name, one.statements)
            for name in ("security/unused_role", "security/unused_privileges")
            for one in run_check(checks[CheckId(name)], Window(ClusterId("shop"), at, at, latest), {"least_days": 0.0})
            if isinstance(one, Recommendation) and one.subject.name in {"never_here", "works_here"}
        }
        assert found == {
            ("security/unused_role", "never_here", ("ALTER ROLE never_here NOLOGIN;",)),
            ("security/unused_privileges", "works_here", ("ALTER ROLE works_here NOCREATEDB;",)),
        }
    finally:
        run(database18, "DROP ROLE never_here, works_here")


PARTLY_USED = """
CREATE EXTENSION pg_stat_statements;
CREATE TABLE prices (id int PRIMARY KEY, price int);
CREATE TABLE baskets (id int PRIMARY KEY, price int);
CREATE TABLE tenants (id int PRIMARY KEY);
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE ROLE the_app LOGIN BYPASSRLS;
CREATE ROLE the_boss LOGIN SUPERUSER;
CREATE ROLE the_copier LOGIN REPLICATION;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO the_app;
GRANT SELECT ON prices TO the_copier;
"""
WORK = {
    "the_app": "INSERT INTO baskets SELECT id, price FROM prices ON CONFLICT DO NOTHING",
    "the_boss": "SELECT price FROM prices WHERE id = 3",
    "the_copier": "SELECT price FROM prices WHERE id = 4",
}
UNUSED = {
    ("security/unused_write_grants", "the_app", ("REVOKE INSERT, UPDATE, DELETE ON public.prices FROM the_app;",)),
    ("security/unused_row_security_bypass", "the_app", ("ALTER ROLE the_app NOBYPASSRLS;",)),
    ("security/unused_replication", "the_copier", ("ALTER ROLE the_copier NOREPLICATION;",)),
    (
        "security/unused_superuser",
        "the_boss",
        (
            "GRANT USAGE ON SCHEMA public TO the_boss;",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO the_boss;",
            "GRANT SELECT ON public.prices TO the_boss;",
            "ALTER ROLE the_boss NOSUPERUSER;",
        ),
    ),
}


def _work(url: str) -> None:
    for name, statement in WORK.items():
        with psycopg.connect(url, user=name, autocommit=True) as connection:
            connection.execute(statement.encode())


def _unused(url: str) -> set[tuple[str, str, tuple[str, ...]]]:
    at, sections = datetime.now(UTC), list[Section]()
    with reader(url) as made:
        for name in ("roles", "settings", "statements", "schema", "replication"):
            sections += source_of(name).collect(made, at).sections
        version = made.server.version
    latest = Snapshot(
        ClusterId("shop"), InstanceId("db"), Engine.POSTGRESQL, version, Flavour.SELF_MANAGED, at, tuple(sections)
    )
    window = Window(ClusterId("shop"), at, at, latest)
    return {
        (check.id, one.subject.name, one.statements)
        for check in discover()
        if check.id in {name for name, _, _ in UNUSED}
        for one in run_check(check, window, {"least_days": 0.0})
        if isinstance(one, Recommendation) and one.subject.name in {"the_app", "the_boss", "the_copier"}
    }


def test_what_roles_may_and_do_not_do_is_told_and_its_revocation_leaves_them_their_work(database18: str) -> None:
    run(database18, PARTLY_USED)
    try:
        run(database18, "SELECT pg_stat_statements_reset()")
        _work(database18)
        found = _unused(database18)
        assert found == UNUSED
        run(database18, *(statement for _, _, statements in sorted(found) for statement in statements))
        _work(database18)
        assert _unused(database18) == set()
    finally:
        run(database18, "DROP OWNED BY the_app, the_boss, the_copier", "DROP ROLE the_app, the_boss, the_copier")
