"""How many targets one agent watches at a 60 s interval before it lags, and what its store grows by: `make bench-scale`.

SQLite and PostgreSQL one after the other, each in a process of its own (`--store NAME` is that process). Three parts a store:
cost (a pass and a judgement, alone), growth (bytes a statement and day), and lag (real clock and lanes, more and more targets).
Writes bench/results/scale.json; prints a table. README.md explains it, docs/scale.md does the sums.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
from sqlalchemy import func, select, text

import scale_targets
from collect import _lines  # the same description of the machine
from tunewright_agent.clock import Clock, now
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.history import schema
from tunewright_agent.history.place import Address, Store
from tunewright_agent.history.retention import FIVE_MINUTES, HOUR, MINUTE, Retention
from tunewright_agent.history.store import History
from tunewright_agent.memory import Fault, Remembered
from tunewright_agent.watch import Watch
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.facts.statements import Statements

RESULT = Path(__file__).parent / "results" / "scale.json"
STORES = ("sqlite", "postgresql")
LATE_SECONDS = 15.0
"""A source that is later than this (a quarter of the interval), or a tick that found the pass before still waiting, is lag."""
ALONE = 6
SPREAD_SECONDS, SMALL_SPREAD_SECONDS = 45.0, 15.0
"""Over which the targets of a step begin; with --small."""
HOURS_OF_GROWTH = 4
SETTINGS = {
    "fsync": "on",
    "shared_buffers": "512MB",
    "max_connections": "60",
    "autovacuum": "on",
    "max_wal_size": "4GB",
}


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: between judgements, after a step's last target, and over which its targets begin."""

    judge: float
    warm: float
    spread: float


@dataclass(slots=True)
class Process:
    """Processor time of us, and of the store's server where there is one."""

    server: psutil.Process | None

    def seconds(self) -> tuple[float, float]:
        """(ours, the server's)."""
        return time.process_time(), 0.0 if self.server is None else _tree_seconds(self.server)


