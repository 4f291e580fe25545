"""Plans that real servers printed (tests/mysqlplans), as the section of a case."""

import gzip
import json
from dataclasses import replace
from functools import cache

from cases.case import NOW, Case
from cases.nodes import STATEMENT, SUBJECT
from mysqlplans.record import RECORDED
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.plans import Plan, PlanNode, PlanOrigin, Plans, StatementPlan
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.plans.reading import read_plan

_TABLES = {"c": "customers", "o": "orders", "l": "order_lines"}


@cache
def _texts() -> dict[tuple[str, str], str]:
    """(name, format) -> text, of MySQL 8.0.45 where it prints the format, else of MySQL 9.7 or MariaDB 10.11."""
    rows = [json.loads(line) for line in gzip.decompress(RECORDED.read_bytes()).decode().splitlines()]
    return {(row["name"], row["format"]): row["text"] for row in reversed(rows)}


def _named(node: PlanNode) -> PlanNode:
    """As the agent names them: the table behind the alias, in the schema shop."""
    known = node.relation and RelationName("shop", "public", _TABLES.get(node.relation.name, node.relation.name))
    return replace(node, relation=known, children=tuple(_named(child) for child in node.children))


def recorded_plan(name: str, form: str) -> Plan:
    """The plan of a statement of the corpus."""
    plan = read_plan(_texts()[name, form])
    return replace(plan, root=_named(plan.root))


def recorded(name: str, form: str, **changes: object) -> Plans:
    """The section with that one plan."""
    plan = replace(recorded_plan(name, form), **changes)  # type: ignore[arg-type]
    return Plans((StatementPlan(StatementId(STATEMENT), "shop", plan, PlanOrigin.FILE, NOW),))


def around(threshold: str, at: float, name: str, form: str, engine: Engine) -> tuple[Case, Case]:
    """A plan at its threshold, which fires, and one row below it, which does not."""
    plans = (recorded(name, form),)
    return (
        Case("at the threshold", "threshold", plans, (SUBJECT,), overrides={threshold: at}, engine=engine),
        Case("below it", "threshold", plans, overrides={threshold: at + 1}, engine=engine),
    )
