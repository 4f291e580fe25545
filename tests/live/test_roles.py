"""Source `roles` against real servers: what is planted is read, by a superuser and by the role of `tunewright grants` alike; no hash ever."""

from collections.abc import Iterator

import psycopg
import pytest

from reading import as_role, collect, name_of, run, section, source_of
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.history.codec import dump_section
from tunewright_analyzers.facts.roles import DefinerFunction, Privileges, Roles, Way

PLANTED = """
CREATE ROLE "the App" LOGIN PASSWORD 'swordfish-7' VALID UNTIL '2020-01-01' BYPASSRLS CONNECTION LIMIT 7;
CREATE ROLE forever LOGIN VALID UNTIL 'infinity' IN ROLE pg_read_server_files, "the App";
GRANT CREATE ON SCHEMA public TO PUBLIC;
CREATE SCHEMA app;
CREATE TABLE app."Open" (id int);
CREATE TABLE app.shut (id int);
GRANT SELECT, INSERT ON app."Open" TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC;
CREATE FUNCTION app.risky(a int DEFAULT 3, OUT b int) LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
CREATE FUNCTION app.safe() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION app.safe() FROM PUBLIC;
CREATE PROCEDURE app."Do It"(a text) LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
CREATE FUNCTION app.plain() RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER TABLE app.shut ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.shut USING (true);
CREATE EXTENSION pg_stat_statements;
"""


@pytest.fixture
def planted(database: str) -> Iterator[str]:
    """A database with everything that the source reads."""
    run(database, PLANTED)
    yield database
    run(database, 'DROP OWNED BY "the App", forever', 'DROP ROLE forever, "the App"')


@pytest.mark.parametrize("kind", ["superuser", "granted", "stranger"])
def test_what_was_planted_is_read(postgres: EmbeddedServer, planted: str, kind: str) -> None:
    with as_role(kind, postgres, planted) as url:
        collected = collect(url, source_of("roles"))
    roles, privileges = section(collected, Roles), section(collected, Privileges)
    app, forever = roles.get("the App"), roles.get("forever")
    assert app is not None
    assert forever is not None
    assert (app.can_login, app.is_superuser, app.bypasses_row_security, app.connection_limit) == (True, False, True, 7)
    assert app.valid_until is not None
    assert app.valid_until.year in {2019, 2020}
    assert forever.valid_until is None
    assert forever.member_of == ("pg_read_server_files", "the App")
    assert not [one for one in roles.rows if one.name.startswith("pg_")]
    name = name_of(planted)
    assert {(one.kind, one.schema, one.name, one.privileges) for one in privileges.public} == {
        ("schema", "public", None, ("CREATE",)),
        ("table", "app", "Open", ("INSERT", "SELECT")),
    }
    assert [(one.database, one.role, one.schema, one.privileges) for one in privileges.defaults] == [
        (name, "postgres", "app", ("SELECT",))
    ]
    assert [(one.name, one.arguments, one.is_procedure) for one in privileges.functions] == [
        ("Do It", "IN a text", True),
        ("risky", "a integer, OUT b integer", False),
        ("safe", "", False),
    ]
    assert [_rights(one) for one in privileges.functions] == [(False, True), (False, True), (True, False)]
    assert all(one.owner_is_superuser for one in privileges.functions)
    assert [(str(one.table), one.owner, one.is_forced, one.policies) for one in privileges.guarded] == [
        ("app.shut", "postgres", False, 1)
    ]


def _rights(one: DefinerFunction) -> tuple[bool, bool]:
    return one.has_search_path, one.public_may_execute


@pytest.mark.parametrize("kind", ["superuser", "granted"])
def test_how_sessions_come_in(postgres: EmbeddedServer, planted: str, kind: str) -> None:
    name = name_of(planted)
    with (
        psycopg.connect(postgres.url(name, tcp=True)),
        psycopg.connect(planted),
        as_role(kind, postgres, planted) as url,
    ):
        roles = section(collect(url, source_of("roles")), Roles)
    theirs = {one.way: one for one in roles.sessions if one.user == "postgres" and not one.own}
    assert theirs[Way.LOOPBACK].sessions >= 1
    assert theirs[Way.SOCKET].sessions >= 1
    assert not theirs[Way.LOOPBACK].is_encrypted
    assert [one.way for one in roles.sessions if one.own] == [Way.SOCKET]


def test_a_stranger_is_told_what_is_hidden_and_the_grant_shows_it(postgres: EmbeddedServer, planted: str) -> None:
    with as_role("stranger", postgres, planted) as url, psycopg.connect(planted):
        before = collect(url, source_of("roles"))
        (gap,) = before.gaps
        assert gap.sections == ("roles",)
        assert gap.mend is not None
        assert gap.mend.startswith("GRANT pg_read_all_stats TO ")
        run(planted, gap.mend)
        after = collect(url, source_of("roles"))
    assert after.gaps == ()
    assert not [one for one in section(before, Roles).sessions if one.user == "postgres"]
    assert [one for one in section(after, Roles).sessions if one.user == "postgres"]


def test_no_password_and_no_hash_is_read(planted: str) -> None:
    with psycopg.connect(planted, autocommit=True) as connection:
        row = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'the App'").fetchone()
    assert row is not None
    collected = collect(planted, source_of("roles"))
    text = "".join(dump_section(one).decode() for one in collected.sections)
    assert row[0] not in text
    assert "SCRAM-SHA-256" not in text
    assert "swordfish-7" not in text
