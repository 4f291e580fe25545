"""On which line each key of a TOML text stands. tomllib reads values and forgets their places; this reads places and forgets values.

The text must be valid TOML (tomllib has read it before). A key's path is what the settings call it: names, and positions in arrays.
"""

import re
import tomllib
from collections.abc import Mapping

KeyPath = tuple[str | int, ...]
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_TEXT = re.compile(r'''"""(?:[^\\]|\\[\s\S])*?"{3,5}|\'\'\'[\s\S]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''')
_BARE = re.compile(r"[^,\]}#\n]*")


def places(text: str) -> dict[KeyPath, int]:
    """The 1-based line of every key, table and array item."""
    return _Reader(text).read()


def line_of(known: Mapping[KeyPath, int], path: KeyPath) -> int | None:
    """The line of `path`, or of the innermost table around it; None where even its first name is not in the text (a default)."""
    for length in range(len(path), 0, -1):
        if path[:length] in known:
            return known[path[:length]]
    return None


class _Reader:
    """A cursor over the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self.items: dict[KeyPath, int] = {}
        """Arrays of tables: the position of the latest item."""

    def read(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._next():
            if self._next() == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _next(self) -> str:
        """The next character that matters; empty at the end."""
        blank = _BLANK.match(self.text, self.at)
        assert blank is not None, "it matches the empty text"
        self.at = blank.end()
        return self.text[self.at : self.at + 1]

    def _note(self, path: KeyPath) -> None:
        self.lines.setdefault(path, self.text.count("\n", 0, self.at) + 1)

    def _name(self) -> str:
        self._next()
        match = _KEY.match(self.text, self.at)
        if match is None:
            raise ValueError("not TOML that tomllib has read")
        self.at = match.end()
        if match[0][0] not in "\"'":
            return match[0]
        return str(tomllib.loads(f"x = {match[0]}")["x"])

    def _names(self, table: KeyPath) -> KeyPath:
        """A dotted key below `table`; each table on the way is noted, and arrays of tables are entered at their latest item."""
        path = table
        while True:
            self._next()
            path = (*path, self._name_at(path))
            if self._next() != ".":
                return path
            self.at += 1
            if path in self.items:
                path = (*path, self.items[path])

    def _name_at(self, path: KeyPath) -> str:
        start = self.at
        name = self._name()
        end, self.at = self.at, start
        self._note((*path, name))
        self.at = end
        return name

    def _header(self) -> KeyPath:
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        path = self._names(())
        if many:
            self.items[path] = self.items.get(path, -1) + 1
            path = (*path, self.items[path])
            self._note(path)
        self._next()
        self.at += 2 if many else 1
        return path

    def _pair(self, table: KeyPath) -> None:
        path = self._names(table)
        self._next()
        self.at += 1  # the =
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        match self._next():
            case "[":
                self._list(path)
            case "{":
                self._inline(path)
            case '"' | "'":
                self._skip(_TEXT)
            case _:
                self._skip(_BARE)

    def _skip(self, what: re.Pattern[str]) -> None:
        match = what.match(self.text, self.at)
        if match is None or match.end() == self.at:
            raise ValueError("not TOML that tomllib has read")
        self.at = match.end()

    def _list(self, path: KeyPath) -> None:
        self.at += 1
        number = 0
        while self._next() != "]":
            self._note((*path, number))
            self._value((*path, number))
            number += 1
            if self._next() == ",":
                self.at += 1
        self.at += 1

    def _inline(self, path: KeyPath) -> None:
        self.at += 1
        while self._next() != "}":
            self._pair(path)
            if self._next() == ",":
                self.at += 1
        self.at += 1
