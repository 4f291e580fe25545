"""What one change did: its statements in comparable hours before and after, by ranks. Pure; called by the agent's ledger.

In come the Change, the advice that it answers (if any), the counters of statements by hour, and the other changes; out comes an Effect.
Beyond chance means: the Mann-Whitney probability lies below 1 % divided by the number of statements compared, and the time a call changed by
at least a fifth, also relative to the statements that the change does not concern (what moved all of them was something else).
An outcome is told from six hours on; a promise is judged once its own time to settle is over.
"""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tunewright_analyzers.effects.concerned import names
from tunewright_analyzers.effects.hours import HOUR, Comparable, Hour, Hours, comparable, samples, whole_hours
from tunewright_analyzers.effects.match import bounds, undoes
from tunewright_analyzers.effects.promise import LEAST_FACTOR, is_kept, measured_ratio, promised_ratio
from tunewright_analyzers.effects.ranks import factor
from tunewright_analyzers.facts.effects import Change, Effect, Outcome, StatementEffect
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.recommendation import Recommendation

BEFORE = timedelta(days=28)
AFTER = timedelta(days=7)
"""How far back and ahead of the change is looked; after that the measurement stands."""
CHECKPOINTS = (timedelta(hours=7), timedelta(hours=25), timedelta(hours=73), AFTER + timedelta(hours=1))
"""Ages of a change at which it is measured."""
_CHANCE = 0.01
_LEAST_SAMPLES = 6
_MOST_SAMPLES = 120
_MOST_STATEMENTS = 200
_LEAST_CONTROLS = 5
_LEAST_SHARE = 0.005
"""Of all statements' time: a smaller sum is neither help nor hurt."""
_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class Text:
    """What is known of a statement beside its counters. `text` is redacted; None where it is not known."""

    text: str | None
    kind: str


def concerned(
    change: Change, advice: Recommendation | None, hours: Hours, texts: Mapping[StatementId, Text]
) -> tuple[StatementId, ...]:
    """Statements that the change may have moved, those of most time first: what the advice named, what names the table, or all."""
    named = set(advice.expectation.statements) if advice is not None and advice.expectation is not None else set()
    table = change.table
    if table is None:
        named |= set(hours) if not named else set()
    else:
        named |= {one for one, text in texts.items() if text.text is not None and names(text.text, table)}
    known = (one for one in named if one in hours)
    return tuple(sorted(known, key=lambda one: (-_seconds(hours, one), one))[:_MOST_STATEMENTS])


