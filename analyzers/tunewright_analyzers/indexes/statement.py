"""An index as SQL: its CREATE INDEX and a readable name. Called by the oracles and by the checks that recommend."""

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.identifiers import qualified, quoted

LONGEST_NAME = 63
"""Bytes of an identifier (NAMEDATALEN - 1)."""
_NOT_A_NAME = re.compile(r"[^a-z0-9_]+")


def key_sql(key: IndexColumn) -> str:
    """One key as CREATE INDEX reads it; what is the default is left out."""
    text = quoted(key.column) if key.column is not None else f"({key.expression})"
    if key.collation:
        text += f" COLLATE {key.collation}"
    if key.opclass:
        text += f" {key.opclass}"
    if key.descending:
        text += " DESC" + ("" if key.nulls_first else " NULLS LAST")
    elif key.nulls_first:
        text += " NULLS FIRST"
    return text


def create_statement(index: HypotheticalIndex, name: str, *, concurrently: bool = True, only: bool = False) -> str:
    """CREATE INDEX for it, with a semicolon. `only`: on the partitioned parent alone (its partitions' indexes are attached later)."""
    text = "CREATE " + ("UNIQUE " if index.is_unique else "") + "INDEX " + ("CONCURRENTLY " if concurrently else "")
    text += f"{quoted(name)} ON {'ONLY ' if only else ''}{qualified(index.table)}"
    text += f" USING {index.method}" if index.method != "btree" else ""
    text += f" ({', '.join(key_sql(key) for key in index.keys)})"
    if index.included:
        text += f" INCLUDE ({', '.join(quoted(column) for column in index.included)})"
    return text + (f" WHERE {index.predicate}" if index.predicate else "") + ";"


def _fit(text: str, limit: int) -> str:
    return text.encode()[:limit].decode(errors="ignore")


def index_name(index: HypotheticalIndex, taken: Collection[str] = ()) -> str:
    """A readable, deterministic name of at most 63 bytes that is not in `taken` (names of the schema's relations).

    `orders_status_created_at_idx`; a digest of the canonical form follows where the name must be cut or is taken.
    """
    words = [index.table.name]
    words += [_NOT_A_NAME.sub("_", (key.column or key.expression or "").lower()).strip("_") for key in index.keys]
    words += ["incl"] * bool(index.included) + ["part"] * bool(index.predicate)
    plain = "_".join(words)
    name = f"{plain}_idx"
    if len(name.encode()) <= LONGEST_NAME and name not in taken:
        return name
    digest = hashlib.sha256(str(index).encode()).hexdigest()
    for length in range(6, len(digest)):
        name = f"{_fit(plain, LONGEST_NAME - length - 5)}_{digest[:length]}_idx"
        if name not in taken:
            break
    return name


@dataclass(frozen=True, slots=True)
class Build:
    """How to make an index, and how to take it back."""

    statements: tuple[str, ...]
    rollback: str


def build_of(index: HypotheticalIndex, taken: Iterable[str], partitions: Sequence[RelationName] | None = None) -> Build:
    """CREATE INDEX CONCURRENTLY and its DROP. `partitions` (None: the table is not partitioned): the parent's index alone, then each
    partition's concurrently, then attached; dropping the parent's drops them all."""
    names = set(taken)
    name = index_name(index, names)
    own = f"{quoted(index.table.schema)}.{quoted(name)}"
    if partitions is None:
        return Build((create_statement(index, name),), f"DROP INDEX CONCURRENTLY {own};")
    names.add(name)
    texts = [create_statement(index, name, concurrently=False, only=True)]
    for part in partitions:
        part_index = replace(index, table=part)
        part_name = index_name(part_index, names)
        names.add(part_name)
        texts.append(create_statement(part_index, part_name))
        texts.append(f"ALTER INDEX {own} ATTACH PARTITION {quoted(part.schema)}.{quoted(part_name)};")
    return Build(tuple(texts), f"DROP INDEX {own};")
