"""Index advice for people and for machines: as a table of words, as SQL to run, as JSON. Called by `tunewright advise indexes`.

In come IndexAdvice and the Window that it was made from, out go lines of text and dictionaries. The SQL of a partial index may hold
constants of a workload file that the user gave; nothing else here holds a literal.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tunewright_agent.reports.quantities import bytes_text, seconds_text
from tunewright_analyzers.facts.relations import Indexes, RelationName, Tables
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.indexes.advice import AdvisedIndex, Confirmation, IndexAdvice, StatementGain
from tunewright_analyzers.indexes.drops import Drop
from tunewright_analyzers.indexes.statement import Build, build_of
from tunewright_analyzers.indexes.worth import Saved
from tunewright_analyzers.sql.identifiers import qualified

_SHOWN = 3
"""Statements and alternatives named for each index; JSON has all."""


def builds(advice: IndexAdvice, window: Window) -> tuple[Build, ...]:
    """How to make each advised index, in their order, with names that nothing has yet."""
    indexes, tables = window.section(Indexes), window.section(Tables)
    relations = [one.name for one in indexes.rows] if indexes else []
    relations += [one.name for one in tables.rows] if tables else []
    taken: dict[tuple[str, str], set[str]] = {}
    for one in relations:
        taken.setdefault((one.database, one.schema), set()).add(one.name)
    found = []
    for row in advice.rows:
        table = row.index.table
        names = taken.setdefault((table.database, table.schema), set())
        parts = _partitions(window, table) if row.is_partitioned else None
        build = build_of(row.index, names, parts)
        names |= _made(build)
        found.append(build)
    return tuple(found)


def _made(build: Build) -> set[str]:
    """Names of the indexes that the statements make, without quotes."""
    words = [
        text.removeprefix("CREATE INDEX ").removeprefix("CONCURRENTLY ")
        for text in build.statements
        if text.startswith("CREATE")
    ]
    return {word.partition(" ON ")[0].strip('"').replace('""', '"') for word in words}


def _partitions(window: Window, parent: RelationName) -> tuple[RelationName, ...]:
    tables = window.section(Tables)
    return tuple(sorted((one.name for one in tables.rows if one.parent == parent), key=str)) if tables else ()


def drop_statements(drop: Drop) -> tuple[str, str]:
    """(what drops it, what makes it again)."""
    return f"DROP INDEX CONCURRENTLY {qualified(drop.index)};", f"{drop.definition.rstrip(';')};"


# --- JSON ---


def _gain_shape(gain: StatementGain) -> dict[str, Any]:
    after = gain.seconds_after
    return {
        "statement": gain.statement,
        "text": gain.text,
        "calls": gain.calls,
        "cost_before": gain.cost_before,
        "cost_after": gain.cost_after,
        "seconds": gain.seconds,
        "seconds_after": None if after is None else {"expected": after[0], "low": after[1], "high": after[2]},
        "plan_change": gain.plan_change,
        "rows_fetched_by_new_loops": gain.fetched,
    }


def _index_shape(row: AdvisedIndex, build: Build) -> dict[str, Any]:
    return {
        "index": str(row.index),
        "table": str(row.index.table),
        "statements": list(build.statements),
        "rollback": build.rollback,
        "size_bytes": row.size_bytes,
        "gain_ratio": row.gain_ratio,
        "write": asdict(row.write),
        "gains": [_gain_shape(one) for one in row.gains],
        "alternatives": [
            {
                "index": str(one.index),
                "gain_ratio": one.gain_ratio,
                "size_bytes": one.size_bytes,
                "because": one.because,
            }
            for one in row.alternatives
        ],
        "risk": row.risk,
        "saved": None if row.saved is None else asdict(row.saved),
    }


def _drop_shape(drop: Drop) -> dict[str, Any]:
    statement, rollback = drop_statements(drop)
    return {
        "index": str(drop.index),
        "table": str(drop.table),
        "statements": [statement],
        "rollback": rollback,
        "size_bytes": drop.size_bytes,
        "because": drop.because,
    }


def advice_shape(advice: IndexAdvice, window: Window) -> dict[str, Any]:
    """The whole answer. Ratios 0 to 1, sizes in bytes, times in seconds, costs in the planner's unit."""
    return {
        "indexes": [_index_shape(row, build) for row, build in zip(advice.rows, builds(advice, window), strict=True)],
        "drops": [_drop_shape(one) for one in advice.drops],
        "size_bytes": sum(row.size_bytes for row in advice.rows),
        "load_ratio": advice.load_ratio,
        "line": [asdict(one) for one in advice.line],
        "judged": advice.judged,
        "folded": advice.folded,
        "unjudged": [
            {"statement": one.statement, "database": one.database, "because": one.because} for one in advice.unjudged
        ],
        "oracle": advice.oracle,
        "planner_calls": advice.calls,
        "calibration": None if advice.calibration is None else asdict(advice.calibration),
        "saved": None if advice.saved is None else asdict(advice.saved),
        "dollars_a_month": None if (dollars := _dollars(advice)) is None else asdict(dollars),
        "confirmations": [{**asdict(one), "index": str(one.index)} for one in advice.confirmations],
        "is_complete": advice.is_complete,
        "without": list(advice.without),
    }


