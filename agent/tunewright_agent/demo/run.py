"""The demo from end to end: build, work, watch, advise, apply to its own database, work again, and write down what came of it.

Called by `tunewright demo` and by the tests. Everything happens on the demo's own server; its files go into `output`.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tunewright_agent.clock import now
from tunewright_agent.demo import schema, workload
from tunewright_agent.demo.apply import Applied, apply
from tunewright_agent.demo.hold import hold
from tunewright_agent.demo.measure import compared, measure
from tunewright_agent.demo.mistakes import PLANTED, Planted
from tunewright_agent.demo.server import server
from tunewright_agent.demo.watched import Seen, daemon_over, folder, grant, judged, settings_for
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.reports.render import render_report
from tunewright_agent.reports.shapes import Measured, state_shape, whole_judgement
from tunewright_agent.state import Judgement
from tunewright_agent.wiring import Assembly

Progress = Callable[[str, float, float], None]
"""Told (what is done now, done, of how much)."""
FILES = ("findings.json", "report.html", "metrics.txt")
_JOBS = {
    "build": "building a shop with mistakes",
    "before": "the shop at work",
    "watch": "the daemon looks",
    "after": "the same work again",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demo showed. `missed`: planted mistakes that were not found (none, or something is broken)."""

    seen: Seen
    judgement: Judgement
    applied: Applied
    measured: Measured
    found: tuple[Planted, ...]
    missed: tuple[Planted, ...]


def _told(progress: Progress, job: str) -> Callable[[float, float], None]:
    return lambda done, of: progress(_JOBS[job], done, of)


def play(running: EmbeddedServer, history: Path, progress: Progress) -> Outcome:
    """All acts on a running demo server. Raises DemoError, WorkloadError, HoldError, NotTheDemoError, psycopg.Error."""
    url = schema.build(running.url(), _told(progress, "build"))
    grant(running)
    workload.run(url, rounds=1)  # so that both measured runs find warm caches
    before = measure(url, lambda: workload.run(url, on_progress=_told(progress, "before")))
    with daemon_over(settings_for(running, history)) as assembly, hold(url):
        seen = judged(assembly, _told(progress, "watch"))
    judgement = whole_judgement(seen.state)
    applied = apply(url, judgement.recommendations)
    after = measure(url, lambda: workload.run(url, on_progress=_told(progress, "after")))
    found = tuple(one for one in PLANTED if any(one.found_in(finding) for finding in judgement.findings))
    missed = tuple(one for one in PLANTED if one not in found)
    return Outcome(seen, judgement, applied, compared(before, after, applied.statements), found, missed)


def write(outcome: Outcome, output: Path) -> tuple[Path, ...]:
    """Leave findings.json, report.html and metrics.txt in `output`. Raises OSError."""
    output.mkdir(parents=True, exist_ok=True)
    texts = (
        json.dumps(state_shape(outcome.seen.state, outcome.measured), indent=1, allow_nan=False) + "\n",
        render_report("Tunewright demo", outcome.seen.state, outcome.measured, now()),
        outcome.seen.metrics,
    )
    paths = tuple(output / name for name in FILES)
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


@contextmanager
def staged(progress: Progress) -> Iterator[tuple[EmbeddedServer, Path, Outcome]]:
    """A demo that was played; its server and the daemon's history exist until the block ends. Raises what `play` raises, EmbeddedError."""
    with folder() as history, server() as running:
        yield running, history, play(running, history, progress)


@contextmanager
def kept(running: EmbeddedServer, history: Path) -> Iterator[Assembly]:
    """The daemon again, over the shop as it is after the advice: it will see that the indexes were made."""
    with daemon_over(settings_for(running, history)) as assembly:
        yield assembly
