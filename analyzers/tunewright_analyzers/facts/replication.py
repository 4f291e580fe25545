"""Standbys, slots, lag, and Aurora's own view of its replicas."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.snapshot import Section


@dataclass(frozen=True, slots=True)
class Replica:
    """A standby as its primary sees it; lags in bytes and seconds, None where the server does not know."""

    application: str
    user: str | None
    client: str | None
    state: str
    sync_state: str
    sent_lag_bytes: int | None
    replay_lag_bytes: int | None
    write_lag_seconds: float | None
    flush_lag_seconds: float | None
    replay_lag_seconds: float | None
    xmin_age: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A replication slot: WAL that it keeps, and the transaction horizon it holds back (ages in transactions)."""

    name: str
    kind: str
    database: str | None
    is_active: bool
    is_temporary: bool
    retained_bytes: int | None
    wal_status: str | None
    safe_bytes: int | None
    xmin_age: int | None
    catalog_xmin_age: int | None
    inactive_since: datetime | None = None
    plugin: str | None = None


@dataclass(frozen=True, slots=True)
class AuroraReplica:
    """One row of aurora_replica_status(): a member of the cluster as the storage knows it."""

    server: str
    is_writer: bool
    lag_seconds: float | None
    feedback_xmin_age: int | None
    cpu_ratio: float | None
    last_update: datetime | None


@dataclass(frozen=True, slots=True)
class Channel:
    """MySQL: one source that this server replays. `fetches` and `applies`: whether its two threads run; errors by number, 0 for none."""

    name: str
    source: str
    fetches: bool
    applies: bool
    lag_seconds: float | None
    fetch_state: str = ""
    fetch_error: int = 0
    apply_error: int = 0
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Replication(Section):
    """The role of this server and all that follows it."""

    name: ClassVar[str] = "replication"
    is_standby: bool
    replicas: tuple[Replica, ...] = ()
    slots: tuple[Slot, ...] = ()
    replay_lag_seconds: float | None = None
    """On a standby: seconds since the last replayed transaction, 0 where it has replayed all it received."""
    receiver_state: str | None = None
    archive_failures: int | None = None
    archive_last_failed: datetime | None = None
    archive_last_archived: datetime | None = None
    aurora: tuple[AuroraReplica, ...] = ()
    channels: tuple[Channel, ...] = ()
    binary_log: bool | None = None
    """MySQL: whether the server writes a binary log."""
    is_read_only: bool | None = None
