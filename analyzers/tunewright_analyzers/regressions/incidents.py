"""Which shifts a person should hear of, put together by cause. Called by the checks of the group `regressions`.

A shift counts where it weighs: at least 5 % of the load, or, where something changed at its begin that explains it (its plan, its rows a
call, settings, DDL, the server's role), a tenth of that. Shifts that began within half an hour of each other are one incident.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.regressions import Regressions, Shift
from tunewright_analyzers.finding import Evidence, Severity

TOGETHER = timedelta(minutes=30)
AT_ONCE = timedelta(minutes=30)
"""A setting, DDL or another role works at once: it explains what began within so much of it, for the begin is an estimate."""
ROWS_CHANGED = 1.5
"""How many times more rows a call explain a longer call."""
SURE = 1e-3
"""p-value below which the plan is taken to have made the statement slower."""
PLAIN = 3.0
"""So many times slower with another plan is slower by it, as long as there are too few buckets for the test of ranks."""
ROUTINE = "statistics_renewed"
"""Told as evidence; but autovacuum analyses all day, so it lowers no floor."""
HIGH_EXTRA_SHARE, HIGH_RATIO = 0.2, 2.0
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Floors:
    """Below these a shift is noise to a person. Shares of the cluster's statement time, seconds of execution a second, times slower."""

    share_min: float
    changed_share_min: float
    load_min: float
    ratio_min: float


@dataclass(frozen=True, slots=True)
class Incident:
    """Shifts of one cause, the one that tells most first. `flipped`: another plan made that one slower."""

    lead: Shift
    others: tuple[Shift, ...]

    @property
    def flipped(self) -> bool:
        """Whether the lead's plan changed, and its latencies before and after differ plainly, or beyond chance."""
        return made_slower(self.lead)

    @property
    def extra_load(self) -> float:
        """Seconds a second that all of them take more than usual."""
        return self.lead.extra_load + sum(one.extra_load for one in self.others)

    @property
    def changes(self) -> tuple[Event, ...]:
        """What happened around it, each once, oldest first."""
        found = {change for one in (self.lead, *self.others) for change in one.changes}
        return tuple(sorted(found, key=lambda one: (one.at, one.kind, one.subject)))

    @property
    def severity(self) -> Severity:
        """High where it doubled and takes a fifth of all statement time more."""
        everything = self.lead.load / self.lead.share if self.lead.share > 0 else 0.0
        heavy = everything > 0 and self.extra_load / everything >= HIGH_EXTRA_SHARE
        return Severity.HIGH if heavy and self.lead.ratio >= HIGH_RATIO else Severity.MEDIUM


def made_slower(shift: Shift) -> bool:
    """Whether another plan made it slower: by the test of ranks, or plainly where there is too little for it yet."""
    proved = shift.ratio >= PLAIN if shift.p_value is None else shift.p_value <= SURE
    return _replanned(shift) and proved


def _replanned(shift: Shift) -> bool:
    """Whether its plan changed at its begin, or was seen to later, for plans are read seldom."""
    return shift.flip is not None and shift.flip.seen_at >= shift.since - AT_ONCE


def is_changed(shift: Shift) -> bool:
    """Whether something is known that explains the shift."""
    rows = shift.rows_ratio is not None and shift.rows_ratio >= ROWS_CHANGED
    others = any(one.kind != ROUTINE and abs(one.at - shift.since) <= AT_ONCE for one in shift.changes)
    return _replanned(shift) or rows or others


def weighs(shift: Shift, floors: Floors) -> bool:
    """Whether a person should hear of it: it did weigh over an hour since it opened, so that none is told anew at each crossing of a floor."""
    share = floors.changed_share_min if is_changed(shift) else floors.share_min
    return shift.highest_share >= share and shift.load >= floors.load_min and shift.highest_ratio >= floors.ratio_min


def incidents(section: Regressions, floors: Floors) -> tuple[Incident, ...]:
    """The shifts that weigh, by cause, oldest first."""
    weighty = [one for one in section.shifts if weighs(one, floors)]
    groups: list[list[Shift]] = []
    for shift in sorted(weighty, key=lambda one: (one.since, -one.extra_load, one.statement_id, one.database)):
        if groups and shift.since - groups[-1][0].since <= TOGETHER:
            groups[-1].append(shift)
        else:
            groups.append([shift])
    return tuple(_incident(group) for group in groups)


def _incident(group: list[Shift]) -> Incident:
    flipped = [one for one in group if made_slower(one)]
    lead = max(flipped, key=lambda one: one.extra_load) if flipped else group[0]
    return Incident(lead, tuple(one for one in group if one is not lead))


def milliseconds(seconds: float) -> str:
    """A latency for people."""
    return f"{seconds * 1000:,.3g} ms" if seconds < 1 else f"{seconds:,.3g} s"


def clock(at: datetime) -> str:
    """A time for people."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def companions(incident: Incident) -> str:
    """The others, for a summary."""
    count = len(incident.others)
    return f"; {count} more {'statement' if count == 1 else 'statements'} became slower with it" if count else ""


def evidence(incident: Incident) -> tuple[Evidence, ...]:
    """The lead's numbers, and what changed around it."""
    return tuple(_evidence(incident))


def _evidence(incident: Incident) -> Iterator[Evidence]:
    lead, source = incident.lead, "history of pg_stat_statements"
    yield Evidence("usual execution time", round(lead.usual_seconds, 6), "seconds", f"{lead.usual}")
    yield Evidence("execution time over the last hour", round(lead.recent_seconds, 6), "seconds", source)
    yield Evidence("slower since", clock(lead.since), "", source)
    yield Evidence("share of all statements", round(lead.share, 4), "ratio", source)
    yield Evidence("score of the step", round(lead.score, 1), "", f"limit {lead.limit:.1f}")
    yield Evidence("more load than usual", round(incident.extra_load, 4), "seconds a second", source)
    if lead.calls_ratio is not None:
        yield Evidence("calls, against the hour before", round(lead.calls_ratio, 2), "ratio", source)
    if lead.rows_ratio is not None:
        yield Evidence(
            "rows a call in its first hour, against the hour before", round(lead.rows_ratio, 2), "ratio", source
        )
    if lead.flip is not None:
        yield from _flip(lead)
    for wait in lead.waits:
        yield Evidence(f"waiting for {wait.wait_type}", round(wait.since, 3), "ratio", f"sampled sessions; {wait.before:.0%} before")  # fmt: skip
    for table in lead.statistics:
        when = clock(table.analysed_at) if table.analysed_at else "never"
        said = f"made {when}; {table.modified_ratio:.0%} of the rows changed since"
        yield Evidence(f"statistics of {table.table}", said, "", "pg_stat_all_tables")
    for change in incident.changes[:SHOWN]:
        yield Evidence(f"{change.kind} at {clock(change.at)}", f"{change.subject} {change.detail}".strip(), "", "history")  # fmt: skip
    for other in incident.others[:SHOWN]:
        yield Evidence(f"also slower: statement {other.statement_id}", round(other.ratio, 2), "ratio", other.database)


def _flip(lead: Shift) -> Iterator[Evidence]:
    flip = lead.flip
    if flip is None:
        return
    yield Evidence("plan before", f"{flip.was} {flip.before}".strip(), "", str(flip.origin))
    yield Evidence("plan now", f"{flip.now} {flip.after}".strip(), "", f"{flip.origin}, first seen {clock(flip.seen_at)}")  # fmt: skip
    if lead.p_value is not None:
        yield Evidence("chance that latencies are no longer with it", float(f"{lead.p_value:.2g}"), "", "Mann-Whitney")
