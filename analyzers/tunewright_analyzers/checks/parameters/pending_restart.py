"""`parameters/pending_restart`: reads Settings; says which changed parameters wait for a restart."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject


@check(needs=(Settings,), engines=POSTGRESQL)
def pending_restart(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Parameters that were changed in the files and take effect at the next restart only.

    Risk: the next restart or failover changes the server's behaviour at a time nobody chose.
    Evidence: pg_settings.pending_restart.
    Remedy: restart in a maintenance window, or take the change back.
    False positives: a restart that is planned already.
    """
    for setting in context.window.need(Settings).rows:
        if setting.pending_restart:
            yield context.finding(
                Subject("setting", setting.name),
                Severity.LOW,
                f"{setting.name} was changed, but the server still runs with {setting.value}{setting.unit or ''} until it is restarted.",
                Evidence("value in force", setting.value, setting.unit or "", "pg_settings"),
                Evidence("pending restart", True, "", "pg_settings.pending_restart"),
            )
