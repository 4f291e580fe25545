"""Index advice of MySQL and MariaDB for people and machines: as words, as SQL to run, as JSON. Each proposal names its rung and what that is worth.

No literal stands in it: statements are shown by their digest text.
"""

from collections.abc import Iterator
from typing import Any

from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.indexes.mysql.facts import Advice, Facts, Proposal, Rung
from tunewright_analyzers.indexes.mysql.statements import build_of
from tunewright_analyzers.indexes.statement import Build
from tunewright_analyzers.sql.mysql.redact import redact_statement

_SHOWN = 3
_WIDTH = 160


def accepted(advice: Advice) -> tuple[Proposal, ...]:
    """Those that no optimiser refused."""
    return tuple(one for one in advice.proposals if one.refused is None)


def builds(advice: Advice, facts: Facts) -> tuple[Build, ...]:
    """How to make each accepted proposal, with names that nothing on its table has yet."""
    taken = {table.name: [index.name.name for index in table.indexes] for table in facts.tables}
    found = []
    for one in accepted(advice):
        build = build_of(one.index, facts.engine, taken.get(one.index.table, ()))
        taken.setdefault(one.index.table, []).append(build.statements[0].split("ADD INDEX `", 1)[1].split("`", 1)[0])
        found.append(build)
    return tuple(found)


def _text(text: str) -> str:
    safe = redact_statement(text)
    return safe if len(safe) <= _WIDTH else f"{safe[:_WIDTH]}…"


def _lines_of(proposal: Proposal, build: Build) -> Iterator[str]:
    yield f"{proposal.index}"
    yield f"  {build.statements[0]}"
    yield f"  trust: {proposal.rung.trust}"
    yield f"  size: about {proposal.size_bytes / 1e6:,.1f} MB (estimate); rows written that it would cost: {proposal.written_rows:,.0f}"
    checked = {one.statement: one for one in proposal.verified}
    for helped in proposal.helped[:_SHOWN]:
        statement = helped.statement
        yield f"  helps {statement.id} ({statement.calls:,} calls, {statement.seconds:,.2f} s): {_text(statement.text)}"
        yield f"    model: {helped.rows_before:,.0f} -> {helped.rows_after:,.0f} rows touched a call"
        one = checked.get(statement.id)
        if one is not None:
            used = "used" if one.is_used else "not used"
            yield f"    optimiser: cost {one.cost_before:,.1f} -> {one.cost_after:,.1f}, the index is {used}"
    for note in proposal.notes:
        yield f"  note: {note}"
    yield f"  back: {build.rollback}"


def text_lines(advice: Advice, facts: Facts) -> Iterator[str]:
    """The answer in words."""
    rows = accepted(advice)
    yield f"{len(rows)} indexes for {advice.judged} digests ({facts.engine})"
    for proposal, build in zip(rows, builds(advice, facts), strict=True):
        yield ""
        yield from _lines_of(proposal, build)
    refused = [one for one in advice.proposals if one.refused is not None]
    if refused:
        yield ""
        yield "not advised, though the model would:"
        for one in refused:
            yield f"  {one.index}: {one.refused} (rung {int(one.rung)})"
    if rows and max(one.rung for one in rows) is Rung.MODEL:
        yield ""
        yield "No optimiser has been asked: give --scratch mysql://… (a server that holds nothing), or --clone mysql://…"


def sql_lines(advice: Advice, facts: Facts) -> Iterator[str]:
    """SQL to run, each with its trust as a comment and its way back."""
    for proposal, build in zip(accepted(advice), builds(advice, facts), strict=True):
        yield f"-- {proposal.rung.trust}"
        yield from build.statements
        yield f"-- back: {build.rollback}"
        if facts.engine is Engine.MYSQL:
            yield "-- to watch it first without its being used, add INVISIBLE behind the columns"
        yield ""


def shape(advice: Advice, facts: Facts) -> dict[str, Any]:
    """The whole answer. Costs in the optimiser's unit, rows by the model."""
    return {
        "engine": str(facts.engine),
        "judged": advice.judged,
        "indexes": [
            {
                "index": str(one.index),
                "statements": list(build.statements),
                "rollback": build.rollback,
                "rung": int(one.rung),
                "trust": one.rung.trust,
                "size_bytes": one.size_bytes,
                "rows_written": one.written_rows,
                "helps": [
                    {
                        "statement": each.statement.id,
                        "text": redact_statement(each.statement.text),
                        "calls": each.statement.calls,
                        "seconds": each.statement.seconds,
                        "rows_before": each.rows_before,
                        "rows_after": each.rows_after,
                    }
                    for each in one.helped
                ],
                "verified": [
                    {
                        "statement": each.statement,
                        "rung": int(each.rung),
                        "cost_before": each.cost_before,
                        "cost_after": each.cost_after,
                        "is_used": each.is_used,
                    }
                    for each in one.verified
                ],
                "notes": list(one.notes),
            }
            for one, build in zip(accepted(advice), builds(advice, facts), strict=True)
        ],
        "refused": [
            {"index": str(one.index), "rung": int(one.rung), "because": one.refused}
            for one in advice.proposals
            if one.refused is not None
        ],
        "unjudged": [{"statement": one.statement.id, "because": one.because} for one in advice.unjudged],
        "gaps": list(advice.gaps),
    }
