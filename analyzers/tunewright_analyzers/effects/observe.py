"""The part of a snapshot in which changes are looked for, and the changes that lie between two of them. Pure.

In come Snapshots, out come a Catalogue (which the ledger keeps, so that what changed while nobody looked is seen too) and Changes.
Only valid indexes count: one that is still being built is not there. Indexes of a table that came or went with them tell nothing, nor do the
parts of a partitioned index. A setting whose value is a text is seen to change, but its values are never kept here: they may hold a secret.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tunewright_analyzers.effects.resources import ResourceMarks, changes, marks
from tunewright_analyzers.facts.effects import Change, What
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.facts.relations import Index, Indexes, RelationName, Tables
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.settings import Setting, Settings
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Snapshot
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.identifiers import qualified, quoted

_TEXT = "its value is a text, which is never kept: the server's own files or its parameter group know the former one"
_CONSTRAINT = "a constraint stands on the index: it comes and goes by ALTER TABLE … ADD or DROP CONSTRAINT"
_UNIT = re.compile(r"(\d*)([A-Za-z]+)")
_PLAIN_KINDS = frozenset({"bool", "integer", "real", "enum"})
_NOT_THE_USERS = frozenset({"internal"})
_NEVER = datetime.min.replace(tzinfo=UTC)
"""In place of times that `_named` fills in."""


@dataclass(frozen=True, slots=True)
class IndexMark:
    """One valid index."""

    name: RelationName
    table: RelationName
    object: str
    definition: str
    has_constraint: bool


@dataclass(frozen=True, slots=True)
class SettingMark:
    """One setting's value, of the server or of a role or database. `value` is None, and `digest` set, where it is a text."""

    name: str
    role: str | None
    database: str | None
    value: str | None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class TableMark:
    """A table and its storage options."""

    name: RelationName
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What was there at one time. A part that was not read is None, a database that was not read is not in `databases`."""

    at: datetime
    databases: tuple[str, ...]
    indexes: tuple[IndexMark, ...] | None = None
    tables: tuple[TableMark, ...] | None = None
    settings: tuple[SettingMark, ...] | None = None
    resources: ResourceMarks | None = None


def canonical(index: Index) -> str:
    """The index without its name."""
    return str(HypotheticalIndex(index.table, index.keys, index.included, index.predicate, index.method))


def _shown(setting: Setting, engine: Engine) -> str:
    """The value with its unit, as PostgreSQL reads it again: 16384 of 8kB are 131072kB. MySQL's as it stands: its SET knows no units."""
    unit = _UNIT.fullmatch(setting.unit or "")
    if engine is not Engine.POSTGRESQL or unit is None or not setting.value.isdigit():
        return setting.value
    return f"{int(setting.value) * int(unit[1] or 1)}{unit[2]}"


def _mark(name: str, role: str | None, database: str | None, text: str, *, plain: bool) -> SettingMark:
    if plain:
        return SettingMark(name, role, database, text)
    return SettingMark(name, role, database, None, hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16])


def catalogue(snapshot: Snapshot) -> Catalogue:
    """What of the snapshot is compared."""
    indexes, tables, settings = (snapshot.section(kind) for kind in (Indexes, Tables, Settings))
    replication = snapshot.section(Replication)
    if replication is not None and replication.is_standby:
        indexes = tables = None  # what is changed on the primary is seen there
    databases: tuple[str, ...] = ()
    known = None
    if isinstance(indexes, Indexes):
        databases = indexes.databases
        known = tuple(
            IndexMark(row.name, row.table, canonical(row), row.definition, row.constraint is not None)
            for row in indexes.rows
            if row.is_valid and row.parent is None
        )
    found = None
    if isinstance(tables, Tables):
        databases = (
            tuple(one for one in databases if one in tables.databases) if known is not None else tables.databases
        )
        found = tuple(TableMark(row.name, row.options) for row in tables.rows if not row.is_temporary)
    return Catalogue(
        snapshot.taken_at,
        databases,
        known,
        found,
        _settings(settings, snapshot.engine) if isinstance(settings, Settings) else None,
        marks(snapshot),
    )


def _settings(section: Settings, engine: Engine) -> tuple[SettingMark, ...]:
    kinds = {row.name: row.kind for row in section.rows}
    own = [
        _mark(row.name, None, None, _shown(row, engine), plain=row.kind in _PLAIN_KINDS)
        for row in section.rows
        if row.context not in _NOT_THE_USERS
    ]
    fixed = [
        _mark(row.name, row.role or "", row.database or "", row.value, plain=kinds.get(row.name) in _PLAIN_KINDS)
        for row in section.roles
    ]
    return (*own, *fixed)


