"""The error log of MySQL and MariaDB: entries to categories and kinds, by MySQL's error code (MY-nnnnnn) or, where there is none, by the text. Pure.

    MySQL 8     2026-01-02T03:04:05.678901Z 42 [ERROR] [MY-012592] [InnoDB] Operating system error number 28 …
    MariaDB     2026-01-02  3:04:05 42 [ERROR] mysqld: …                      (local time, not believed)
    a crash     2026-01-02T03:04:05Z UTC - mysqld got signal 11 ;             (MariaDB: 260102  3:04:05 [ERROR] mysqld got signal 11 ;)

Codes are the same in every language (lc_messages); MariaDB has none, so its messages are known in English only. The categories are those of
analyzers.logs.postgres_rules, so that one page shows both engines.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from tunewright_analyzers.logs.postgres import Classified
from tunewright_analyzers.logs.redact import sample_of

_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[T ][ \d]\d:\d\d:\d\d(?:\.\d{1,6})?(?P<zone>Z|[+-]\d\d:\d\d)?) +(?:0x[0-9a-f]+|\d{1,20}) "
    r"\[(?P<level>[A-Za-z]{1,12})\] (?:\[MY-(?P<code>\d{6})\] )?(?:\[[A-Za-z_]{1,30}\] )?(?P<message>.*)",
    re.DOTALL,
)
_NUMBER = re.compile(r"(?:Error_code: |Internal MariaDB error code: |fatal error )((?:MY-)?\d{1,6})")
_CRASH = re.compile(
    r"(?:(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) UTC - |\d{6} [ \d]\d:\d\d:\d\d \[ERROR\] )"
    r"(?P<message>[^\s]{1,200} got signal \d{1,3} ;)"
)
_CODES = {
    "010931": ("server", "started"),  # ready for connections
    "010910": ("server", "shut_down"),  # Shutdown complete
    "012592": ("disk", "unreadable"),  # Operating system error number
}
"""Those that a running server was seen to write, or whose text says nothing of its own in another language."""
_TEXTS = (
    (re.compile(r"Access denied for user "), "authentication", "password_failed"),
    (re.compile(r"Aborted connection \d+ to .{0,600}\(Too many connections\)$"), "connection", "too_many"),
    (re.compile(r"Aborted connection \d+ to "), "connection", "lost"),
    (
        re.compile(r"(?:Slave|Replica) I/O\b.{0,80}?: (?:.{0,20}Got fatal error 1236|.{0,20}Could not find first log)"),
        "replication",
        "binlog_missing",
    ),
    (re.compile(r"(?:Slave|Replica) I/O(?: for channel '[^'\n]{0,64}')?: "), "replication", "fetch_failed"),
    (re.compile(r"(?:Slave|Replica) SQL(?: for channel '[^'\n]{0,64}')?: "), "replication", "apply_failed"),
    (re.compile(r"Slave (?:SQL|I/O) thread[ :].{0,40}(?:error|aborted)"), "replication", "apply_failed"),
    (re.compile(r".{0,80}(?:No space left on device|disk is full|Disk full|error number 28\b)"), "disk", "full"),
    (re.compile(r".{0,120}(?:Input/output error|error number 5\b)"), "disk", "unreadable"),
    (
        re.compile(
            r".{0,120}(?:page corruption|is corrupted|checksum mismatch|Corrupted page|CORRUPT LOG RECORD)",
            re.IGNORECASE,
        ),
        "corruption",
        "page",
    ),
    (
        re.compile(r".{0,300}(?:is marked as crashed|Index for table .{1,200} is corrupt|Index corrupt: )"),
        "corruption",
        "table",
    ),
    (re.compile(r".{0,40}(?:Out of memory|Cannot allocate memory)", re.IGNORECASE), "memory", "out_of_memory"),
    (re.compile(r".{0,200}got signal \d+ ;"), "server", "process_crashed"),
    (
        re.compile(
            r".{0,20}(?:Semaphore wait has lasted > \d+ seconds|innodb_fatal_semaphore_wait_threshold was exceeded)"
        ),
        "server",
        "process_crashed",
    ),
    (re.compile(r".{0,20}(?:A long semaphore wait|Long wait \(\d+ seconds\))"), "server", "semaphore_wait"),
    (
        re.compile(r"(?:InnoDB: )?(?:Page cleaner took|page_cleaner: 1000ms intended loop took) (?P<ms>\d{1,12})ms"),
        "flushing",
        "page_cleaner_late",
    ),
    (re.compile(r".{0,40}(?:Assertion failure|assertion .{0,80} failed)", re.IGNORECASE), "server", "process_crashed"),
    (
        re.compile(r".{0,60}(?:Starting crash recovery|Database was not shutdown normally)", re.IGNORECASE),
        "server",
        "crash_recovery",
    ),
    (re.compile(r".{0,80}ready for connections"), "server", "started"),
    (re.compile(r".{0,80}Shutdown complete"), "server", "shut_down"),
    (re.compile(r".{0,20}Too many connections"), "connection", "too_many"),
    (re.compile(r".{0,40}(?:Deadlock found|transactions deadlock detected)", re.IGNORECASE), "lock", "deadlock"),
    (re.compile(r".{0,60}Lock wait timeout exceeded"), "lock", "lock_timeout"),
)
"""The first that matches holds: those that begin with the server's own words stand before those that look into a message, which may quote users."""
KINDS = frozenset({(category, kind) for _, category, kind in _TEXTS} | set(_CODES.values()))
"""All that is told apart here, but for errors of no known kind."""


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One line of the error log. `at` is None where its zone is not said."""

    at: datetime | None
    level: str
    code: str | None
    message: str


def error_line(text: str) -> ErrorLine | None:
    """The line in its parts; None for a further line of the one before, or another program's."""
    match = _LINE.match(text.rstrip("\n"))
    if match is None:
        crash = _CRASH.match(text)
        if crash is None:
            return None
        time = crash["time"]
        return ErrorLine(datetime.fromisoformat(time) if time else None, "error", None, crash["message"])
    at = None
    if match["zone"] is not None:
        try:
            at = datetime.fromisoformat(match["time"]).astimezone(UTC)
        except ValueError:
            return None
    return ErrorLine(at, match["level"].lower(), match["code"], match["message"])