def _tree_seconds(root: psutil.Process) -> float:
    total = 0.0
    for one in (root, *root.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


@contextmanager
def store_of(kind: str) -> Iterator[tuple[Store, Process]]:
    """A fresh store of that kind."""
    with ExitStack() as opened:
        if kind == "sqlite":
            folder = opened.enter_context(tempfile.TemporaryDirectory())
            yield Path(folder) / "history.db", Process(None)
        else:
            server = opened.enter_context(EmbeddedServer(settings=SETTINGS, tcp=True))
            with psycopg.connect(server.url()) as connection:
                postmaster = psutil.Process(connection.info.backend_pid).parent()
            yield Address(server.url(tcp=True)), Process(postmaster)


def cost(given: tuple[scale_targets.Template, ...], kind: str) -> dict[str, Any]:
    """Processor and wall seconds of all sources' passes of one target, and of one judgement, one after the other."""
    with store_of(kind) as (store, process), History(store) as history:
        watches = [scale_targets.watch_of(given, number, history, Fault(), 300.0) for number in range(ALONE)]
        for watch in watches:
            _an_hour(watch)
        found: dict[str, Any] = {}
        for name in ("passes", "judgement"):
            begun, (ours, theirs) = time.perf_counter(), process.seconds()
            for watch in watches:
                if name == "judgement":
                    watch.judge()
                    continue
                for source in watch.sources:
                    watch.read(source)
            after = process.seconds()
            found[name] = {
                "wall_seconds": (time.perf_counter() - begun) / ALONE,
                "agent_cpu_seconds": (after[0] - ours) / ALONE,
                "store_cpu_seconds": (after[1] - theirs) / ALONE,
            }
        return found


def _an_hour(watch: Watch) -> None:
    """A judgement sees an hour of minutes: they are there, and the newest state of every source."""
    memory, reader = watch.memory, watch.reader
    assert memory is not None
    begun = now() - timedelta(minutes=61)
    for minute in range(60):
        at = begun + timedelta(minutes=minute)
        for source in watch.sources:
            memory.record(watch.latest.identity.server, source.collect(reader, at).sections, at)
    for source in watch.sources:
        watch.read(source)


def growth(given: tuple[scale_targets.Template, ...], kind: str) -> dict[str, Any]:
    """Bytes that a day adds, by resolution, of the statements alone and of all that one target stores."""
    with store_of(kind) as (store, _), History(store, Retention(10**9, 10**9, 10**9, None)) as history:
        fault, cluster, begun = Fault(), ClusterId("target-00000"), now() - timedelta(hours=HOURS_OF_GROWTH)
        memory = Remembered(history, cluster, scale_targets.PRIMARY, fault)
        sources = scale_targets.sources_of(given, 0)
        reader: Any = scale_targets.Target(scale_targets.Server("server"))
        at, size = begun, _bytes_on_disk(history)
        for minute in range(HOURS_OF_GROWTH * 60):
            at = begun + timedelta(minutes=minute)
            for source in sources:
                memory.record("server", source.collect(reader, at).sections, at)
            if minute == 0:
                size = _bytes_on_disk(history)
        grown = _bytes_on_disk(history) - size
        minutes = _payloads(history, MINUTE)
        rolling = time.process_time()
        history.retention = Retention(0, 10**9, 10**9, None)
        history.maintain(at)
        fives = _payloads(history, FIVE_MINUTES)
        history.retention = Retention(0, 0, 10**9, None)
        history.maintain(at)
        rolling = time.process_time() - rolling
        hours = _payloads(history, HOUR)
        if fault.text is not None:
            raise SystemExit(fault.text)
        statements = next(
            len(one.rows) for template in given for one in template.sections if isinstance(one, Statements)
        )
        return {
            "hours": HOURS_OF_GROWTH,
            "statements": statements,
            "roll_up_cpu_seconds_a_target_minute": rolling / (HOURS_OF_GROWTH * 60),
            "on_disk_bytes_a_target_day": grown * 24 / HOURS_OF_GROWTH,
            "points": {"minute": minutes, "five_minutes": fives, "hour": hours},
            "statement_bytes_a_day": {
                name: points["statements_bytes"] / points["statements_points"] * a_day / statements
                for name, points, a_day in (
                    ("minute", minutes, 1440),
                    ("five_minutes", fives, 288),
                    ("hour", hours, 24),
                )
            },
        }


def _bytes_on_disk(history: History) -> int:
    history.database.shrink()
    if not history.database.shared:
        return int(history.database.used_bytes)  # type: ignore[attr-defined]  # a file has it
    with history.database.reading() as connection:  # points alone: what is replaced at each pass is vacuum's
        return int(connection.scalar(text("SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits")) or 0)


def _payloads(history: History, resolution: int) -> dict[str, float]:
    table = schema.deltas
    wanted = select(table.c.section, func.count(), func.sum(func.length(table.c.payload)))
    with history.database.reading() as connection:
        rows = connection.execute(wanted.where(table.c.resolution == resolution).group_by(table.c.section)).all()
    mine = {row[0]: (int(row[1]), float(row[2])) for row in rows}
    count, size = mine.get("statements", (1, 0.0))
    return {
        "statements_points": count,
        "statements_bytes": size,
        "all_points": sum(one[0] for one in mine.values()),
        "all_bytes": sum(one[1] for one in mine.values()),
    }


def lag(given: tuple[scale_targets.Template, ...], kind: str, steps: list[int], pace: Pace) -> list[dict[str, Any]]:
    """Add targets step by step; each step is measured over one interval after `warm` seconds. Ends where lag has begun."""
    found: list[dict[str, Any]] = []
    with store_of(kind) as (store, process), History(store) as history:
        clock, fault, watches = Clock(), Fault(), []
        clock.start()
        empty_rss = psutil.Process().memory_info().rss
        try:
            for number in steps:
                new = number - len(watches)
                for _ in range(new):  # as wiring does it, but not all in one second
                    watch = scale_targets.watch_of(given, len(watches), history, fault, pace.judge)
                    watch.start(clock)
                    watches.append(watch)
                    time.sleep(min(0.5, pace.spread / new))
                time.sleep(pace.warm)
                found.append(_step(watches, process, empty_rss, history, fault))
                print(f"  {kind}: {found[-1]}", file=sys.stderr, flush=True)
                if found[-1]["lags"]:
                    break
        finally:
            clock.stop()
            threads = [threading.Thread(target=watch.stop, args=(5.0,)) for watch in watches]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    return found


def _step(watches: list[Any], process: Process, empty_rss: int, history: History, fault: Fault) -> dict[str, Any]:
    before = sum(run.skipped for watch in watches for run in watch._accounts())
    begun, (ours, theirs) = time.monotonic(), process.seconds()
    worst = 0.0
    while (left := scale_targets.INTERVAL_SECONDS - (time.monotonic() - begun)) > 0:
        time.sleep(min(5.0, left))
        worst = max((run.lag_seconds for watch in watches for run in watch._accounts()), default=0.0)
    took, after = time.monotonic() - begun, process.seconds()
    skipped = sum(run.skipped for watch in watches for run in watch._accounts()) - before
    return {
        "targets": len(watches),
        "agent_cpu_cores": round((after[0] - ours) / took, 3),
        "store_cpu_cores": round((after[1] - theirs) / took, 3),
        "agent_rss_mb_a_target": round((psutil.Process().memory_info().rss - empty_rss) / 1e6 / len(watches), 2),
        "worst_lag_seconds": round(worst, 1),
        "skipped_ticks": skipped,
        "passes_unwritten": fault.backlog.passes,
        "lags": worst > LATE_SECONDS or skipped > 0,
        "store_mb": round(history.size_bytes / 1e6, 1),
    }


def measured(kind: str, pace: Pace, shares: list[float]) -> dict[str, Any]:
    """All three parts of one store."""
    given = scale_targets.templates()
    alone = cost(given, kind)
    grown = growth(given, kind)
    a_minute = alone["passes"]["agent_cpu_seconds"] + alone["judgement"]["agent_cpu_seconds"] * 60 / pace.judge
    a_minute += grown["roll_up_cpu_seconds_a_target_minute"]
    predicted = int(60 / a_minute)
    steps = sorted({max(2, int(predicted * share)) for share in shares})
    return {
        "sources": [one.source.name for one in given],
        "alone": alone,
        "agent_cpu_seconds_a_target_minute": a_minute,
        "targets_that_one_core_would_do": predicted,
        "growth": grown,
        "steps": lag(given, kind, steps, pace),
    }


def _in_a_process(kind: str, arguments: argparse.Namespace) -> dict[str, Any]:
    options = [
        "--store",
        kind,
        "--judge",
        str(arguments.judge),
        "--warm",
        str(arguments.warm),
        "--spread",
        str(arguments.spread),
        "--shares",
        arguments.shares,
    ]
    done = subprocess.run([sys.executable, __file__, *options], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{kind}: the measuring process ended with {done.returncode}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])  # before it stands the log
    return found


