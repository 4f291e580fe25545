"""How the shared store (PostgreSQL, fsync on) takes the batches that the history writes: statement by statement in a pipeline, as one
statement over arrays, or by COPY into a temporary table and from there: `make bench-store_writes`.

Real: the history's own tables, its own statements (conflict clauses included), one transaction a batch as the history has it, over TCP. The ways take
turns, so that what else the machine does falls on all alike. Writes bench/results/store_writes.json; prints a table.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil
import psycopg
from sqlalchemy import Connection, Table, text

from collect import _lines  # the same description of the machine
from scale import SETTINGS, _tree_seconds
from tunewright_agent.clock import now
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.history import schema
from tunewright_agent.history.database import Database, Mode
from tunewright_agent.history.place import Address, database_at
from tunewright_agent.history.stores.upsert import insert

RESULT = Path(__file__).parent / "results" / "store_writes.json"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table, as the history writes them. `key` decides conflicts; `changed` is replaced then, where `where` holds."""

    name: str
    table: Table
    types: tuple[str, ...]
    key: tuple[str, ...]
    changed: tuple[str, ...]
    where: str
    rows: Callable[[int, int], list[Row]]
    """(how many, round): fresh rows for each round."""
    sizes: tuple[int, ...]


def _texts(many: int, at: int) -> list[Row]:
    query = "SELECT customer_reference, placed_at FROM orders_{:06d} WHERE fulfilment_status = $1 AND id < $2"
    return [{"statement": f"{at:08x}{n:08x}", "text": query.format(n), "last_seen": 1e9 + at} for n in range(many)]


