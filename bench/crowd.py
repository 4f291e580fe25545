"""A crowded database for the benchmarks: 1,000 tables, 3,000 indexes, 5,000 statements that pg_stat_statements tells apart."""

from dataclasses import dataclass

import psycopg

from tunewright_agent.embedded.server import EmbeddedServer

TABLES = 1_000
INDEXES = 3_000
STATEMENTS = 5_000
SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.max": "10000",
    "pg_stat_statements.track_planning": "on",
    "track_io_timing": "on",
    "autovacuum": "off",  # nothing but the measured passes shall run
}
_ROWS = 200
_COLUMNS = (
    "customer_reference, fulfilment_status, warehouse_region, total_amount, currency_code, placed_at, delivered_at,"
    " internal_note, retry_count, is_archived"
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the server holds; texts and databases in bytes."""

    tables: int
    indexes: int
    columns: int
    statements: int
    evicted: int
    text_bytes: int
    database_bytes: int


def _table(number: int) -> str:
    name = f"shop_orders_{number % TABLES:04d}"
    return (
        f"CREATE TABLE {name} (id bigserial PRIMARY KEY, customer_reference int, fulfilment_status text, warehouse_region text,"
        " total_amount numeric, currency_code text, placed_at timestamptz, delivered_at timestamptz, internal_note text,"
        " retry_count int, is_archived boolean);"
        f" CREATE INDEX ON {name} (customer_reference); CREATE INDEX ON {name} (fulfilment_status, placed_at);"
        f" INSERT INTO {name} ({_COLUMNS}) SELECT g % 20, 'status ' || g % 5, 'region ' || g % 3, g * 1.5, 'EUR',"
        f" '2026-01-01'::timestamptz + g * interval '1 hour', NULL, repeat('n', g % 40), g % 4, g % 2 = 0"
        f" FROM generate_series(1, {_ROWS}) g; ANALYZE {name}"
    )


def _shapes(number: int) -> tuple[str, ...]:
    """Five statements over a table, written as an object mapper writes them: all columns, qualified.

    Without aliases: PostgreSQL 18 computes the query id from a table's alias where it has one, whatever the table.
    """
    name, other = f"shop_orders_{number:04d}", f"shop_orders_{(number + 1) % TABLES:04d}"
    columns = ", ".join(f"{name}.{column.strip()} AS {name}_{column.strip()}" for column in _COLUMNS.split(","))
    return (
        f"SELECT {columns} FROM {name} WHERE {name}.customer_reference = 7 ORDER BY {name}.placed_at DESC LIMIT 20",
        f"SELECT {columns} FROM {name} JOIN {other} ON {other}.id = {name}.id WHERE {other}.fulfilment_status = 'status 1' LIMIT 5",
        f"SELECT {name}.fulfilment_status, count(*), sum(total_amount) FROM {name} WHERE {name}.placed_at > '2026-01-02' GROUP BY 1",
        f"UPDATE {name} SET retry_count = retry_count + 1, internal_note = 'x' WHERE id = 3 AND is_archived = false",
        f"DELETE FROM {name} WHERE id = -1 AND warehouse_region = 'region 9'",
    )


def fill(server: EmbeddedServer) -> Sizes:
    """Make it all in the server's database `postgres`. Raises AssertionError where it did not come out as promised."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        for number in range(TABLES):
            connection.execute(_table(number).encode())
        connection.execute("SELECT pg_stat_statements_reset()")
        for number in range(TABLES):
            for text in _shapes(number):
                connection.execute(text.encode(), prepare=False)
        sizes = _sizes(connection)
    assert (sizes.tables, sizes.indexes, sizes.evicted) == (TABLES, INDEXES, 0), sizes
    assert STATEMENTS <= sizes.statements < STATEMENTS + 10, sizes
    return sizes


def _sizes(connection: psycopg.Connection[tuple[int, ...]]) -> Sizes:
    row = connection.execute(
        "SELECT (SELECT count(*) FROM pg_stat_user_tables), (SELECT count(*) FROM pg_stat_user_indexes),"
        " (SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND table_name LIKE 'shop%'), count(*),"
        " (SELECT dealloc FROM pg_stat_statements_info), sum(octet_length(query))::int8, pg_database_size(current_database())"
        " FROM pg_stat_statements"
    ).fetchone()
    assert row is not None
    return Sizes(*row)