def joined(before: Catalogue | None, now: Catalogue) -> Catalogue:
    """What is known after this reading: parts and databases that it lacks stay as they were."""
    if before is None:
        return now
    unread = set(before.databases) - set(now.databases)
    indexes = tuple(one for one in before.indexes or () if now.indexes is None or one.name.database in unread)
    tables = tuple(one for one in before.tables or () if now.tables is None or one.name.database in unread)
    return Catalogue(
        now.at,
        tuple(sorted({*before.databases, *now.databases})),
        before.indexes if now.indexes is None else (*now.indexes, *indexes),
        before.tables if now.tables is None else (*now.tables, *tables),
        before.settings if now.settings is None else now.settings,
        now.resources.joined(before.resources)
        if now.resources and before.resources
        else now.resources or before.resources,
    )


def observed(cluster: ClusterId, before: Catalogue, now: Catalogue, snapshot: Snapshot) -> tuple[Change, ...]:
    """The changes between two readings, in a fixed order."""
    both = set(before.databases) & set(now.databases)
    found = [*_indexes(before, now, both, snapshot.engine), *_options(before, now, both)]
    found += _setting_changes(before, now, snapshot)
    if before.resources is not None and now.resources is not None:
        found += changes(before.resources, now.resources)
    return tuple(_named(cluster, one, before.at, now.at) for one in found)


def _named(cluster: ClusterId, one: Change, after: datetime, at: datetime) -> Change:
    digest = hashlib.sha256(
        f"{cluster}\n{one.what}\n{one.name}\n{one.database}\n{at.isoformat()}".encode("utf-8", "replace")
    )
    return replace(one, id=digest.hexdigest()[:12], after=after, at=at)


def _standing(before: Catalogue, now: Catalogue) -> set[RelationName]:
    """Tables that are in both readings."""
    if before.tables is None or now.tables is None:
        return {one.table for one in before.indexes or ()} & {one.table for one in now.indexes or ()}
    return {one.name for one in before.tables} & {one.name for one in now.tables}


def _indexes(before: Catalogue, now: Catalogue, both: set[str], engine: Engine) -> Iterator[Change]:
    if before.indexes is None or now.indexes is None:
        return
    standing = _standing(before, now)
    old = {one.name: one for one in before.indexes if one.name.database in both and one.table in standing}
    new = {one.name: one for one in now.indexes if one.name.database in both and one.table in standing}
    for name in sorted({*old, *new}, key=lambda one: (one.database, str(one))):
        was, is_now = old.get(name), new.get(name)
        if was is not None and is_now is not None and was.definition == is_now.definition:
            continue
        if was is not None and not any(_same(was, one) for one in new.values() if one.name not in old):
            yield _index(What.INDEX_DROPPED, was, engine)
        if is_now is not None and not any(_same(is_now, one) for one in old.values() if one.name not in new):
            yield _index(What.INDEX_CREATED, is_now, engine)


def _same(one: IndexMark, other: IndexMark) -> bool:
    """Renamed, or rebuilt under another name: no change of what the statements have."""
    return (one.table, one.object) == (other.table, other.object)


def _index(what: What, one: IndexMark, engine: Engine) -> Change:
    make, drop = _made(one, engine), _drop(one, engine)
    undo, redo = (drop, make) if what is What.INDEX_CREATED else (make, drop)
    caution = _CONSTRAINT if not undo else None
    return Change(
        "", what, str(one.name), one.object, one.name.database, one.table, _NEVER, _NEVER, undo, redo, caution
    )


def _made(one: IndexMark, engine: Engine) -> tuple[str, ...]:
    """The statement that makes the index again; none where only its constraint's would."""
    if one.has_constraint or not one.definition.startswith("CREATE "):
        return ()
    text = one.definition.rstrip(";") + ";"
    return (text.replace(" INDEX ", " INDEX CONCURRENTLY ", 1) if engine is Engine.POSTGRESQL else text,)


def _drop(one: IndexMark, engine: Engine) -> tuple[str, ...]:
    if one.has_constraint:
        return ()
    if engine is Engine.POSTGRESQL:
        return (f"DROP INDEX CONCURRENTLY {qualified(one.name)};",)
    return (f"DROP INDEX `{one.name.name.replace('`', '``')}` ON `{one.table.name.replace('`', '``')}`;",)


