"""Source `log_events`: the error log and the slow query log of MySQL and MariaDB, classified and counted. Fills LogEvents.

Made by the engine's wiring, for a reader alone does not know where the logs are. The server is asked for its error log only where no file of it
is configured: a log tells most when it does not answer. Which of the two a file is shows in
what it holds (the head of a slow statement). Literals end here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from tunewright_agent.sources.mysql.log_table import LogTable
from tunewright_agent.sources.mysql.log_tail import MOST_BYTES, LogTail
from tunewright_agent.sources.mysql.session import Reader
from tunewright_agent.sources.source import Collected, Source, SourceError, Unsupported
from tunewright_analyzers.facts.log_events import Deadlock, LogEvents
from tunewright_analyzers.facts.snapshot import Gap
from tunewright_analyzers.logs.count import Count
from tunewright_analyzers.logs.mysql_deadlock import BEGINS, ENDS, deadlock, dump
from tunewright_analyzers.logs.mysql_error import Lives, classify_error, error_line
from tunewright_analyzers.logs.mysql_slow import slow_statements
from tunewright_analyzers.logs.postgres import Classified
from tunewright_analyzers.sql.redact import visible

INTERVAL_SECONDS, DEADLINE_SECONDS = 15.0, 15.0
_LONGEST_SAMPLE = 300
MOST_DUMP_BYTES = 200_000
_SLOW_HEAD = re.compile(rb"^(?:# Time: [^\n]{1,60}\n)?# User@Host: ", re.MULTILINE)
_MOST_DUMP_LINES = 3000


@dataclass(frozen=True, slots=True)
class _Event:
    """One event; `dump`: the lines from a deadlock's head on, where it is one."""

    found: Classified
    database: str | None
    at: datetime | None
    dump: tuple[str, ...] = ()

    def deadlock(self, now: datetime) -> Deadlock | None:
        """Its particulars."""
        return deadlock(dump(list(self.dump)), self.at or now) if self.dump else None


def _errors(data: bytes, lives: Lives) -> Iterator[_Event]:
    lines = data.decode("utf-8", "replace").split("\n")
    for number, text in enumerate(lines):
        line = error_line(text)
        found = classify_error(line) if line is not None else None
        if line is not None and found is not None:
            implied = lives.after(found)
            if implied is not None:
                yield _Event(implied, None, line.at)
            is_dump = BEGINS in line.message
            yield _Event(found, None, line.at, tuple(lines[number : number + _MOST_DUMP_LINES]) if is_dump else ())


def _unended(data: bytes) -> int:
    """How many bytes at the end are a deadlock's dump that goes on in the next piece."""
    begins = data.rfind(BEGINS.encode())
    if begins < 0 or ENDS.encode() in data[begins:]:
        return 0
    behind = len(data) - (data.rfind(b"\n", 0, begins) + 1)
    return behind if behind < MOST_DUMP_BYTES else 0


@dataclass(slots=True)
class _Log:
    """One file; `database`: the one in use where the next piece begins, as the slow log says it only where it changes."""

    tail: LogTail
    database: str | None = None
    waited_for: int = 0
    lives: Lives = field(default_factory=Lives)

    def events(self) -> Iterator[_Event]:
        """What is new in it. Raises SourceError."""
        data = self.tail.read()
        heads = [match.start() for match in _SLOW_HEAD.finditer(data)]
        if not heads:
            unended = _unended(data)
            if (
                unended and unended != self.waited_for
            ):  # a dump that did not grow since the last pass will not: it was cut
                self.tail.put_back(unended)
                data = data[: len(data) - unended]
            self.waited_for = unended
            yield from _errors(data, self.lives)
            return
        if not data.endswith(b";\n") and 0 < len(data) - heads[-1] < MOST_BYTES:
            self.tail.put_back(len(data) - heads[-1])
            data = data[: heads[-1]]
        for slow in slow_statements(data.decode("utf-8", "replace"), self.database):
            self.database = slow.database
            kind = "killed" if slow.killed else "finished"
            sample = visible(slow.statement)[:_LONGEST_SAMPLE]
            found = Classified("slow_statement", kind, str(slow.statement_id), slow.seconds, sample=sample)
            yield _Event(found, slow.database, slow.at)


@dataclass(slots=True)
class LogReading:
    """One server's logs. `known_to`: up to which time an earlier run of the agent has counted; asked once.

    `errors_read`: the error log is among the files.
    """

    files: tuple[Path, ...]
    known_to: Callable[[], datetime | None] = lambda: None
    errors_read: bool = True
    """Whether the error log is among the files; else the server's own table of it is read, where there is one."""
    _table: LogTable = field(init=False)
    _lives: Lives = field(init=False, default_factory=Lives)
    _logs: tuple[_Log, ...] = field(init=False, default=())
    _count: Count | None = field(init=False, default=None)
    _until: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._table = LogTable(self.known_to)

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """Count what was written since the last pass; a log that cannot be read is a Gap. Raises SourceError where none can.

        Nothing at all where no file is configured and the server has no table of its log.
        """
        first = self._count is None
        if not self._logs:
            self._logs = tuple(_Log(LogTail(path)) for path in self.files)
            self._until = self.known_to()
        events: list[_Event] = []
        failed: list[SourceError] = []
        for log in self._logs:
            try:
                events += log.events()
            except SourceError as error:
                failed.append(error)
        errors_read = self.errors_read
        if not errors_read:
            try:
                events += _errors(self._table.read(reader), self._lives)
                errors_read = True
            except Unsupported:
                if not self.files:
                    return Collected(())
                failed.append(Unsupported("the error log is not read", LogEvents.mend))
            except SourceError as error:
                failed.append(error)
        if len(failed) == len(self._logs) + (not self.errors_read):
            raise failed[0]
        count = self._counting(events, taken_at)
        for one in events:
            # What an earlier run counted is not counted again; a line without a time may have been.
            if self._until is None or (one.at > self._until if one.at is not None else not first):
                count.take(one.found, one.database, one.at, taken_at, one.deadlock(taken_at))
        dropped = sum(log.tail.dropped for log in self._logs)
        gaps = (Gap("log_events", one.reason, taken_at, one.mend, None, (LogEvents.name,)) for one in failed)
        section = replace(count.section(taken_at, dropped, 0), errors_read=errors_read)
        return Collected((section,), tuple(gaps))

    def _counting(self, events: list[_Event], taken_at: datetime) -> Count:
        if self._count is None:
            oldest = min((one.at for one in events if one.at is not None), default=taken_at)
            self._count = Count(self._until or oldest)
        return self._count


def log_source(
    files: tuple[Path, ...], known_to: Callable[[], datetime | None] = lambda: None, *, errors_read: bool = True
) -> Source[Reader]:
    """The source, for one target. Not called `source`: it is made with the settings' files. `errors_read`: the error log is among them."""
    collect = LogReading(files, known_to, errors_read).collect
    return Source("log_events", (LogEvents,), INTERVAL_SECONDS, DEADLINE_SECONDS, collect)
