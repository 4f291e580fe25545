"""Lines of keys, in every way that TOML has to write them."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright_agent.config.example import example
from tunewright_agent.config.places import KeyPath, line_of, places

TEXT = '''# a comment with [brackets] = and "quotes"
top = 1
a.b . "c.d" = 2            # dotted
[web]
port = 9632
token_from = { env = "A", file = "x" }
[agent . 'odd "name"']
"a=b" = "c # no comment"
text = """
[not] = a table
port = 1 \\"""
"""
raw = \'\'\'
[[nor]]
\'\'\'
list = [
  1,
  # between
  { x = 1, y.z = [2, 3] },
  ["]", '}'],
]
[[clusters]]
name = "one"
[clusters.sources.activity]
interval = "5s"
[[clusters]]
name = "two"
  [[clusters.deep]]
  x = 1
  [[clusters.deep]]
  x = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("a", "b", "c.d"), 3),
        (("web",), 4),
        (("web", "port"), 5),
        (("web", "token_from", "file"), 6),
        (("agent", 'odd "name"'), 7),
        (("agent", 'odd "name"', "a=b"), 8),
        (("agent", 'odd "name"', "text"), 9),
        (("agent", 'odd "name"', "raw"), 13),
        (("agent", 'odd "name"', "list"), 16),
        (("agent", 'odd "name"', "list", 0), 17),
        (("agent", 'odd "name"', "list", 1, "y", "z", 1), 19),
        (("agent", 'odd "name"', "list", 2, 1), 20),
        (("clusters", 0), 22),
        (("clusters", 0, "name"), 23),
        (("clusters", 0, "sources", "activity", "interval"), 25),
        (("clusters", 1, "name"), 27),
        (("clusters", 1, "deep", 0, "x"), 29),
        (("clusters", 1, "deep", 1, "x"), 31),
        (("clusters", 1, "url"), 26),
        (("web", "token_from", "none"), 6),
        (("none",), None),
    ],
    ids=str,
)
def test_a_key_is_found_on_its_line(path: KeyPath, line: int | None) -> None:
    assert line_of(places(TEXT), path) == line


def paths(value: object, path: KeyPath = ()) -> set[KeyPath]:
    """Every path of what tomllib read."""
    found = {path} if path else set()
    if isinstance(value, dict):
        for key, one in value.items():
            found |= paths(one, (*path, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            found |= paths(one, (*path, number))
    return found


@pytest.mark.parametrize(
    "text", [TEXT, example(), "", "# only a comment", "a = 1", "a = [[[]], {}]\r\nb = 1979-05-27T07:32:00Z"]
)
def test_the_places_are_those_of_what_tomllib_reads(text: str) -> None:
    assert set(places(text)) == paths(tomllib.loads(text))


WORDS = st.text(st.sampled_from("ab\"'\\#=[]{},.\n é"), max_size=6)


def written(text: str) -> str:
    """A basic string of TOML."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def value_text(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)} = {value_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(value_text(one) for one in value) + "]"
    return written(str(value))


VALUES = st.recursive(
    WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(WORDS, VALUES, max_size=5))
def test_any_text_that_tomllib_reads_is_placed(document: dict[str, object]) -> None:
    text = "\n".join(f"{written(key)} = {value_text(one)}" for key, one in document.items())
    found = places(text)
    assert set(found) == paths(tomllib.loads(text))
    tops = [found[(key,)] for key in document]
    assert tops == sorted(tops)
