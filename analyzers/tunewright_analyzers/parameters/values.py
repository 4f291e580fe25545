"""Values of parameters as SHOW prints them and as parameter groups want them. In come a Setting and a number in base units or a text."""

import math

from tunewright_analyzers.facts.settings import Setting, scale_of

_SIZES = (("TB", 1024**4), ("GB", 1024**3), ("MB", 1024**2), ("kB", 1024))
_TIMES = (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3), ("us", 1e-6))
_TIME_UNITS = frozenset(name for name, _ in _TIMES)
MB = 1024**2


def size_text(size_bytes: float) -> str:
    """The size in the largest unit that keeps it whole, as SHOW does: `64MB`."""
    for name, factor in _SIZES:
        if size_bytes >= factor and size_bytes % factor == 0:
            return f"{size_bytes / factor:.0f}{name}"
    return f"{math.ceil(size_bytes / 1024)}kB" if size_bytes >= 1024 else f"{size_bytes:.0f}B"


def time_text(seconds: float) -> str:
    """The time in the largest unit that keeps it whole: `15min`."""
    for name, factor in _TIMES:
        count = seconds / factor
        if count >= 1 and abs(count - round(count)) < 1e-9 * max(1.0, count):
            return f"{round(count)}{name}"
    return f"{seconds * 1000:g}ms"


def shown(setting: Setting, native: str) -> str:
    """What SHOW prints for a value in the setting's own unit. Special values (0, -1) and bare numbers stay as they are."""
    if setting.kind not in {"integer", "real"} or not setting.unit:
        return native
    number = float(native)
    if number <= 0:
        return native
    base = number * scale_of(setting.unit)
    return time_text(base) if setting.unit in _TIME_UNITS else size_text(base)


def native_of(setting: Setting, wanted: float | str) -> str:
    """The wanted value (base units: bytes, seconds; or a text) in the setting's own unit, as pg_settings holds it."""
    if isinstance(wanted, str):
        return wanted
    if wanted <= 0:
        return f"{wanted:g}"
    count = wanted / scale_of(setting.unit)
    return f"{round(count)}" if setting.kind == "integer" else f"{count:g}"


def group_form(setting: Setting, native: str) -> str:
    """As a parameter group of RDS takes it: booleans are 1 and 0, all else as pg_settings holds it."""
    if setting.kind == "bool":
        return "1" if native in {"on", "true", "1", "yes"} else "0"
    return native


def power_of_two_mb(size_bytes: float) -> int:
    """The least power of two of megabytes that holds it, in bytes: sizes that people recognise again."""
    return int(MB * 2 ** math.ceil(math.log2(max(1.0, size_bytes / MB))))


def bytes_of(text: str, otherwise: float) -> float:
    """Bytes of a memory parameter as ALTER ROLE holds it (`64MB`, or a bare number of kB); `otherwise` where it is not one."""
    digits = text.strip().rstrip("kMGTB")
    factor = {"B": 1, "": 1024, **dict(_SIZES)}.get(text.strip()[len(digits) :])
    try:
        return otherwise if factor is None else float(digits) * factor
    except ValueError:
        return otherwise
