"""`indexes/bloated`: reads Indexes, Columns and Schema; says which indexes hold mostly empty space."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Columns, Schema
from tunewright_analyzers.facts.relations import Indexes, Tables
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.indexes.bloat import Confidence, confidence, empty_bytes, statistics_of, types_of
from tunewright_analyzers.recommendation import Action, Expectation
from tunewright_analyzers.sql.identifiers import qualified


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much empty space is worth a rebuild."""

    least_bytes: float = threshold(10_485_760, "bytes", "estimated empty space from which an index is reported")
    least_ratio: float = threshold(
        0.4, "ratio", "share of the index that must be empty; a third is normal for random inserts"
    )
    high_bytes: float = threshold(10_737_418_240, "bytes", "empty space from which the finding is of high severity")


@check(needs=(Indexes, Columns, Schema), engines=POSTGRESQL, thresholds=Thresholds)
def bloated(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Indexes that would be much smaller if they were built again.

    Risk: empty pages take disk and cache, and every scan of a range reads them.
    Evidence: size against what a fresh index of so many rows would take, by a model of the B-tree with its deduplication and the planner's
      statistics of its columns; an estimate with its confidence (low is never severe). Indexes on expressions are not judged.
    Remedy: REINDEX INDEX CONCURRENTLY; then find what emptied it (mass deletes, long transactions, a queue).
    False positives: statistics that are out of date, wide variation in value length; pgstattuple's pgstatindex measures it exactly,
      at the price of reading the index.
    """
    limits = context.thresholds
    rows = [one for one in context.window.need(Indexes).rows if one.method == "btree" and one.is_valid]
    large = [one for one in rows if one.size_bytes >= limits.least_bytes]
    section = context.window.section(Tables)
    tables = {one.name: one for one in section.rows} if section is not None else {}
    statistics, types = statistics_of(context.window.need(Columns)), types_of(context.window.need(Schema))
    estimates = {one.name: empty_bytes(one, statistics, types) for one in large}
    if large and all(empty is None for empty in estimates.values()):
        because = "no index has a bloat estimate: its columns' statistics could not be read, or the tables were never analysed"
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), because)
    for index in large:
        empty = estimates[index.name]
        if empty is None or empty < limits.least_bytes or empty < limits.least_ratio * index.size_bytes:
            continue
        sure, why = confidence(index, types, tables.get(index.table))
        severity = Severity.HIGH if empty >= limits.high_bytes else Severity.MEDIUM if empty >= 2**30 else Severity.LOW
        found = context.finding(
            Subject("index", str(index.name), index.name.database),
            Severity.LOW if sure is Confidence.LOW else severity,
            f"Index {index.name} on {index.table} is about {empty / index.size_bytes:.0%} empty: "
            f"{empty / 2**20:.0f} of {index.size_bytes / 2**20:.0f} MiB.",
            Evidence("size", index.size_bytes, "bytes", "pg_class.relpages"),
            Evidence("empty", empty, "bytes", "size model"),
            Evidence("empty share", round(empty / index.size_bytes, 3), "ratio", "size model"),
            Evidence("confidence", f"{sure}: {why}", "", "size model"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.REBUILD_INDEX,
            (f"REINDEX INDEX CONCURRENTLY {qualified(index.name)};",),
            risk="Needs disk for a second copy, writes it to the WAL, and waits for older transactions; blocks no reads or writes. "
            "If it fails it leaves an invalid index with the suffix _ccnew that must be dropped.",
            rollback=(),
            expectation=Expectation(
                "index size", float(index.size_bytes), float(index.size_bytes - empty), "bytes", "size model"
            ),
        )
