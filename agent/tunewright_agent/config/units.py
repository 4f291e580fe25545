"""Durations and sizes as people write them (`5m`, `500MB`), and back. Seconds and bytes inside."""

import re

_DURATION = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_SIZE = {"B": 1, "kB": 1024, "KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*")


def _parse(value: object, units: dict[str, float] | dict[str, int], what: str, example: str) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"a {what} such as {example} is wanted")  # pydantic turns ValueError into its message
    if isinstance(value, int | float):
        raise ValueError(f"the unit is missing: write a {what} such as {example}")
    match = _NUMBER.fullmatch(value)
    if match is None or match[2] not in units:
        raise ValueError(f"'{value}' is not a {what}: write a number with one of {', '.join(units)}, such as {example}")
    return float(match[1]) * units[match[2]]


def seconds(value: object) -> float:
    """Seconds of `"90s"`, `"5m"`, `"1.5h"`, `"7d"`. Raises ValueError with the units that are known."""
    return _parse(value, _DURATION, "duration", '"5m"')


def size_bytes(value: object) -> int:
    """Bytes of `"500MB"`, `"2GB"` (1024-based, as PostgreSQL reads them). Raises ValueError with the units that are known."""
    return round(_parse(value, _SIZE, "size", '"500MB"'))


def write_seconds(value: float) -> str:
    """The shortest exact way to write a duration: 300 is `5m`."""
    for unit in ("w", "d", "h", "m", "s"):
        if value >= _DURATION[unit] and value % _DURATION[unit] == 0:
            return f"{value / _DURATION[unit]:g}{unit}"
    return f"{value * 1000:g}ms" if value < 1 else f"{value:g}s"


def write_bytes(value: int) -> str:
    """The shortest exact way to write a size: 524288000 is `500MB`."""
    for unit in ("TB", "GB", "MB", "kB"):
        if value >= _SIZE[unit] and value % _SIZE[unit] == 0:
            return f"{value // _SIZE[unit]}{unit}"
    return f"{value}B"
