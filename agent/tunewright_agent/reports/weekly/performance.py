"""Load, latency and statements of a week against the week before. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tunewright_agent.reports.charts import WAITS, colour_of
from tunewright_agent.reports.quantities import change, quantity, seconds_text
from tunewright_agent.reports.views import cut, moment, span
from tunewright_agent.reports.weekly.document import Block, Cell, Chart, Limits, Number, Part, Series, Table, Text
from tunewright_agent.week import StatementWeek, Week
from tunewright_analyzers.facts.snapshot import Period

LEAST_CALLS = 100
"""Calls in each week from which a statement's mean is compared."""
LEAST_FACTOR = 1.2
LEAST_SHARE = 0.001
"""Of the week's time: less is not told of as new, gone, slower or faster."""
WHOLE = 0.9
"""Share of the hours of the week before that must be recorded for the two to be compared."""
_TEXT = 240
_LOAD_SOURCE = "pg_stat_activity sampled, and pg_stat_statements, by hour, from the history"
_LOAD_TITLE = "Average active sessions, by what they waited for"
HOUR = timedelta(hours=1)


def is_comparable(week: Week) -> bool:
    """Whether the week before was recorded as a whole."""
    hours = sum(1 for one in week.hours if week.previous.start <= one.at < week.previous.end)
    return hours >= WHOLE * week.previous.seconds / 3600


@dataclass(frozen=True, slots=True)
class Totals:
    """All statements of both weeks."""

    calls: int
    seconds: float
    before_calls: int
    before_seconds: float

    @property
    def mean(self) -> float:
        """Seconds a call."""
        return self.seconds / self.calls if self.calls else 0.0

    @property
    def before_mean(self) -> float:
        """Seconds a call, the week before."""
        return self.before_seconds / self.before_calls if self.before_calls else 0.0


def totals(week: Week) -> Totals:
    """Sums over the statements."""
    rows = week.statements
    return Totals(
        sum(one.calls for one in rows),
        sum(one.seconds for one in rows),
        sum(one.before_calls for one in rows),
        sum(one.before_seconds for one in rows),
    )


def average_load(week: Week, period: Period) -> float | None:
    """Average active sessions; None where none was sampled."""
    hours = [one.sessions for one in week.load if period.start <= one.at < period.end]
    return sum(hours) / len(hours) if hours else None


def more(before: float | None, after: float | None) -> str:
    """`+12 %`, `-3 %`, `unchanged`; empty where there is nothing to compare with."""
    if before is None or after is None or before <= 0:
        return ""
    ratio = after / before - 1
    return "unchanged" if abs(ratio) < 0.005 else f"{ratio:+.0%}".replace("%", " %")


def _by_hour(
    period: Period, values: dict[datetime, float], shift: timedelta = timedelta(0)
) -> tuple[tuple[datetime, float | None], ...]:
    """A point for every hour of the period; `shift` brings a value of the week before to its hour of this week."""
    count = round(period.seconds / 3600)
    hours = (period.start + HOUR * number for number in range(count))
    return tuple((at, values.get(at - shift)) for at in hours)


