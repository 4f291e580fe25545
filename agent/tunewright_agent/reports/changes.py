"""Changes and what they did, as lines for the terminal. Effects in, text out. Called by `changes` and `recommendations`."""

from collections.abc import Iterator

from tunewright_agent.reports.quantities import quantity, seconds_text
from tunewright_agent.reports.views import moment
from tunewright_agent.reports.visible import visible
from tunewright_analyzers.effects.promise import Trust
from tunewright_analyzers.facts.effects import Effect, Outcome, StatementEffect

_SHOWN = 8
"""Statements of one change; JSON has all."""


def headline(one: Effect) -> str:
    """When, what, and what it did."""
    back = f", taken back {moment(one.undone_at)}" if one.undone_at is not None else ""
    return visible(f"{moment(one.change.at)}  {one.outcome}{back}  {one.change}")


def promise_text(one: Effect) -> str | None:
    """What was promised and what was measured of it; None where there was no advice."""
    if one.recommendation is None:
        return None
    kept = {True: "kept", False: "not kept", None: "not judged yet" if not one.is_final else "not to be judged"}[
        one.kept
    ]
    if one.promised is None or one.measured is None:
        return f"advised as {one.recommendation} ({one.check}); promise {kept}"
    left = f"{one.promised_metric} to {quantity(one.promised, 'ratio')} of before"
    return f"advised as {one.recommendation} ({one.check}): promised {left}, measured {quantity(one.measured, 'ratio')} of the time; {kept}"


def statement_line(one: StatementEffect) -> str:
    """A statement before and after."""
    factor = f"{one.ratio:.3g} of the time before, 95 % between {one.low:.3g} and {one.high:.3g}"
    told = factor if one.differs else f"no difference beyond chance and a fifth ({factor})"
    means = f"{seconds_text(one.before_seconds)} to {seconds_text(one.after_seconds)} a call"
    return f"{one.statement}  {means}: {told}"


def effect_lines(one: Effect) -> Iterator[str]:
    """All of it below the headline."""
    yield one.because
    if (promise := promise_text(one)) is not None:
        yield promise
    for row in one.statements[:_SHOWN]:
        yield statement_line(row)
    if len(one.statements) > _SHOWN:
        yield f"… {len(one.statements) - _SHOWN} more statements in the JSON"
    if one.statements:
        yield f"compared: {one.method}"
    for other in one.alongside:
        yield f"changed at the same time: {other}"
    if one.undone_at is None and one.outcome is Outcome.HURT:
        yield from (f"take it back: {statement}" for statement in one.change.undo or (one.change.caution or "",))


def trust_line(one: Trust) -> str:
    """Promises of one check."""
    means = ""
    if one.promised is not None and one.measured is not None:
        means = f"; promised {quantity(one.promised, 'ratio')} of before, measured {quantity(one.measured, 'ratio')} of the time (geometric means)"
    return f"{one.check}: {one.kept} of {one.judged} promises kept{means}"
