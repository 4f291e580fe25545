"""A workload given as a file: SQL with optional weights, or one JSON object a line.

In comes the text of the file, out come FileStatements; `statements` makes of them the Statements section that `advise` reads. Called by
`tunewright advise indexes --workload`. The literals of the file stay as they are: an index may rest on those that recur.

SQL: statements separated by `;`, each may have a line `-- weight: 12` (calls in the window) before it or in it.
JSON lines: {"sql": "SELECT …", "weight": 12, "seconds": 3.4}; `weight` is 1 unless given, `seconds` the time of all its calls together.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pglast
from pglast.parser import ParseError

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements
from tunewright_analyzers.indexes.whatif import PlannerOracle, WhatIfError

SECONDS_A_COST_UNIT = 1e-5
"""What a unit of planner cost counts as where the file tells no times: then only the proportions matter."""
WINDOW_SECONDS = 3600.0
"""The window that a file stands for: its weights are calls an hour."""
_WEIGHT = re.compile(r"--\s*weight\s*[:=]\s*([0-9]*\.?[0-9]+)", re.IGNORECASE)
_KINDS = {
    "SelectStmt": "select",
    "InsertStmt": "insert",
    "UpdateStmt": "update",
    "DeleteStmt": "delete",
    "MergeStmt": "merge",
}


class WorkloadError(ValueError):
    """The file is not a workload; the message names the line and what was expected, never its SQL."""


@dataclass(frozen=True, slots=True)
class FileStatement:
    """One statement of the file. `seconds`: of all its calls, None where the file does not say."""

    text: str
    weight: float
    seconds: float | None = None

    @property
    def id(self) -> StatementId:
        """A digest of its text."""
        return StatementId(hashlib.sha256(self.text.encode()).hexdigest()[:12])


def split_postgres(text: str) -> Sequence[str]:
    """The statements of a script with the comments before them. Raises WorkloadError."""
    try:
        return [str(piece) for piece in pglast.split(text, with_parser=False)]
    except ParseError as error:
        raise WorkloadError("it cannot be split into statements (an open quote or comment?)") from error


def parse_workload(text: str, split: Callable[[str], Sequence[str]] = split_postgres) -> tuple[FileStatement, ...]:
    """The statements of a file, in its order; the same text twice counts together. `split`: the dialect's. Raises WorkloadError."""
    found = _json_lines(text) if text.lstrip().startswith("{") else _sql(split(text))
    together: dict[str, FileStatement] = {}
    for one in found:
        known = together.get(one.text)
        if known is not None:
            seconds = None if known.seconds is None or one.seconds is None else known.seconds + one.seconds
            one = FileStatement(one.text, known.weight + one.weight, seconds)
        together[one.text] = one
    if not together:
        raise WorkloadError("it holds no statement")
    return tuple(together.values())


def _sql(pieces: Sequence[str]) -> list[FileStatement]:
    found = []
    for piece in pieces:
        weight = _WEIGHT.search(piece)
        bare = re.sub(r"^(\s*--[^\n]*(\n|$))+", "", piece).strip()
        if bare:
            found.append(FileStatement(bare, float(weight[1]) if weight else 1.0))
    return found


def _json_lines(text: str) -> list[FileStatement]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            weight, seconds = float(row.get("weight", 1)), row.get("seconds")
            statement = FileStatement(
                str(row["sql"]).strip().rstrip(";"), weight, None if seconds is None else float(seconds)
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            expected = '{"sql": "SELECT …", "weight": 12, "seconds": 3.4}'
            raise WorkloadError(f"line {number} is not such an object: {expected}") from error
        found.append(statement)
    return found


def _kind(text: str) -> str:
    try:
        parsed = pglast.parse_sql(text)
    except ParseError:
        return "select"  # so that it is named among those that could not be judged
    return _KINDS.get(type(parsed[0].stmt).__name__, "utility") if len(parsed) == 1 else "select"


def statements(
    found: Sequence[FileStatement], database: str, oracle: PlannerOracle, end: datetime, *, equal: bool = False
) -> Statements:
    """The file as a section. Where it tells no times, a statement's time is its calls by its planner cost, or with `equal` its calls alone."""
    rows = []
    for one in found:
        calls = max(1, round(one.weight))
        seconds = one.seconds
        if seconds is None and equal:
            seconds = one.weight
        elif seconds is None:
            try:
                seconds = one.weight * oracle.explain(database, one.text).root.cost.total * SECONDS_A_COST_UNIT
            except WhatIfError:  # told by the workload, with its reason
                seconds = 0.0
        key = StatementKey(database, "", one.id)
        rows.append(Statement(key, one.id, one.text, _kind(one.text), calls, seconds, 0))
    period = Period(end - timedelta(seconds=WINDOW_SECONDS), end)
    return Statements(period, tuple(rows), Coverage(len(rows), max(len(rows), 1), 0, None))
