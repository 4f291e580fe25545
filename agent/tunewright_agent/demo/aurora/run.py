"""The AWS half of the demo: the simulated account in moto, and the shop's real PostgreSQL in the place of the writer of `shop`.

Called by `tunewright demo --engine aurora` and by the tests. Needs moto, which the development dependencies bring; no AWS account is touched:
the credentials are made up, and every request is answered in this process.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

from tunewright_agent.clock import now
from tunewright_agent.config.aws import AwsSettings, AwsTargetSettings
from tunewright_agent.config.settings import AgentSettings, HistorySettings, LogSettings, Settings, WebSettings
from tunewright_agent.demo import schema, workload
from tunewright_agent.demo.aurora.account import account
from tunewright_agent.demo.aurora.estate import AWAY, HOME
from tunewright_agent.demo.aurora.planted import PLANTED_IN_CLOUD, PlantedInCloud, surplus
from tunewright_agent.demo.server import DATABASE
from tunewright_agent.demo.watched import ANALYSES, DemoError, Seen, daemon_over, grant, scrape
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.reports.render import render_report
from tunewright_agent.reports.shapes import state_shape, whole_judgement
from tunewright_agent.sources.aws.session import Door, Limits
from tunewright_agent.state import Judgement
from tunewright_agent.watch import Watch
from tunewright_agent.wiring import Assembly, assemble
from tunewright_analyzers.facts.events import Events
from tunewright_analyzers.facts.snapshot import View
from tunewright_analyzers.finding import Finding

JUDGED_SECONDS = 240.0
MADE_UP = {
    "AWS_ACCESS_KEY_ID": "demo",
    "AWS_SECRET_ACCESS_KEY": "demo",
    "AWS_SESSION_TOKEN": "demo",
    "AWS_DEFAULT_REGION": HOME,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
PASSWORD_VARIABLE = "TUNEWRIGHT_DEMO_PASSWORD"  # noqa: S105  # a name, not a password
Progress = Callable[[str, float, float], None]


@dataclass(frozen=True, slots=True)
class CloudOutcome:
    """What the demo showed. `missed` and `surplus`: none, or something is broken."""

    seen: Seen
    judgement: Judgement
    found: tuple[PlantedInCloud, ...]
    missed: tuple[PlantedInCloud, ...]
    surplus: tuple[Finding, ...]
    failovers: int
    """Failovers of the two weeks that the daemon knows of."""


@contextmanager
def simulated() -> Iterator[Door]:
    """The account, built now, and the door to it. Raises DemoError without moto."""
    try:
        from moto import mock_aws
    except ImportError as error:
        raise DemoError("the Aurora demo needs moto: `pip install 'moto[rds,cloudwatch,ec2,logs,sts]'`") from error
    with patch.dict(os.environ, MADE_UP), mock_aws():
        yield Door(Limits(attempts=2), make=account(now(), now).substitute.make)


def settings_for(running: EmbeddedServer, folder: Path) -> Settings:
    """Both regions from outside; the writer of `shop` from inside too, at the demo's own server."""
    address = urlsplit(running.url(DATABASE, tcp=True))
    os.environ[PASSWORD_VARIABLE] = address.password or ""
    inside = {
        "region": HOME, "cluster": "shop", "connect_to": ["shop-1"], "user": address.username, "database": DATABASE,
        "auth": "password", "password_from": {"env": PASSWORD_VARIABLE}, "tls": "off",
        "addresses": {"shop-1": f"{address.hostname}:{address.port}"},
    }  # fmt: skip
    outside = [{"region": HOME, "connect": False, "exclude": ["shop"]}, {"region": AWAY, "connect": False}]
    targets = tuple(AwsTargetSettings.model_validate(one) for one in (inside, *outside))
    return Settings(
        agent=AgentSettings.model_validate({"judge_every": "10s", "plans_every": "30s"}),
        log=LogSettings(level="error", format="console"),
        web=WebSettings(port=0),
        history=HistorySettings(path=folder / "tunewright.db"),
        aws=AwsSettings(targets=targets),
    )


