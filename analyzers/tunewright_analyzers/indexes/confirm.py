"""A second opinion on advice: another planner's costs of the statements that the advised indexes should help.

Called by the agent where HypoPG is installed on the live server. The answer goes into IndexAdvice beside the first oracle's.
"""

from dataclasses import dataclass, replace

from tunewright_analyzers.indexes.advice import AdvisedIndex, Confirmation, IndexAdvice
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, PlannerOracle, WhatIfError

MOST_STATEMENTS = 10
"""Asked for each index, those with most execution time first: this oracle works on the live server."""


@dataclass(slots=True)
class _Sum:
    before: float = 0.0
    after: float = 0.0
    statements: int = 0
    because: str | None = None


def _asked(row: AdvisedIndex, chosen: tuple[HypotheticalIndex, ...], oracle: PlannerOracle) -> Confirmation:
    database, total = row.index.table.database, _Sum()
    for gain in sorted(row.gains, key=lambda one: (-one.seconds, one.statement))[:MOST_STATEMENTS]:
        try:
            before = oracle.explain(database, gain.text).root.cost.total
            after = oracle.explain(database, gain.text, add=chosen).root.cost.total
        except WhatIfError as error:
            total.because = total.because or str(error)
            continue
        total.before += gain.calls * before
        total.after += gain.calls * after
        total.statements += 1
    return Confirmation(row.index, oracle.name, total.statements, total.before, total.after, total.because)


def confirmed(advice: IndexAdvice, oracle: PlannerOracle, databases: frozenset[str]) -> IndexAdvice:
    """The advice with what `oracle` says of each index in those databases: all advised indexes of the database together."""
    answers = []
    for row in advice.rows:
        if row.index.table.database not in databases:
            continue
        together = tuple(one.index for one in advice.rows if one.index.table.database == row.index.table.database)
        whole = tuple(one for one in together if one.predicate is None)  # the oracle refuses partial indexes
        answers.append(_asked(row, whole if row.index.predicate is None else (row.index,), oracle))
    return replace(advice, confirmations=tuple(answers))
