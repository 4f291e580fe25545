"""`schema/redundant_constraint`: reads Schema; says which constraints repeat what another one demands."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.columns import Constraint, Schema
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified, quoted

_KEYS = {"p", "u"}


def _repeats(one: Constraint, kept: Constraint) -> bool:
    """Whether `kept` demands all that `one` does."""
    if one.kind == "u" and kept.kind in _KEYS:
        nulls = "NULLS NOT DISTINCT"
        fitting = kept.kind == "p" or (nulls in kept.definition) == (nulls in one.definition)
        return set(one.columns) == set(kept.columns) and fitting and not kept.is_deferrable
    if one.kind == kept.kind == "f":
        pairs = set(zip(one.columns, one.referenced_columns, strict=False))
        same = pairs == set(zip(kept.columns, kept.referenced_columns, strict=False))
        rules = (one.on_delete, one.on_update, one.is_deferrable) == (
            kept.on_delete,
            kept.on_update,
            kept.is_deferrable,
        )
        return same and one.referenced_table == kept.referenced_table and rules
    # A redacted literal may stand for another one in each: such definitions are not compared.
    alike = one.definition == kept.definition and one.definition != "" and "?" not in one.definition
    return one.kind == kept.kind == "c" and alike


def _rank(one: Constraint) -> tuple[bool, bool, str]:
    """The one to keep comes first: a primary key, then a valid one, then by name."""
    return (one.kind != "p", not one.is_valid, one.name)


@check(needs=(Schema,), engines=POSTGRESQL)
def redundant_constraint(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Constraints that demand what another one of the same table already does.

    Risk: every write is checked twice; a unique one maintains an index of its own, a foreign key two triggers on either table.
    Evidence: both definitions in pg_constraint: unique over the columns of the primary key or of another unique one, two alike foreign keys,
        two alike checks (only where they hold no literal: those are not read).
    Remedy: drop the second.
    False positives: ON CONFLICT ON CONSTRAINT may name it; a foreign key may stand on it (the drop then fails and changes nothing).
    """
    by_table: dict[object, list[Constraint]] = {}
    for one in context.window.need(Schema).constraints:
        by_table.setdefault(one.table, []).append(one)
    for siblings in by_table.values():
        ordered = sorted(siblings, key=_rank)
        for at, one in enumerate(ordered):
            kept = next((other for other in ordered[:at] if _repeats(one, other)), None)
            if kept is not None:
                yield from _verdicts(context, one, kept)


def _verdicts(context: Context[NoThresholds], one: Constraint, kept: Constraint) -> Iterator[Verdict]:
    found = context.finding(
        Subject("constraint", f"{one.table}.{one.name}", one.table.database),
        Severity.LOW,
        f"Constraint {one.name} of {one.table} demands what {kept.name} already does.",
        Evidence("definition", one.definition or f"({', '.join(one.columns)})", "", "pg_constraint"),
        Evidence("kept", kept.name, "", "pg_constraint"),
    )
    yield found
    if not one.definition or "?" in one.definition:
        return
    table = qualified(one.table)
    yield context.recommendation(
        found,
        Action.ALTER_TABLE,
        (f"ALTER TABLE {table} DROP CONSTRAINT {quoted(one.name)};",),
        risk=f"None for the data while {kept.name} stands. The drop takes an ACCESS EXCLUSIVE lock for a moment.",
        rollback=(f"ALTER TABLE {table} ADD CONSTRAINT {quoted(one.name)} {one.definition};",),
    )
