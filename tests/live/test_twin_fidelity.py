"""The twin against its source: the same cost and the same plan shape, without indexes, with hypothetical ones really built, and with existing ones.

bench/twin_fidelity.py measures the same on larger data and publishes the figures.
"""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import psycopg
import pytest

import servers
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.whatif.twin import Twin, newer
from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.skip_scan import skipping_indexes
from tunewright_analyzers.indexes.statement import create_statement, index_name
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.plans.reading import read_plan

pytestmark = [pytest.mark.live, pytest.mark.slow]

_DATABASE = "library"
_SCHEMA = """
CREATE TABLE reader (id int PRIMARY KEY, gone int, city text, zip int, country text, joined date, card uuid, blocked bool, note text);
ALTER TABLE reader DROP COLUMN gone;
CREATE TABLE book (id int PRIMARY KEY, title text, shelf text, price numeric(8,2), tags text[], about jsonb, pages int, printed date);
CREATE TABLE loan (id bigint PRIMARY KEY, reader_id int, book_id int, at timestamptz, due date, back date, fee numeric, state text, branch int);
CREATE TABLE visit (id bigint, at date NOT NULL, reader_id int, gate int) PARTITION BY RANGE (at);
CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2025-07-01');
CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM ('2025-07-01') TO ('2026-01-01');
SELECT setseed(0.7);
INSERT INTO reader SELECT i, 'city' || i % 80, i % 800, CASE WHEN i % 80 < 60 THEN 'de' ELSE 'at' END, '2015-01-01'::date + i / 10,
  md5(i::text)::uuid, random() < 0.02, CASE WHEN random() < 0.1 THEN repeat('n', 40) END FROM generate_series(1, 30000) i;
INSERT INTO book SELECT i, 'Title ' || md5(i::text), 'shelf' || (power(random(), 2) * 300)::int, (random() * 90)::numeric(8,2),
  ARRAY['t' || i % 7, 't' || i % 50], jsonb_build_object('lang', i % 5, 'n', i % 900), (random() * 900)::int, '1950-01-01'::date + i
  FROM generate_series(1, 20000) i;
INSERT INTO loan SELECT i, 1 + (power(random(), 2) * 29999)::int, 1 + (power(random(), 3) * 19999)::int,
  '2024-01-01'::timestamptz + i * interval '3 minutes', '2024-01-15'::date + i / 480, CASE WHEN random() < 0.95 THEN '2024-01-10'::date + i / 480 END,
  (random() * 9)::numeric(5,2), CASE WHEN random() < 0.96 THEN 'back' ELSE 'out' END, i % 12 FROM generate_series(1, 150000) i;
INSERT INTO visit SELECT i, '2025-01-01'::date + i % 360, 1 + (random() * 29999)::int, i % 5 FROM generate_series(1, 60000) i;
CREATE STATISTICS reader_place (ndistinct, dependencies) ON city, zip, country FROM reader;
CREATE INDEX loan_at_idx ON loan (at);
CREATE INDEX book_printed_idx ON book (printed DESC NULLS LAST);
CREATE INDEX reader_lower_idx ON reader (lower(city));
"""
STATEMENTS = (
    "SELECT * FROM reader WHERE city = 'city7' AND zip = 87",
    "SELECT * FROM reader WHERE city = 'city7' AND zip = 87 AND country = 'de'",
    "SELECT city, zip, count(*) FROM reader GROUP BY city, zip",
    "SELECT country, city, zip, count(*) FROM reader GROUP BY country, city, zip ORDER BY 4 DESC LIMIT 5",
    "SELECT DISTINCT city, country FROM reader",
    "SELECT * FROM reader WHERE lower(city) = 'city9'",
    "SELECT * FROM reader WHERE card = md5('77')::uuid",
    "SELECT * FROM reader WHERE blocked",
    "SELECT * FROM reader WHERE note IS NOT NULL AND joined > '2023-01-01'",
    "SELECT * FROM reader WHERE joined BETWEEN '2016-01-01' AND '2016-01-09'",
    "SELECT * FROM book WHERE shelf = 'shelf3' ORDER BY title LIMIT 10",
    "SELECT shelf, avg(price) FROM book GROUP BY shelf HAVING count(*) > 40",
    "SELECT * FROM book WHERE tags @> ARRAY['t3']",
    "SELECT * FROM book WHERE about @> '{\"lang\": 2}' AND pages > 880",
    "SELECT * FROM book ORDER BY printed DESC NULLS LAST LIMIT 7",
    "SELECT * FROM book WHERE printed > '2004-01-01'",
    "SELECT * FROM book WHERE price > 85 ORDER BY price",
    "SELECT * FROM loan WHERE at > '2024-11-08'",
    "SELECT * FROM loan WHERE at > '2024-11-09 11:50'",
    "SELECT count(*) FROM loan WHERE reader_id = 77",
    "SELECT * FROM loan WHERE reader_id = 5 AND state = 'out'",
    "SELECT * FROM loan WHERE state = 'out' ORDER BY due LIMIT 30",
    "SELECT branch, sum(fee) FROM loan GROUP BY branch",
    "SELECT branch, count(DISTINCT reader_id) FROM loan GROUP BY branch",
    "SELECT reader_id, max(at) FROM loan GROUP BY reader_id",
    "SELECT min(due), max(due) FROM loan",
    "SELECT * FROM loan WHERE back IS NULL AND due < '2024-02-01'",
    "SELECT * FROM loan WHERE id = 44",
    "SELECT * FROM loan WHERE id IN (4, 5, 6, 7)",
    "SELECT r.city, count(*) FROM loan l JOIN reader r ON r.id = l.reader_id WHERE l.state = 'out' GROUP BY r.city",
    "SELECT b.title, l.at FROM loan l JOIN book b ON b.id = l.book_id WHERE l.reader_id = 12 ORDER BY l.at DESC LIMIT 5",
    "SELECT * FROM reader r JOIN loan l ON l.reader_id = r.id WHERE r.zip = 7 AND l.branch = 3",
    "SELECT * FROM loan l JOIN book b ON b.id = l.book_id ORDER BY b.id LIMIT 100",
    "SELECT * FROM book b WHERE NOT EXISTS (SELECT FROM loan l WHERE l.book_id = b.id)",
    "SELECT * FROM reader r WHERE EXISTS (SELECT FROM loan l WHERE l.reader_id = r.id AND l.state = 'out' AND l.branch = 4)",
    "SELECT *, rank() OVER (PARTITION BY branch ORDER BY fee DESC) FROM loan WHERE due = '2024-03-01'",
    "SELECT * FROM visit WHERE at = '2025-02-02'",
    "SELECT gate, count(*) FROM visit WHERE at >= '2025-08-01' GROUP BY gate",
    "SELECT v.* FROM visit v JOIN reader r ON r.id = v.reader_id WHERE r.city = 'city3' AND v.at < '2025-01-20'",
    "SELECT at, count(*) FROM visit WHERE reader_id = 9 GROUP BY at",
    "UPDATE loan SET state = 'back' WHERE reader_id = 31 AND state = 'out'",
    "DELETE FROM loan WHERE book_id = 19000",
)


