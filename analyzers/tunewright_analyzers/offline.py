"""Judging a single plan without a server: `tunewright explain`."""

from datetime import datetime

from tunewright_analyzers.check import Verdict, discover, run
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.plans import Plan, PlanOrigin, Plans, StatementPlan
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Snapshot, Window

_VERSIONS = {Engine.POSTGRESQL: 180000, Engine.MYSQL: 80400, Engine.MARIADB: 101100}
"""A plan in a file says not of which release it is."""


def judge_plan(plan: Plan, cluster: str, at: datetime) -> tuple[Verdict, ...]:
    """What the checks of the group `plans` say of one plan. Checks that need more than a plan say so as NotJudged."""
    row = StatementPlan(
        StatementId(plan.shape), "", plan, PlanOrigin.FILE, at, exec_seconds=plan.execution_seconds or 0.0, calls=1
    )
    snapshot = Snapshot(
        ClusterId(cluster),
        InstanceId("file"),
        plan.engine,
        _VERSIONS[plan.engine],
        Flavour.SELF_MANAGED,
        at,
        (Plans((row,)),),
    )
    window = Window(ClusterId(cluster), at, at, snapshot)
    asked = (check for check in discover() if check.group == "plans" and check.judges(snapshot))
    return tuple(verdict for check in asked for verdict in run(check, window))
