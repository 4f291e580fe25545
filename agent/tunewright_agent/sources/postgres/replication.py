"""Source `replication`: standbys, slots, lag, archiving; Aurora's members from aurora_replica_status(). Fills Replication.

Works on a primary, on a standby and on Aurora, where pg_stat_replication is empty and several functions fail: each question stands
alone, and one that this server cannot answer leaves its fact None.
"""

from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Row, Session
from tunewright_agent.sources.source import Collected, Denied, Source, SourceError, Unsupported
from tunewright_analyzers.facts.replication import AuroraReplica, Replica, Replication, Slot
from tunewright_analyzers.facts.snapshot import Flavour, Gap
from tunewright_analyzers.sql.redact import visible


def _replica(row: Row) -> Replica:
    return Replica(
        application=visible(row["application"]),
        user=row["role"],
        client=row["client"],
        state=row["state"],
        sync_state=row["sync_state"],
        sent_lag_bytes=row["sent_lag_bytes"],
        replay_lag_bytes=row["replay_lag_bytes"],
        write_lag_seconds=row["write_lag"],
        flush_lag_seconds=row["flush_lag"],
        replay_lag_seconds=row["replay_lag"],
        xmin_age=row["xmin_age"],
    )


def _slot(row: Row) -> Slot:
    return Slot(
        name=row["name"],
        kind=row["kind"],
        database=row["database"],
        is_active=row["active"],
        is_temporary=row["temporary"],
        retained_bytes=row["retained_bytes"],
        wal_status=row["wal_status"],
        safe_bytes=row["safe_bytes"],
        xmin_age=row["xmin_age"],
        catalog_xmin_age=row["catalog_xmin_age"],
        inactive_since=row["inactive_since"],
        plugin=row["plugin"],
    )


def _aurora(row: Row) -> AuroraReplica:
    return AuroraReplica(
        server=row["server"],
        is_writer=row["is_writer"],
        lag_seconds=None if row["lag_ms"] is None else row["lag_ms"] / 1000,
        feedback_xmin_age=row["xmin_age"],
        cpu_ratio=None if row["cpu_percent"] is None else row["cpu_percent"] / 100,
        last_update=row["last_update"],
    )


def _optional(session: Session, name: str) -> list[Row]:
    try:
        return session.query(name, mark="replication")
    except (Unsupported, Denied):
        return []


def _members(session: Session, taken_at: datetime) -> tuple[tuple[AuroraReplica, ...], tuple[Gap, ...]]:
    try:
        return tuple(_aurora(row) for row in session.query("aurora_replicas", mark="replication")), ()
    except SourceError as error:
        return (), (Gap("replication", error.reason, taken_at, error.mend, None, (Replication.name,)),)


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The server's place in replication. Raises SourceError where even the slots cannot be read."""
    aurora = reader.server.flavour is Flavour.AURORA
    gaps: tuple[Gap, ...] = ()
    members: tuple[AuroraReplica, ...] = ()
    with reader.session() as session:
        replicas = session.query("replicas", mark="replication") if not aurora else _optional(session, "replicas")
        slots = session.query("slots", mark="replication") if not aurora else _optional(session, "slots")
        recovery = [] if aurora else _optional(session, "recovery")
        receiver = [] if aurora else _optional(session, "receiver")
        archiver = [] if aurora else _optional(session, "archiver")
        if aurora:
            members, gaps = _members(session, taken_at)
    hidden = sum(row["state"] == "hidden" for row in replicas)
    unseen = [f"the lag of {hidden} standbys is hidden from our role"] if hidden else []
    if receiver and receiver[0]["status"] is None:
        unseen.append("the state of the WAL receiver is hidden from our role")
    mend = reader.server.grant("pg_monitor")
    gaps += tuple(Gap("replication", reason, taken_at, mend, None, (Replication.name,)) for reason in unseen)
    section = Replication(
        is_standby=bool(recovery and recovery[0]["is_standby"]) if not aurora else reader.server.in_recovery,
        replicas=tuple(_replica(row) for row in replicas),
        slots=tuple(_slot(row) for row in slots),
        replay_lag_seconds=recovery[0]["replay_lag"] if recovery else None,
        receiver_state=receiver[0]["status"] if receiver else None,
        archive_failures=archiver[0]["failed_count"] if archiver else None,
        archive_last_failed=archiver[0]["last_failed_time"] if archiver else None,
        archive_last_archived=archiver[0]["last_archived_time"] if archiver else None,
        aurora=members,
    )
    return Collected((section,), gaps)


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("replication", (Replication,), interval_seconds=30, deadline_seconds=10, collect=collect)
