"""Nothing of the users' runs while a statement is explained on the live server: the corpus of side_effects.py, on each release.

Each case is explained by a role that may read and write every table, so that the guard is all that stands in the way; the witness must
see nothing. Then a superuser explains the same statement without the guard: where the corpus says that this runs something, it must.
"""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psycopg
import pytest
from psycopg.abc import QueryNoTemplate

import reading
from live.side_effects import CASES, WITNESS, Case
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.explain import explain
from tunewright_agent.sources.postgres.guard import FORBIDDEN_ROLES, Refused, check
from tunewright_agent.sources.source import SourceError

RESET = """
DROP SCHEMA IF EXISTS witness, app, public CASCADE;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
SELECT lo_unlink(oid) FROM pg_largeobject_metadata;
"""
MAY_ALL = """
GRANT pg_read_all_data, pg_write_all_data TO "{role}";
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA witness TO "{role}";
"""
# Reads no table of a case's: planning that would run what hangs on it.
_SEEN = """
SELECT (SELECT array_agg(what) FROM witness.log) AS rows,
       (SELECT ROW(last_value, is_called)::text FROM witness.counter) AS counter,
       (SELECT array_agg(rolname ORDER BY rolname)::text FROM pg_roles WHERE rolname LIKE 'witness%') AS roles,
       (SELECT count(*) FROM pg_largeobject_metadata) AS large_objects,
       (SELECT array_agg(name ORDER BY name) FROM pg_ls_dir('.') name WHERE name = 'witness_' || current_database()) AS files,
       (SELECT count(*) FROM pg_class) AS relations,
       (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::int FROM pg_stat_user_tables) AS written,
       (SELECT coalesce(sum(calls), 0)::int FROM pg_stat_user_functions) AS calls
"""


@dataclass
class _Witness:
    """What has happened in one database, and what another connection hears of it."""

    url: str
    listener: psycopg.Connection[tuple[object, ...]]
    heard: list[str] = field(default_factory=list)

    def _one(self, statement: QueryNoTemplate) -> tuple[object, ...]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(statement).fetchone()
        assert row is not None
        return row

    def locks(self) -> object:
        """Advisory locks in this database, which live as long as the session that took them."""
        return self._one(
            "SELECT array_agg(objid ORDER BY objid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )

    def seen(self) -> tuple[object, ...]:
        """All else. A backend hands in its counts of function calls when it ends, so the others' ends are awaited."""
        for _ in range(12_000):
            others = self._one(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
                f" AND pid NOT IN (pg_backend_pid(), {self.listener.info.backend_pid})"
            )
            if others == (0,):
                break
            time.sleep(0.01)
        else:
            raise AssertionError("a backend does not end")
        self.listener.execute("SELECT 1")
        return (*self._one(_SEEN), tuple(self.heard))


@pytest.fixture(scope="module")
def places() -> Iterator[dict[str, str]]:
    """One database a server for all cases, made anew by RESET: dropping one takes a checkpoint each time."""
    made: dict[str, str] = {}
    yield made
    for server, name in made.items():
        reading.run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def place(postgres: EmbeddedServer, places: dict[str, str]) -> str:
    """The URL of that database, on each release in turn."""
    if postgres.url() not in places:
        name = f"side_effects_{uuid.uuid4().hex[:8]}"
        reading.run(postgres.url(), f"CREATE DATABASE {name}")
        places[postgres.url()] = name
    return postgres.url(places[postgres.url()])


@contextmanager
def _witness(url: str, setup: str) -> Iterator[_Witness]:
    name = reading.name_of(url)
    reading.run(
        url, f"ALTER DATABASE {name} RESET ALL", f"ALTER DATABASE {name} SET track_functions = 'all'", RESET + WITNESS
    )
    if setup:
        reading.run(url, setup.replace("{database}", name))
    with psycopg.connect(url, autocommit=True) as listener:
        witness = _Witness(url, listener)
        listener.add_notify_handler(lambda notify: witness.heard.append(notify.channel))
        listener.execute("LISTEN witness")
        try:
            yield witness
        finally:
            reading.run(url, f"DROP ROLE IF EXISTS witness_{name}")


def _outcome(witness: _Witness, url: str, statement: str) -> tuple[str, object]:
    """How the guarded explain ended, and the advisory locks that its session then held."""
    with reading.reader(url) as reader:
        assert not reader.server.is_superuser
        try:
            explain(reader, reading.name_of(url), statement)
            ended = "planned"
        except Refused as refusal:
            ended = "refused" if refusal.because == refusal.because.splitlines()[0] else "refused in several lines"
        except SourceError as error:
            ended = error.reason
        return ended, witness.locks()


def _unguarded(witness: _Witness, statement: str) -> object:
    with psycopg.connect(witness.url, autocommit=True) as connection:
        connection.execute("SET search_path = public, app")
        with suppress(psycopg.Error):
            connection.execute(f"EXPLAIN {statement}".encode())
        return witness.locks()


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case.setup], ids=lambda case: case.name)
def test_nothing_runs(case: Case, postgres: EmbeddedServer, place: str) -> None:
    name = reading.name_of(place)
    major = int(reading.value(place, "SHOW server_version_num")) // 10000
    statement = case.statement.replace("{database}", name)
    with _witness(place, case.setup) as witness, reading.role(postgres, name, MAY_ALL) as url:
        before = witness.seen()
        ended, locks = _outcome(witness, url, statement)
        assert locks == (None,)
        assert witness.seen() == before
        if major >= case.since:
            assert ended == ("refused" if case.refused else "planned")
        if major in case.runs:
            locks = _unguarded(witness, statement)
            assert (witness.seen(), locks) != (before, (None,)), "the control ran nothing: the case proves nothing"


