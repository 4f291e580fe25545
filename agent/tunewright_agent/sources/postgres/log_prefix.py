"""What a line of the server's stderr log says before its message: the database, the time, the process and the SQLSTATE.

In comes the text before the severity word, log_line_prefix where it is known, log_timezone where it is known; out goes Said.
Called by log_entries for the few entries that are wanted. With the setting the text is matched exactly; without it (or where it was
changed since the line was written) the usual forms are looked for: `db=shop`, `alice@shop`, a time with its zone.

Every repetition here is bounded and each field ends at the character that the setting puts behind it, so a hostile name or
application_name costs nothing; what could be read in two ways (two names with only a space between, one holding a space) is not said.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LONGEST_PREFIX = 2000
"""Characters. What stands beyond is no prefix that a person configured."""

_ZONE = r"[A-Za-z]{1,6}|[+-]\d\d(?::?\d\d){0,2}"
_TIME = rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{{1,6}})? (?:{_ZONE})"
_EPOCH = r"\d{9,11}\.\d{3}"
_ESCAPE = re.compile(r"%(?P<pad>-?\d{1,3})?(?P<letter>[A-Za-z%])|(?P<plain>[^%]+|%)", re.DOTALL)
# Escapes whose form is known; the others are free text up to the character that follows them.
_FORMS = {"t": _TIME, "m": _TIME, "s": _TIME, "n": _EPOCH, "p": r"\d{1,10}", "P": r"\d{0,10}", "l": r"\d{1,20}", "x": r"\d{1,20}",
          "e": r"[0-9A-Z]{5}", "c": r"[0-9a-f]{1,16}\.[0-9a-f]{1,16}", "Q": r"-?\d{1,20}"}  # fmt: skip
_GROUPS = {"d": "database", "t": "time", "m": "time", "n": "epoch", "p": "pid", "e": "sqlstate"}

_ANY_TIME = re.compile(rf"(?<!\d){_TIME}")
_ANY_EPOCH = re.compile(rf"(?<![\d.]){_EPOCH}(?![\d.])")
_NAMED = re.compile(r"(?:\bdb|\bdatabase|\bdbname|\bdatname)[=:] ?\"?([^\s,;|\"\])(]{1,63})", re.IGNORECASE)
_PID = re.compile(r"\[(\d{1,10})\]")
_AT = re.compile(r"(?<![^\s,;|:=\[(\]])[^\s,;|:=\[\](@]{1,63}@([^\s,;|:@\[\]()./]{1,63})(?![^\s,;|:\])])")
_STAMP = re.compile(rf"(\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{{1,6}})?) ({_ZONE})")
_UTC = frozenset({"UTC", "GMT", "UCT", "Z", "Zulu"})


@dataclass(frozen=True, slots=True)
class Said:
    """What was said; None where it was not."""

    database: str | None = None
    at: datetime | None = None
    pid: int | None = None
    sqlstate: str | None = None


def moment(text: str, log_timezone: str | None = None) -> datetime | None:
    """`2026-01-02 03:04:05.678 CET` in UTC; None where the zone's abbreviation belongs to neither log_timezone nor this machine."""
    match = _STAMP.fullmatch(text)
    if match is None:
        return None
    try:
        local, zone = datetime.fromisoformat(match[1]), match[2]
        if zone in _UTC:
            return local.replace(tzinfo=UTC)
        if zone[0] in "+-":
            return local.replace(tzinfo=_offset(zone)).astimezone(UTC)
        return _named_zone(local, zone, log_timezone)
    except (ValueError, OverflowError, OSError):
        return None


def _offset(zone: str) -> timezone:
    digits = zone[1:].replace(":", "").ljust(6, "0")
    east = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
    return timezone(-east if zone[0] == "-" else east)


def _named_zone(local: datetime, zone: str, log_timezone: str | None) -> datetime | None:
    """An abbreviation alone is ambiguous (IST, CST): only a zone that has it at that very time is believed, its hour twice a year too."""
    region = None
    if log_timezone is not None:
        try:
            region = ZoneInfo(log_timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return None
    for fold in (0, 1):
        aware = local.replace(tzinfo=region, fold=fold) if region else local.replace(fold=fold).astimezone()
        if aware.tzname() == zone:
            return aware.astimezone(UTC)
    return None


def _until(following: str) -> str:
    """Free text up to the next fixed character of the setting; to the end where there is none."""
    return rf"[^{re.escape(following)}]{{0,200}}" if following else r".{0,200}"


@cache
def _pattern(setting: str) -> re.Pattern[str]:
    """log_line_prefix as an expression. `%q` stops here for processes that are no sessions: the rest may be absent."""
    parts, optional, seen = [], 0, set()
    tokens = list(_ESCAPE.finditer(setting))
    for at, token in enumerate(tokens):
        letter = token["letter"]
        if letter is None or letter == "%":
            parts.append(re.escape(token["plain"] or "%"))
        elif letter == "q":
            parts.append("(?:")
            optional += 1
        else:
            behind = next((one["plain"] or "%" for one in tokens[at + 1 :] if one["letter"] in {None, "%"}), "")
            form = _FORMS.get(letter) or _until(behind[:1])
            group = _GROUPS.get(letter)
            named = f"(?P<{group}>{form})" if group and group not in seen else f"(?:{form})"
            seen.add(group)
            parts.append(rf" {{0,64}}{named} {{0,64}}" if token["pad"] else named)
    return re.compile("".join(parts) + ")?" * optional, re.DOTALL)


def _name(text: str | None) -> str | None:
    """`[unknown]` is what the server writes before the session has a database."""
    stripped = (text or "").strip()
    return None if stripped in {"", "[unknown]"} else stripped


def _guessed(text: str, log_timezone: str | None) -> Said:
    """The usual forms. Of several times the latest is the line's own: the others are the session's start (%s)."""
    named = _NAMED.search(text) or _AT.search(text)
    moments = [moment(one[0], log_timezone) for one in _ANY_TIME.finditer(text)]
    moments += [datetime.fromtimestamp(float(one[0]), UTC) for one in _ANY_EPOCH.finditer(text)]
    pid = _PID.search(text)
    latest = max((one for one in moments if one is not None), default=None)
    return Said(_name(named[1]) if named else None, latest, int(pid[1]) if pid else None)


def read_prefix(text: str, log_line_prefix: str | None = None, log_timezone: str | None = None) -> Said:
    """What the text before the severity word says. Never raises."""
    text = text[:LONGEST_PREFIX]
    match = _pattern(log_line_prefix).fullmatch(text) if log_line_prefix else None
    if match is None:
        return _guessed(text, log_timezone)
    found = match.groupdict()
    at = moment(found["time"], log_timezone) if found.get("time") else None
    if at is None and found.get("epoch"):
        at = datetime.fromtimestamp(float(found["epoch"]), UTC)
    pid = found.get("pid")
    return Said(_name(found.get("database")), at, int(pid) if pid else None, found.get("sqlstate"))
