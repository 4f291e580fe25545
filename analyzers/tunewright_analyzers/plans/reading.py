"""A plan from whatever a person or a server gives: JSON or text, with psql's frame or the log's prefix around it."""

import json
import re
from collections.abc import Mapping

from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.plans.mysql.reading import plan_of_text, recognise
from tunewright_analyzers.plans.mysql.tree import TreeFault
from tunewright_analyzers.plans.postgres_json import plan_of
from tunewright_analyzers.plans.postgres_text import TextFault, decode

MEND = "give the output of EXPLAIN (ANALYZE, BUFFERS, VERBOSE, FORMAT JSON), or of EXPLAIN as text"
MYSQL_MEND = (
    "give the output of EXPLAIN FORMAT=JSON or EXPLAIN ANALYZE (MySQL), or of EXPLAIN or ANALYZE FORMAT=JSON (MariaDB)"
)
_FRAME = re.compile(r"^\s*(QUERY PLAN|-{3,}|\(\d+ rows?\)|\+-+\+)\s*$")
_BOX = re.compile(r"^\s*\|(.*)\|\s*$")


_UNREADABLE = (TypeError, ValueError, OverflowError, AttributeError, KeyError, IndexError, RecursionError)
"""What the readers raise on JSON or text that is not a plan's."""


class PlanError(ValueError):
    """The text is not a plan. `str()` names the place and the mend, and quotes nothing of the text."""


def _unframed(text: str) -> str:
    """Without psql's heading, rules, row count, line-continuation marks and boxes."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if _FRAME.match(line):
            continue
        boxed = _BOX.match(line)
        kept = (boxed[1] if boxed else line).rstrip()
        lines.append(kept[:-1].rstrip() if kept.endswith("+") else kept)
    if lines and all(not line or line.startswith(" ") for line in lines):
        lines = [line.removeprefix(" ") for line in lines]
    return "\n".join(lines).strip("\n")


def _from_json(text: str, database: str) -> Plan:
    try:
        decoded = json.loads(text)
    except json.JSONDecodeError as error:
        raise PlanError(f"line {error.lineno}, column {error.colno}: not valid JSON; {MEND}") from error
    except RecursionError as error:
        raise PlanError(f"nested too deeply; {MEND}") from error
    while isinstance(decoded, list) and decoded:
        decoded = decoded[0]
    if isinstance(decoded, Mapping) and "Plan" not in decoded and "QUERY PLAN" in decoded:
        inner = decoded["QUERY PLAN"]
        decoded = inner[0] if isinstance(inner, list) and inner else inner
    if (
        not isinstance(decoded, Mapping)
        or not isinstance(decoded.get("Plan"), Mapping)
        or "Node Type" not in decoded["Plan"]
    ):
        raise PlanError(f'the JSON has no "Plan" with a "Node Type"; {MEND}')
    try:
        return plan_of(decoded, database)
    except _UNREADABLE as error:
        raise PlanError(f"a property of a node has an unexpected form ({type(error).__name__}); {MEND}") from error


def _of_mysql(bare: str) -> Plan:
    try:
        return plan_of_text(bare)
    except json.JSONDecodeError as error:
        raise PlanError(f"line {error.lineno}, column {error.colno}: not valid JSON; {MYSQL_MEND}") from error
    except TreeFault as fault:
        raise PlanError(
            f"line {fault.line}: a node such as '-> Table scan on t' is wanted here; {MYSQL_MEND}"
        ) from fault
    except _UNREADABLE as error:
        raise PlanError(f"a property has an unexpected form ({type(error).__name__}); {MYSQL_MEND}") from error


def read_plan(text: str, database: str = "") -> Plan:
    """A Plan of EXPLAIN's output: PostgreSQL's JSON or text, MySQL's JSON (both versions) or TREE, MariaDB's JSON.

    Raises PlanError, and nothing else, for anything that is not one.
    """
    mysql = recognise(text)
    if mysql is not None:
        return _of_mysql(mysql)
    bare = _unframed(text)
    if bare.lstrip()[:1] in {"[", "{"}:
        return _from_json(bare, database)
    try:
        return plan_of(decode(bare), database)
    except TextFault as fault:
        raise PlanError(f"line {fault.line}: {fault.wanted} is wanted here; {MEND}") from fault
    except _UNREADABLE as error:
        raise PlanError(f"a line has an unexpected form ({type(error).__name__}); {MEND}") from error