# --- text ---


def sql_lines(advice: IndexAdvice, window: Window) -> Iterator[str]:
    """A script: what to run, each with a line that says what it is worth, and how to take it back."""
    for row, build in zip(advice.rows, builds(advice, window), strict=True):
        yield f"-- {bytes_text(row.size_bytes)}, saves {row.gain_ratio:.1%} of the load by planner cost; back: {build.rollback}"
        yield from build.statements
    for drop in advice.drops:
        statement, rollback = drop_statements(drop)
        yield f"-- only when the above stand: {drop.because}; back: {rollback}"
        yield statement


def _dollars(advice: IndexAdvice) -> Saved | None:
    return None if advice.saved is None or advice.price is None else advice.saved.dollars_a_month(advice.price)


def _worth(advice: IndexAdvice) -> Iterator[str]:
    """What all of it together saves, in time and in money."""
    if advice.saved is None or not advice.rows:
        return
    time, dollars = advice.saved, _dollars(advice)
    money = (
        f", ${dollars.expected:,.2f} a month of the instance ({dollars.low:,.2f} to {dollars.high:,.2f})"
        if dollars
        else ""
    )
    yield (
        f"Expected: {seconds_text(time.expected)} less execution an hour ({seconds_text(time.low)} to {seconds_text(time.high)}){money},"
        " from how these statements' own times follow their costs."
    )


def _confirmation(one: Confirmation) -> str:
    if not one.statements:
        return f"   {one.oracle} was not asked: {one.because}"
    agrees = f"   {one.oracle} on the live server: cost {one.cost_before:,.0f} -> {one.cost_after:,.0f} over {one.statements} statements"
    return f"{agrees}; {one.because}" if one.because else agrees


def _seconds(gain: StatementGain) -> str:
    if gain.seconds_after is None:
        return ""
    expected, low, high = gain.seconds_after
    return f", {seconds_text(gain.seconds)} -> about {seconds_text(expected)} ({seconds_text(low)} to {seconds_text(high)})"


def _row_lines(row: AdvisedIndex, build: Build) -> Iterator[str]:
    yield from build.statements
    writes = f"{row.write.entries:.3g} entries a second to write"
    lost = f", ends {row.write.lost_hot_updates:.3g} HOT updates a second" if row.write.lost_hot_updates else ""
    yield f"   {bytes_text(row.size_bytes)}; saves {row.gain_ratio:.1%} of the load by planner cost; {writes}{lost}"
    for gain in row.gains[:_SHOWN]:
        yield f"   {gain.statement}: cost {gain.cost_before:,.0f} -> {gain.cost_after:,.0f} a call{_seconds(gain)}"
        if gain.plan_change:
            yield f"      {gain.plan_change}"
    if len(row.gains) > _SHOWN:
        yield f"   and {len(row.gains) - _SHOWN} more statements"
    for other in row.alternatives[:_SHOWN]:
        alone = f"alone {other.gain_ratio:.1%} for {bytes_text(other.size_bytes)}"
        yield f"   not {other.index} ({alone}): {other.because}"
    if row.risk:
        yield f"   risk: {row.risk}"
    yield f"   back: {build.rollback}"


def text_lines(advice: IndexAdvice, window: Window) -> Iterator[str]:
    """The answer for people."""
    total = sum(row.size_bytes for row in advice.rows)
    if not advice.is_complete:
        yield "Interrupted, or out of time: this is the best that was known then."
    if not advice.rows:
        yield f"No index is worth its price for these {advice.judged} statements."
    else:
        yield (
            f"{len(advice.rows)} indexes, {bytes_text(total)} together, leave {advice.load_ratio:.1%} of the load of {advice.judged} statements"
            f" by planner cost ({advice.oracle}, {advice.calls} EXPLAINs). Costs are the planner's, not times."
        )
        yield from _worth(advice)
    second = {one.index: one for one in advice.confirmations}
    for row, build in zip(advice.rows, builds(advice, window), strict=True):
        yield ""
        yield from _row_lines(row, build)
        if row.index in second:
            yield _confirmation(second[row.index])
    for drop in advice.drops:
        statement, rollback = drop_statements(drop)
        yield ""
        yield statement
        yield f"   {bytes_text(drop.size_bytes)}; only when the above stand: {drop.because}"
        yield f"   back: {rollback}"
    if len(advice.line) > 1:
        yield ""
        yield "What more or less would buy:"
        for point in advice.line:
            yield f"   {bytes_text(point.size_bytes):>9}  {point.indexes:>3} indexes  leave {point.load_ratio:.1%} of the load"
    if advice.folded:
        yield f"{advice.folded} statements ask the same as another and were judged with it."
