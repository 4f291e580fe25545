"""`parameters/durability_weakened`: reads ServerStatus and Settings; warns where a crash loses committed transactions."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.safety import protects


@check(needs=(ServerStatus, Settings), engines=MYSQL_FAMILY)
def durability_weakened(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Settings under which a crash loses transactions that were reported as committed.

    Risk: with innodb_flush_log_at_trx_commit 0 or 2 up to a second of commits is gone; with sync_binlog other than 1 the binary log and the
        tables may disagree, and replicas with them.
    Evidence: the values of both, and whether the binary log is written.
    Remedy: 1 for both. It costs writing at each commit: measure it, and weaken it only where the loss is agreed upon.
    False positives: a replica that can be made anew, a test server.
    """
    settings, status = context.window.need(Settings), context.window.need(ServerStatus)
    latest = context.window.latest
    verdicts = protects(settings, latest.engine, latest.flavour)
    for name in ("innodb_flush_log_at_trx_commit", "sync_binlog"):
        if verdicts.get(name, True):
            continue
        yield context.finding(
            Subject("setting", name),
            Severity.HIGH,
            f"{name} = {settings.text(name)}: a crash may lose committed transactions.",
            Evidence(name, settings.text(name), "", "SHOW GLOBAL VARIABLES"),
            Evidence("commits", (status.rate("com_commit") or 0.0), "per second", "Com_commit"),
        )