def _thinned(rows: tuple[Hour, ...]) -> list[float]:
    """At most so many means, evenly spread over the time."""
    step = max(1, -(-len(rows) // _MOST_SAMPLES))
    return [row.mean_seconds for row in rows[::step]]


def _compared(
    statement: StatementId, kind: str, hours: Mapping[datetime, Hour], chosen: Comparable, tests: int
) -> StatementEffect | None:
    before, after = samples(hours, chosen.before), samples(hours, chosen.after)
    if min(len(before), len(after)) < _LEAST_SAMPLES:
        return None
    found = factor(_thinned(before), _thinned(after))
    calls = [sum(row.calls for row in rows) for rows in (before, after)]
    means = [sum(row.seconds for row in rows) / count for rows, count in zip((before, after), calls, strict=True)]
    a_day = sum(row.seconds for row in after) / len(chosen.after) * _DAY_HOURS
    differs = found.probability < _CHANCE / max(tests, 1) and not 1 / LEAST_FACTOR < found.ratio < LEAST_FACTOR
    return StatementEffect(
        statement, kind, means[0], means[1], calls[0], calls[1], len(after), found.ratio, found.low, found.high,
        found.probability, differs, a_day * (1 / found.ratio - 1),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all statements of one measurement share."""

    change: Change
    hours: Hours
    texts: Mapping[StatementId, Text]
    others: tuple[Change, ...]
    before: Period
    after: Period
    known: frozenset[datetime]

    def chosen(self, statement: StatementId) -> Comparable:
        """The hours in which the statement is compared: cut at every other change of a table that it names."""
        text = self.texts[statement].text if statement in self.texts else None
        mine = [one for one in self.others if one.table is not None and text is not None and names(text, one.table)]
        before, after = _cut(self.before, self.after, self.change, mine)
        return comparable(self.known, before, after)

    def compared(self, statement: StatementId, tests: int) -> StatementEffect | None:
        """The statement before and after; None where it ran too seldom."""
        kind = self.texts[statement].kind if statement in self.texts else "unknown"
        return _compared(statement, kind, self.hours[statement], self.chosen(statement), tests)


def _control(scene: _Scene, mine: Iterable[StatementId]) -> float | None:
    """By what factor the statements that are not concerned moved: the median; None where there are too few, or the change concerns all."""
    if scene.change.table is None:
        return None
    others = sorted(set(scene.hours) - set(mine), key=lambda one: (-_seconds(scene.hours, one), one))
    found = (scene.compared(one, 1) for one in others[: _MOST_STATEMENTS // 4])
    ratios = [one.ratio for one in found if one is not None]
    return statistics.median(ratios) if len(ratios) >= _LEAST_CONTROLS else None


def _seconds(hours: Hours, statement: StatementId) -> float:
    return sum(hour.seconds for hour in hours[statement].values())


def _cut(before: Period, after: Period, change: Change, near: Iterable[Change]) -> tuple[Period, Period]:
    """Both periods, ended at the nearest of the other changes."""
    start = max([before.start, *(one.at for one in near if one.at <= change.after)])
    end = min([after.end, *(one.after for one in near if one.after >= change.at)])
    return Period(min(start, before.end), before.end), Period(after.start, max(end, after.start))


def _against(control: float | None, row: StatementEffect) -> StatementEffect:
    """What moved no more than everything else did was not moved by the change."""
    if control is None or not row.differs or not 1 / LEAST_FACTOR < row.ratio / control < LEAST_FACTOR:
        return row
    return replace(row, differs=False)


def _periods(change: Change, others: Iterable[Change], now: datetime) -> tuple[Period, Period, bool]:
    """Before and after, cut at other changes of the same thing and at settings; and whether the time after is over."""
    near = [one for one in others if one.id != change.id and bounds(one, change)]
    longest = Period(change.at - BEFORE, change.after), Period(change.at, min(change.at + AFTER, now))
    over = now >= change.at + AFTER or any(one.after >= change.at for one in near)
    return *_cut(*longest, change, near), over


def passed(change: Change, at: datetime) -> int:
    """How many of the times at which a change is measured have come."""
    return sum(change.at + one <= at for one in CHECKPOINTS)


def is_due(change: Change, last: Effect | None, others: Iterable[Change], now: datetime) -> bool:
    """Whether it is worth measuring now: a checkpoint has passed since the last time, or another change ended its time."""
    if last is not None and last.is_final:
        return False
    known = passed(change, last.measured_at) if last is not None else 0
    if passed(change, now) > known:
        return True
    ended = any(one.id != change.id and bounds(one, change) and one.after >= change.at for one in others)
    return ended and now >= change.at + CHECKPOINTS[0]


def unmeasured(change: Change, at: datetime) -> Effect:
    """In place of an effect until the first measurement."""
    return Effect(
        change, Outcome.MEASURING, "it was seen; what it did is measured seven hours later for the first time", at
    )


def measure(
    change: Change,
    advice: Recommendation | None,
    hours: Hours,
    texts: Mapping[StatementId, Text],
    others: tuple[Change, ...],
    now: datetime,
) -> Effect:
    """The effect as it can be told now."""
    before, after, over = _periods(change, others, now)
    known = frozenset(hour for row in hours.values() for hour in row)
    chosen = comparable(known, before, after)
    mine = concerned(change, advice, hours, texts)
    undone = next((one.at for one in sorted(others, key=lambda one: one.at) if undoes(one, change)), None)
    blank = Effect(
        change, Outcome.UNDECIDED if over else Outcome.MEASURING, "", now, before=before, after=after,
        method=f"{chosen.method}, {len(chosen.before)} before and {len(chosen.after)} after, by Mann and Whitney",
        alongside=_alongside(change, others, after), undone_at=undone, is_final=over,
        recommendation=advice.id if advice else None, check=advice.check if advice else None,
        promised=promised_ratio(advice.expectation) if advice else None,
        promised_metric=advice.expectation.metric if advice and advice.expectation else "",
    )  # fmt: skip
    if not chosen.enough:
        sides = f"{len(whole_hours(known, before))} hours before it and {len(whole_hours(known, after))} after it"
        until = "were recorded between it and the next changes" if over else "so far"
        return replace(blank, because=f"{sides} {until}: six comparable ones of each are needed")
    scene = _Scene(change, hours, texts, tuple(one for one in others if one.id != change.id), before, after, known)
    rows = tuple(row for one in mine if (row := scene.compared(one, len(mine))) is not None)
    if not rows:
        return replace(blank, because=_too_few(len(mine)))
    control = _control(scene, mine)
    told = (_against(control, row) for row in rows)
    rows = tuple(sorted(told, key=lambda row: (not row.differs, -abs(row.saved_seconds_a_day), row.statement)))
    return _judged(replace(blank, statements=rows), advice, _load_a_day(hours, chosen), now)


def _too_few(number: int) -> str:
    if not number:
        return "no statement that it may concern was seen"
    return f"none of the {number} statements that it may concern ran often enough on both sides (five calls in six of the hours)"


def _alongside(change: Change, others: Iterable[Change], after: Period) -> tuple[str, ...]:
    """What else changed at the same time, in any place: it may have its part."""
    near = (
        one for one in others if one.id != change.id and one.after <= change.at + HOUR and one.at >= change.after - HOUR
    )
    return tuple(str(one) for one in near if one.after <= after.end)


def _load_a_day(hours: Hours, chosen: Comparable) -> float:
    wanted = set(chosen.after)
    seconds = sum(hour.seconds for row in hours.values() for at, hour in row.items() if at in wanted)
    return seconds / max(len(wanted), 1) * _DAY_HOURS


def _judged(effect: Effect, advice: Recommendation | None, load: float, now: datetime) -> Effect:
    moved = [row for row in effect.statements if row.differs]
    net = sum(row.saved_seconds_a_day for row in moved)
    outcome = Outcome.UNCHANGED
    if moved and abs(net) >= _LEAST_SHARE * load:
        outcome = Outcome.HELPED if net > 0 else Outcome.HURT
    named = effect.statements
    if advice is not None and advice.expectation is not None:
        wanted = set(advice.expectation.statements)
        named = tuple(row for row in effect.statements if row.statement in wanted)
    settled = advice is not None and now >= effect.change.at + (
        advice.expectation.settle if advice.expectation else timedelta(days=1)
    )
    kept = is_kept(advice, outcome, named) if advice is not None and (settled or effect.is_final) else None
    return replace(
        effect, outcome=outcome, because=_sentence(effect.statements, net), saved_seconds_a_day=net,
        measured=measured_ratio(named), kept=kept,
    )  # fmt: skip


def _sentence(rows: tuple[StatementEffect, ...], net: float) -> str:
    faster = sum(row.differs and row.ratio < 1 for row in rows)
    slower = sum(row.differs and row.ratio > 1 for row in rows)
    many = len(rows)
    text = f"of {many} statement{'' if many == 1 else 's'} compared {faster or 'none'} became faster and {slower or 'none'} slower"
    if not faster and not slower:
        return f"of {many} statement{'' if many == 1 else 's'} compared none changed by a fifth or more beyond chance"
    return f"{text}: {_span(abs(net))} a day {'saved' if net >= 0 else 'lost'}"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"
