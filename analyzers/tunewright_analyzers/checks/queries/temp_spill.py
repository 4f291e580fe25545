"""`queries/temp_spill`: reads Statements and Settings; says which statements sort or hash on disk."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.finding import Evidence, Severity, Subject

BLOCK_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When spilling is worth telling."""

    bytes_per_call: float = threshold(1024**2, "bytes", "Temporary bytes written by one call, on average.")
    bytes_min: float = threshold(64 * 1024**2, "bytes", "Temporary bytes written over the window.")
    bytes_high: float = threshold(10 * 1024**3, "bytes", "Temporary bytes over the window from which it is severe.")


@check(needs=(Statements, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def temp_spill(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Statements whose sorts and hashes do not fit into work_mem and go to disk.

    Risk: slower by the time of writing and reading it again; the disk's bandwidth is taken from everyone.
    Evidence: temp_blks_written of pg_stat_statements by call and over the window; work_mem now.
    Remedy: an index in the order wanted, fewer rows or columns, or work_mem for this statement or role (see plans/sort_spill).
    False positives: a rare report, or CREATE INDEX, which uses maintenance_work_mem.
    """
    work_mem = context.window.need(Settings).number("work_mem")
    section = context.window.need(Statements)
    worst: dict[Subject, Statement] = {}
    for row in section.rows:
        written = row.temp_blocks_written * BLOCK_BYTES
        if row.own or row.kind in {"utility", "unknown"} or row.calls == 0 or written < context.thresholds.bytes_min:
            continue
        subject = Subject("statement", row.id, row.key.database)
        if written / row.calls >= context.thresholds.bytes_per_call and (
            subject not in worst or row.temp_blocks_written > worst[subject].temp_blocks_written
        ):
            worst[subject] = row
    for subject, row in worst.items():
        written = row.temp_blocks_written * BLOCK_BYTES
        yield context.finding(
            subject,
            Severity.HIGH if written >= context.thresholds.bytes_high else Severity.MEDIUM,
            f"Statement {row.id} writes {written / row.calls / 1024**2:,.1f} MB of temporary files a call ({row.calls:,} calls).",
            Evidence(
                "temporary bytes a call", round(written / row.calls), "bytes", "pg_stat_statements.temp_blks_written"
            ),
            Evidence("temporary bytes", written, "bytes", "pg_stat_statements.temp_blks_written"),
            Evidence("work_mem", work_mem, "bytes", "pg_settings"),
            Evidence("mean time", round(row.mean_exec_seconds, 4), "seconds", "pg_stat_statements"),
        )
