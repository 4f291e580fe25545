"""Plans that auto_explain wrote to the server's log file: entries of log_file in, LoggedPlan out. Called by the source of plans.

Read are auto_explain.log_format json and text (the default), in any of the three forms of the log; xml and yaml are counted in
`refused`. auto_explain's own words (`duration:`, `ms  plan:`) stand in no message catalogue of PostgreSQL, so a server of any
lc_messages writes them in English; only the severity before them is translated, and that is not looked at. A fork that translates
them is not supported. With auto_explain.log_nested_statements the statements of functions come as entries of their own.

The text of the query is redacted here, the conditions of the plan by read_plan; bind parameters (`Query Parameters`, 16 on) are cut
off before anything is read. Nothing else of an entry leaves this module.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pglast
from pglast.parser import ParseError

from tunewright_agent.sources.postgres.log_entries import Entry
from tunewright_agent.sources.postgres.log_file import LogFile
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.plans.reading import read_plan
from tunewright_analyzers.sql.fingerprint import LONGEST_PARSED, fingerprint, statement_kind
from tunewright_analyzers.sql.redact import redact_statement

LONGEST_TEXT = 200_000
"""Characters of a query that are looked at. A longer one is cut before it is redacted: what is kept of it is far shorter."""
MOST_PLANS = 2_000
"""Plans of one call: about two seconds of work. The rest is for the next call, as long as it is among the last MOST_BYTES then."""

_MARK = b" ms  plan:"
_JSON_ENDING = b"\n\t}\n"
_HEAD = re.compile(r"duration: (\d{1,15}(?:\.\d{1,9})?) ms  plan:")
_ROOT = re.compile(r"^[A-Z][^\n]{0,2000}?  \(cost=\d+\.\d\d\.\.\d+\.\d\d rows=\d+ width=\d+\)", re.MULTILINE)
_TEXT = "Query Text: "
_PARAMETERS = "\nQuery Parameters: "
_PLANNED = frozenset({"select", "insert", "update", "delete", "merge"})
_WITHOUT_PLAN = frozenset(
    ["abort", "begin", "commit", "deallocate", "discard", "end", "lock", "release", "reset", "rollback", "savepoint", "set", "start"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoggedPlan:
    """One execution of a statement: its plan and how long it took."""

    statement_id: StatementId
    database: str | None
    """None where the log's prefix does not say it."""
    plan: Plan
    text: str
    """Redacted."""
    seconds: float
    at: datetime
    """UTC, when the statement ended; the time of reading where the log does not say it."""


def _statement(text: str) -> str:
    """The one statement of a string of several that has a plan, as pg_stat_statements keeps it; the whole where that is not certain.

    auto_explain gives what the client sent: `BEGIN; SELECT …; COMMIT` where a driver sends all at once.
    """
    if ";" not in text.rstrip().rstrip(";") or len(text) > LONGEST_PARSED:
        return text
    try:
        pieces = pglast.split(text)
    except (ParseError, ValueError):
        return text
    rest = [piece for piece in pieces if re.split(r"\W", piece.lstrip(), maxsplit=1)[0].lower() not in _WITHOUT_PLAN]
    return str(rest[0]) if len(rest) == 1 and statement_kind(rest[0]) in _PLANNED else text


def _split(body: str) -> tuple[str, str] | None:
    """(query text, plan) of an entry's body; None where it is of another format or damaged."""
    if body.lstrip()[:1] == "{":
        try:
            decoded = json.loads(body)
        except (ValueError, RecursionError):
            return None
        query = decoded.get("Query Text") if isinstance(decoded, Mapping) else None
        return (query, body) if isinstance(query, str) else None
    roots = [match.start() for match in _ROOT.finditer(body)]
    # A query or a literal may hold a line that looks like a plan's first: then it cannot be told where the plan begins.
    if not body.startswith(_TEXT) or len(roots) != 1:
        return None
    return body[len(_TEXT) : roots[0]].split(_PARAMETERS, 1)[0], body[roots[0] :]


class AutoExplain:
    """The plans of one log file. `log_line_prefix` and `log_timezone` as the server has them, where the caller knows them."""

    def __init__(self, path: Path, log_line_prefix: str | None = None, log_timezone: str | None = None) -> None:
        self._file = LogFile(path, log_line_prefix, log_timezone)
        self._refused = 0

    @property
    def dropped(self) -> int:
        """Bytes of the log that were passed over, because one pass reads at most MOST_BYTES or a rotation was faster than we."""
        return self._file.dropped

    @property
    def refused(self) -> int:
        """Entries of auto_explain that could not be read: xml, yaml, damaged, or not told apart from their query."""
        return self._refused + self._file.damaged

    def read(self, now: datetime) -> tuple[LoggedPlan, ...]:
        """Plans written since the last call (at the first call: of the last MOST_BYTES of the file), at most MOST_PLANS.

        Raises SourceError: Unavailable where the file does not exist, Denied where it may not be read, Unsupported where it is no file.
        """
        found: list[LoggedPlan] = []
        for entry in self._file.entries(_MARK, _JSON_ENDING):
            head, _, body = entry.message.partition("\n")
            match = _HEAD.fullmatch(head)
            if match is None:
                continue
            plan = self._plan(entry, float(match[1]) / 1000, body, now)
            if plan is None:
                self._refused += 1
            else:
                found.append(plan)
            if len(found) >= MOST_PLANS:
                break
        return tuple(found)

    @staticmethod
    def _plan(entry: Entry, seconds: float, body: str, now: datetime) -> LoggedPlan | None:
        parts = _split(body)
        if parts is None:
            return None
        try:
            plan = read_plan(parts[1], entry.database or "")
        except (ValueError, OverflowError, RecursionError):
            return None
        text = _statement(parts[0][:LONGEST_TEXT])
        return LoggedPlan(
            statement_id=fingerprint(text),
            database=entry.database,
            plan=plan,
            text=redact_statement(text),
            seconds=seconds,
            at=entry.at or now,
        )
