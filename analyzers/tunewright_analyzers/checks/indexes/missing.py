"""`indexes/missing`: reads IndexAdvice; says which indexes the workload wants, each with its proof."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Indexes, RelationName, Tables
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.indexes.advice import AdvisedIndex, Confirmation, IndexAdvice
from tunewright_analyzers.indexes.statement import build_of
from tunewright_analyzers.indexes.worth import Price
from tunewright_analyzers.recommendation import Action, Expectation
from tunewright_analyzers.sql.identifiers import qualified

_SHOWN = 5
"""Statements named one by one in the evidence; the rest is counted."""
_CONFIRMED_BELOW = 0.95
"""Of its cost before: what the second planner must reach to agree."""
_RISK = (
    "The build reads the whole table, waits for older transactions and needs disk for the index; reads and writes go on. "
    "If it fails it leaves an invalid index that must be dropped. Costs are the planner's, not times."
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When an advised index is worth a finding."""

    least_gain_ratio: float = threshold(
        0.01, "ratio", "share of the database's statement load that the index must save"
    )
    high_gain_ratio: float = threshold(0.3, "ratio", "share of the load from which the finding is of high severity")


def _evidence(advised: AdvisedIndex, oracle: str) -> tuple[Evidence, ...]:
    source = f"{oracle} planner cost"
    found = [
        Evidence("load saved", round(advised.gain_ratio, 4), "ratio", source),
        Evidence("size", advised.size_bytes, "bytes", "size model"),
        Evidence("statements that use it", len(advised.gains), "count", source),
        Evidence(
            "index entries written",
            round(advised.write.entries, 3),
            "per second",
            "write model from pg_stat_user_tables",
        ),
        Evidence("HOT updates ended", round(advised.write.lost_hot_updates, 3), "per second", "write model"),
    ]
    for gain in advised.gains[:_SHOWN]:
        found.append(Evidence(f"cost before of {gain.statement}", round(gain.cost_before, 2), "cost", source))
        found.append(Evidence(f"cost after of {gain.statement}", round(gain.cost_after, 2), "cost", source))
    found += [
        Evidence(f"not chosen: {other.index}", other.because, "", "choice of indexes") for other in advised.alternatives
    ]
    return tuple(found)


def _worth(advised: AdvisedIndex, price: Price | None) -> tuple[Evidence, ...]:
    """Time and money that its statements are expected to save, each with the bounds of nine in ten."""
    if advised.saved is None:
        return ()
    found = [("execution saved", "seconds per hour", advised.saved, "calibration by the statements' own times")]
    if price is not None:
        found.append(
            ("instance saved", "dollars per month", advised.saved.dollars_a_month(price), "share of its processors")
        )
    return tuple(
        Evidence(f"{label}, {side}", round(value, 3), unit, source)
        for label, unit, one, source in found
        for side, value in (("expected", one.expected), ("low", one.low), ("high", one.high))
    )


def _confirmation(advice: IndexAdvice, advised: AdvisedIndex) -> Confirmation | None:
    return next((one for one in advice.confirmations if one.index == advised.index), None)


def _second_opinion(one: Confirmation | None) -> tuple[Evidence, ...]:
    """What the other planner says, or why it was not asked."""
    if one is None:
        return ()
    source = f"{one.oracle} planner cost"
    found = []
    if one.statements:
        found.append(
            Evidence(f"cost before by {one.oracle}, calls together", round(one.cost_before, 2), "cost", source)
        )
        found.append(Evidence(f"cost after by {one.oracle}, calls together", round(one.cost_after, 2), "cost", source))
    if one.because is not None:
        found.append(Evidence(f"not asked of {one.oracle}", one.because, "", source))
    return tuple(found)


def _expectation(advised: AdvisedIndex, oracle: str) -> Expectation:
    calls = sum(one.calls for one in advised.gains) or 1
    return Expectation(
        metric="planner cost a call, weighted by calls",
        baseline=sum(one.calls * one.cost_before for one in advised.gains) / calls,
        predicted=sum(one.calls * one.cost_after for one in advised.gains) / calls,
        unit="cost",
        method=f"{oracle} planner cost",
        statements=tuple(one.statement for one in advised.gains),
    )


