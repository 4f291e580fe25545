"""Numbers for people: base units in, three significant digits and the unit that suits the size out."""

import math

_HUGE, _TINY = 1e15, 1e-9
_BEYOND = 1e6
"""A factor above which the smaller number was noise."""
_BYTES = ("B", "kB", "MB", "GB", "TB", "PB")


def _three(value: float) -> str:
    """Three significant digits, thousands grouped, no trailing zeros; an exponent only where nobody would count the zeros."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite" if value > 0 else "-infinite"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= _HUGE or size < _TINY:
        return f"{value:.3g}"
    digits = max(0, 2 - math.floor(math.log10(size))) if size < 1000 else 0
    text = f"{value:,.{min(digits, 9)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def bytes_text(value: float) -> str:
    """`1.5 MB`; kB is 1024 bytes, as PostgreSQL counts."""
    if not math.isfinite(value):
        return _three(value)
    size, step = abs(value), 0
    while size >= 1024 and step < len(_BYTES) - 1:
        size, step = size / 1024, step + 1
    return f"{_three(math.copysign(size, value) if value else 0)} {_BYTES[step]}"


def seconds_text(value: float) -> str:
    """`120 µs`, `3.5 ms`, `12 s`, `11 min 21 s`, `2 h 5 min`, `3 d 4 h`."""
    if not math.isfinite(value):
        return _three(value)
    size = abs(value)
    if size < 1e-3:
        return f"{_three(value * 1e6)} µs" if size else "0 s"
    if size < 1:
        return f"{_three(value * 1e3)} ms"
    if size < 120:
        return f"{_three(value)} s"
    sign = "-" if value < 0 else ""
    if size < 7200:
        minutes, seconds = divmod(round(size), 60)
        return f"{sign}{minutes} min {seconds} s" if seconds else f"{sign}{minutes} min"
    hours, minutes = divmod(round(size / 60), 60)
    if hours < 48:
        return f"{sign}{hours} h {minutes} min" if minutes else f"{sign}{hours} h"
    days, hours = divmod(hours, 24)
    return f"{sign}{_three(days)} d {hours} h" if hours and days < 1000 else f"{sign}{_three(days)} d"


def quantity(value: float | int | str | bool, unit: str) -> str:
    """A value with its unit as a person reads it. Text and truth values stand as they are (`yes`, `no`)."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"{value} {unit}".rstrip()
    if isinstance(value, float) and not math.isfinite(value):
        return _three(value)
    if unit == "bytes":
        return bytes_text(value)
    if unit == "seconds":
        return seconds_text(value)
    if unit == "ratio":
        return f"{_three(value * 100)} %"
    grouped = f"{value:,d}" if isinstance(value, int) else _three(value)
    number = str(value) if isinstance(value, int) and not unit else grouped  # a bare integer may be a pid or a port
    return number if unit in ("", "count") else f"{number} {unit}"


def change(before: float, after: float) -> str:
    """How `after` compares with `before` (both ≥ 0): `4.2x faster`, `12 % more time`, `unchanged`."""
    if not (math.isfinite(before) and math.isfinite(after)) or before <= 0 or after < 0:
        return "not comparable"
    if after == 0:
        return "no longer seen"
    if abs(after / before - 1) < 0.02:
        return "unchanged"
    faster, high, low = after < before, max(before, after), min(before, after)
    factor = high / low
    if factor > _BEYOND:
        return f"over {_three(_BEYOND)}x {'faster' if faster else 'slower'}"
    if factor >= 2:
        return f"{_three(factor)}x {'faster' if faster else 'slower'}"
    return f"{abs(after - before) / before:.0%} {'less' if faster else 'more'} time".replace("%", " %")
