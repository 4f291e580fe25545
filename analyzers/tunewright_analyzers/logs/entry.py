"""One message of a server's log, as the sources read it. Not redacted: it stays within the source and this package."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. It may hold anything that users wrote. What the form of the log does not say is None or empty.

    `message` is the message with its own further lines; of the stderr log each DETAIL, CONTEXT and STATEMENT is an entry by itself until
    `grouped` puts them together.
    """

    message: str
    database: str | None
    at: datetime | None
    severity: str | None = None
    """The word as the server wrote it: translated by lc_messages."""
    sqlstate: str | None = None
    pid: int | None = None
    backend_type: str | None = None
    detail: str = ""
    context: str = ""
    statement: str = ""
    whole: bool = False
    """Of csvlog and jsonlog: all parts are in it."""
