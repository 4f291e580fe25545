"""Source `replication`: what this server replays, who reads its binary log, Aurora's members. Fills Replication.

A replica's two threads (the one that fetches, the one that applies) are told apart: either may stand still while the other runs.
Messages of errors may quote rows, so only their numbers are kept.
"""

from datetime import datetime

from tunewright_agent.sources.mysql.session import Reader, Row, Session, lowered
from tunewright_agent.sources.mysql.waiting import utc
from tunewright_agent.sources.source import Collected, Source, SourceError, Unsupported
from tunewright_analyzers.facts.replication import AuroraReplica, Channel, Replica, Replication
from tunewright_analyzers.facts.snapshot import Flavour, Gap


def _first(row: Row, *names: str) -> object:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _channel(row: Row) -> Channel:
    lag = _first(row, "seconds_behind_source", "seconds_behind_master")
    errors = [int(str(_first(row, name) or 0)) for name in ("last_io_errno", "last_sql_errno")]
    return Channel(
        name=str(_first(row, "channel_name", "connection_name") or ""),
        source=f"{_first(row, 'source_host', 'master_host')}:{_first(row, 'source_port', 'master_port')}",
        fetches=str(_first(row, "replica_io_running", "slave_io_running")) == "Yes",
        fetch_state=str(_first(row, "replica_io_running", "slave_io_running") or "No"),
        applies=str(_first(row, "replica_sql_running", "slave_sql_running")) == "Yes",
        lag_seconds=None if lag is None else float(str(lag)),
        fetch_error=errors[0],
        apply_error=errors[1],
        encrypted=str(_first(row, "source_ssl_allowed", "master_ssl_allowed") or "No") == "Yes",
    )


def _channels(session: Session, needs: str) -> tuple[Channel, ...]:
    """One for each source that this server replays. Raises SourceError."""
    for name in ("replica_status", "slave_status", "slave_status_one"):
        try:
            return tuple(_channel(row) for row in lowered(session.query(name, mark="replication", needs=needs)))
        except Unsupported:
            continue
    return ()


def _members(session: Session) -> tuple[AuroraReplica, ...]:
    return tuple(
        AuroraReplica(
            server=str(row["server"]),
            is_writer=bool(row["is_writer"]),
            lag_seconds=None if row["lag_ms"] is None else float(row["lag_ms"]) / 1000,
            feedback_xmin_age=None,
            cpu_ratio=None if row["cpu_percent"] is None else float(row["cpu_percent"]) / 100,
            last_update=utc(row["last_update"]),
        )
        for row in session.query("aurora_replicas", mark="replication")
    )


def _reader_of_log(row: Row) -> Replica:
    client = str(row["host"]).partition(":")[0]
    return Replica(
        str(row["account"]),
        row["account"],
        client,
        str(row["state"] or "streaming"),
        "async",
        None,
        None,
        None,
        None,
        None,
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The server's place in replication. Raises SourceError where its own part cannot be read."""
    server = reader.server
    needs = "SLAVE MONITOR ON *.*" if server.is_mariadb else "REPLICATION CLIENT ON *.*"
    gaps: tuple[Gap, ...] = ()
    members: tuple[AuroraReplica, ...] = ()
    with reader.session() as session:
        channels = _channels(session, needs)
        followers = tuple(_reader_of_log(row) for row in session.query("binlog_dumps", mark="replication"))
        variables = {row["variable_name"]: row["value"] for row in lowered(session.query("binlog", mark="replication"))}
        if server.flavour is Flavour.AURORA:
            try:
                members = _members(session)
            except SourceError as error:
                gaps = (Gap("replication", error.reason, taken_at, error.mend, None, (Replication.name,)),)
    lags = [one.lag_seconds for one in channels if one.lag_seconds is not None]
    section = Replication(
        is_standby=bool(channels) or (bool(members) and server.is_read_only),
        replicas=followers,
        replay_lag_seconds=max(lags, default=None),
        receiver_state=None if not channels else "streaming" if all(one.fetches for one in channels) else "stopped",
        aurora=members,
        channels=channels,
        binary_log=variables.get("log_bin", "OFF") == "ON",
        is_read_only=variables.get("read_only", "OFF") not in {"OFF", "0"},
    )
    return Collected((section,), gaps)


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("replication", (Replication,), interval_seconds=30, deadline_seconds=10, collect=collect)
