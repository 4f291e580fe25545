"""A Recommendation says what to do about a Finding: exact statements, what they should bring, risk and rollback."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from tunewright_analyzers.facts.ids import NO_CLUSTER, CheckId, ClusterId, FindingId, RecommendationId, StatementId
from tunewright_analyzers.finding import Evidence, Subject


class Action(StrEnum):
    """The kind of change; the ledger looks for its trace in the catalogue or the settings."""

    CREATE_INDEX = "create index"
    DROP_INDEX = "drop index"
    REBUILD_INDEX = "rebuild index"
    SET_PARAMETER = "set parameter"
    ALTER_TABLE = "alter table"
    CREATE_STATISTICS = "create statistics"
    ANALYZE = "analyze"
    VACUUM = "vacuum"
    REWRITE_QUERY = "rewrite query"
    END_SESSION = "end session"
    DROP_SLOT = "drop slot"
    CREATE_EXTENSION = "create extension"
    MODIFY_RESOURCE = "modify resource"
    OTHER = "other"


class Form(StrEnum):
    """What the statements are written for."""

    SQL = "sql"
    AWS_CLI = "aws-cli"


class Scope(StrEnum):
    """How far a changed parameter reaches. Ordered by `rank`, the narrowest first: advice prefers the narrowest that mends the fault."""

    STATEMENT = "statement"
    ROLE = "role"
    TABLE = "table"
    DATABASE = "database"
    GLOBAL = "global"

    @property
    def rank(self) -> int:
        """0 for statement to 4 for global."""
        return list(Scope).index(self)


class Takes(StrEnum):
    """When a changed parameter takes effect."""

    AT_ONCE = "at once"
    NEW_SESSIONS = "new sessions"
    RELOAD = "reload"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """One parameter, from what to what. `now` and `advised` as the engine's SHOW prints them (`64MB`).

    `native` is the advised value as a parameter group wants it: in the unit of the engine's own table of settings (kB for work_mem), 1 and 0
    for booleans; `native_now` the present one. `target` is the role, table or statement that `scope` speaks of, empty for GLOBAL.
    """

    parameter: str
    scope: Scope
    target: str
    now: str
    advised: str
    native_now: str
    native: str
    takes: Takes
    effect: str
    """What the change should bring, in words; a number only where one was measured."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What should change, in which metric, from what to what, and after how long it can be judged.

    `unit` belongs to both numbers; `method` says how the prediction was made (`twin planner cost`, `size model`, …);
    `statements` are those whose counters the ledger will compare. A planner cost is never called a time.
    """

    metric: str
    baseline: float
    predicted: float
    unit: str
    method: str
    settle: timedelta = timedelta(hours=24)
    statements: tuple[StatementId, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do. `statements` run as they stand (each parses); `rollback` undoes them; `risk` says what may go wrong.

    `object` is the canonical text of what the ledger will look for in the catalogue, such as
    `index public.orders(status, created_at)` or `setting work_mem`.
    """

    id: RecommendationId
    finding: FindingId
    check: CheckId
    subject: Subject
    action: Action
    statements: tuple[str, ...]
    expectation: Expectation | None
    risk: str
    rollback: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    caution: str | None = None
    cluster: ClusterId = NO_CLUSTER
    form: Form = Form.SQL
    template: str = ""
    """The same as desired state: the properties of a CloudFormation resource, as YAML. Empty where there is none."""
    changes: tuple[ParameterChange, ...] = ()
    """Of advice on parameters: each one, for parameter groups and infrastructure code."""
