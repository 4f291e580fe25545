"""`indexes/invalid`: reads Indexes; says which indexes are left over from a failed concurrent build."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.relations import Indexes
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified

_TWICE = (
    "A unique index mostly fails because values stand twice: find and mend those first, or it fails again and leaves an index "
    "with the suffix _ccnew, which must be dropped."
)


@check(needs=(Indexes,), engines=POSTGRESQL)
def invalid(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Indexes that no query may use because their concurrent build failed, yet every write maintains.

    Risk: writes pay for an index that reads cannot use; a unique one may refuse rows or let duplicates in.
    Evidence: pg_index.indisvalid and indisready, the index's size.
    Remedy: DROP INDEX CONCURRENTLY and build it again, or REINDEX INDEX CONCURRENTLY.
    False positives: a CREATE INDEX CONCURRENTLY that is still running; look at pg_stat_progress_create_index first.
    """
    for index in context.window.need(Indexes).rows:
        if index.is_valid and index.is_ready:
            continue
        found = context.finding(
            Subject("index", str(index.name), index.name.database),
            Severity.MEDIUM,
            f"Index {index.name} on {index.table} is invalid: writes maintain it, no query uses it.",
            Evidence("size", index.size_bytes, "bytes", "pg_relation_size"),
            Evidence("valid", index.is_valid, "", "pg_index.indisvalid"),
            Evidence("ready for writes", index.is_ready, "", "pg_index.indisready"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.REBUILD_INDEX,
            (f"REINDEX INDEX CONCURRENTLY {qualified(index.name)};",),
            risk="Takes disk space for a second copy and waits for older transactions; blocks no reads or writes.",
            rollback=(f"DROP INDEX CONCURRENTLY {qualified(index.name)};",),
            caution=_TWICE if index.is_unique else None,
        )