def _partitions(context: Context[Thresholds], parent: RelationName) -> list[RelationName]:
    tables = context.window.section(Tables)
    return sorted((one.name for one in tables.rows if one.parent == parent), key=str) if tables else []


def _severity(ratio: float, thresholds: Thresholds) -> Severity:
    return Severity.HIGH if ratio >= thresholds.high_gain_ratio else Severity.MEDIUM if ratio >= 0.05 else Severity.LOW


def _taken(context: Context[Thresholds], index: RelationName) -> set[str]:
    indexes, tables = context.window.section(Indexes), context.window.section(Tables)
    relations = [one.name for one in indexes.rows] if indexes else []
    relations += [one.name for one in tables.rows] if tables else []
    return {one.name for one in relations if (one.database, one.schema) == (index.database, index.schema)}


@check(needs=(IndexAdvice,), engines=POSTGRESQL, thresholds=Thresholds)
def missing(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Indexes that would save a share of the statements' load, chosen for the workload as a whole.

    Risk: statements read rows to throw them away; time, cache and I/O go to work that an index would spare.
    Evidence: planner costs of each statement before and after, from an oracle that knows the schema and its statistics; size and write cost by model.
    Remedy: CREATE INDEX CONCURRENTLY as printed; drop it again where the statement counters do not follow.
    False positives: the planner's cost is not time, a skewed value may behave unlike the average, and a batch outside the window may
      want what the window does not show.
    """
    advice = context.window.need(IndexAdvice)
    for advised in advice.rows:
        if advised.gain_ratio < context.thresholds.least_gain_ratio:
            continue
        index = advised.index
        second = _confirmation(advice, advised)
        evidence = (*_evidence(advised, advice.oracle), *_worth(advised, advice.price), *_second_opinion(second))
        best = max(advised.gains, key=lambda one: (one.ratio, one.statement))
        found = context.finding(
            Subject("index", str(index), index.table.database),
            _severity(advised.gain_ratio, context.thresholds),
            f"An index on {index} would save {advised.gain_ratio:.0%} of the statements' load by planner cost: {len(advised.gains)} "
            f"statement(s), the best from cost {best.cost_before:.0f} to {best.cost_after:.0f} a call.",
            *evidence,
        )
        yield found
        parts = _partitions(context, index.table) if advised.is_partitioned else None
        build = build_of(index, _taken(context, index.table), parts)
        yield context.recommendation(
            found,
            Action.CREATE_INDEX,
            build.statements,
            risk=f"{_RISK} {advised.risk}".strip(),
            rollback=(build.rollback,),
            expectation=_expectation(advised, advice.oracle),
            caution=_caution(advised, second, context),
        )
    for one in advice.unjudged:
        yield NotJudged(context.check, Subject("statement", one.statement, one.database), one.because)


def _caution(advised: AdvisedIndex, second: Confirmation | None, context: Context[Thresholds]) -> str | None:
    parts = (_doubt(second), _partitioned(advised, context))
    return " ".join(part for part in parts if part) or None


def _doubt(second: Confirmation | None) -> str | None:
    """Where the live server's own planner sees no gain."""
    if second is None or not second.statements or second.cost_after < _CONFIRMED_BELOW * second.cost_before:
        return None
    return f"{second.oracle}, asked on the live server, sees no gain for {second.statements} of its statements: try it on a clone first."


def _partitioned(advised: AdvisedIndex, context: Context[Thresholds]) -> str | None:
    if not advised.is_partitioned:
        return None
    parts = _partitions(context, advised.index.table)
    deeper = [part for part in parts if _partitions(context, part)]
    text = (
        f"{qualified(advised.index.table)} is partitioned: CONCURRENTLY is possible on its partitions only, "
        "the parent's index becomes valid when all are attached."
    )
    return (
        f"{text} Partitions that are partitioned themselves need the same steps below: {', '.join(map(str, deeper))}."
        if deeper
        else text
    )
