"""Cases of `parameters/index_builds_spill`."""

from cases.case import Case, gap
from cases.facts import GB, host, settings, statement, statements
from tunewright_analyzers.facts.statements import Statement, Statements

SUBJECT = "setting maintenance_work_mem"
BLOCKS = 128  # a megabyte
CREATE = "CREATE INDEX CONCURRENTLY orders_created ON orders (created_at)"


def _build(megabytes: int = 400, *, text: str = CREATE, calls: int = 1, seconds: float = 60.0) -> Statement:
    """So many megabytes of temporary files in each run."""
    written = megabytes * BLOCKS * calls
    return statement(text=text, kind="utility", calls=calls, exec_seconds=seconds * calls, temp_blocks_written=written)


CASES = (
    Case("one build: in its session", "fires", (statements(_build()), settings()), (SUBJECT,), severity={SUBJECT: "low"},
         says=("1 index builds sorted on disk with maintenance_work_mem 64MB",), statements=("SET maintenance_work_mem = '1GB';",)),
    Case("every night: for all", "fires", (statements(_build(text="REINDEX INDEX orders_created", calls=10)), settings()), (SUBJECT,),
         statements=("ALTER SYSTEM SET maintenance_work_mem = '1GB';",)),
    Case("within a sixteenth of the memory", "fires", (statements(_build(2000)), settings(), host(8 * GB)), (SUBJECT,),
         statements=("SET maintenance_work_mem = '512MB';",)),
    Case("there is no more memory for it", "fires", (statements(_build(2000)), settings(maintenance_work_mem="1048576")), (SUBJECT,)),
    Case("a primary key", "fires", (statements(_build(text="ALTER TABLE orders ADD PRIMARY KEY (id)")), settings()), (SUBJECT,)),
    Case("a query has its own memory", "silent", (statements(_build(text="SELECT * FROM orders ORDER BY total")), settings())),
    Case("no temporary files", "silent", (statements(_build(0)), settings())),
    Case("256 MB, half a minute", "threshold", (statements(_build(256, seconds=30.0)), settings()), (SUBJECT,)),
    Case("less of it", "threshold", (statements(_build(255, seconds=30.0)), settings())),
    Case("quicker", "threshold", (statements(_build(256, seconds=29.9)), settings())),
    Case("utility statements are not counted", "gap", (statements(_build()), settings(**{"pg_stat_statements.track_utility": "off"}))),
    Case("statements unread", "gap", (settings(),), gaps=(gap(Statements),)),
)  # fmt: skip
