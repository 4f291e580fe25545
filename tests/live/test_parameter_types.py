"""Statements whose constants pg_stat_statements replaced, type and all, have a plan: on the live server and on the twin, for each release."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

import reading
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.explain import explain
from tunewright_agent.sources.postgres.guard import Refused
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import SourceError
from tunewright_agent.whatif.twin import Twin
from tunewright_analyzers.indexes.whatif import WhatIfError
from tunewright_analyzers.sql.redact import redact_statement

pytestmark = [pytest.mark.live, pytest.mark.slow]

_SCHEMA = """
CREATE TABLE days (id int PRIMARY KEY, day date, at timestamptz, month int, year smallint, price numeric(10, 2), weight float8,
  note text, stock bigint);
INSERT INTO days SELECT i, '2020-01-01'::date + i, '2020-01-01'::timestamptz + i * interval '1 day', i % 12, 2020 + i / 365,
  i, i, 'note ' || i, i FROM generate_series(1, 2000) i;
ANALYZE days;
"""
WRITTEN = (
    "SELECT sum(CASE WHEN month = 3 THEN 1 ELSE 0 END), avg(CASE WHEN month = 3 THEN price ELSE 0 END) FROM days",
    "SELECT count(*) FROM days WHERE day >= current_date - 30",
    "SELECT count(*) FROM days WHERE day > day + 7 OR day - 7 > day",
    "SELECT count(*) FROM days WHERE month BETWEEN 3 AND 3 + 2",
    "SELECT count(*) FROM days WHERE day BETWEEN '2020-02-01'::date AND '2020-02-01'::date + 14",
    "SELECT count(*) FROM days WHERE day BETWEEN date '2020-02-01' AND date '2020-02-01' + interval '2 months'",
    "SELECT count(*) FROM days WHERE at > now() - interval '7 days' AND at < now() - 3 * interval '1 hour'",
    "SELECT * FROM days WHERE id = ANY (ARRAY[1, 2, 3])",
    "SELECT * FROM days WHERE stock = ANY (ARRAY[1, 2]) AND note = ANY (ARRAY['a', 'b'])",
    "SELECT * FROM days WHERE month = CASE WHEN year > 2021 THEN 5 ELSE 6 END",
    "SELECT max(CASE WHEN year > 2021 THEN 1 ELSE 0 END) + 1 FROM days",
    "SELECT coalesce(sum(stock), 0) / (60 * 60), round(price * 3 / 7, 1 + 1), stock * (1 + 2) FROM days GROUP BY price, stock",
    "SELECT abs(- 4), month % 3, year FROM days WHERE weight > 2 * 3.5 LIMIT 5 + 5 OFFSET 2 * 10",
    "SELECT month, sum(k) FROM (SELECT month, 1 AS k FROM days UNION ALL SELECT month, 0 FROM days) s GROUP BY month",
    "SELECT * FROM (VALUES (1), (2)) wanted (m) JOIN days ON month = m",
    "WITH wanted (m) AS (SELECT 4 UNION SELECT 5) SELECT * FROM days JOIN wanted ON m = month",
    "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT count(*) FROM r",
    "SELECT generate_series(1, 10)",
    "SELECT CAST(sum(month) AS decimal(15, 4)) / sum(year::numeric(7, 2)), note::varchar(20) FROM days WHERE id > 5 GROUP BY note",
    "SELECT sum(CASE WHEN month = 1 THEN CASE WHEN year = 2020 THEN 2 ELSE 1 END ELSE 0 END) FROM days HAVING count(*) > 2 * 3",
    "SELECT greatest(1, 2) * month, coalesce(nullif(3, 3), 4) + month FROM days",
    "UPDATE days SET month = CASE id WHEN 1 THEN 5 WHEN 2 THEN 6 END, note = 'größer' WHERE id IN (1, 2)",
    "INSERT INTO days (id, month) SELECT 5000 + 1, CASE WHEN year = 1 THEN 1 ELSE 2 END FROM days WHERE id = 1",
    "SELECT 'ein Wörtchen', count(*) FROM days WHERE month = ANY (ARRAY[7, 8])",
)
"""As people write them. Each failed, or might have, in the form that pg_stat_statements keeps."""


@dataclass
class _Kept:
    """What we keep of what pg_stat_statements keeps of WRITTEN, in their order."""

    url: str
    texts: tuple[str, ...]


@pytest.fixture
def kept(database: str) -> _Kept:
    reading.run(database, "CREATE EXTENSION pg_stat_statements", _SCHEMA)
    texts = []
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in WRITTEN:
            connection.execute(
                "SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
            )
            connection.execute(statement.encode())
            row = connection.execute(
                "SELECT query FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
                " WHERE datname = current_database() AND query !~ 'pg_stat_statements'"
            ).fetchone()
            assert row is not None, statement
            texts.append(redact_statement(row[0]))
    assert all("$1" in text for text in texts)
    return _Kept(database, tuple(texts))


@pytest.fixture
def reader(postgres: EmbeddedServer, kept: _Kept) -> Iterator[Reader]:
    may = 'GRANT pg_read_all_data, pg_write_all_data TO "{role}"'
    with reading.role(postgres, reading.name_of(kept.url), may) as user, reading.reader(user) as made:
        yield made


def test_on_the_live_server(kept: _Kept, reader: Reader) -> None:
    failed = {}
    for text in kept.texts:
        try:
            assert explain(reader, reading.name_of(kept.url), text).root.cost.total >= 0
        except (Refused, SourceError) as error:
            failed[text] = str(error)
    assert not failed


def test_on_the_twin(kept: _Kept, reader: Reader) -> None:
    name, failed = reading.name_of(kept.url), {}
    with Twin(reader, [name]) as twin:
        for text in kept.texts:
            try:
                plan = twin.explain(name, text)
                assert twin.price(name, text).cost == plan.root.cost.total
            except WhatIfError as error:
                failed[text] = str(error)
        assert not failed
        with pytest.raises(WhatIfError, match="does not exist"):
            twin.explain(name, "SELECT sum(note) FROM days WHERE month = $1")


def test_a_type_that_was_missed_does_not_hide_an_index(kept: _Kept, reader: Reader) -> None:
    """Cast to another type than the column's, the condition would be no index's."""
    name = reading.name_of(kept.url)
    text = kept.texts[WRITTEN.index("SELECT * FROM days WHERE id = ANY (ARRAY[1, 2, 3])")]
    assert "days_pkey" in {node.index for node in explain(reader, name, text).root.walk()}
