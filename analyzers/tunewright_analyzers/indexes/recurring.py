"""Constants that come again: a statement that most calls ask with the same value is judged with that value, so that an index may rest on it.

In come the workload's statements with placeholders and the constants that samples had, out go statements: one with the recurring constants and
the share of the calls that have them, one as it was for the others. Called by advice.py. Of several constants that recur, what they share is at
least what their single shares leave (Bonferroni's bound); those that recur least are given up until that is most of the calls.
"""

from collections.abc import Sequence
from dataclasses import replace

from pglast.parser import ParseError

from tunewright_analyzers.facts.constants import SampledConstants, SeenConstant, StatementConstants
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.statements import Statement
from tunewright_analyzers.sql.constants import with_constants

LEAST_SAMPLES = 20
"""Of a statement, before its constants say anything."""
LEAST_SHARE = 0.5
"""Of the calls that must have the constants together."""
OTHERS = "+others"
"""Behind the id of the statement that stands for the calls with other constants."""


def _recurring(found: StatementConstants) -> tuple[dict[int, str], float]:
    """The constants by parameter, and the share of the calls that have them all, at least; ({}, 0) where none recur."""
    best: dict[int, SeenConstant] = {}
    for one in found.rows:
        if one.parameter not in best or one.samples > best[one.parameter].samples:
            best[one.parameter] = one
    ranked = sorted(best.values(), key=lambda one: (-one.samples, one.parameter))
    chosen: dict[int, str] = {}
    missed = 0
    for one in ranked:
        missed += found.samples - one.samples
        if found.samples - missed < LEAST_SHARE * found.samples:
            break
        chosen[one.parameter], share = one.text, (found.samples - missed) / found.samples
    return (chosen, share) if chosen else ({}, 0.0)


def _split(row: Statement, found: StatementConstants) -> list[Statement]:
    constants, share = _recurring(found)
    if row.text is None or not constants:
        return [row]
    try:
        text = with_constants(row.text, constants)
    except ParseError:
        return [row]
    calls = round(row.calls * share)
    if not calls > 0 or text == row.text:
        return [row]
    usual = replace(row, text=text, calls=calls, exec_seconds=row.exec_seconds * share, rows=round(row.rows * share))
    if calls >= row.calls:
        return [usual]
    others = replace(
        row,
        id=StatementId(f"{row.id}{OTHERS}"),
        calls=row.calls - calls,
        exec_seconds=row.exec_seconds - usual.exec_seconds,
        rows=row.rows - usual.rows,
    )
    return [usual, others]


def with_recurring(rows: Sequence[Statement], database: str, sampled: SampledConstants | None) -> list[Statement]:
    """The rows, those with recurring constants split in two; most execution time first."""
    if sampled is None:
        return list(rows)
    known = {one.statement: one for one in sampled.rows if one.database == database and one.samples >= LEAST_SAMPLES}
    made = [part for row in rows for part in (_split(row, known[row.id]) if row.id in known else [row])]
    return sorted(made, key=lambda one: (-one.exec_seconds, one.id))
