"""How much time a window must hold before a rate is told from it. Called by the rules that extrapolate: a bulk load of seconds is no usual load."""

from tunewright_analyzers.facts.snapshot import Period


def too_short(period: Period, minutes: float, what: str) -> str | None:
    """Why nothing is judged: the window is shorter than `minutes`. None where it is long enough."""
    if period.seconds >= minutes * 60:
        return None
    return f"the window holds {period.seconds / 60:,.1f} minutes: {what} cannot be told from less than {minutes:,.0f}"


def span_text(period: Period) -> str:
    """The length for a sentence: `in 3.0 h`, `in 12 min`, `in 40 s`."""
    if period.seconds >= 5400:
        return f"in {period.seconds / 3600:,.1f} h"
    return f"in {period.seconds / 60:,.0f} min" if period.seconds >= 120 else f"in {period.seconds:,.0f} s"
