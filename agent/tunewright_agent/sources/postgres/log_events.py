"""Source `log_events`: the server's log, classified and counted. Fills LogEvents. The server need not answer: a log tells most when it does not.

In comes a LogTransport; made by wiring, for a reader alone does not know where the log is. Literals end here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from tunewright_agent.sources.postgres.log_transport import LogTransport
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import Collected, Source, SourceError
from tunewright_agent.sources.sqlfile import marked
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.snapshot import Gap
from tunewright_analyzers.logs.count import Count
from tunewright_analyzers.logs.entry import Entry
from tunewright_analyzers.logs.postgres import Grouping

INTERVAL_SECONDS, DEADLINE_SECONDS = 15.0, 15.0
MOST_ENTRIES = 20_000
"""Entries of one pass: about a second of work. The rest is for the next."""
_SETTINGS = (
    "SELECT current_setting('log_line_prefix') AS prefix, current_setting('log_timezone') AS zone,"
    " current_setting('lc_messages') AS language, current_setting('log_error_verbosity') AS verbosity"
)


@dataclass(slots=True)
class LogReading:
    """One server's log. `known_to`: up to which time an earlier run of the agent has counted; asked once."""

    transport: LogTransport
    known_to: Callable[[], datetime | None] = lambda: None
    _count: Count | None = field(init=False, default=None)
    _grouping: Grouping = field(init=False, default_factory=Grouping)
    _until: datetime | None = field(init=False, default=None)
    _foreign: str | None = field(init=False, default=None)

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """Count what was written since the last pass. Raises SourceError where the log cannot be read."""
        self._ask(reader)
        if self._count is None:
            self._until = self.known_to()
        entries = list(islice(self.transport.entries(), MOST_ENTRIES))
        if self._count is None:
            first = next((entry.at for entry in entries if entry.at is not None), None)
            self._count = Count(self._until or first or taken_at)
        for entry in entries:
            for whole in self._grouping.add(entry):
                self._add(self._count, whole, taken_at)
        if not entries:
            for whole in self._grouping.flush():
                self._add(self._count, whole, taken_at)
        section = self._count.section(taken_at, self.transport.dropped, self.transport.damaged)
        return Collected((section,), self._gaps(taken_at))

    def _add(self, count: Count, entry: Entry, taken_at: datetime) -> None:
        if self._until is None or entry.at is None or entry.at > self._until:
            count.add(entry, taken_at)

    def _ask(self, reader: Reader) -> None:
        """The settings that say how the log is written; those of the pass before where the server does not answer."""
        try:
            with reader.session() as session:
                (row,) = session.execute(marked("log_events", _SETTINGS), doing="settings of the log")
        except SourceError:
            return
        self.transport.told(row["prefix"], row["zone"])
        language = str(row["language"])
        english = language.partition(".")[0] in {"", "C", "POSIX"} or language.lower().startswith("en")
        self._foreign = None if english else language

    def _gaps(self, taken_at: datetime) -> tuple[Gap, ...]:
        if self._foreign is None:
            return ()
        reason = (
            f"the server writes its messages in another language ({self._foreign}): errors are told apart by their SQLSTATE where the log has"
            " it, what the server says of itself (checkpoints, autovacuum, lock waits) is not read"
        )
        mend = "ALTER SYSTEM SET lc_messages = 'C'; SELECT pg_reload_conf(); (or put %e into log_line_prefix for the errors)"
        return (Gap("log_events", reason, taken_at, mend, None, (LogEvents.name,)),)


def log_source(transport: LogTransport, known_to: Callable[[], datetime | None] = lambda: None) -> Source[Reader]:
    """The source, for one target. Not called `source`: it cannot be made without a transport."""
    collect = LogReading(transport, known_to).collect
    return Source("log_events", (LogEvents,), INTERVAL_SECONDS, DEADLINE_SECONDS, collect)
