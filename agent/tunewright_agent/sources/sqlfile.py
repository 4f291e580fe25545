"""SQL texts as files: `name.sql`, or `name@14.sql` for 14 and later; the greatest version not above the server's is taken."""

from functools import cache
from importlib.resources import files

from tunewright_agent.sources.source import Unsupported

MARKER = "tunewright"
"""Every statement of ours holds the comment /* tunewright:NAME */, so that its cost can be found and shown.

It stands behind the first word: pg_stat_statements cuts off a comment in front of the statement.
"""


@cache
def _versions(package: str, name: str) -> tuple[tuple[int, str], ...]:
    found = []
    for entry in (files(package) / "sql").iterdir():
        stem, dot, ending = entry.name.rpartition(".")
        base, _, version = stem.partition("@")
        if dot and ending == "sql" and base == name:
            found.append((int(version or 0), entry.name))
    return tuple(sorted(found))


@cache
def statement(package: str, name: str, major: int, mark: str | None = None) -> str:
    """The text of `name` for release `major`, with our marker (`mark`, or the file's name). Raises Unsupported for too old a release."""
    fitting = [file for version, file in _versions(package, name) if version <= major]
    if not fitting:
        raise Unsupported(f"{name} needs a newer release than {major}")
    text = (files(package) / "sql" / fitting[-1]).read_text(encoding="utf-8").strip().rstrip(";")
    return marked(mark or name, text)


def marked(name: str, text: str) -> str:
    """`text` with our marker behind its first word."""
    first, _, rest = text.partition(" ")
    return f"{first} /* {MARKER}:{name} */ {rest}"