def _index(table: str, *columns: str, **more: str | tuple[str, ...]) -> HypotheticalIndex:
    keys = tuple(IndexColumn(None, one[1:-1]) if one.startswith("(") else IndexColumn(one) for one in columns)
    return HypotheticalIndex(RelationName(_DATABASE, "public", table), keys, **more)  # type: ignore[arg-type]


INDEXES = (
    _index("reader", "city", "zip"),
    _index("reader", "card"),
    _index("reader", "joined", predicate="note IS NOT NULL"),
    _index("book", "shelf", "title"),
    _index("book", "tags", method="gin"),
    _index("book", "price", included=("pages",)),
    _index("loan", "reader_id", "at"),
    _index("loan", "due", predicate="state = 'out'"),
    _index("loan", "book_id"),
    _index("loan", "branch", "fee", included=("reader_id",)),
    _index("visit", "reader_id", "at"),
    _index("loan", "due", "branch"),
)


LEADING = {str(one): one.keys[0].column or "" for one in INDEXES if len(one.keys) > 1}
_FEW_PAGES = 5.0
"""Cost units. Beyond the histogram's end the source looks up the largest value in its index; the twin's index is empty."""


@dataclass
class _Compared:
    """All plans of one source: cost errors, how many shapes are the same, and what to say where a bound is broken."""

    errors: list[float] = field(default_factory=list)
    same: int = 0
    told: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    """Statements over 25 % off by more than a few pages, whose plan an older planner could have made."""
    skipping: list[str] = field(default_factory=list)
    """Statements whose plan on the twin skips through a hypothetical index."""

    def add(self, statement: str, source: Plan, twin: Plan, names: dict[str, str]) -> None:
        before, after = source.root.cost.total, twin.root.cost.total
        self.errors.append(abs(after - before) / before)
        here, there = _shape(source, names), _shape(twin, names)
        self.same += here == there
        if self.errors[-1] > 0.25 and abs(after - before) > _FEW_PAGES and not _only_newer(there):
            self.unexplained.append(statement)
        if here != there or self.errors[-1] > 0.01:
            self.told.append(f"{statement}: {before} {after}\n  {here}\n  {there}")


