"""No literal of a statement, a row or an application's setting gets past the sources' door.

Index definitions are the exception, and hold none here: the predicate of a partial index is part of the CREATE INDEX that a rollback needs.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from reading import SECRET, SHOP, as_role, attempt, name_of, run, sources
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.history.codec import dump_section
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import Collected, Source, SourceError


@pytest.fixture
def shop(database: str) -> Iterator[str]:
    """A database with the literal everywhere, and a role of its own that is dropped at the end."""
    run(database, SHOP)
    _plant(database)
    yield database
    run(database, f'DROP ROLE "keeper {name_of(database)}"')


def _plant(url: str) -> None:
    """The literal in statements of every kind, and in settings of an application."""
    database = name_of(url)
    run(
        url,
        f"/* {SECRET} */ SELECT /* {SECRET} */ * FROM \"the Shop\".orders WHERE v = '{SECRET}' -- {SECRET}",
        f"SELECT $${SECRET}$$, $t${SECRET}$t$, E'{SECRET}', U&'{SECRET}'",
        f"SET application_name = 'x'; COMMENT ON TABLE \"the Shop\".orders IS '{SECRET}'",
        f"DO $$ BEGIN PERFORM '{SECRET}'; END $$",
        f"CREATE ROLE \"keeper {database}\" PASSWORD '{SECRET}'",
        f"ALTER DATABASE \"{database}\" SET app.jwt_secret = '{SECRET}'",
        f"ALTER ROLE \"keeper {database}\" SET app.token = '{SECRET}'",
        f"PREPARE p AS SELECT '{SECRET}'; EXECUTE p",
    )


@contextmanager
def _busy(url: str) -> Iterator[None]:
    """Sessions that hold the literal in their current text: idle, in a transaction, in a failed one."""
    with psycopg.connect(url) as idle, psycopg.connect(url) as inside, psycopg.connect(url) as failed:
        idle.execute(f"SELECT '{SECRET}'".encode())
        idle.commit()
        inside.execute(f"SELECT '{SECRET}' || '{'x' * 3000}{SECRET}'".encode())
        with pytest.raises(psycopg.Error):
            failed.execute(f"SELECT '{SECRET}'::int".encode())
        yield


@pytest.mark.parametrize("kind", ["superuser", "granted", "stranger"])
def test_no_literal_reaches_a_section_or_a_gap(postgres: EmbeddedServer, shop: str, kind: str) -> None:
    with as_role(kind, postgres, shop) as url, _busy(shop):
        for source in sources():
            result = attempt(url, source)
            if isinstance(result, SourceError):
                assert SECRET not in f"{result} {result.mend}"
            else:
                _assert_clean(source, result)


def _assert_clean(source: Source[Reader], collected: Collected) -> None:
    for section in collected.sections:
        text = dump_section(section).decode()
        at = text.find(SECRET)
        assert at < 0, f"{source.name}: {text[max(0, at - 150) : at + 50]}"
    for gap in collected.gaps:
        assert SECRET not in repr(gap)


def test_the_literals_were_there_to_be_found(postgres: EmbeddedServer, shop: str) -> None:
    """Without this the test above could not fail: the server itself shows what the sources must not."""
    with psycopg.connect(shop, autocommit=True) as admin, _busy(shop):
        for query in (
            "SELECT count(*) FROM pg_stat_statements WHERE query LIKE %s",
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE %s",
            "SELECT count(*) FROM pg_stats WHERE most_common_vals::text LIKE %s",
            "SELECT count(*) FROM pg_db_role_setting WHERE setconfig::text LIKE %s",
            "SELECT count(*) FROM pg_constraint WHERE pg_get_constraintdef(oid) LIKE %s",
        ):
            row = admin.execute(query.encode(), (f"%{SECRET}%",)).fetchone()
            assert row is not None
            assert row[0] > 0, query
