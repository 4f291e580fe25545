"""Short makers of facts for the cases of `queries`: the shop's two tables, and statements with weight."""

from dataclasses import replace
from typing import Any

from cases.facts import column, constraint, foreign_key, schema, statement, statements
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.statements import Statements

SUBJECT = "statement 50fde20626009aba in shop"

SHOP = schema(
    column("customers", "id", not_null=True),
    column("customers", "name", "text", position=2),
    column("customers", "code", "character(4)", position=3),
    constraint("customers", "p", ("id",)),
    column("orders", "id", "bigint", not_null=True),
    column("orders", "customer_id", not_null=True, position=2),
    column("orders", "coupon_id", position=3),
    column("orders", "total", "numeric", position=4),
    constraint("orders", "p", ("id",)),
    foreign_key("orders", "customer_id", "customers"),
)


def heavy(text: str, **changes: Any) -> Statements:
    """One statement of a thousand calls and ten seconds, 2,000 blocks a call."""
    defaults: dict[str, Any] = {"exec_seconds": 10.0, "shared_blocks_hit": 2_000_000}
    return statements(statement(text=text, **(defaults | changes)))


def shop(text: str, **changes: Any) -> tuple[Statements, Schema]:
    """That statement over the shop's tables."""
    return heavy(text, **changes), SHOP


def doubtful(section: Schema) -> Schema:
    """The same, with a not-null constraint on orders.customer_id that old rows may break (release 18)."""
    return replace(
        section, constraints=(*section.constraints, constraint("orders", "n", ("customer_id",), is_valid=False))
    )