def main() -> None:
    """Measure both stores, or (--store) one of them, and write or print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", choices=STORES)
    parser.add_argument(
        "--judge", type=float, default=120.0, help="seconds between judgements (the daemon's default is 300)"
    )
    parser.add_argument(
        "--warm", type=float, default=15.0, help="seconds after a step's last target until it is measured"
    )
    parser.add_argument(
        "--small", action="store_true", help="two steps only, eight to fifteen minutes in all; the file is not written"
    )
    parser.add_argument(
        "--spread", type=float, default=SPREAD_SECONDS, help="seconds over which a step's targets begin"
    )
    parser.add_argument("--shares", default="0.4,0.7,1.0,1.3", help="steps, as shares of what one core would do")
    arguments = parser.parse_args()
    if arguments.small:
        arguments.shares, arguments.warm, arguments.spread = "0.4,0.8", 5.0, SMALL_SPREAD_SECONDS
    shares = [float(one) for one in arguments.shares.split(",")]
    if arguments.store:
        print(json.dumps(measured(arguments.store, Pace(arguments.judge, arguments.warm, arguments.spread), shares)))
        return
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?"
    )
    result: dict[str, Any] = {
        "date": now().isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "processor": model, "load_average_at_start": os.getloadavg()},
        "target": {"tables": scale_targets.TABLES, "statements": scale_targets.STATEMENTS, "busy": scale_targets.BUSY,
                   "interval_seconds": scale_targets.INTERVAL_SECONDS, "judged_every_seconds": arguments.judge},
        "postgresql_settings": SETTINGS,
        "stores": {kind: _in_a_process(kind, arguments) for kind in STORES},
    }  # fmt: skip
    result["machine"]["load_average_at_end"] = os.getloadavg()
    if not arguments.small:
        RESULT.write_text(json.dumps(result, indent=1) + "\n")
    _print(result)


def _print(result: dict[str, Any]) -> None:
    for kind, one in result["stores"].items():
        passes, judgement = one["alone"]["passes"], one["alone"]["judgement"]
        print(f"\n{kind}: a minute's passes {passes['agent_cpu_seconds'] * 1e3:.0f} ms of the agent's processor"
              f" (+ {passes['store_cpu_seconds'] * 1e3:.0f} ms of the store's)",
              f"a judgement {judgement['agent_cpu_seconds'] * 1e3:.0f} ms", sep=", ")  # fmt: skip
        for step in one["steps"]:
            print("  " + ", ".join(f"{name} {value}" for name, value in step.items()))
        a_day = one["growth"]["statement_bytes_a_day"]
        print("  bytes a statement and day: " + ", ".join(f"{name} {value:.0f}" for name, value in a_day.items()))


if __name__ == "__main__":
    main()
