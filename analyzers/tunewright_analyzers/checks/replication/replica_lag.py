"""`replication/replica_lag`: reads Replication; says which standbys are behind."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When lag is worth telling."""

    seconds: float = threshold(30, "seconds", "Replay lag of a standby from which it is reported.")
    seconds_high: float = threshold(300, "seconds", "Replay lag from which it is severe.")
    aurora_seconds: float = threshold(
        1, "seconds", "Lag of an Aurora reader (shared storage: normally below 0.1 s) from which it is reported."
    )


@check(needs=(Replication,), thresholds=Thresholds)
def replica_lag(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Standbys and readers that are behind their primary.

    Risk: reads from them are stale, and a failover to them loses or delays what they have not replayed.
    Evidence: replay_lag of pg_stat_replication, of the standby itself, or aurora_replica_status().
    Remedy: look for long queries on the standby that hold replay up, a slow disk or network, or a burst of writes.
    False positives: a standby that is delayed on purpose (recovery_min_apply_delay).
    """
    replication = context.window.need(Replication)
    limits = context.thresholds
    lags = [
        (one.application, one.replay_lag_seconds, limits.seconds, "pg_stat_replication.replay_lag")
        for one in replication.replicas
    ]
    if replication.is_standby:
        lags.append(("this server", replication.replay_lag_seconds, limits.seconds, "pg_last_xact_replay_timestamp"))
    lags += [
        (one.server, one.lag_seconds, limits.aurora_seconds, "aurora_replica_status()")
        for one in replication.aurora
        if not one.is_writer
    ]
    worst: dict[str, tuple[float, float, str]] = {}
    for name, lag, limit, source in lags:
        if lag is not None and lag >= limit and lag > worst.get(name, (0.0, 0.0, ""))[0]:
            worst[name] = (lag, limit, source)
    for name, (lag, limit, source) in worst.items():
        yield context.finding(
            Subject("standby", name),
            Severity.HIGH if lag >= max(limits.seconds_high, 10 * limit) else Severity.MEDIUM,
            f"Standby {name} is {lag:,.1f} s behind.",
            Evidence("replay lag", round(lag, 3), "seconds", source),
        )
