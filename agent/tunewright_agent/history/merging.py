"""Many stored points of one section merged into one delta without building the rows of each: an hour of minutes is read at every judgement.

The same answer as deltas.merge over the points that can be read. Sections with many rows are merged as JSON and built once (building the
rows of sixty points took nine tenths of a judgement); the others, and points that do not go together so, as what they are.
"""

import json
from collections.abc import Sequence
from typing import Any

from pydantic_core import from_json

from tunewright_agent.history.codec import SnapshotError, load_section, sections
from tunewright_agent.history.database import unpacked
from tunewright_agent.history.deltas import FORMS, merge
from tunewright_agent.history.points import read_point
from tunewright_analyzers.facts.relations import Indexes, Tables
from tunewright_analyzers.facts.snapshot import Section
from tunewright_analyzers.facts.statements import Statements

_KEYS = {Statements: "key", Tables: "name", Indexes: "name"}
"""The field that tells rows apart, of the sections that are merged as JSON."""


def merged(name: str, payloads: Sequence[bytes]) -> Section | None:
    """One delta of the points, oldest first; None where none can be read."""
    kind = sections().get(name)
    if kind in _KEYS and len(payloads) > 1:
        try:
            return load_section(name, _merged_json(kind, [from_json(unpacked(one)) for one in payloads]))
        except (SnapshotError, ValueError, KeyError, TypeError, AttributeError):
            pass  # one of them is damaged or of another release: each by itself, so that it costs itself alone
    found = [section for section in (read_point(name, one) for one in payloads) if section is not None]
    return merge(found) if found else None


def _merged_json(kind: type[Section], bodies: list[dict[str, Any]]) -> bytes:
    form, key = FORMS[kind], _KEYS[kind]
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for body in bodies:
        for row in body[form.rows]:
            own = tuple(row[key].values())
            before = rows.get(own)
            if before is not None:
                for counter in form.counters:
                    old, new = before.get(counter), row.get(counter)
                    if old and new is not None:
                        row[counter] = old + new
            rows[own] = row
    last = bodies[-1]
    last[form.rows] = list(rows.values())
    last["period"]["start"] = bodies[0]["period"]["start"]
    if kind is Statements:
        last["coverage"]["evicted"] = sum(body["coverage"]["evicted"] for body in bodies)
        last["coverage"]["was_reset"] = any(body["coverage"]["was_reset"] for body in bodies)
    return json.dumps(last).encode()
