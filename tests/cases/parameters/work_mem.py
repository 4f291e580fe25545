"""Cases of `parameters/work_mem`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import GB, MB, busy, host, load, settings, statement, statements
from cases.nodes import STATEMENT, node, plans
from tunewright_analyzers.facts.plans import NodeKind
from tunewright_analyzers.facts.settings import RoleSetting
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.facts.statements import Statement, StatementKey, Statements

BLOCKS = 128  # a megabyte
OTHER = "aaaaaaaaaaaaaaaa"


def _spilling(megabytes: int, calls: int = 100, identity: str = STATEMENT, role: str = "report") -> Statement:
    """A statement that wrote so many megabytes of temporary files over the day."""
    key = StatementKey("shop", role, identity)
    return statement(identity, key=key, calls=calls, temp_blocks_written=megabytes * BLOCKS)


ONE = statements(_spilling(20_000), statement())
TWO = statements(_spilling(20_000), _spilling(15_000, identity=OTHER), statement())


def _roles(count: int) -> Statements:
    return statements(*(_spilling(20_000, identity=f"{n:016x}", role=f"tenant{n}") for n in range(count)))


ROLE = "role report"
SORT = node(NodeKind.SORT, rows=1_000_000, width_bytes=36, sort_space_type="Disk", sort_space_bytes=50 * MB)
SESSIONS = load(busy(), busy(user="report"))

CASES = (
    Case("one statement is the cause: for it alone", "fires", (ONE, settings()), (f"statement {STATEMENT} in shop",),
         statements=("SET LOCAL work_mem = '512MB';",), severity={f"statement {STATEMENT} in shop": "low"}),
    Case("two statements of a role: for the role", "fires", (TWO, settings()), (ROLE,), says=("2 statements of role report",),
         statements=("ALTER ROLE report SET work_mem = '512MB';",)),
    Case("an executed plan says how much", "fires", (ONE, settings(), plans(SORT)), (f"statement {STATEMENT} in shop",),
         statements=("SET LOCAL work_mem = '128MB';",)),
    Case("never more than the machine holds for the role's sessions", "fires", (TWO, settings(), host(2 * GB), SESSIONS), (ROLE,),
         says=("a part of them",), statements=("ALTER ROLE report SET work_mem = '256MB';",)),
    Case("Aurora's memory follows from its formula", "fires", (TWO, settings(shared_buffers="83333"), SESSIONS), (ROLE,),
         statements=("ALTER ROLE report SET work_mem = '128MB';",), flavour=Flavour.AURORA),
    Case("the role has a value of its own", "fires", (TWO, settings(RoleSetting(None, "report", "work_mem", "128MB"))), (ROLE,),
         says=("with work_mem 128MB",), statements=("ALTER ROLE report SET work_mem = '512MB';",)),
    Case("five roles: for all, by what the machine holds", "fires", (_roles(5), settings(), host(4 * GB), SESSIONS), ("setting work_mem",),
         says=("5 statements of 5 roles",), statements=("ALTER SYSTEM SET work_mem = '256MB';",)),
    Case("four roles: for each", "threshold", (_roles(4), settings()), tuple(f"statement {n:016x} in shop" for n in range(4))),
    Case("nothing spills", "silent", (statements(statement()), settings())),
    Case("CREATE INDEX has its own memory", "silent", (statements(replace(_spilling(20_000), kind="utility")), settings())),
    Case("our own statements", "silent", (statements(replace(_spilling(20_000), own=True)), settings())),
    Case("64 MB an hour, 1 MB a call", "threshold", (statements(_spilling(1536, calls=1536)), settings()), (f"statement {STATEMENT} in shop",)),
    Case("less an hour", "threshold", (statements(_spilling(1535, calls=1535)), settings())),
    Case("less a call", "threshold", (statements(_spilling(1536, calls=1537)), settings())),
    Case("statements unread", "gap", (settings(),), gaps=(gap(Statements),)),
)  # fmt: skip
