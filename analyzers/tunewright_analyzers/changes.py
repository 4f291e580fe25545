"""What changed between two readings of one section, as Events: settings, DDL, roles. Pure; called by the watch at each pass.

Kinds: `setting_changed`, `ddl`, `role_changed`. An event names the thing, never a value: a setting may hold a password, a definition a literal.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.relations import Indexes, RelationName, Tables
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Section

Fixed = tuple[str | None, str | None, str]
"""Role, database and name of a setting that is fixed for them."""
MOST = 50
"""Events of one pass: a restored dump is told by its first relations and their number."""


def changes(before: Section, after: Section, at: datetime) -> tuple[Event, ...]:
    """Events that lie between two readings of the same server; none where the section is not one that is compared."""
    found: list[Event] = []
    if isinstance(before, Settings) and isinstance(after, Settings):
        found += _settings(before, after, at)
    elif isinstance(before, Indexes) and isinstance(after, Indexes):
        old = {one.name: one.definition for one in before.rows}
        found += _relations("index", old, {one.name: one.definition for one in after.rows}, at)
    elif isinstance(before, Tables) and isinstance(after, Tables):
        old = {one.name: repr(one.options) for one in before.rows if not one.is_temporary}
        found += _relations(
            "table", old, {one.name: repr(one.options) for one in after.rows if not one.is_temporary}, at
        )
    elif isinstance(before, Replication) and isinstance(after, Replication) and before.is_standby != after.is_standby:
        found.append(
            Event(at, "role_changed", "server", "is a standby now" if after.is_standby else "is a primary now")
        )
    if len(found) > MOST:
        kind, more = found[0].kind, len(found) - MOST
        found = [*found[:MOST], Event(at, kind, f"and {more} more")]
    return tuple(found)


def _settings(before: Settings, after: Settings, at: datetime) -> Iterator[Event]:
    old = {one.name: one.value for one in before.rows}
    for one in after.rows:
        if one.name in old and old[one.name] != one.value:
            yield Event(at, "setting_changed", one.name)
    gone = {(one.role, one.database, one.name): one.value for one in before.roles}
    now = {(one.role, one.database, one.name): one.value for one in after.roles}
    for role, database, name in _differing(gone, now):
        yield Event(at, "setting_changed", f"{name} of role {role or 'any'} in {database or 'all databases'}")


def _differing(old: dict[Fixed, str], new: dict[Fixed, str]) -> Iterable[Fixed]:
    return sorted((key for key in {*old, *new} if old.get(key) != new.get(key)), key=str)


def _relations(kind: str, before: dict[RelationName, str], after: dict[RelationName, str], at: datetime) -> Iterator[Event]:  # fmt: skip
    """A database that is in one reading only was not read in the other: that is no DDL."""
    both = {one.database for one in before} & {one.database for one in after}
    for name in sorted({*before, *after}, key=lambda one: (one.database, str(one))):
        if name.database not in both or before.get(name) == after.get(name):
            continue
        what = "created" if name not in before else "dropped" if name not in after else "changed"
        yield Event(at, "ddl", f"{kind} {name} in {name.database}", what)
