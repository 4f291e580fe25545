"""`queries/in_list_varies`: reads Statements; says which statements take an entry of pg_stat_statements for each length of a list."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.sql.faults import has_list
from tunewright_analyzers.sql.tree import parsed


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When lengths vary."""

    entries_min: float = threshold(10, "count", "Entries of one shape, user and database from which it is reported.")


@check(needs=(Statements,), engines=POSTGRESQL, thresholds=Thresholds)
def in_list_varies(context: Context[Thresholds]) -> Iterator[Verdict]:
    """IN lists whose length varies from call to call.

    Risk: each length is a statement of its own: it is parsed and planned anew, prepared statements and their plans do not serve the next
        one, and entries of pg_stat_statements are pushed out.
    Evidence: entries of pg_stat_statements that differ in the length of a list only (one fingerprint, many query ids).
    Remedy: one array parameter: column = ANY ($1).
    False positives: a driver that writes values into the text anyway; release 18 folds such entries by itself, and then none is seen.
    """
    groups: dict[tuple[str, str, str], list[Statement]] = {}
    for row in context.window.need(Statements).rows:
        if not row.own and row.key.toplevel and row.text is not None:
            groups.setdefault((row.id, row.key.database, row.key.user), []).append(row)
    told: set[Subject] = set()
    for (identity, database, user), rows in groups.items():
        entries = len({row.key.query_id for row in rows})
        subject = Subject("statement", identity, database)
        if entries < context.thresholds.entries_min or subject in told:
            continue
        tree = parsed(rows[0].text or "")
        if tree is None or not has_list(tree):
            continue
        told.add(subject)
        coverage = context.window.need(Statements).coverage
        yield context.finding(
            subject,
            Severity.INFO,
            f"Statement {identity} of {user} takes {entries} of {coverage.max_entries} entries of pg_stat_statements, one a length of its IN list.",
            Evidence("entries", entries, "count", "pg_stat_statements"),
            Evidence("room for entries", coverage.max_entries, "count", "pg_settings"),
            Evidence("calls", sum(row.calls for row in rows), "count", "pg_stat_statements"),
        )
