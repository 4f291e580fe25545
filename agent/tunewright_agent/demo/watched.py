"""The real daemon over the demo's server: its settings, its start in a thread, and what it knows when it has judged everything once."""

import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tunewright_agent.config.settings import (
    AgentSettings,
    ClusterSettings,
    HistorySettings,
    LogSettings,
    Settings,
    WebSettings,
)
from tunewright_agent.daemon import Daemon
from tunewright_agent.demo.mistakes import DEMO_CHECKS
from tunewright_agent.demo.server import DATABASE
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres import grants
from tunewright_agent.state import State
from tunewright_agent.watch import Watch
from tunewright_agent.wiring import Assembly, assemble

MONITOR = "tunewright"
"""The role that the daemon logs in as: the one that `tunewright grants` makes, not the superuser."""
STARTED_SECONDS, JUDGED_SECONDS = 120.0, 240.0
ANALYSES = ("plans", "index_advice")


class DemoError(RuntimeError):
    """The demo could not go on; the message says where it stood."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the daemon knew and published."""

    state: State
    metrics: str
    address: str


def grant(server: EmbeddedServer) -> None:
    """Make the monitoring role as an administrator would: by the SQL of `tunewright grants`."""
    with psycopg.connect(server.url(DATABASE), autocommit=True, connect_timeout=10) as connection:
        connection.execute(grants.sql(MONITOR).encode())


def settings_for(server: EmbeddedServer, folder: Path) -> Settings:
    """As a user would write them, but for the short intervals: the demo cannot wait five minutes."""
    return Settings(
        agent=AgentSettings.model_validate({"judge_every": "10s", "plans_every": "30s"}),
        log=LogSettings(level="error", format="console"),
        web=WebSettings(port=0),
        history=HistorySettings(path=folder / "tunewright.db"),
        clusters=(
            ClusterSettings(
                name=DATABASE,
                url=server.url(DATABASE, MONITOR),
                databases=(DATABASE,),
                log_file=server.log,
                on_database_host=True,
            ),
        ),
        checks={name: dict(values) for name, values in DEMO_CHECKS.items()},
    )


@contextmanager
def daemon_over(settings: Settings, assemble: Callable[[Settings], Assembly] = assemble) -> Iterator[Assembly]:
    """A running daemon, drained at the end. Raises DemoError where it does not come up."""
    daemon = Daemon(settings, assemble=assemble)
    started = threading.Event()
    assemblies: list[Assembly] = []

    def on_started(assembly: Assembly) -> None:
        assemblies.append(assembly)
        started.set()

    thread = threading.Thread(target=daemon.run, args=(on_started,), name="demo-daemon", daemon=True)
    thread.start()
    try:
        if not started.wait(STARTED_SECONDS):
            raise DemoError(f"the daemon did not start within {STARTED_SECONDS:g} s")
        yield assemblies[0]
    finally:
        daemon.stop()
        thread.join(settings.agent.drain + 5)


def judged(assembly: Assembly, on_wait: Callable[[float, float], None] = lambda _done, _of: None) -> Seen:
    """Wait until every source, the plans and the index advice have had a pass and the checks have judged them all.

    `on_wait` is told (seconds waited, seconds at the most). Raises DemoError at the deadline.
    """
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) < JUDGED_SECONDS:
        on_wait(waited, JUDGED_SECONDS)
        if all(_is_judged(assembly, place) for place in range(len(assembly.watches))):
            return Seen(assembly.state(), scrape(assembly.address), assembly.address)
        time.sleep(0.2)
    missing = ", ".join(name for watch in assembly.watches for name in _waiting_for(watch))
    raise DemoError(
        f"the daemon had not judged within {JUDGED_SECONDS:g} s; still waiting for {missing or 'the checks'}"
    )


def _waiting_for(watch: Watch) -> list[str]:
    ran = {run.source for run in watch.latest.runs}
    known = {source.name for source in watch.analyst.sources()}
    return [name for name in ANALYSES if name in known - ran]


def _is_judged(assembly: Assembly, place: int) -> bool:
    """Whether the newest judgement is younger than the first end of every pass."""
    watch = assembly.watches[place]
    runs, judgement = watch.latest.runs, watch.judgement
    if judgement is None or not watch.passed or _waiting_for(watch):
        return False
    return all(judgement.judged_at > run.at for run in runs if run.source in ANALYSES)


def scrape(address: str) -> str:
    """What /metrics says now."""
    with urllib.request.urlopen(f"{address}/metrics", timeout=10) as answer:  # noqa: S310  # our own page on the loopback
        text: str = answer.read().decode()
    return text


@contextmanager
def folder() -> Iterator[Path]:
    """A private folder for the daemon's history, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="tunewright-demo-") as name:
        yield Path(name)
