"""Reads MySQL's error log by SQL: the table performance_schema.error_log (8.0.22 on), which holds what the file does. Called by log_events.

So a server's log is read where no file can be: on RDS and Aurora, or from another machine. MariaDB has no such table. The answer is the text that the
file would hold, so that one reader serves both. A server that is away tells nothing here: where the file can be read, the file is better.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tunewright_agent.sources.mysql.session import PERFORMANCE_SCHEMA, Reader, Row, need_performance_schema

BEGINNING = "1970-01-02 00:00:00"


def line(row: Row) -> str:
    """The entry as the file has it."""
    at = row["logged"].isoformat(timespec="microseconds")
    return f"{at}Z {row['thread']} [{row['level']}] [{row['code']}] [{row['subsystem']}] {row['data']}\n"


@dataclass(slots=True)
class LogTable:
    """Remembers up to when the table was read. `known_to`: what an earlier run of the agent has counted."""

    known_to: Callable[[], datetime | None] = lambda: None
    _read_to: str | None = field(init=False, default=None)

    def read(self, reader: Reader) -> bytes:
        """What was logged since the last call. Raises SourceError: Unsupported where the server has no such table."""
        need_performance_schema(reader.server, "log_events")
        if self._read_to is None:
            before = self.known_to()
            self._read_to = BEGINNING if before is None else before.strftime("%Y-%m-%d %H:%M:%S.%f")
        with reader.session() as session:
            rows = session.query("error_log", (self._read_to,), mark="log_events", needs=PERFORMANCE_SCHEMA)
        if rows:
            self._read_to = str(rows[-1]["logged"])
        return "".join(map(line, rows)).encode("utf-8", "replace")
