"""An index of MySQL or MariaDB as SQL: how it is made, first unseen where that can be, and how it is taken back."""

import hashlib
from collections.abc import Collection

from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.indexes.statement import Build
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.mysql.identifiers import qualified, quoted

LONGEST_NAME = 64


def index_name(index: HypotheticalIndex, taken: Collection[str] = ()) -> str:
    """A readable name of at most 64 characters that no index of the table has yet (names of indexes know no case)."""
    plain = "_".join(key.column or "" for key in index.keys) + "_idx"
    lowered = {name.lower() for name in taken}
    if len(plain) <= LONGEST_NAME and plain.lower() not in lowered:
        return plain
    digest = hashlib.sha256(str(index).encode()).hexdigest()[:8]
    return f"{plain[: LONGEST_NAME - 13]}_{digest}_idx"


def add_index(index: HypotheticalIndex, name: str, *, unseen: str = "") -> str:
    """ALTER TABLE … ADD INDEX without a semicolon. `unseen`: `INVISIBLE` or `IGNORED`."""
    columns = ", ".join(quoted(key.column or "") + (" DESC" if key.descending else "") for key in index.keys)
    return f"ALTER TABLE {qualified(index.table)} ADD INDEX {quoted(name)} ({columns})" + (
        f" {unseen}" if unseen else ""
    )


def unseen_word(engine: Engine) -> str:
    """How the engine calls an index that its optimiser does not see."""
    return "IGNORED" if engine is Engine.MARIADB else "INVISIBLE"


def seen_word(engine: Engine) -> str:
    """How it calls one that it sees again."""
    return "NOT IGNORED" if engine is Engine.MARIADB else "VISIBLE"


def build_of(index: HypotheticalIndex, engine: Engine, taken: Collection[str]) -> Build:
    """Online (INPLACE, no lock), and its way back."""
    name = index_name(index, taken)
    online = ", ALGORITHM=INPLACE, LOCK=NONE" if engine is Engine.MYSQL else ", ALGORITHM=NOCOPY, LOCK=NONE"
    return Build(
        (f"{add_index(index, name)}{online};",), f"ALTER TABLE {qualified(index.table)} DROP INDEX {quoted(name)};"
    )


def hide(table: RelationName, name: str, engine: Engine) -> tuple[str, str]:
    """(what hides an index from the optimiser, what shows it again): a drop that can be taken back in a moment."""
    begin = f"ALTER TABLE {qualified(table)} ALTER INDEX {quoted(name)} "
    return f"{begin}{unseen_word(engine)};", f"{begin}{seen_word(engine)};"
