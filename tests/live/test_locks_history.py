"""Who blocked whom, seen on real servers, kept in a history, and told by `tunewright locks`; and preflight's quiet hours from a history."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from reading import name_of, reader, run, source_of
from tunewright_agent.cli import locks as _locks  # noqa: F401  # adds its command
from tunewright_agent.cli import preflight as _preflight  # noqa: F401
from tunewright_agent.cli.app import app
from tunewright_agent.history.store import History
from tunewright_agent.wiring import INSTANCE
from tunewright_analyzers.check import discover
from tunewright_analyzers.check import run as run_check
from tunewright_analyzers.ddl.rates import ASSUMED, SLACK
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.facts.progress import Job, JobKind, Progress
from tunewright_analyzers.facts.relations import RelationName, Table, Tables
from tunewright_analyzers.facts.sessions import ActiveSessions, SessionLoad
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Period, Snapshot
from tunewright_analyzers.finding import Finding

pytestmark = pytest.mark.live
SHOP = ClusterId("shop")


def _config(folder: Path, url: str) -> Path:
    file = folder / "tunewright.toml"
    file.write_text(f'[history]\npath = "{folder / "h.db"}"\n[[clusters]]\nname = "shop"\nurl = "{url}"\n')
    return file


def test_a_chain_is_kept_with_its_root_and_told_later(database: str, tmp_path: Path) -> None:
    run(database, "CREATE TABLE t (id int PRIMARY KEY, v text)", "INSERT INTO t VALUES (1, 1), (2, 2)")
    activity = source_of("activity")
    with (
        psycopg.connect(database, application_name="batch") as head,
        psycopg.connect(database) as waiting,
        reader(database) as made,
    ):
        head.execute("UPDATE t SET v = 's3cr3t' WHERE id = 1")
        thread = threading.Thread(target=lambda: waiting.execute("UPDATE t SET v = v || 's3cr3t' WHERE id = 1"))
        thread.start()
        until, load = time.monotonic() + 120, None
        while time.monotonic() < until and (load is None or not load.blocked):
            sections = activity.collect(made, datetime.now(UTC)).sections
            load = next(one for one in sections if isinstance(one, ActiveSessions))
        head.rollback()
        thread.join(120)
        version = made.server.version
    assert load is not None
    at = datetime.now(UTC)
    with History(tmp_path / "h.db") as history:
        history.record(SHOP, INSTANCE, "server", tuple(sections), at)
        latest = Snapshot(SHOP, INSTANCE, Engine.POSTGRESQL, version, Flavour.SELF_MANAGED, at, (load,))
        window = history.window(latest, load.period.start, at)
    check = next(one for one in discover() if one.id == "locks/recurring_blocker")
    (found,) = [one for one in run_check(check, window) if isinstance(one, Finding)]
    assert "mostly idle in transaction" in found.summary
    told = CliRunner().invoke(
        app, ["locks", "--config", str(_config(tmp_path, database)), "--since", "1h", "--format", "json"]
    )
    assert told.exit_code == 0, told.output
    (cause,) = json.loads(told.stdout)["shop"]["blocking"]
    assert (cause["blocker_state"], cause["blocker_user"]) == ("idle in transaction", "postgres")
    assert cause["blocked_seconds"] >= 1
    assert cause["blocker_statement"] == "UPDATE t SET v = ? WHERE id = ?"
    assert cause["blocked_statement"] == "UPDATE t SET v = v || ? WHERE id = ?"
    assert "s3cr3t" not in told.stdout
    table = CliRunner().invoke(app, ["locks", "--config", str(_config(tmp_path, database))])
    assert "idle in" in table.stdout


def _history(path: Path, database: str, days: int) -> None:
    """Days of hours in which t is busy at all times but 3 o'clock, and the server quiet at 4."""
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=days)
    name = RelationName(database, "public", "t")
    counted = 0
    with History(path) as history:
        for number in range(days * 24):
            start = begin + timedelta(hours=number)
            load = 0.5 if start.hour == 4 else 8.0
            period = Period(start, start + timedelta(hours=1))
            rows = (SessionLoad(database, "app", None, "CPU", "CPU", int(load * 3600)),)
            counted += 0 if start.hour == 3 else 36_000
            tables = Tables(
                Period(begin, period.end), (Table(name, "r", 1, 0, 0, 1, 1.0, rows_updated=counted),), (database,)
            )
            history.record(SHOP, INSTANCE, "server", (ActiveSessions(period, 3600, 1.0, rows), tables), period.end)


@pytest.mark.parametrize(("days", "advised"), [(3, True), (1, False)])
def test_preflight_names_the_hours_in_which_the_table_is_least_used(
    database18: str, tmp_path: Path, days: int, advised: bool
) -> None:
    run(
        database18,
        "CREATE TABLE t (id int, v text)",
        "INSERT INTO t SELECT g, 'x' FROM generate_series(1, 100) g",
        "ANALYZE t",
    )
    _history(tmp_path / "h.db", name_of(database18), days)
    asked = ["preflight", "ALTER TABLE t ALTER COLUMN id TYPE bigint", "--config", str(_config(tmp_path, database18))]
    text = CliRunner().invoke(app, asked)
    assert text.exit_code == 0, text.output
    found = json.loads(CliRunner().invoke(app, [*asked, "--format", "json"]).stdout)["window"]
    if not advised:
        assert "no window is advised" in found
        assert "no window is advised" in text.stdout
        return
    assert found["start_hour_utc"] == 3
    assert found["touches_per_second"] == [0.0]
    assert found["busiest_touches_per_second"] == pytest.approx(10, rel=0.1)
    assert "quietest: 03:00 to 04:00 UTC" in text.stdout
    assert "scans and changed rows queue" in text.stdout


def test_preflight_tells_durations_by_what_the_daemon_measured_on_that_server(database18: str, tmp_path: Path) -> None:
    run(database18, "CREATE TABLE t (id int)", "INSERT INTO t SELECT generate_series(1, 1000)", "ANALYZE t")
    asked = ["preflight", "CREATE INDEX ON t (id)", "--config", str(_config(tmp_path, database18)), "--format", "json"]
    name, start = RelationName(name_of(database18), "public", "other"), datetime.now(UTC) - timedelta(days=2)
    build = Job(JobKind.INDEX_BUILD, name, "CREATE INDEX", 1, 100.0, 10**9)
    with History(tmp_path / "h.db") as history:
        for minute, rows in enumerate(((), (build,))):
            at = start + timedelta(minutes=minute)
            history.record(SHOP, INSTANCE, "server", (Progress(Period(start, at), rows, 10.0),), at)
    (effect,) = json.loads(CliRunner().invoke(app, asked).stdout)["effects"]
    assert effect["seconds_basis"] == "measured on this server: 1 index builds, 1.0 GB"
    assert effect["seconds"][1] == pytest.approx(SLACK**2 * effect["seconds"][0])
    text = CliRunner().invoke(app, asked[:-2])
    assert "measured on this server" in text.stdout.replace("\n", " ")
    (tmp_path / "h.db").unlink()
    (effect,) = json.loads(CliRunner().invoke(app, asked).stdout)["effects"]
    assert effect["seconds_basis"] == ASSUMED
