"""What one pass of each MySQL source costs, with 10,000 digests and 1,000 tables: `make bench-collect_mysql` (ARGS=mariadb for MariaDB).

Starts the unpacked server, fills it, and collects each source in turn: a first pass and PASSES more, whose median is given. `server`: what the
server itself counted for the account's session meanwhile (events_statements_summary_by_account_by_event_name), so waiting for two cores is in it.
Writes bench/results/collect_ENGINE.json; prints a table.
"""

import json
import os
import platform
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pymysql

from tunewright_agent.embedded.mysql import MARIADB_1011, MYSQL_80, EmbeddedMysql
from tunewright_agent.sources.mysql import grants
from tunewright_agent.sources.mysql.session import PACKAGE, Reader
from tunewright_agent.sources.source import Source, discover

TABLES, DIGESTS, PASSES = 1000, 10_000, 5
PASSWORD = "only-for-the-bench"
BUDGET_RATIO = 0.005
_COLUMNS = (
    "id int AUTO_INCREMENT PRIMARY KEY, a int NOT NULL, b varchar(40), c datetime, KEY by_a (a), KEY by_bc (b, c)"
)


def connect(server: EmbeddedMysql) -> "pymysql.connections.Connection[pymysql.cursors.Cursor]":
    """The administrator."""
    return pymysql.connect(host="127.0.0.1", port=server.port, user="root", password=server.password, autocommit=True)


def fill(server: EmbeddedMysql) -> None:
    """Tables with two secondary indexes and a few rows each (every tenth one partitioned), and as many digests as wanted."""
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE crowd")
        cursor.execute("USE crowd")
        for number in range(TABLES):
            parts = " PARTITION BY HASH (id) PARTITIONS 4" if number % 10 == 0 else ""
            cursor.execute(f"CREATE TABLE t{number} ({_COLUMNS}) ENGINE=InnoDB{parts}")
            cursor.execute(f"INSERT INTO t{number} (a, b) VALUES (1, 'x'), (2, 'y')")
        for number in range(DIGESTS):
            cursor.execute(f"SELECT a AS c{number} FROM t{number % TABLES} WHERE a = 1")
            cursor.fetchall()
        script = grants.sql("tunewright").replace("CHANGE_ME", PASSWORD)
        lines = [line for line in script.splitlines() if not line.startswith("--")]
        for statement in "\n".join(lines).split(";\n"):
            if statement.strip():
                cursor.execute(statement)


def server_seconds(server: EmbeddedMysql) -> float:
    """What the server counted for our account."""
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(SUM(sum_timer_wait), 0) / 1e12 FROM performance_schema.events_statements_summary_by_account_by_event_name "
            "WHERE user = 'tunewright'"
        )
        row = cursor.fetchone()
    assert row is not None
    return float(row[0])


def one_pass(source: Source[Reader], reader: Reader, server: EmbeddedMysql) -> dict[str, float]:
    """Wall, CPU of this process, and the server's own seconds of one pass."""
    before = server_seconds(server)
    wall, cpu = time.perf_counter(), time.process_time()
    with reader.within(source.deadline_seconds):
        source.collect(reader, datetime.now(UTC))
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "server": server_seconds(server) - before,
    }


def measure(source: Source[Reader], reader: Reader, server: EmbeddedMysql) -> dict[str, Any]:
    """A first pass and the median of the later ones."""
    first = one_pass(source, reader, server)
    later = [one_pass(source, reader, server) for _ in range(PASSES)]
    median = {name: statistics.median(one[name] for one in later) for name in first}
    ratio = median["server"] / source.interval_seconds
    return {
        "source": source.name,
        "interval_seconds": source.interval_seconds,
        "first": first,
        "later": median,
        "server_ratio": ratio,
    }


def main() -> None:
    """Fill, measure, write, print."""
    mariadb = "mariadb" in sys.argv[1:]
    settings = {
        "performance_schema_consumer_events_waits_current": "ON",
        "max_connections": "50",
        "performance_schema_digests_size": "20000",
    }
    if mariadb:
        settings["performance_schema_instrument"] = "wait/lock/metadata/sql/mdl=ON"
    load = os.getloadavg()
    with EmbeddedMysql(MARIADB_1011 if mariadb else MYSQL_80, settings=settings) as server:
        fill(server)
        reader = Reader(server.url("", "tunewright", PASSWORD))
        version = reader.server.version
        rows = [measure(source, reader, server) for source in discover(PACKAGE)]
        reader.close()
    result = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "server": f"{'MariaDB' if mariadb else 'MySQL'} {version}",
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "load_average_at_start": load},
        "sizes": {"tables": TABLES, "digests": DIGESTS, "passes": PASSES},
        "sources": rows,
        "server_ratio": sum(row["server_ratio"] for row in rows),
    }
    path = Path(__file__).parent / "results" / f"collect_{'mariadb' if mariadb else 'mysql'}.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    print(f"{'source':<14}{'every s':>9}{'wall ms':>10}{'cpu ms':>9}{'server ms':>11}{'of server':>11}")
    for row in rows:
        later = row["later"]
        print(
            f"{row['source']:<14}{row['interval_seconds']:>9g}{later['wall'] * 1e3:>10.1f}{later['cpu'] * 1e3:>9.1f}"
            f"{later['server'] * 1e3:>11.1f}{row['server_ratio']:>11.3%}"
        )
    print(
        f"{'all':<14}{'':>39}{result['server_ratio']:>11.3%}  (budget {BUDGET_RATIO:.1%}); load average {load[0]:.1f}"
    )


if __name__ == "__main__":
    main()