def test_nothing_runs_of_what_needs_no_setup(postgres: EmbeddedServer, place: str) -> None:
    name = reading.name_of(place)
    cases = [case for case in CASES if not case.setup]
    with _witness(place, "") as witness, reading.role(postgres, name, MAY_ALL) as url:
        before = witness.seen()
        ended = {case.name: _outcome(witness, url, case.statement.replace("{database}", name)) for case in cases}
        assert witness.seen() == before
        assert ended == {case.name: ("refused" if case.refused else "planned", (None,)) for case in cases}


@pytest.mark.parametrize("major", [15, 18])
def test_the_corpus_is_large_and_not_empty_air(major: int) -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 45
    assert sum(major in case.runs for case in CASES) >= 15


@pytest.mark.parametrize("role", sorted(FORBIDDEN_ROLES))
def test_a_role_that_reaches_files_is_refused(role: str, postgres: EmbeddedServer, database: str) -> None:
    with (
        reading.role(postgres, reading.name_of(database), f'GRANT {role} TO "{{role}}"') as url,
        reading.reader(url) as reader,
        pytest.raises(Refused, match=f"{role}.*twin"),
    ):
        explain(reader, reading.name_of(database), "SELECT 1")


def test_a_superuser_is_refused(database: str) -> None:
    with reading.reader(database) as reader, pytest.raises(Refused, match=r"superuser.*twin"):
        explain(reader, reading.name_of(database), "SELECT 1")


def test_a_role_that_became_more_since_is_refused(postgres: EmbeddedServer, database: str) -> None:
    name = reading.name_of(database)
    with reading.role(postgres, name, "") as url, reading.reader(url) as reader:
        assert explain(reader, name, "SELECT 1").root
        role = reader.server.user
        for statement, word in (
            (f'GRANT pg_read_server_files TO "{role}"', "pg_read_server_files"),
            (f'ALTER ROLE "{role}" SUPERUSER', "superuser"),
        ):
            reading.run(database, statement)
            with pytest.raises(Refused, match=word):
                explain(reader, name, "SELECT 1")


def test_the_guard_does_not_ask_through_operators_of_the_users(postgres: EmbeddedServer, database: str) -> None:
    name = reading.name_of(database)
    with reading.role(postgres, name, "") as url, reading.reader(url) as reader, reader.session(name) as session:
        assert check(session, reader.server, "SELECT 1", frozenset()) == "SELECT 1"
        session.execute("SET search_path = public", doing="a change")
        with pytest.raises(Refused, match="search_path"):
            check(session, reader.server, "SELECT 1", frozenset())


def test_a_refusal_quotes_no_literal(postgres: EmbeddedServer, database: str) -> None:
    name, secret = reading.name_of(database), reading.SECRET
    reading.run(database, "CREATE FUNCTION f(x text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'")
    with reading.role(postgres, name, "") as url, reading.reader(url) as reader:
        for text in (
            f"SELECT f('{secret}')",
            f"SELECT 1; SELECT '{secret}'",
            f"SELEC '{secret}'",
            f"SELECT '{secret}' INTO x",
            f"COPY t FROM '{secret}'",
            f"SELECT pg_read_file('{secret}')",
            f"SELECT '{secret}",
        ):
            with pytest.raises(Refused) as caught:
                explain(reader, name, text)
            assert secret not in f"{caught.value} {caught.value.because} {caught.value.__cause__}"