def _options(before: Catalogue, now: Catalogue, both: set[str]) -> Iterator[Change]:
    if before.tables is None or now.tables is None:
        return
    old = {one.name: dict(one.options) for one in before.tables if one.name.database in both}
    for one in sorted(now.tables, key=lambda one: (one.name.database, str(one.name))):
        was, is_now = old.get(one.name), dict(one.options)
        if was is None or was == is_now:
            continue
        keys = sorted(key for key in {*was, *is_now} if was.get(key) != is_now.get(key))
        yield Change(
            "", What.TABLE_OPTIONS, str(one.name), f"{one.name} ({', '.join(keys)})", one.name.database, one.name,
            _NEVER, _NEVER, _set_options(one.name, was, keys), _set_options(one.name, is_now, keys), None,
            _pairs(was, keys), _pairs(is_now, keys),
        )  # fmt: skip


def _set_options(table: RelationName, options: dict[str, str], keys: list[str]) -> tuple[str, ...]:
    """The statements that give these options the values that they have here, or their defaults."""
    back = [f"{_option(key)} = {_literal(options[key])}" for key in keys if key in options]
    gone = [_option(key) for key in keys if key not in options]
    found = [f"ALTER TABLE {qualified(table)} SET ({', '.join(back)});"] if back else []
    return tuple(found + ([f"ALTER TABLE {qualified(table)} RESET ({', '.join(gone)});"] if gone else []))


def _option(key: str) -> str:
    """`toast.autovacuum_enabled` is of two parts."""
    return ".".join(quoted(part) for part in key.split("."))


def _pairs(options: dict[str, str], keys: list[str]) -> str | None:
    return ", ".join(f"{key}={options[key]}" for key in keys if key in options) or None


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


Key = tuple[str, str | None, str | None]
"""Name, role and database of a setting; None of the server's own, "" of any."""


def _setting_changes(before: Catalogue, now: Catalogue, of: Snapshot) -> Iterator[Change]:
    if before.settings is None or now.settings is None:
        return
    old = {(one.name, one.role, one.database): one for one in before.settings}
    new = {(one.name, one.role, one.database): one for one in now.settings}
    for key in sorted({*old, *new}, key=str):
        was, is_now = old.get(key), new.get(key)
        if was == is_now or (key[1] is None and (was is None or is_now is None)):
            continue  # a parameter that one reading does not have at all came or went with an extension or a release
        yield _setting(key, was, is_now, of)


def _setting(key: Key, was: SettingMark | None, is_now: SettingMark | None, of: Snapshot) -> Change:
    name, role, database = key
    whose = "" if role is None else f" of role {role or 'any'} in {database or 'all databases'}"
    caution = None
    if was is not None and was.value is None:
        caution = _TEXT
    elif role is None and of.flavour is not Flavour.SELF_MANAGED:
        caution = f"set {name} back to {was.value if was else 'its default'} in the parameter group"
    return Change(
        "", What.SETTING, name + whose, name + whose, database or None, None, _NEVER, _NEVER,
        _set(key, was, of), _set(key, is_now, of), caution,
        was.value if was is not None else None, is_now.value if is_now is not None else None,
    )  # fmt: skip


def _set(key: Key, mark: SettingMark | None, of: Snapshot) -> tuple[str, ...]:
    """The statements that give the setting this value; none where they would not be ours to give, or the value is not kept."""
    name, role, database = key
    if (mark is not None and mark.value is None) or (role is None and of.flavour is not Flavour.SELF_MANAGED):
        return ()
    if of.engine is not Engine.POSTGRESQL:
        return (_set_mysql(name, mark, of.engine),) if mark is not None else ()
    quoted_name = _option(name)
    verb = f"RESET {quoted_name}" if mark is None else f"SET {quoted_name} = {_literal(mark.value or '')}"
    if role is None:
        return f"ALTER SYSTEM {verb};", "SELECT pg_reload_conf();"
    whose = f"ROLE {quoted(role)}" if role else f"DATABASE {quoted(database or '')}" if database else "ROLE ALL"
    where = f" IN DATABASE {quoted(database)}" if role and database else ""
    return (f"ALTER {whose}{where} {verb};",)


def _set_mysql(name: str, mark: SettingMark, engine: Engine) -> str:
    """MariaDB keeps nothing over a restart: its file of settings must say the same."""
    value = mark.value or ""
    plain = value if value.lstrip("-").replace(".", "", 1).isdigit() or value in {"ON", "OFF"} else _literal(value)
    return f"SET {'PERSIST' if engine is Engine.MYSQL else 'GLOBAL'} {name} = {plain};"