def _words(points: Iterable[tuple[datetime, float | None]], unit: str) -> str:
    known = [(at, value) for at, value in points if value is not None]
    if not known:
        return "nothing was recorded"
    values = sorted(value for _, value in known)
    at, most = max(known, key=lambda one: one[1])
    middle = values[len(values) // 2]
    return f"by hour, median {quantity(middle, unit)}, least {quantity(values[0], unit)}, most {quantity(most, unit)} on {moment(at)}"


def load_part(week: Week) -> Part:
    """Load by what the sessions waited for, and the mean time of a call."""
    blocks: list[Block] = []
    mine = [one for one in week.load if week.period.start <= one.at < week.period.end]
    if mine:
        blocks += [_load_words(week), _load_chart(week)]
    else:
        blocks.append(Text("No samples of sessions were recorded in this time: the load is not known."))
    if any(one.calls for one in week.hours):
        blocks += [_latency_words(week), _latency_chart(week)]
    else:
        blocks.append(Text("No statement counters were recorded in this time: the latency is not known."))
    return Part("load", "Load and latency", span(week.period), _LOAD_SOURCE, tuple(blocks))  # fmt: skip


def _load_words(week: Week) -> Text:
    now, before = average_load(week, week.period), average_load(week, week.previous)
    told = more(before, now) if is_comparable(week) else ""
    against = f" ({told} against the week before)" if told else " (the week before is not recorded as a whole)"
    return Text(f"On average {Number(now)} sessions were active at once{against}.")


def _load_chart(week: Week) -> Chart:
    waits = {kind for hour in week.load for kind, _ in hour.by_wait}
    known = [kind for kind in WAITS if kind in waits] + sorted(waits - set(WAITS))
    series = []
    for kind in known:
        values = {one.at: dict(one.by_wait).get(kind, 0.0) for one in week.load}
        series.append(Series(kind, colour_of(kind), _by_hour(week.period, values)))
    whole = _by_hour(week.period, {one.at: one.sessions for one in week.load})
    return Chart(_LOAD_TITLE, "sessions", week.period, tuple(series), _words(whole, "sessions"), is_stacked=True)  # fmt: skip


def _latency_words(week: Week) -> Text:
    both = totals(week)
    text = f"Statements took {seconds_text(both.seconds)} in {both.calls:,} calls, {seconds_text(both.mean)} a call on average"
    if is_comparable(week) and both.before_calls:
        text += f"; the week before {seconds_text(both.before_seconds)} in {both.before_calls:,} calls, {seconds_text(both.before_mean)} a call"
    return Text(f"{text}.")


def _latency_chart(week: Week) -> Chart:
    means = {one.at: one.seconds / one.calls for one in week.hours if one.calls}
    now = _by_hour(week.period, means)
    series = [Series("this week", "line-now", now)]
    before = _by_hour(week.period, means, week.period.length)
    if any(value is not None for _, value in before):
        series.insert(0, Series("the week before", "line-before", before))
    return Chart("Mean time of a call, all statements", "seconds", week.period, tuple(series), _words(now, "seconds"))


def shown(one: StatementWeek) -> str:
    """Its text, or its id."""
    return cut(" ".join((one.text or f"statement {one.id}").split()), _TEXT)


def _mean(seconds: float, calls: int) -> float | None:
    return seconds / calls if calls else None


@dataclass(frozen=True, slots=True)
class Moved:
    """What changed since the week before, the largest first."""

    new: tuple[StatementWeek, ...]
    gone: tuple[StatementWeek, ...]
    slower: tuple[StatementWeek, ...]
    faster: tuple[StatementWeek, ...]


def cost(one: StatementWeek) -> float:
    """Seconds that the week's calls took more than they would have the week before; below zero: less."""
    now, before = _mean(one.seconds, one.calls), _mean(one.before_seconds, one.before_calls)
    return one.calls * (now - before) if now is not None and before is not None else 0.0


def moved(week: Week) -> Moved:
    """New, gone, slower and faster statements; nothing where the week before is not whole."""
    if not is_comparable(week):
        return Moved((), (), (), ())
    both = totals(week)
    least, least_before = LEAST_SHARE * both.seconds, LEAST_SHARE * both.before_seconds
    compared = [
        one
        for one in week.statements
        if min(one.calls, one.before_calls) >= LEAST_CALLS and max(one.seconds, one.before_seconds) >= least
    ]

    def ratio(one: StatementWeek) -> float:
        now, before = _mean(one.seconds, one.calls), _mean(one.before_seconds, one.before_calls)
        return now / before if now is not None and before else 1.0

    def first(rows: Iterable[StatementWeek], key: Callable[[StatementWeek], float]) -> tuple[StatementWeek, ...]:
        return tuple(sorted(rows, key=lambda one: (key(one), one.id)))

    return Moved(
        first(
            (one for one in week.statements if one.calls and not one.before_calls and one.seconds >= least),
            lambda one: -one.seconds,
        ),
        first(
            (
                one
                for one in week.statements
                if one.before_calls and not one.calls and one.before_seconds >= least_before
            ),
            lambda one: -one.before_seconds,
        ),
        first((one for one in compared if ratio(one) >= LEAST_FACTOR), lambda one: -cost(one)),
        first((one for one in compared if ratio(one) <= 1 / LEAST_FACTOR), cost),
    )


def top_part(week: Week, limits: Limits) -> Part:
    """The statements of most time."""
    both = totals(week)
    rows = [one for one in week.statements if one.calls]
    compared = is_comparable(week)
    table = Table(
        "Statements by their time in the week" + ("; before: the week before" if compared else ""),
        ("statement", "share of the time", "calls", "a call", "a call before", "change"),
        tuple(
            (shown(one), Number(one.seconds / both.seconds if both.seconds else None, "ratio"), Number(one.calls, "count"),
             Number(_mean(one.seconds, one.calls), "seconds"),
             Number(_mean(one.before_seconds, one.before_calls), "seconds") if compared and one.before_calls else "",
             _change(one) if compared else "")
            for one in rows[: limits.rows]
        ),
        max(0, len(rows) - limits.rows),
    )  # fmt: skip
    blocks: tuple[Block, ...] = (table,) if rows else (Text("No statement was recorded in this time."),)
    return Part(
        "statements",
        "Top statements",
        span(week.period),
        "pg_stat_statements, from the history; own statements left out",
        blocks,
    )


def _change(one: StatementWeek) -> str:
    if not one.before_calls:
        return "new"
    now, before = _mean(one.seconds, one.calls), _mean(one.before_seconds, one.before_calls)
    return change(before or 0.0, now or 0.0)


def moved_part(week: Week, limits: Limits) -> Part:
    """What changed since the week before."""
    source = f"pg_stat_statements, from the history: {LEAST_CALLS} calls in both weeks and a fifth in the mean time of a call; events of plans"
    window = f"{span(week.period)}, against {span(week.previous)}"
    plans = [one for one in week.events if one.kind == "plan_changed"]
    blocks: list[Block] = []
    if not is_comparable(week):
        blocks.append(
            Text("The week before is not recorded as a whole: what is new, gone, slower or faster is not known yet.")
        )
    else:
        found = moved(week)
        for title, rows in (
            ("Slower", found.slower),
            ("Faster", found.faster),
            ("New", found.new),
            ("Gone", found.gone),
        ):
            blocks += [_moved_table(title, rows, limits)] if rows else []
        if not blocks:
            blocks.append(Text("No statement is new or gone, and none became slower or faster by a fifth."))
    if plans:
        told = tuple((moment(one.at), cut(one.subject, _TEXT), cut(one.detail, _TEXT)) for one in plans[: limits.rows])
        blocks.append(
            Table("Plans that changed", ("when", "statement", "what changed"), told, max(0, len(plans) - limits.rows))
        )
    return Part("changed", "What changed since last week", window, source, tuple(blocks))


def _cell(seconds: float, calls: int) -> Cell:
    return Number(seconds / calls, "seconds") if calls else ""


def _moved_table(title: str, rows: tuple[StatementWeek, ...], limits: Limits) -> Table:
    cells = tuple(
        (shown(one), Number(one.calls, "count"), Number(one.before_calls, "count"), _cell(one.seconds, one.calls),
         _cell(one.before_seconds, one.before_calls), _change(one) if one.calls and one.before_calls else "")
        for one in rows[: limits.rows]
    )  # fmt: skip
    heads = ("statement", "calls", "calls before", "a call", "a call before", "change")
    return Table(title, heads, cells, max(0, len(rows) - limits.rows))
