"""The three forms of PostgreSQL's log (stderr, csvlog, jsonlog): bytes to the spans of entries, and the span of one entry to Entry.

Called by log_file. A span is found with searches that only go forward and look at each byte a bounded number of times, so that a line
of any length and content costs what its length costs.

- stderr: an entry is a line that begins without a tab, and the lines behind it that begin with one (the server puts a tab behind every
  line break of a message). The severity word may be of any language: it stands before the first colon with two spaces.
- csvlog: a record ends at the line break outside quotes. Where what follows does not look like a record, the quotes were torn (a
  crash in mid-write) and the next line that does look like one is where reading goes on.
- jsonlog (15 on): an object a line.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from tunewright_agent.sources.postgres.log_prefix import LONGEST_PREFIX, moment, read_prefix
from tunewright_analyzers.logs.entry import Entry as Entry

_RECORD = re.compile(rb"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [^,\n]{1,20},", re.MULTILINE)
_WHOLE_RECORD = re.compile(
    rb'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [^,\n]{1,20},("[^,\n]{0,200}")?,("[^,\n]{0,200}")?,\d{1,10},[^,\n]{0,200},[0-9a-f]+\.[0-9a-f]+,\d+,'
)
_LIKE_RECORD = re.compile(rb"\d{1,4}\Z|\d{4}-")
_SQLSTATE = re.compile(r"([0-9A-Z]{5}): ")
_MOST_COLONS = 10
_LONGEST_PID = 10
BEGINNING_BYTES = 64 * 1024
"""What of a file is looked at to know its form."""
_CSV_TIME, _CSV_DATABASE, _CSV_PID, _CSV_SEVERITY, _CSV_STATE, _CSV_MESSAGE, _CSV_DETAIL, _CSV_CONTEXT, _CSV_STATEMENT, _CSV_BACKEND = (
    0, 2, 3, 11, 12, 13, 14, 18, 19, 23,
)  # fmt: skip
"""Places of the fields; the backend's type is there from release 13 on."""


class Form(StrEnum):
    """How the server writes its log (log_destination)."""

    STDERR = "stderr"
    CSV = "csvlog"
    JSON = "jsonlog"


@dataclass(frozen=True, slots=True)
class Span:
    """Where an entry stands. `ended`: its last byte is there; `followed`: so is something behind it, or its form shows its end."""

    start: int
    end: int
    ended: bool
    followed: bool


def form_of(path: PurePath, beginning: bytes) -> Form | None:
    """By the file's name (the collector's own endings), else by its first line; None where that is not whole yet."""
    if path.suffix in {".csv", ".json"}:
        return Form.CSV if path.suffix == ".csv" else Form.JSON
    line, newline, _ = beginning.partition(b"\n")
    if not newline and len(beginning) < BEGINNING_BYTES:
        return None
    if line.startswith(b'{"timestamp"'):
        return Form.JSON
    return Form.CSV if _WHOLE_RECORD.match(line) else Form.STDERR


def first_start(form: Form, data: bytes) -> int:
    """Where the first whole entry begins in data cut out of the middle of a file."""
    newline = data.find(b"\n")
    if newline < 0:
        return len(data)
    if form is Form.CSV:
        match = _RECORD.search(data, newline + 1)
        return match.start() if match else len(data)
    start = newline + 1
    while form is Form.STDERR and data[start : start + 1] == b"\t":
        newline = data.find(b"\n", start)
        if newline < 0:
            return len(data)
        start = newline + 1
    return start


def spans(form: Form, data: bytes, start: int) -> Iterator[Span]:
    """The entries from `start`, in order; the last may not be ended."""
    return _csv_spans(data, start) if form is Form.CSV else _line_spans(data, start, tabs=form is Form.STDERR)


def _line_spans(data: bytes, start: int, *, tabs: bool) -> Iterator[Span]:
    while start < len(data):
        newline = data.find(b"\n", start)
        while tabs and newline >= 0 and data[newline + 1 : newline + 2] == b"\t":
            newline = data.find(b"\n", newline + 1)
        if newline < 0:
            yield Span(start, len(data), ended=False, followed=False)
            return
        yield Span(start, newline + 1, ended=True, followed=not tabs or newline + 1 < len(data))
        start = newline + 1


