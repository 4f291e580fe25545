"""`maintenance/never_analysed`: reads Tables; says which tables have no statistics and will get none by themselves."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Table, Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified

_ESTIMATED_SINCE = 140000
"""Before 14 a table that was never analysed says 0 rows, as an empty one does; that rows of it are read tells them apart."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is worth a word."""

    rows_read: float = threshold(10_000, "rows", "Rows that statements read of it over the window.")
    many: float = threshold(
        10, "count", "Tables without statistics from which a database is told as one, as after an upgrade."
    )


def _rows_read(table: Table) -> int:
    return table.sequential_rows_read + table.index_rows_fetched


def _is_unknown(table: Table, version: int) -> bool:
    return table.row_estimate < 0 or (version < _ESTIMATED_SINCE and table.row_estimate == 0)


@check(needs=(Tables,), engines=POSTGRESQL, thresholds=Thresholds)
def never_analysed(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Tables that hold rows, were never analysed, and have no changes that would make autovacuum do it.

    Risk: the planner knows neither how many rows they have nor what is in them: joins, sorts and indexes are chosen by guesses. After pg_upgrade
        to a release before 18 that is every table.
    Evidence: pg_class.reltuples is unknown though statements read rows of the table; n_mod_since_analyze is 0, so autoanalyze never begins. (How
        large it is nobody knows: relpages is of the last ANALYZE too.) Tables that changed since are told by maintenance/stale_statistics.
    Remedy: ANALYZE of the table; of the database where all of it is so (vacuumdb --analyze-in-stages gives rough plans first).
    False positives: none known.
    """
    limits, version = context.thresholds, context.window.latest.version
    found: dict[str, list[Table]] = {}
    for table in context.window.need(Tables).rows:
        if table.kind not in {"r", "m"} or table.is_temporary or _rows_read(table) < limits.rows_read:
            continue
        analysed = table.last_analyze is not None or table.last_autoanalyze is not None
        if _is_unknown(table, version) and not analysed and table.modified_since_analyze == 0:
            found.setdefault(table.name.database, []).append(table)
    for database, tables in sorted(found.items()):
        tables.sort(key=lambda one: (-_rows_read(one), str(one.name)))
        if len(tables) >= limits.many:
            yield from _told(context, Subject("database", database), tables, ("ANALYZE;",))
        else:
            for table in tables:
                subject = Subject("table", str(table.name), database)
                yield from _told(context, subject, [table], (f"ANALYZE {qualified(table.name)};",))


def _told(
    context: Context[Thresholds], subject: Subject, tables: list[Table], statements: tuple[str, ...]
) -> Iterator[Verdict]:
    read = sum(map(_rows_read, tables))
    what = f"{len(tables)} tables of {subject.name} have" if subject.kind == "database" else f"Table {subject.name} has"
    found = context.finding(
        subject,
        Severity.HIGH if subject.kind == "database" else Severity.MEDIUM,
        f"{what} no statistics at all, though {read:,} rows were read, and nothing changes that would make autovacuum gather them.",
        Evidence("tables", len(tables), "count", "pg_class.reltuples"),
        Evidence("rows read", read, "rows", "pg_stat_user_tables"),
        Evidence("most read", ", ".join(str(one.name) for one in tables[:5]), "", "pg_class"),
    )
    yield found
    yield context.recommendation(
        found,
        Action.ANALYZE,
        statements,
        risk="Reads a sample of each table; plans of their statements may change at once, mostly for the better.",
        rollback=(),
    )
