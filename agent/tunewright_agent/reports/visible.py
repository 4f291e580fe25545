"""Makes text from a database safe to show: what would move the cursor, hide or turn round other text becomes visible.

Names, application names and statement texts are anybody's. HTML escaping is Jinja's work, markup escaping is console's; this is
about characters that act: C0 and C1 controls (ANSI escapes begin with one), bidirectional overrides, zero-width characters,
line separators, and lone surrogates (which cannot be encoded at all). Used by pages and terminal; shapes keep the text as it is.
"""

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_CONTROL_PICTURES = 0x2400
_DELETE_PICTURE = "\u2421"
_COMMON = 0x3000


def _picture(code: int) -> str:
    character = chr(code)
    if unicodedata.category(character) not in _HIDDEN:
        return character
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    return _DELETE_PICTURE if code == 0x7F else f"<U+{code:04X}>"


class _Pictures(dict[int, str]):
    """For str.translate: what stands for a character, worked out when it is first met. Only the lower planes are kept: memory stays bounded."""

    def __missing__(self, code: int) -> str:
        picture = _picture(code)
        if code < _COMMON:
            self[code] = picture
        return picture


_LINE = _Pictures()
_LINES = _Pictures({0x09: "\t", 0x0A: "\n"})


def visible(text: object) -> str:
    """`text` on one line: newline and tab become visible too."""
    shown = str(text)
    return shown if shown.isascii() and shown.isprintable() else shown.translate(_LINE)


def visible_lines(text: object) -> str:
    """`text` with its newlines and tabs, all else as `visible`."""
    shown = str(text)
    return shown if shown.isascii() and shown.isprintable() else shown.replace("\r\n", "\n").translate(_LINES)
