"""Recommendations and the ledger of gains in a week. Pure."""

from collections import Counter

from tunewright_agent.reports.changes import promise_text
from tunewright_agent.reports.console import expectation_text
from tunewright_agent.reports.quantities import seconds_text
from tunewright_agent.reports.shapes import by_finding
from tunewright_agent.reports.views import cut, moment, span
from tunewright_agent.reports.weekly.document import Block, Cell, Limits, Number, Part, Sql, Table, Text
from tunewright_agent.week import Price, Week
from tunewright_analyzers.effects.promise import trust
from tunewright_analyzers.facts.effects import Effect, Outcome, What
from tunewright_analyzers.recommendation import Recommendation

_DAYS_A_MONTH = 30.4
_LONGEST = 400
_GAINS_SOURCE = (
    "catalogue and settings; statements in comparable hours before and after each change (docs/decisions/0019)"
)


def dollars_a_month(seconds_a_day: float, price: Price | None) -> float | None:
    """What so much execution time is worth as a share of the instance's processors; None without a price."""
    if price is None or price.vcpus <= 0:
        return None
    return seconds_a_day / 3600 * _DAYS_A_MONTH * price.dollars_per_hour / price.vcpus


def made_in(week: Week) -> tuple[Effect, ...]:
    """Changes of the week."""
    return tuple(one for one in week.effects if week.period.start <= one.change.at < week.period.end)


def standing(week: Week) -> tuple[Effect, ...]:
    """Changes of any time that stand, with an effect on statements that was measured."""
    made = (one for one in week.effects if one.undone_at is None and one.change.what is not What.RESOURCE)
    return tuple(one for one in made if one.outcome in {Outcome.HELPED, Outcome.HURT})


def open_advice(week: Week) -> tuple[Recommendation, ...]:
    """What is open, that for the worst finding first."""
    rows = [one.recommendation for one in week.advice if one.state == "open"]
    return by_finding(rows, week.judgement.findings if week.judgement is not None else ())


def advice_part(week: Week, limits: Limits) -> Part:
    """By state, what moved this week, and what is open in full."""
    counts = Counter(one.state for one in week.advice)
    blocks: list[Block] = []
    if not week.advice:
        blocks.append(Text("Nothing has been recommended yet."))
    else:
        told = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
        blocks.append(Text(f"Recommendations by state at the end of the week: {told}."))
    lately = [one for one in week.advice if week.period.start <= one.since < week.period.end and one.state != "open"]
    if lately:
        rows = tuple(
            (
                moment(one.since),
                one.state,
                cut(f"{one.recommendation.action}: {one.recommendation.subject}", _LONGEST),
                cut(one.reason, _LONGEST),
            )
            for one in lately[: limits.rows]
        )
        blocks.append(
            Table(
                "What became of recommendations this week",
                ("when", "now", "what", "why"),
                rows,
                max(0, len(lately) - limits.rows),
            )
        )
    offered = open_advice(week)
    for one in offered[: min(limits.rows, 10)]:
        blocks += _offer(one)
    if len(offered) > min(limits.rows, 10):
        blocks.append(
            Text(f"{len(offered) - min(limits.rows, 10)} more are open: `tunewright recommendations list` shows them.")
        )
    return Part("advice", "Recommendations", span(week.period), "the ledger", tuple(blocks))


def _offer(one: Recommendation) -> list[Block]:
    text = f"{one.action}: {one.subject} ({one.check}, {one.id}). Risk: {cut(one.risk, _LONGEST).rstrip('.')}."
    if one.expectation is not None:
        text += f" Expected: {expectation_text(one.expectation)}."
    return [
        Text(text),
        Sql("SQL to run", tuple(cut(each, 4000) for each in one.statements)),
        Sql("SQL that undoes it", tuple(cut(each, 4000) for each in one.rollback)),
    ]


def _row(one: Effect, price: Price | None, *, priced: bool) -> tuple[Cell, ...]:
    undone = f", taken back {moment(one.undone_at)}" if one.undone_at is not None else ""
    measured = one.outcome in {Outcome.HELPED, Outcome.HURT, Outcome.UNCHANGED} and one.change.what is not What.RESOURCE
    seconds = one.saved_seconds_a_day if measured else None
    money = dollars_a_month(seconds, price) if seconds is not None else one.saved_dollars_a_month
    dollars = (Number(money, "dollars"),) if priced else ()
    return (
        moment(one.change.at), cut(str(one.change), _LONGEST), "advised" if one.recommendation else "not on our advice",
        f"{one.outcome}{undone}", Number(seconds, "seconds"), *dollars, one.because,
    )  # fmt: skip


def gains_part(week: Week, limits: Limits) -> Part:
    """The ledger of gains: changes of this week, and what all that stand bring; promises against measurements."""
    blocks: list[Block] = []
    lately, whole = made_in(week), standing(week)
    net = sum(one.saved_seconds_a_day for one in whole)
    if whole:
        worth_a_month = dollars_a_month(net, week.price)
        worth = (
            "" if worth_a_month is None else f", a share of the processors worth {worth_a_month:,.0f} dollars a month"
        )
        verb = "save" if net >= 0 else "cost"
        blocks.append(
            Text(
                f"The {len(whole)} changes of the last sixty days that stand and made a difference {verb} "
                f"{seconds_text(abs(net))} of execution a day{worth}."
            )
        )
    older = tuple(one for one in week.effects if one not in lately)
    for caption, rows in (("Changes of this week", lately), ("Changes before, as last measured", older[::-1])):
        if rows:
            priced = week.price is not None or any(one.saved_dollars_a_month is not None for one in rows)
            money = ("dollars a month",) if priced else ()
            columns = ("first seen", "change", "by", "what it did", "saved a day", *money, "how it was told")
            cells = tuple(_row(one, week.price, priced=priced) for one in rows[: limits.rows])
            blocks.append(Table(caption, columns, cells, max(0, len(rows) - limits.rows)))
    if not week.effects:
        blocks.append(
            Text(
                "No change of an index, a setting, a table's options or a cloud's resource was seen in the last sixty days."
            )
        )
    promises = trust(week.effects)
    if promises:
        trusted = tuple(
            (one.check, Number(one.judged, "count"), Number(one.kept, "count"), Number(one.promised, "ratio"), Number(one.measured, "ratio"))
            for one in promises
        )  # fmt: skip
        heads = ("check", "judged", "kept", "promised, after to before", "measured, after to before")
        blocks.append(
            Table(
                "How far promises were kept: geometric means; promised is planner cost, measured is time",
                heads,
                trusted,
            )
        )
    for one in week.effects:
        if one.recommendation is not None and one in lately and (told := promise_text(one)) is not None:
            blocks.append(Text(f"{one.change}: {told}."))
        if one.outcome is Outcome.HURT and one.undone_at is None:
            blocks.append(Text(f"Still hurts: {one.change}. {one.change.caution or ''}".rstrip()))
            blocks += [Sql("SQL that takes it back", one.change.undo)] if one.change.undo else []
    if any(one.outcome is not Outcome.MEASURING for one in week.effects) and week.price is None:
        blocks.append(Text("Money is not told: clusters.dollars_per_hour and clusters.vcpus are not set."))
    window = f"changes of sixty days up to {moment(week.period.end)}"
    return Part("gains", "Ledger of gains", window, _GAINS_SOURCE, tuple(blocks))
