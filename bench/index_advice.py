"""The index adviser on three workloads, its indexes really built: `make bench-index_advice` (or `make bench-index`).

Starts PostgreSQL (the embedded 18, or --major 15 for Debian's), loads TPC-H with primary keys only, asks the adviser at each budget, builds
what it says, and measures cost, size and run time with and without. Then the same for a made-up warehouse (24 tables, 100 statements, its
name is its seed) and for a made-up help desk with writes. Writes bench/results/index_advice.json (TPC-H), index_advice_warehouse.json and
index_advice_helpdesk.json. README.md explains the figures.
"""

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

import advice_rows
import advised
import helpdesk_advice
import tpch
import warehouse
from tunewright_agent.embedded.server import EmbeddedServer

RESULTS = Path(__file__).parent / "results"
SETTINGS = {
    "shared_buffers": "2GB",
    "max_wal_size": "8GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # Statistics and visibility must not change between the measurements; VACUUM ANALYZE runs after the load.
    "autovacuum": "off",
    "shared_preload_libraries": "pg_stat_statements",
}
"""Otherwise the release's defaults: what concerns the log of changes alone (and fsync, off) does not touch the planner or a read."""
BINARIES = {18: None, 15: Path("/usr/lib/postgresql/15/bin")}
WORKLOADS = ("tpch", "warehouse", "helpdesk")


def _budget(text: str) -> float | None:
    return None if text in {"none", "unlimited"} else float(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--workload", choices=WORKLOADS, action="append", help="all three unless named; may be repeated"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="TPC-H scale factor (1: 1.5 GB with its keys)")
    parser.add_argument("--major", type=int, choices=sorted(BINARIES), default=18)
    parser.add_argument("--budgets", default="100,250,500,1000,none", help="megabytes, `none` for no limit; TPC-H's")
    parser.add_argument("--queries", help="TPC-H's, as 1,3,5 or `all`; without 2, 17 and 20 unless named")
    parser.add_argument("--seed", type=int, default=7, help="of the warehouse")
    parser.add_argument("--warehouse-budgets", default="50,200,none")
    parser.add_argument("--rounds", type=int, default=advised.ROUNDS, help="runs of every statement; the median counts")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds after which a statement is stopped")
    parser.add_argument(
        "--analyze-only", action="store_true", help="do not VACUUM after the load: no page is all-visible"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder to write to")
    return parser.parse_args()


@contextmanager
def server(major: int) -> Iterator[EmbeddedServer]:
    """A running server of that release with the benchmarks' settings. Raises SystemExit where it is not on this machine."""
    binaries = BINARIES[major]
    if binaries is not None and not (binaries / "postgres").exists():
        raise SystemExit(f"PostgreSQL {major} is not on this machine (Debian: apt-get install postgresql-{major})")
    with EmbeddedServer(settings=SETTINGS, binaries=binaries) as running:
        yield running


def _fresh(server: EmbeddedServer, name: str) -> str:
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    return server.url(name)


def _file(options: argparse.Namespace, workload: str) -> Path:
    folder: Path = options.results
    release = "" if options.major == 18 else f"_pg{options.major}"
    return folder / f"index_advice{'' if workload == 'tpch' else f'_{workload}'}{release}.json"


def _measured(
    options: argparse.Namespace,
    bench: advised.Bench,
    budgets: list[float | None],
    workload: str,
    about: dict[str, object],
) -> None:
    bench.start()
    rows = []
    for budget in budgets:
        rows.append(bench.measure(budget))
        advice_rows.write(_file(options, workload), rows, about)
    about["planner_calls_of_all_budgets_on_one_twin"] = bench.calls_together(budgets)
    advice_rows.write(_file(options, workload), rows, about)
    print(f"\n{workload}, {about['postgresql']}\n{advice_rows.table(rows)}", flush=True)


def _tpch(options: argparse.Namespace) -> None:
    with server(options.major) as running:
        url = _fresh(running, "tpch")
        advice_rows.told(f"loading TPC-H {options.scale:g}")
        with psycopg.connect(url, autocommit=True) as connection:
            tpch.load(connection, options.scale, vacuum=not options.analyze_only)
            connection.execute("SELECT pg_stat_reset()")
            about = advice_rows.conditions(connection, SETTINGS)
        every = tpch.queries(options.scale)
        wanted = list(every) if options.queries == "all" else options.queries.split(",") if options.queries else None
        work = {
            name: text
            for name, text in every.items()
            if (name in wanted if wanted else name not in tpch.SLOW_WITHOUT_INDEXES)
        }
        about |= {
            "workload": "TPC-H",
            "scale": options.scale,
            "statements": len(work),
            "vacuumed": not options.analyze_only,
        }
        bench = advised.Bench(url, "tpch", work, options.limit, options.rounds)
        _measured(options, bench, [_budget(one) for one in options.budgets.split(",")], "tpch", about)


def _warehouse(options: argparse.Namespace) -> None:
    with server(options.major) as running:
        url = _fresh(running, "warehouse")
        advice_rows.told(f"loading the warehouse of seed {options.seed}")
        with psycopg.connect(url, autocommit=True) as connection:
            warehouse.load(connection, options.seed)
            connection.execute("SELECT pg_stat_reset()")
            about = advice_rows.conditions(connection, SETTINGS)
        work = warehouse.statements(options.seed)
        about |= {"workload": "warehouse", "seed": options.seed, "tables": warehouse.TABLES, "statements": len(work)}
        bench = advised.Bench(url, "warehouse", work, options.limit, options.rounds)
        _measured(options, bench, [_budget(one) for one in options.warehouse_budgets.split(",")], "warehouse", about)


def _helpdesk(options: argparse.Namespace) -> None:
    with server(options.major) as running:
        helpdesk_advice.measure(running, _fresh(running, "helpdesk"), SETTINGS, _file(options, "helpdesk"))


def main() -> None:
    """Each workload on a server of its own."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers are stopped on the way out
    options = _options()
    for workload in options.workload or WORKLOADS:
        {"tpch": _tpch, "warehouse": _warehouse, "helpdesk": _helpdesk}[workload](options)


if __name__ == "__main__":
    main()