def play(running: EmbeddedServer, history: Path, progress: Progress) -> CloudOutcome:
    """Build the shop and the account, let the daemon look. Raises DemoError, WorkloadError, psycopg.Error."""
    url = schema.build(running.url(), lambda done, of: progress("building a shop with mistakes", done, of))
    grant(running)
    workload.run(url, rounds=1, on_progress=lambda done, of: progress("the shop at work", done, of))
    with watched(running, history) as assembly:
        return judged(assembly, progress)


@contextmanager
def watched(running: EmbeddedServer, history: Path) -> Iterator[Assembly]:
    """The daemon over the simulated account and the shop's server."""
    with simulated() as door, daemon_over(settings_for(running, history), partial(assemble, door=door)) as assembly:
        yield assembly


def judged(assembly: Assembly, progress: Progress) -> CloudOutcome:
    """Wait until every watch has judged all that its sources brought; what was planted must be found. Raises DemoError at the deadline."""
    begun, passed_at = time.monotonic(), None
    while (waited := time.monotonic() - begun) < JUDGED_SECONDS:
        progress("the daemon looks", waited, JUDGED_SECONDS)
        if passed_at is None and _passed(assembly):
            passed_at = now()
        if passed_at is not None and all(_judged_after(watch, passed_at) for watch in _watches(assembly)):
            return outcome(assembly)
        time.sleep(0.5)
    waiting = [str(watch.latest.cluster) for watch in _watches(assembly) if not watch.passed or watch.judgement is None]
    raise DemoError(f"the daemon had not judged within {JUDGED_SECONDS:g} s; still waiting for {', '.join(waiting)}")


def _watches(assembly: Assembly) -> tuple[Watch, ...]:
    return (*assembly.watches, *(assembly.fleet.watches if assembly.fleet is not None else ()))


def _passed(assembly: Assembly) -> bool:
    """Whether every source has ended once, and plans and index advice have succeeded (they need what the sources bring first)."""
    if assembly.fleet is None or not assembly.fleet.passed:
        return False
    for watch in _watches(assembly):
        well = {run.source for run in watch.latest.runs if run.error is None}
        if not {one.name for one in watch.analyst.sources()} & set(ANALYSES) <= well:
            return False
    return True


def _judged_after(watch: Watch, at: datetime) -> bool:
    return watch.judgement is not None and watch.judgement.judged_at > at


def outcome(assembly: Assembly) -> CloudOutcome:
    """What is known now, held against what was planted."""
    state = assembly.state()
    judgement = whole_judgement(state)
    found = tuple(one for one in PLANTED_IN_CLOUD if one.found_in(judgement.findings))
    missed = tuple(one for one in PLANTED_IN_CLOUD if one not in found)
    events = [
        one.snapshot.section(Events) for one in state.instances if one.snapshot and one.snapshot.view is View.CLOUD
    ]
    since = now() - timedelta(days=14)
    failovers = sum(event.kind == "failover" and event.at >= since for each in events if each for event in each.rows)
    seen = Seen(state, scrape(assembly.address), assembly.address)
    return CloudOutcome(seen, judgement, found, missed, surplus(judgement.findings), failovers)


def write(done: CloudOutcome, output: Path) -> tuple[Path, ...]:
    """Leave findings.json, report.html and metrics.txt in `output`. Raises OSError."""
    output.mkdir(parents=True, exist_ok=True)
    state = done.seen.state
    texts = {
        "findings.json": json.dumps(state_shape(state), indent=1, allow_nan=False) + "\n",
        "report.html": render_report("Tunewright demo: Aurora", state, None, now()),
        "metrics.txt": done.seen.metrics,
    }
    for name, text in texts.items():
        (output / name).write_text(text, encoding="utf-8")
    return tuple(output / name for name in texts)
