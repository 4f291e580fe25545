"""Source `throughput`: pg_stat_io (16+), pg_stat_wal (14+), checkpoints and background writer. Fills Throughput.

Each view is asked by itself: what a release does not have, or Aurora refuses (pg_stat_wal fails there, and its storage has no
checkpoints of ours to tune), is None and never zero.
"""

from dataclasses import replace
from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Row, Session
from tunewright_agent.sources.source import Collected, Source, Unsupported
from tunewright_analyzers.facts.databases import InputOutput, Throughput
from tunewright_analyzers.facts.snapshot import Flavour, Period


def _io(row: Row) -> InputOutput:
    return InputOutput(
        backend_type=row["backend_type"],
        object=row["object"],
        context=row["context"],
        reads=row["reads"],
        read_bytes=row["read_bytes"],
        read_seconds=row["read_ms"] / 1000,
        writes=row["writes"],
        write_bytes=row["write_bytes"],
        write_seconds=row["write_ms"] / 1000,
        extends=row["extends"],
        hits=row["hits"],
        evictions=row["evictions"],
        reuses=row["reuses"],
        fsyncs=row["fsyncs"],
    )


def _rows(session: Session, name: str) -> list[Row]:
    """Rows of one view; empty where this release or flavour has no such view (the caller leaves its facts None)."""
    try:
        return session.query(name, mark="throughput")
    except Unsupported:
        return []


def _with_checkpoints(section: Throughput, row: Row) -> Throughput:
    return replace(
        section,
        checkpoints_timed=row["timed"],
        checkpoints_requested=row["requested"],
        checkpoint_write_seconds=row["write_ms"] / 1000,
        checkpoint_sync_seconds=row["sync_ms"] / 1000,
        checkpoint_buffers_written=row["buffers_written"],
        bgwriter_buffers_written=row["buffers_clean"],
        bgwriter_stopped=row["maxwritten_clean"],
        buffers_allocated=row["buffers_alloc"],
        backend_buffers_written=row["buffers_backend"],
        backend_fsyncs=row["buffers_backend_fsync"],
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Counters of the server since their latest reset. Raises SourceError."""
    aurora = reader.server.flavour is Flavour.AURORA
    with reader.session() as session:
        io = _rows(session, "stat_io")
        wal = [] if aurora else _rows(session, "stat_wal")
        checkpoints = [] if aurora else _rows(session, "stat_checkpoints")
        ids = _rows(session, "next_transaction")
    resets = [row["stats_reset"] for row in (*io, *wal, *checkpoints) if row["stats_reset"] is not None]
    period = Period(max(resets, default=reader.server.started_at), taken_at)
    section = Throughput(period, tuple(_io(row) for row in io), transactions=ids[0]["next"] if ids else None)
    for row in wal:
        section = replace(
            section,
            wal_records=row["wal_records"],
            wal_full_page_images=row["wal_fpi"],
            wal_bytes=row["wal_bytes"],
            wal_buffers_full=row["wal_buffers_full"],
        )
    for row in checkpoints:
        section = _with_checkpoints(section, row)
    return Collected((section,))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("throughput", (Throughput,), interval_seconds=60, deadline_seconds=10, collect=collect)