def _points(many: int, at: int) -> list[Row]:
    return [{"series": n % 90 + 1, "at": 1.7e9 + at * 1e6 + n // 90 * 60.0, "value": n * 0.37} for n in range(many)]


def _findings(many: int, at: int) -> list[Row]:
    summary = "The index public.orders_note is never read and costs each write; 12 MB would be free without it."
    return [{"cluster": f"c{at}", "id": f"{n:012x}", "severity": "low", "subject": f"index public.orders_{n}", "summary": summary}
            for n in range(many)]  # fmt: skip


BATCHES = (
    Batch("texts of statements", schema.texts, ("text", "text", "float8"), ("statement",), ("last_seen",),
          "texts.last_seen < excluded.last_seen - 86400",          _texts, (1, 20, 540, 5000)),
    Batch("points of CloudWatch", schema.cloud_points, ("int4", "float8", "float8"), ("series", "at"), ("value",),
          "cloud_points.value <> excluded.value",          _points, (30, 540, 10_000)),
    Batch("findings", schema.finding_texts, ("text",) * 5, ("cluster", "id"), ("severity", "subject", "summary"), "",
          _findings, (10, 60, 500)),
)  # fmt: skip


def _conflict(batch: Batch) -> str:
    changes = ", ".join(f"{name} = excluded.{name}" for name in batch.changed)
    return f"ON CONFLICT ({', '.join(batch.key)}) DO UPDATE SET {changes}" + (f" WHERE {batch.where}" if batch.where else "")  # fmt: skip


def pipelined(connection: Connection, batch: Batch, rows: list[Row]) -> None:
    """As the history does it: SQLAlchemy's executemany, which psycopg sends in a pipeline."""
    statement = insert(connection, batch.table)
    changed = {name: statement.excluded[name] for name in batch.changed}
    where = text(batch.where) if batch.where else None
    connection.execute(statement.on_conflict_do_update(index_elements=list(batch.key), set_=changed, where=where), rows)


def _cursor(connection: Connection) -> "psycopg.Cursor[Any]":
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection).cursor()


def arrays(connection: Connection, batch: Batch, rows: list[Row]) -> None:
    """One statement that takes a column as an array each."""
    names = list(rows[0])
    columns = ", ".join(f"%s::{kind}[]" for kind in batch.types)
    order = "" if len(rows) == 1 else f" ORDER BY {', '.join(batch.key)}"
    query = (
        f"INSERT INTO {batch.table.name} ({', '.join(names)}) SELECT * FROM unnest({columns}) AS t({', '.join(names)})"
    )
    with _cursor(connection) as cursor:
        cursor.execute(f"{query}{order} {_conflict(batch)}".encode(), [[row[name] for row in rows] for name in names])


def copied(connection: Connection, batch: Batch, rows: list[Row]) -> None:
    """COPY into a temporary table of the connection, INSERT … SELECT from there."""
    names, staging = list(rows[0]), f"staging_{batch.table.name}"
    with _cursor(connection) as cursor:
        of = f"(LIKE {batch.table.name}) ON COMMIT DELETE ROWS"
        cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {staging} {of}".encode())
        with cursor.copy(f"COPY {staging} ({', '.join(names)}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(list(row.values()))
        columns = ", ".join(names)
        cursor.execute(
            f"INSERT INTO {batch.table.name} ({columns}) SELECT {columns} FROM {staging} {_conflict(batch)}".encode()
        )


WAYS: dict[str, Callable[[Connection, Batch, list[Row]], None]] = {
    "pipelined": pipelined,
    "arrays": arrays,
    "copied": copied,
}


@contextmanager
def store() -> Iterator[tuple[Database, psutil.Process]]:
    """A fresh shared store, and its server's process."""
    with EmbeddedServer(settings=SETTINGS, tcp=True) as server:
        with psycopg.connect(server.url()) as connection:
            postmaster = psutil.Process(connection.info.backend_pid).parent()
        assert postmaster is not None
        database = database_at(Address(server.url(tcp=True)), Mode.OWN)
        database.open()
        try:
            yield database, postmaster
        finally:
            database.close()


def measured(database: Database, server: psutil.Process, batch: Batch, size: int, rounds: int) -> dict[str, Any]:
    """Milliseconds of one batch by way: fresh rows, and the same rows again (nothing changes)."""
    wall: dict[tuple[str, str], list[float]] = {}
    cpu = {way: [0.0, 0.0] for way in WAYS}
    for number in range(rounds + 1):  # the first is not counted: plans and tables are made in it
        for turn, way in enumerate(WAYS):
            rows = batch.rows(size, number * len(WAYS) + turn)
            for what in ("fresh", "again"):
                ours, theirs, begun = time.process_time(), _tree_seconds(server), time.perf_counter()
                with database.transaction() as connection:
                    WAYS[way](connection, batch, rows)
                took = time.perf_counter() - begun
                if number:
                    wall.setdefault((way, what), []).append(took * 1e3)
                    cpu[way][0] += (time.process_time() - ours) * 1e3 / rounds / 2
                    cpu[way][1] += (_tree_seconds(server) - theirs) * 1e3 / rounds / 2
    return {
        "batch": batch.name,
        "rows": size,
        **{
            way: {
                "fresh_ms": round(statistics.median(wall[way, "fresh"]), 2),
                "again_ms": round(statistics.median(wall[way, "again"]), 2),
                "agent_cpu_ms": round(cpu[way][0], 2),
                "store_cpu_ms": round(cpu[way][1], 2),
            }
            for way in WAYS
        },
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?"
    )
    machine: dict[str, Any] = {
        "cores": os.cpu_count(),
        "processor": model,
        "load_average_at_start": os.getloadavg(),
    }
    with store() as (database, server):
        found = [measured(database, server, batch, size, rounds) for batch in BATCHES for size in batch.sizes]
    machine["load_average_at_end"] = os.getloadavg()
    result = {
        "date": now().isoformat(timespec="seconds"),
        "machine": machine,
        "postgresql_settings": SETTINGS,
        "rounds": rounds,
        "batches": found,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(f"{'batch':22} {'rows':>6}   " + "   ".join(f"{way + ': fresh, again ms':>26}" for way in WAYS))
    for row in found:
        told = "   ".join(f"{row[way]['fresh_ms']:>13.2f} {row[way]['again_ms']:>12.2f}" for way in WAYS)
        print(f"{row['batch']:22} {row['rows']:>6}   {told}")


if __name__ == "__main__":
    main()
