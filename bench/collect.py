"""What one pass of each PostgreSQL source costs, with 5,000 statements, 1,000 tables and 3,000 indexes: `make bench-collect`.

Starts the embedded PostgreSQL 18, fills it (crowd.py), measures each source in a process of its own (one_source.py) and the statements
source's query against the same query with texts, side by side. Writes bench/results/collect.json; prints a table. README.md explains it.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg

import crowd
import one_source
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.session import PACKAGE
from tunewright_agent.sources.source import discover
from tunewright_agent.sources.sqlfile import statement

RESULT = Path(__file__).parent / "results" / "collect.json"
ROUNDS = 15
BUDGET_RATIO = 0.005
"""The governor's default: the share of the server's time that we allow ourselves."""


def _run(url: str, source: str) -> dict[str, Any]:
    script = Path(one_source.__file__)
    done = subprocess.run(
        [sys.executable, str(script), url, source], capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode:
        raise SystemExit(f"{source}: {done.stderr}")
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _variants() -> dict[str, str]:
    """Our counters' query, and the same with each statement's text."""
    ours = statement(PACKAGE, "statements", 18, "without_texts").replace("{schema}", "public")
    texts = ours.replace("without_texts", "with_texts").replace("pg_stat_statements(false)", "pg_stat_statements(true)")
    return {"without_texts": ours, "with_texts": texts.replace(" s.queryid::text", " s.query, s.queryid::text", 1)}


def _compare(url: str) -> dict[str, Any]:
    """Both variants in turn, ROUNDS times, after one round that is not counted: medians, and the ratio between them.

    By a role of their own (of the URL): the server keeps one entry a role and statement, and the text of its first execution.
    """
    variants = _variants()
    walls: dict[str, list[float]] = {name: [] for name in variants}
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        for text in variants.values():
            connection.execute(text.encode()).fetchall()
        server = {name: [_server_seconds(connection, name)] for name in variants}
        for _ in range(ROUNDS):
            for name, text in variants.items():
                start = time.perf_counter()
                connection.execute(text.encode()).fetchall()
                walls[name].append(time.perf_counter() - start)
                server[name].append(_server_seconds(connection, name))
    found: dict[str, Any] = {"rounds": ROUNDS}
    for name in variants:
        steps = [after - before for before, after in zip(server[name], server[name][1:], strict=False)]
        found[name] = {"wall_seconds": statistics.median(walls[name]), "server_seconds": statistics.median(steps)}
    for kind in ("wall_seconds", "server_seconds"):
        found[f"ratio_{kind}"] = found["with_texts"][kind] / found["without_texts"][kind]
    return found


def _server_seconds(connection: psycopg.Connection[Any], mark: str) -> float:
    row = connection.execute(
        "SELECT coalesce(sum(total_exec_time + total_plan_time), 0) / 1000 FROM pg_stat_statements WHERE query LIKE %s",
        (f"%/* tunewright:{mark} */%",),
    ).fetchone()
    assert row is not None
    return float(row[0])


def _conditions(server: EmbeddedServer, sizes: crowd.Sizes) -> dict[str, Any]:
    with psycopg.connect(server.url()) as connection:
        row = connection.execute("SELECT version()").fetchone()
    assert row is not None
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "server": row[0],
        "settings": crowd.SETTINGS,
        "python": platform.python_version(),
        "psycopg": psycopg.__version__,
        "machine": {
            "cores": os.cpu_count(),
            "processor": model,
            "memory_bytes": psutil.virtual_memory().total,
            "system": platform.platform(),
            "load_average_at_start": os.getloadavg(),
        },
        "sizes": asdict(sizes),
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _print(result: dict[str, Any]) -> None:
    print(f"\n{result['server']}\n{result['machine']['cores']} cores, {result['sizes']}\n")
    print(
        f"{'source':<14}{'every s':>9}{'wall ms':>10}{'cpu ms':>9}{'server ms':>11}{'first ms':>10}{'RSS MB':>8}{'of server':>11}"
    )
    for row in result["sources"]:
        later = row["later"]
        print(
            f"{row['source']:<14}{row['interval_seconds']:>9g}{later['wall'] * 1e3:>10.1f}{later['cpu'] * 1e3:>9.1f}"
            f"{row['server_seconds'] * 1e3:>11.1f}{row['first']['wall'] * 1e3:>10.1f}{row['rss_growth'] / 1e6:>8.1f}"
            f"{row['server_ratio']:>11.4%}"
        )
    print(f"{'all':<14}{'':>57}{'':>5}{result['server_ratio']:>11.4%}  (budget {BUDGET_RATIO:.1%})")
    texts = result["texts"]
    print(
        f"\nstatements with texts against without: {texts['ratio_server_seconds']:.2f} times the server's time,"
        f" {texts['ratio_wall_seconds']:.2f} times the wall time ({texts['rounds']} rounds in turn)"
    )


def main() -> None:
    """Fill, measure, write, print."""
    with EmbeddedServer(settings=crowd.SETTINGS) as server:
        print("making 1,000 tables, 3,000 indexes and 5,000 statements", flush=True)
        sizes = crowd.fill(server)
        result = _conditions(server, sizes)
        rows = []
        for source in discover(PACKAGE):
            print(f"measuring {source.name}", flush=True)
            row = _run(server.url(), source.name)
            row["server_seconds"] = row["later"]["server_exec"] + row["later"]["server_plan"]
            row["server_ratio"] = row["server_seconds"] / row["interval_seconds"]
            rows.append(row)
        result |= {
            "passes": one_source.PASSES,
            "sources": rows,
            "server_ratio": sum(row["server_ratio"] for row in rows),
        }
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE ROLE comparison SUPERUSER LOGIN")
        result["texts"] = _compare(server.url(user="comparison"))
    result["machine"]["load_average_at_end"] = os.getloadavg()
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    _print(result)


if __name__ == "__main__":
    main()