def _numbered(matched: str, line: ErrorLine) -> str:
    """What matched, with the number of the error that the message ends with: the rest may quote rows."""
    number = _NUMBER.search(line.message)
    return f"{matched} error {number[1]}" if number and matched.startswith(("Slave", "Replica")) else matched


def classify_error(line: ErrorLine) -> Classified | None:
    """What the line tells; None for notes that nobody need count. By the text first: one code (an operating system error) has several causes."""
    for pattern, category, kind in _TEXTS:
        match = pattern.match(line.message)
        if match is not None:
            late = match.groupdict().get("ms")
            return Classified(
                category, kind, seconds=int(late) / 1000 if late else 0.0, sample=sample_of(_numbered(match[0], line))
            )
    if line.code in _CODES:
        category, kind = _CODES[line.code]
        return Classified(category, kind, sample=f"MY-{line.code}")
    if line.level == "error":
        return Classified("error", "internal", sample=f"MY-{line.code}" if line.code else "an error without a code")
    return None


class Lives:
    """Whether the server runs, as its log tells it, entry by entry: a start after a start, without a shutdown or a crash told, was a kill.

    MySQL writes nothing of the recovery at its usual log_error_verbosity, so that a kill -9 (the kernel's for want of memory) shows only so.
    """

    def __init__(self) -> None:
        self._runs = False

    def after(self, found: Classified) -> Classified | None:
        """Take one event; the answer is the crash that it implies."""
        if found.category != "server":
            return None
        killed = found.kind == "started" and self._runs
        self._runs = found.kind == "started" or (
            self._runs and found.kind not in {"shut_down", "process_crashed", "crash_recovery"}
        )
        return Classified("server", "killed", sample="started again without a shutdown") if killed else None
