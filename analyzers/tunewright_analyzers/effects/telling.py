"""An Effect as evidence and subject of a finding. Pure; called by the checks of the group `changes`."""

from tunewright_analyzers.facts.effects import Change, Effect, What
from tunewright_analyzers.finding import Evidence, Subject
from tunewright_analyzers.recommendation import Action

_MOST = 5
"""Statements named in the evidence."""
SOURCE = "statement counters of comparable hours before and after"
_KINDS = {
    What.INDEX_CREATED: "index",
    What.INDEX_DROPPED: "index",
    What.SETTING: "setting",
    What.TABLE_OPTIONS: "table",
    What.RESOURCE: "resource",
}
UNDOING = {
    What.INDEX_CREATED: Action.DROP_INDEX,
    What.INDEX_DROPPED: Action.CREATE_INDEX,
    What.SETTING: Action.SET_PARAMETER,
    What.TABLE_OPTIONS: Action.ALTER_TABLE,
    What.RESOURCE: Action.MODIFY_RESOURCE,
}
"""What kind of action takes each back."""


def subject(change: Change) -> Subject:
    """What changed, by its name: the same finding as long as the same thing hurts."""
    return Subject(_KINDS[change.what], change.name, change.database)


def evidence(effect: Effect) -> tuple[Evidence, ...]:
    """When, on whose advice, and what the statements say."""
    change, found = effect.change, []
    found.append(
        Evidence(
            "seen first", change.at.isoformat(timespec="minutes"), "", "two readings of the catalogue or the settings"
        )
    )
    found.append(
        Evidence(
            "last seen without it",
            change.after.isoformat(timespec="minutes"),
            "",
            "two readings of the catalogue or the settings",
        )
    )
    advised = effect.recommendation or "nobody here"
    found.append(Evidence("recommended as", advised, "", "the ledger"))
    found.append(Evidence("execution time saved a day", round(effect.saved_seconds_a_day, 3), "seconds", SOURCE))
    for row in [row for row in effect.statements if row.differs][:_MOST]:
        factor = f"factor {row.ratio:.3g} ({row.low:.3g} to {row.high:.3g})"
        value = f"{row.before_seconds * 1000:.3g} to {row.after_seconds * 1000:.3g} ms a call, {factor}"
        found.append(
            Evidence(
                f"statement {row.statement}", value, "", f"{row.before_calls} calls before, {row.after_calls} after"
            )
        )
    if effect.promised is not None and effect.measured is not None:
        found.append(
            Evidence(
                f"promised: {effect.promised_metric}, after to before",
                round(effect.promised, 4),
                "ratio",
                "the recommendation",
            )
        )
        found.append(
            Evidence(
                "measured: time of the statements it named, after to before", round(effect.measured, 4), "ratio", SOURCE
            )
        )
    found.append(Evidence("compared", effect.method, "", "pg_stat_statements by hour, from the history"))
    found += [Evidence("changed at the same time", one, "", "the ledger") for one in effect.alongside[:_MOST]]
    return tuple(found)