def _only_newer(shape: Sequence[str]) -> bool:
    """Whether the plan rests on what only a newer planner can do and no setting forbids: hash joins whose kept side is the hashed one."""
    return any(one.startswith("Hash Join") and one.endswith(("Right Anti", "Right Semi")) for one in shape)


def _shape(plan: Plan, names: dict[str, str]) -> list[str]:
    return [
        f"{node.label} {node.relation} {names.get(node.index or '', node.index)} {node.join_type}"
        for node in plan.root.walk()
    ]


def _plan(connection: psycopg.Connection, statement: str) -> Plan:
    cursor = connection.execute(f"EXPLAIN (FORMAT JSON, VERBOSE) {statement}".encode(), prepare=False)
    assert cursor.pgresult is not None
    return read_plan((cursor.pgresult.get_value(0, 0) or b"").decode(), _DATABASE)


def _names(connection: psycopg.Connection, indexes: Sequence[HypotheticalIndex]) -> dict[str, str]:
    """Build them for real; canonical texts by name, those of partitions under their parent's."""
    names: dict[str, str] = {}
    for index in indexes:
        name = index_name(index, names)
        connection.execute(create_statement(index, name, concurrently=False).encode())
        for (part,) in connection.execute("SELECT relid::regclass::text FROM pg_partition_tree(%s)", (name,)):
            names[part] = str(index)
        names[name] = str(index)
    return names


def _compared(server: EmbeddedServer) -> _Compared:
    found, reader = _Compared(), Reader(server.url(_DATABASE))
    with psycopg.connect(server.url(_DATABASE), autocommit=True, prepare_threshold=None) as connection:
        with Twin(reader, [_DATABASE]) as twin:
            assert twin.without[_DATABASE] == ()
            for statement in STATEMENTS:
                found.add(statement, _plan(connection, statement), twin.explain(_DATABASE, statement), {})
            names = _names(connection, INDEXES)
            for statement in STATEMENTS:
                ours = twin.explain(_DATABASE, statement, add=INDEXES)
                found.add(f"hypothetical: {statement}", _plan(connection, statement), ours, names)
                found.skipping += [statement] if skipping_indexes(ours, LEADING) else []
        with Twin(reader, [_DATABASE]) as twin:
            for statement in STATEMENTS:
                ours = twin.explain(_DATABASE, statement)
                found.add(f"existing: {statement}", _plan(connection, statement), ours, names)
    reader.close()
    return found


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def compared(request: pytest.FixtureRequest) -> Iterator[tuple[int, _Compared]]:
    major = request.param
    if not servers.available(major):
        pytest.skip(f"PostgreSQL {major} is not on this machine")
    with servers.postgres(major, {"autovacuum": "off"}) as server:
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {_DATABASE}")
        with psycopg.connect(server.url(_DATABASE), autocommit=True) as connection:
            connection.execute(_SCHEMA.encode())
            connection.execute("VACUUM ANALYZE")
        yield major, _compared(server)


def test_costs_and_shapes_are_those_of_the_source(compared: tuple[int, _Compared]) -> None:
    major, found = compared
    told = "\n".join(found.told)
    assert len(found.errors) >= 60
    assert statistics.median(found.errors) < 0.01, told
    assert found.same / len(found.errors) >= (0.95 if major == 18 else 0.85), told
    assert found.unexplained == [], told


def test_extended_statistics_are_the_source_s(compared: tuple[int, _Compared]) -> None:
    """Statements on columns that follow from each other: without the statistics the estimates are wrong by a factor of ten and more."""
    _, found = compared
    assert found.errors[:5] == pytest.approx([0.0] * 5, abs=0.001), "\n".join(found.told)


def test_no_skip_scan_is_promised_to_an_older_server(compared: tuple[int, _Compared]) -> None:
    major, found = compared
    assert bool(found.skipping) == (major >= 18)


def test_abilities_of_newer_planners_are_off_for_an_older_server() -> None:
    assert newer(180000) == ()
    assert set(newer(150010)) == {
        "enable_presorted_aggregate",
        "enable_group_by_reordering",
        "enable_distinct_reordering",
        "enable_self_join_elimination",
    }
    assert "enable_memoize" in newer(130000)
