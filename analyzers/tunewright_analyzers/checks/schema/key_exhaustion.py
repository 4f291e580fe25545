"""`schema/key_exhaustion`: reads Sequences; says which key columns near the largest number they can hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Sequence, Sequences, Tables
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.finding import Evidence, Finding, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified, quoted
from tunewright_analyzers.sql.mysql import identifiers as mysql_names


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Used share of the range."""

    warn_ratio: float = threshold(0.5, "ratio", "Share of the range from which a sequence is reported.")
    high_ratio: float = threshold(0.75, "ratio", "Share from which it is severe.")
    critical_ratio: float = threshold(0.9, "ratio", "Share from which it is critical.")
    days_high: float = threshold(90, "count", "Days left, at the window's rate of inserts, from which it is severe.")


def _days_left(context: Context[Thresholds], sequence: Sequence, left: float) -> float | None:
    """Days until the range is used up at the rate of inserts of the window; None where nothing was inserted."""
    tables = context.window.section(Tables)
    rows = [row for row in tables.rows if row.name == sequence.owned_table] if tables else []
    if tables is None or not rows or rows[0].rows_inserted <= 0:
        return None
    a_day = rows[0].rows_inserted / tables.period.seconds * 86400 * abs(sequence.increment)
    return left / a_day


def _severity(ratio: float, days: float | None, limits: Thresholds) -> Severity:
    if ratio >= limits.critical_ratio:
        return Severity.CRITICAL
    soon = days is not None and days <= limits.days_high
    return Severity.HIGH if ratio >= limits.high_ratio or soon else Severity.MEDIUM


def _widen(context: Context[Thresholds], found: Finding, sequence: Sequence) -> Iterator[Verdict]:
    if (
        sequence.owned_table is None
        or sequence.owned_column is None
        or sequence.column_type not in {"smallint", "integer"}
    ):
        return
    table, column = qualified(sequence.owned_table), quoted(sequence.owned_column)
    yield context.recommendation(
        found,
        Action.ALTER_TABLE,
        (
            f"ALTER TABLE {table} ALTER COLUMN {column} TYPE bigint;",
            f"ALTER SEQUENCE {qualified(sequence.name)} AS bigint;",
        ),
        risk="Rewrites the table and its indexes under an ACCESS EXCLUSIVE lock: nobody uses it meanwhile. Columns that refer to it must follow.",
        rollback=(
            f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {sequence.column_type};",
            f"ALTER SEQUENCE {qualified(sequence.name)} AS {sequence.column_type};",
        ),
        caution="On a large table add a bigint column, fill it in batches, index it concurrently, and swap the two in one short transaction.",
    )


def _widen_auto_increment(context: Context[Thresholds], found: Finding, sequence: Sequence) -> Iterator[Verdict]:
    """MySQL: the column itself counts; its other attributes must be written again, or they are lost."""
    kind = (sequence.column_type or "").lower()
    if sequence.owned_table is None or sequence.owned_column is None or kind.startswith("bigint"):
        return
    table, column = mysql_names.qualified(sequence.owned_table), mysql_names.quoted(sequence.owned_column)
    unsigned = " unsigned" if "unsigned" in kind else ""
    yield context.recommendation(
        found,
        Action.ALTER_TABLE,
        (f"ALTER TABLE {table} MODIFY {column} bigint{unsigned} NOT NULL AUTO_INCREMENT;",),
        risk="The table is copied: writes wait meanwhile. Columns that refer to it must have the same type first, or their foreign keys go.",
        rollback=(f"ALTER TABLE {table} MODIFY {column} {kind} NOT NULL AUTO_INCREMENT;",),
        caution="Write the column's comment and other attributes too, where it has any: MODIFY sets them all. On a large table use gh-ost or "
        "pt-online-schema-change.",
    )


@check(needs=(Sequences,), thresholds=Thresholds)
def key_exhaustion(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Integer keys whose sequence nears the end of what the column can hold.

    Risk: at the end every insert fails with 'nextval: reached maximum value' or 'integer out of range'.
    Evidence: the sequence's last value against the smaller of its MAXVALUE and the column type's range; the rate of inserts.
    Remedy: widen the column to bigint before that day.
    False positives: a sequence set far forward on purpose to keep ranges apart; a cycling one is not reported.
    """
    for sequence in context.window.need(Sequences).rows:
        if sequence.last_value is None or sequence.cycles or sequence.increment <= 0:
            continue
        ratio, left = sequence.last_value / sequence.max_value, sequence.max_value - sequence.last_value
        if ratio < context.thresholds.warn_ratio:
            continue
        days = _days_left(context, sequence, left)
        when = (
            ""
            if days is None
            else f", used up about {context.window.end + timedelta(days=min(days, 36500)):%Y-%m-%d} at the window's rate"
        )
        what = f"{sequence.owned_table}.{sequence.owned_column}" if sequence.owned_table else str(sequence.name)
        found = context.finding(
            Subject("column" if sequence.owned_table else "sequence", what, sequence.name.database),
            _severity(ratio, days, context.thresholds),
            f"Key {what} ({sequence.column_type or 'sequence'}) has used {ratio:.1%} of its range: {left:,} numbers are left{when}.",
            Evidence("last value", sequence.last_value, "count", "pg_sequences"),
            Evidence("largest value", sequence.max_value, "count", "sequence and column type"),
            Evidence("used", round(ratio, 4), "ratio", "computed"),
            *(() if days is None else (Evidence("days left", round(days, 1), "days", "rows inserted in the window"),)),
        )
        yield found
        if context.window.latest.engine is Engine.POSTGRESQL:
            yield from _widen(context, found, sequence)
        else:
            yield from _widen_auto_increment(context, found, sequence)
