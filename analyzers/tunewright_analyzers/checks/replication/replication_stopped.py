"""`replication/replication_stopped`: reads Replication; says which of a replica's two threads stands still."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.replication import Channel, Replication
from tunewright_analyzers.finding import Evidence, Severity, Subject


def _still(channel: Channel) -> str | None:
    if not channel.fetches and not channel.applies:
        return "neither fetches nor applies"
    if not channel.applies:
        return "fetches and does not apply"
    return (
        None
        if channel.fetches
        else "applies and does not fetch" + (" (still connecting)" if channel.fetch_state == "Connecting" else "")
    )


@check(needs=(Replication,), engines=MYSQL_FAMILY)
def replication_stopped(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Replicas that have stopped replaying their source.

    Risk: reads from it are of the past and get older; after a failover to it everything since is lost; the source's binary logs may be
        purged before it goes on, and then it must be built anew.
    Evidence: the two threads in SHOW REPLICA STATUS, and the numbers of their last errors (messages are not read: they quote rows).
    Remedy: read Last_Error on the replica; mend the cause, then START REPLICA. Skipping a statement makes the two differ.
    False positives: a replica stopped on purpose, for a backup or as a delayed one.
    """
    for channel in context.window.need(Replication).channels:
        what = _still(channel)
        if what is None:
            continue
        number = channel.apply_error or channel.fetch_error
        why = f": error {number}" if number else ""
        yield context.finding(
            Subject("replica", f"of {channel.source}" + (f" ({channel.name})" if channel.name else "")),
            Severity.CRITICAL if number else Severity.HIGH,
            f"The replica of {channel.source} {what}{why}.",
            Evidence("fetching", channel.fetch_state or channel.fetches, "", "SHOW REPLICA STATUS"),
            Evidence("applying", channel.applies, "", "SHOW REPLICA STATUS"),
            Evidence("error of fetching", channel.fetch_error, "", "SHOW REPLICA STATUS"),
            Evidence("error of applying", channel.apply_error, "", "SHOW REPLICA STATUS"),
        )
