"""A log that comes in pieces of text (the clouds' interfaces) as entries. Used by log_rds and log_cloudwatch; log_file reads files by itself.

What has no end yet is kept for the next piece: at most MOST_KEPT_BYTES, in memory only.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from tunewright_agent.sources.postgres.log_entries import Form, entry_of, first_start, form_of, spans
from tunewright_agent.sources.postgres.log_prefix import LONGEST_PREFIX
from tunewright_agent.sources.postgres.log_transport import NOISE
from tunewright_analyzers.logs.entry import Entry

MOST_KEPT_BYTES = 2**20


class LogStream:
    """One log. `whole`: it is read from its start; else it begins in the middle, and what comes before the first entry is passed over."""

    def __init__(self, name: str, *, whole: bool) -> None:
        self.dropped = 0
        self.damaged = 0
        self.prefix: str | None = None
        self.zone: str | None = None
        self._name = PurePosixPath(name)
        self._form: Form | None = None
        self._kept = b""
        self._whole = whole

    def feed(self, text: str, *, over: bool = False) -> Iterator[Entry]:
        """The entries that end in this piece; with `over` (nothing follows now) the last one too."""
        data = self._kept + text.encode("utf-8", "replace")
        self._kept = b""
        if not data:
            return
        self._form = self._form or form_of(self._name, data)
        if self._form is None:
            self._keep(data)
            return
        start = 0
        if not self._whole:
            start = first_start(self._form, data)
            self.dropped += start
            self._whole = start < len(data) or data.endswith(b"\n")
        end = start
        for span in spans(self._form, data, start):
            if not (span.ended and (span.followed or over)):
                break
            end = span.end
            yield from self._entry(self._form, data[span.start : span.end])
        self._keep(data[end:])

    def _keep(self, data: bytes) -> None:
        if len(data) > MOST_KEPT_BYTES:
            self.dropped += len(data)
            self._whole = False
            data = b""
        self._kept = data

    def _entry(self, form: Form, raw: bytes) -> Iterator[Entry]:
        if NOISE.search(raw, 0, LONGEST_PREFIX):
            return
        entry = entry_of(form, raw, self.prefix, self.zone)
        if entry is None:
            self.damaged += 1
        else:
            yield entry