def _csv_spans(data: bytes, start: int) -> Iterator[Span]:
    while start < len(data):
        quotes, at, newline = 0, start, data.find(b"\n", start)
        while newline >= 0:
            quotes += data.count(b'"', at, newline)
            if quotes % 2 == 0:
                break
            at, newline = newline, data.find(b"\n", newline + 1)
        if newline < 0:
            yield Span(start, len(data), ended=False, followed=False)
            return
        end = newline + 1
        yield Span(start, end, ended=True, followed=True)
        start = end
        if end < len(data) and not _LIKE_RECORD.match(data, end):
            match = _RECORD.search(data, end)
            start = match.start() if match else len(data)


def entry_of(form: Form, raw: bytes, log_line_prefix: str | None, log_timezone: str | None) -> Entry | None:
    """The entry in one span; None where it is damaged. Bytes that are not UTF-8, and NULs, are replaced."""
    text = raw.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if form is Form.STDERR:
        return _from_stderr(text, log_line_prefix, log_timezone)
    return _from_csv(text, log_timezone) if form is Form.CSV else _from_json(text, log_timezone)


def _word_before(text: str, end: int) -> str:
    begin = end
    while begin > 0 and text[begin - 1].isalnum():
        begin -= 1
    return text[begin:end]


def _severity_end(line: str) -> int | None:
    """Where the colon behind the severity stands: `LOG:  `, `СООБЩЕНИЕ:  `. A word with small Latin letters is of the prefix."""
    colon = line.find(":  ", 0, LONGEST_PREFIX)
    for _ in range(_MOST_COLONS):
        if colon < 0:
            return None
        word = _word_before(line, colon)
        if word and not any("a" <= letter <= "z" for letter in word):
            return colon
        colon = line.find(":  ", colon + 1, LONGEST_PREFIX)
    return None


def _from_stderr(text: str, log_line_prefix: str | None, log_timezone: str | None) -> Entry | None:
    first, _, rest = text.partition("\n")
    colon = _severity_end(first)
    if colon is None:
        return None
    severity = _word_before(first, colon)
    said = read_prefix(first[: colon - len(severity)], log_line_prefix, log_timezone)
    message = first[colon + 3 :].rstrip("\r")
    state = _SQLSTATE.match(message)
    if state is not None:  # log_error_verbosity = verbose
        message = message[7:]
    rest = rest.removesuffix("\n").removeprefix("\t").replace("\n\t", "\n")
    known = state[1] if state is not None else said.sqlstate
    return Entry(f"{message}\n{rest}", said.database, said.at, severity, known, said.pid)


def _fields(record: str) -> list[str] | None:
    """The fields of a CSV record as PostgreSQL writes it; None where a quote does not close. (The csv module refuses long fields.)"""
    found, at = [], 0
    record = record.rstrip("\r\n")
    while at <= len(record):
        if record[at : at + 1] == '"':
            pieces, at = [], at + 1
            while True:
                close = record.find('"', at)
                if close < 0:
                    return None
                pieces.append(record[at:close])
                at = close + 1
                if record[at : at + 1] != '"':
                    break
                pieces.append('"')
                at += 1
            found.append("".join(pieces))
            at += 1
        else:
            comma = record.find(",", at)
            end = len(record) if comma < 0 else comma
            found.append(record[at:end])
            at = end + 1
    return found


def _from_csv(text: str, log_timezone: str | None) -> Entry | None:
    fields = _fields(text)
    if fields is None or len(fields) <= _CSV_MESSAGE:
        return None
    fields += [""] * (_CSV_BACKEND + 1 - len(fields))
    pid = fields[_CSV_PID]
    return Entry(
        fields[_CSV_MESSAGE],
        fields[_CSV_DATABASE] or None,
        moment(fields[_CSV_TIME], log_timezone),
        fields[_CSV_SEVERITY] or None,
        fields[_CSV_STATE] or None,
        int(pid) if pid.isascii() and pid.isdigit() and len(pid) <= _LONGEST_PID else None,
        fields[_CSV_BACKEND] or None,
        fields[_CSV_DETAIL],
        fields[_CSV_CONTEXT],
        fields[_CSV_STATEMENT],
        whole=True,
    )


def _from_json(text: str, log_timezone: str | None) -> Entry | None:
    try:
        decoded = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(decoded, dict) or not isinstance(decoded.get("message"), str):
        return None
    pid = decoded.get("pid")

    def said(key: str) -> str:
        value = decoded.get(key)
        return value.replace("\x00", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else ""

    return Entry(
        said("message"),
        said("dbname") or None,
        moment(said("timestamp"), log_timezone),
        said("error_severity") or None,
        said("state_code") or None,
        pid if isinstance(pid, int) else None,
        said("backend_type") or None,
        said("detail"),
        said("context"),
        said("statement"),
        whole=True,
    )
