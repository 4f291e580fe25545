"""Series about changes and what they did, and how far our promises may be trusted."""

from collections import Counter

from tunewright_agent.metrics.sheet import Sheet
from tunewright_analyzers.effects.promise import trust
from tunewright_analyzers.facts.effects import Effect, Effects, Outcome

STATES = {
    Outcome.MEASURING: "measuring",
    Outcome.HELPED: "helped",
    Outcome.UNCHANGED: "unchanged",
    Outcome.HURT: "hurt",
    Outcome.UNDECIDED: "undecided",
}
REVERTED = "reverted"
_DAY_SECONDS = 86400.0


def state_of(effect: Effect) -> str:
    """What is counted: taken back, or else what it did."""
    return REVERTED if effect.undone_at is not None else STATES[effect.outcome]


def write_effects(sheet: Sheet, server: tuple[str, str], section: Effects) -> None:
    """Zeros included, so that an alert on them can resolve."""
    counts = Counter(state_of(one) for one in section.rows)
    for state in (*STATES.values(), REVERTED):
        sheet.add("tunewright_changes", counts[state], *server, state)
    saved = sum(one.saved_seconds_a_day for one in section.rows if one.undone_at is None)
    sheet.add("tunewright_changes_saved_ratio", saved / _DAY_SECONDS, *server)
    for one in trust(section.rows):
        sheet.add("tunewright_promises", one.kept, *server, one.check, "kept")
        sheet.add("tunewright_promises", one.judged - one.kept, *server, one.check, "broken")
        sheet.add("tunewright_promise_promised_ratio", one.promised, *server, one.check)
        sheet.add("tunewright_promise_measured_ratio", one.measured, *server, one.check)
