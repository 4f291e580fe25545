"""`parameters/planner_switched_off`: reads Settings; warns of plan methods that somebody switched off for the server or a role."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import for_role, server_wide

_OFF = frozenset({"off", "false", "0", "no"})


@check(needs=(Settings,), engines=POSTGRESQL)
def planner_switched_off(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """enable_… parameters that are off for the whole server or a role, though the release has them on.

    Risk: every statement is planned without the method, also those for which it is the only good one.
    Evidence: the parameter's value against the release's own; what ALTER ROLE set.
    Remedy: switch it on again and mend the one statement (statistics, an index, SET LOCAL in its transaction).
    False positives: a fault of the release that this gets around; note it where the next administrator sees it.
    """
    settings, flavour = context.window.need(Settings), context.window.latest.flavour
    by_default_on = {row.name for row in settings.rows if row.name.startswith("enable_") and row.boot_value == "on"}
    for row in settings.rows:
        if row.name in by_default_on and row.value == "off":
            found = context.finding(
                Subject("setting", row.name),
                Severity.LOW,
                f"{row.name} is off for the whole server.",
                Evidence("value", row.value, "", "pg_settings"),
                Evidence("value of the release", "on", "", "pg_settings.boot_val"),
                Evidence("set by", row.source, "", "pg_settings.source"),
            )
            yield found
            yield from context.parameters(
                found,
                server_wide(settings, flavour, row.name, "on", effect="the planner chooses among all methods"),
                risk="Plans change: the statement for which it was switched off may get slow again.",
            )
    for one in settings.roles:
        if one.role is None or one.database is not None or one.name not in by_default_on or one.value not in _OFF:
            continue
        found = context.finding(
            Subject("setting", f"{one.name} of role {one.role}"),
            Severity.INFO,
            f"{one.name} is off for role {one.role}.",
            Evidence("value", one.value, "", "pg_db_role_setting"),
        )
        yield found
        yield from context.parameters(
            found,
            for_role(settings, one.role, one.name, "on", effect="the planner chooses among all methods"),
            risk="Plans change: the statement for which it was switched off may get slow again.",
        )
