"""`queries/n_plus_one`: reads Statements and Schema; says which statement is run once for each row that another one gave."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.queries.lookups import most_called, reads


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is the pattern, and costs."""

    calls_min: float = threshold(1000, "count", "Calls of the repeated statement over the window.")
    rows_min: float = threshold(5, "rows", "Rows that one call of the first statement gives, on average.")
    statements_max: float = threshold(500, "count", "So many of the most called statements, and lists, are looked at.")
    tolerance: float = threshold(0.2, "ratio", "How far calls of the one may lie from rows of the other.")


def _links(schema: Schema) -> dict[tuple[RelationName, str], set[RelationName]]:
    """By column: the tables whose rows give a value to look it up by, over a foreign key in either direction."""
    links: dict[tuple[RelationName, str], set[RelationName]] = {}
    for key in schema.constraints:
        if (
            key.kind == "f"
            and key.referenced_table is not None
            and len(key.columns) == len(key.referenced_columns) == 1
        ):
            links.setdefault((key.table, key.columns[0]), set()).add(key.referenced_table)
            links.setdefault((key.referenced_table, key.referenced_columns[0]), set()).add(key.table)
    return links


@check(needs=(Statements, Schema), thresholds=Thresholds)
def n_plus_one(context: Context[Thresholds]) -> Iterator[Verdict]:
    """One query for a list, and then one more for each row of it.

    Risk: the time is spent on the way between application and server, hundreds of times a page; it grows with the list.
    Evidence: calls of a lookup by a key that match, within the tolerance, the rows that another statement of the same user gave from the
        table at the other end of a foreign key (on MySQL of the same database: digests know no user).
    Remedy: one query with a join, or with key = ANY (the keys of the list); object mappers call it eager loading.
    False positives: two counts that agree by chance; the foreign key between the tables makes that unlikely, and where the history holds the same
        span of the week before, they must have agreed there too.
    """
    limits, window = context.thresholds, context.window
    links = _links(window.need(Schema))
    seen = list(reads(window, most_called(window, limits.calls_min, int(limits.statements_max))))
    lists: dict[tuple[str, RelationName], list[Statement]] = {}
    for read in seen:
        if read.row.rows >= limits.rows_min * read.row.calls:
            for table in read.tables:
                lists.setdefault((read.row.key.user, table), []).append(read.row)
    told: set[Subject] = set()
    for read in seen:
        row, subject = read.row, Subject("statement", read.row.id, read.row.key.database)
        if row.calls < limits.calls_min or subject in told:
            continue
        near = sorted({table for key in read.keys for table in links.get(key, ())}, key=str)
        candidates = (one for table in near for one in lists.get((row.key.user, table), ()) if one.id != row.id)
        first = next(
            (one for one in candidates if _agree(row, one, limits) and not _disagreed(context, row, one)), None
        )
        if first is not None:
            told.add(subject)
            yield _verdict(context, subject, row, first)


def _agree(repeated: Statement, first: Statement, limits: Thresholds) -> bool:
    return first.rows > 0 and abs(repeated.calls / first.rows - 1) <= limits.tolerance


def _disagreed(context: Context[Thresholds], repeated: Statement, first: Statement) -> bool:
    """Whether a week earlier both ran as much as they must, and the one was not called once for each row of the other."""
    before = context.window.baseline.section(Statements) if context.window.baseline is not None else None
    rows = {row.key: row for row in before.rows} if before is not None else {}
    then, first_then = rows.get(repeated.key), rows.get(first.key)
    if then is None or first_then is None or max(then.calls, first_then.rows) < context.thresholds.calls_min:
        return False
    return not _agree(then, first_then, context.thresholds)


def _verdict(context: Context[Thresholds], subject: Subject, repeated: Statement, first: Statement) -> Verdict:
    is_postgres = context.window.latest.engine is Engine.POSTGRESQL
    source = "pg_stat_statements" if is_postgres else "events_statements_summary_by_digest"
    return context.finding(
        subject,
        Severity.LOW,
        f"Statement {repeated.id} is called {repeated.calls:,} times, once for each of the {first.rows:,} rows that statement {first.id} "
        f"gave in {first.calls:,} calls.",
        Evidence("calls", repeated.calls, "count", source),
        Evidence("first statement", first.id, "", source),
        Evidence("rows of the first statement", first.rows, "rows", source),
        Evidence("calls of the first statement", first.calls, "count", source),
        Evidence("execution time", round(repeated.exec_seconds, 3), "seconds", source),
    )
