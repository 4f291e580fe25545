"""`schema/constraint_not_validated`: reads Schema; says which constraints do not hold for old rows yet."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified, quoted

_KINDS = {"f": "foreign key", "c": "check constraint", "n": "not-null constraint"}


@check(needs=(Schema,), engines=POSTGRESQL)
def constraint_not_validated(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Constraints added NOT VALID and never validated.

    Risk: old rows may break the rule, and the planner does not use a constraint that it cannot trust.
    Evidence: pg_constraint.convalidated.
    Remedy: VALIDATE CONSTRAINT; it scans the table under a lock that lets reads and writes go on.
    False positives: a migration that is under way and validates later.
    """
    for one in context.window.need(Schema).constraints:
        if one.is_valid or one.kind not in _KINDS:
            continue
        found = context.finding(
            Subject("constraint", f"{one.table}.{one.name}", one.table.database),
            Severity.LOW,
            f"The {_KINDS[one.kind]} {one.name} on {one.table} is not validated: rows older than it may break it.",
            Evidence("validated", False, "", "pg_constraint.convalidated"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.ALTER_TABLE,
            (f"ALTER TABLE {qualified(one.table)} VALIDATE CONSTRAINT {quoted(one.name)};",),
            risk="Reads the whole table under SHARE UPDATE EXCLUSIVE; fails, and changes nothing, where a row breaks the rule.",
            rollback=(),
        )
