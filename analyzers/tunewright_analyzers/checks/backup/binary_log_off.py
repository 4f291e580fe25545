"""`backup/binary_log_off`: reads Replication; says that a server keeps no binary log."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, Severity, Subject


@check(needs=(Replication,), engines=MYSQL_FAMILY)
def binary_log_off(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A server without a binary log.

    Risk: after a loss only the last backup can be restored, not the hours since; no replica can follow.
    Evidence: log_bin.
    Remedy: log_bin in the configuration and a restart, with binlog_expire_logs_seconds and room for them; copy them away with the backups.
    False positives: Aurora, whose storage restores to any moment, is not reported; a replica that is never promoted; data that can be made again.
    """
    replication = context.window.need(Replication)
    if replication.binary_log is not False or context.window.latest.flavour is Flavour.AURORA:
        return
    yield context.finding(
        Subject("setting", "log_bin"),
        Severity.LOW if replication.is_standby else Severity.MEDIUM,
        "The server keeps no binary log: it can be restored to its last backup only.",
        Evidence("log_bin", "off", "", "SHOW GLOBAL VARIABLES"),
        Evidence("replays another server", replication.is_standby, "", "SHOW REPLICA STATUS"),
    )
