"""The window that `tunewright advise parameters` judges: of the server's own counters, of two readings, or of the daemon's history.

In come a Watch and how long to look, out goes a Window. No command stands here.
"""

import time
from dataclasses import replace

from tunewright_agent.cli.app import progress
from tunewright_agent.history.deltas import counts, difference, merge, onto
from tunewright_agent.watch import Watch
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.snapshot import Section, Snapshot, Window

SAMPLE_SECONDS = 1.0


def read_all(watch: Watch) -> None:
    """One pass of every source, then of the plans."""
    for source in watch.sources:
        watch.read(source)


def plans(watch: Watch) -> None:
    """The analyst's pass of plans: those that the server logged, and those of the twin."""
    for analysis in watch.analyst.sources():
        if analysis.name == "plans":
            watch.analyse(analysis)


def _sampled(watch: Watch, seconds: float) -> list[ActiveSessions]:
    """Samples of the sessions, one a second for so long, minute by minute."""
    activity = next((source for source in watch.sources if source.name == "activity"), None)
    minutes: dict[object, ActiveSessions] = {}
    until = time.monotonic() + seconds
    with progress(f"{watch.latest.cluster}: sampling sessions", seconds) as task:
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(SAMPLE_SECONDS, left))
            if activity is not None:
                watch.read(activity)
            load = watch.latest.snapshot().section(ActiveSessions)
            if load is not None:
                minutes[load.period.start] = load
            task.at(seconds - left, seconds)
    return list(minutes.values())


def between(before: Snapshot, now: Snapshot, load: list[ActiveSessions]) -> Window:
    """What was counted between two readings of one server, and the samples of the time between."""
    deltas: list[Section] = []
    for section in now.sections:
        earlier = before.section(type(section))
        delta = difference(earlier, section) if earlier is not None and counts(section) else None
        if delta is not None:
            deltas.append(onto(delta, section))
    if load:
        deltas.append(merge(load))
    return Window(now.cluster, before.taken_at, now.taken_at, now, tuple(deltas))


def over(watch: Watch, seconds: float) -> Window:
    """Read, look on for so long, read again: only what was counted in between is judged."""
    read_all(watch)
    before = watch.latest.snapshot()
    load = _sampled(watch, seconds)
    read_all(watch)
    plans(watch)
    return between(before, watch.latest.snapshot(), load)


def counted(watch: Watch, samples: int) -> Window:
    """What the server itself has counted since its statistics were reset."""
    read_all(watch)
    load = _sampled(watch, samples * SAMPLE_SECONDS)
    plans(watch)
    now = watch.latest.snapshot()
    window = Window(now.cluster, now.taken_at, now.taken_at, now)
    return replace(window, deltas=(merge(load),)) if load else window
