"""A Plan of whatever MySQL's or MariaDB's EXPLAIN printed: JSON v1 or v2, TREE, EXPLAIN ANALYZE, MariaDB's EXPLAIN and ANALYZE FORMAT=JSON."""

import re
from collections.abc import Mapping
from typing import Any

from tunewright_analyzers.facts.plans import Plan, PlanNode
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.plans.mysql.json_v1 import is_v1, read_v1
from tunewright_analyzers.plans.mysql.json_v2 import is_v2, read_v2
from tunewright_analyzers.plans.mysql.mariadb import decode, is_mariadb, read_mariadb, seconds_of
from tunewright_analyzers.plans.mysql.tree import looks_like_tree, read_tree
from tunewright_analyzers.plans.shape import shape

_FRAME = re.compile(
    r"^\s*(?:\+-+\+|\*+ \d+\. row \*+|(?:\|\s*)?(?:EXPLAIN|ANALYZE)(?:\s*\|)?|\d+ rows? in set.*|\d+ warnings?.*)\s*$"
)
"""No two runs of blanks stand side by side in it: a line of blanks alone would take the square of its length."""
_FIRST = re.compile(r"^\s*(?:\| ?|EXPLAIN: |ANALYZE: )+")


def unframed(text: str) -> str:
    """Without what the mysql client prints around a value: boxes, rules, `\\G`'s row heading and name, escaped line breaks of --batch."""
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if not _FRAME.match(line)]
    whole = "\n".join(_unboxed(line) for line in lines).strip("\n")
    whole = _FIRST.sub("", whole)
    if "\n" not in whole and "\\n" in whole:
        whole = whole.replace("\\n", "\n")
    return whole


def _unboxed(line: str) -> str:
    """Without the box's right side and the blanks before it. Not by a search for blanks: a condition may hold a hundred thousand of them."""
    return line[:-1].rstrip() if line.endswith("|") and line[-2:-1].isspace() else line


def recognise(text: str) -> str | None:
    """The text without its frame where it is MySQL's or MariaDB's: JSON or TREE; None where it is something else."""
    bare = unframed(text)
    if looks_like_tree(bare):
        return bare
    if bare.lstrip().startswith("{") and re.search(r'"(?:query_block|query_plan)"|"operation":', bare):
        return bare
    return None


def plan_of_text(bare: str) -> Plan:
    """A Plan of what `recognise` gave. Raises json.JSONDecodeError, TreeFault, or what a property of an unexpected form makes."""
    return plan_of_tree(bare) if looks_like_tree(bare) else plan_of_json(decode(bare))


def _plan(
    root: PlanNode, planning: float | None = None, execution: float | None = None, engine: Engine = Engine.MYSQL
) -> Plan:
    if execution is None and root.actual_total_seconds is not None:
        execution = root.actual_total_seconds * (root.loops or 0.0)
    return Plan(root, shape(root), planning, execution, engine=engine)


def plan_of_json(raw: Mapping[str, Any]) -> Plan:
    """A Plan of decoded JSON. Raises KeyError, TypeError, … where a property has an unexpected form."""
    if is_v2(raw):
        return _plan(read_v2(raw))
    if is_mariadb(raw):
        return _plan(read_mariadb(raw), *seconds_of(raw), engine=Engine.MARIADB)
    if is_v1(raw):
        return _plan(read_v1(raw))
    raise KeyError("query_block")


def plan_of_tree(text: str) -> Plan:
    """A Plan of TREE or EXPLAIN ANALYZE. Raises TreeFault."""
    return _plan(read_tree(text))
