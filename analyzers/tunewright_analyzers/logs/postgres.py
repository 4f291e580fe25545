"""PostgreSQL's log: entries to classified events. Called by the source log_events; the table of kinds is in postgres_rules.

In come Entry of any of the three forms; `grouped` puts DETAIL, CONTEXT and STATEMENT of the stderr log to their message, `classify` says what
a message is, `deadlock`, `lock_wait` and `vacuum` read the particulars. Nothing that leaves holds a literal: statements are redacted, samples
are what a rule matched.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from tunewright_analyzers.facts.log_events import Deadlock, LockWait, LoggedCheckpoint, LoggedVacuum, Waiter
from tunewright_analyzers.logs.entry import Entry
from tunewright_analyzers.logs.postgres_rules import CLASSES, HARMLESS, RULES, STATES, Rule
from tunewright_analyzers.logs.redact import sample_of
from tunewright_analyzers.sql.fingerprint import fingerprint
from tunewright_analyzers.sql.redact import redact_statement, visible

_FIELDS = {
    "DETAIL": "detail",
    "CONTEXT": "context",
    "STATEMENT": "statement",
    "HINT": "",
    "QUERY": "",
    "LOCATION": "",
    "BACKTRACE": "",
}
_SEVERE = frozenset({"ERROR", "FATAL", "PANIC"})
_MODE = r"(?P<mode>[A-Z][A-Za-z]{1,40}Lock) on (?P<locked>.{1,200}?)"
_WAITS = re.compile(rf"^Process (?P<pid>\d+) waits for {_MODE}; blocked by process (?P<by>\d+)\.$", re.MULTILINE)
_RUNS = re.compile(r"^Process (\d+): ", re.MULTILINE)
_LOCK = re.compile(rf"process \d+ (?P<what>still waiting for|acquired) {_MODE} after (?P<ms>\d+\.\d+) ms")
_HOLDERS = re.compile(r"Process(?:es)? holding the lock: ([\d, ]+)\.")
_NUMBERED = re.compile(r"\b(transaction|virtual transaction|tuple|page|speculative token)\b.*")
_TABLE = re.compile(r'table "(?P<name>[^\n]{1,200}?)"')
_INDEX_SCANS = re.compile(r"index scans: (\d+)")
_TUPLES = re.compile(r"^tuples: (\d+) removed, \d+ remain(?:, (\d+) are dead but not yet removable)?", re.MULTILINE)
_ELAPSED = re.compile(r"elapsed: (\d+\.\d+) s")
_BUFFERS = re.compile(r"^buffer usage: (\d+) hits, (\d+) (?:misses|reads), (\d+) dirtied", re.MULTILINE)
_FILES = re.compile(r"(\d+) WAL file\(s\) added, (\d+) removed, (\d+) recycled")
_DISTANCE = re.compile(r"distance=(\d+) kB")
_DELAY = re.compile(r"^delay time: (\d+\.\d+) ms", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Classified:
    """What a message is. `subject` is a table's full name or empty."""

    category: str
    kind: str
    subject: str = ""
    seconds: float = 0.0
    bytes: int = 0
    sample: str = ""


def _continues(entry: Entry, before: Entry) -> bool:
    """Whether a stderr entry is a further part of the one before. The words are English; in another language the same process says two
    things with the same SQLSTATE within the same millisecond."""
    if entry.pid is not None and before.pid is not None and entry.pid != before.pid:
        return False
    if entry.severity in _FIELDS:
        return True
    known = entry.sqlstate not in {None, "00000"} and entry.pid is not None and entry.at is not None
    return known and entry.severity != before.severity and (entry.sqlstate, entry.at) == (before.sqlstate, before.at)


def _with_part(entry: Entry, field: str, text: str) -> Entry:
    if field == "detail":
        return replace(entry, detail=text)
    if field == "context":
        return replace(entry, context=text)
    return replace(entry, statement=text) if field == "statement" else entry


class Grouping:
    """Puts the parts of a message together, across passes: the server writes them one behind the other."""

    def __init__(self) -> None:
        self._pending: Entry | None = None

    def add(self, entry: Entry) -> Iterator[Entry]:
        """The message before, where `entry` begins another."""
        if entry.whole:
            yield from self.flush()
            yield entry
            return
        before = self._pending
        if before is not None and _continues(entry, before):
            field = _FIELDS.get(entry.severity or "", "")
            self._pending = _with_part(before, field, entry.message.rstrip("\n"))
        elif entry.severity not in _FIELDS:  # a part whose message was not seen tells nothing
            self._pending = entry
            if before is not None:
                yield before

    def flush(self) -> Iterator[Entry]:
        """The last message, when nothing more is to come."""
        before, self._pending = self._pending, None
        if before is not None:
            yield before


def grouped(entries: Iterable[Entry]) -> Iterator[Entry]:
    """All messages of one reading."""
    grouping = Grouping()
    for entry in entries:
        yield from grouping.add(entry)
    yield from grouping.flush()


def _is_raised(entry: Entry) -> bool:
    """Whether a user's function said it (RAISE): it may say anything."""
    return entry.context.partition("\n")[0].endswith(" at RAISE")


def _fits(rule: Rule, entry: Entry) -> bool:
    if entry.sqlstate is not None and entry.sqlstate not in rule.states:
        return False
    client = entry.database is not None or entry.backend_type == "client backend" or bool(entry.statement)
    return not (rule.own and client)


def _number(match: re.Match[str], name: str) -> float:
    return float(match[name]) if name in match.re.groupindex else 0.0


def _by_rule(entry: Entry) -> Classified | None:
    for rule in RULES:
        match = rule.pattern.match(entry.message)
        if match is None or not _fits(rule, entry):
            continue
        subject = match["subject"] if "subject" in match.re.groupindex else ""
        if rule.kind == "cancelled" and rule.category == "autovacuum":
            found = _TABLE.search(entry.context)
            subject = found["name"] if found else ""
        return Classified(
            rule.category,
            rule.kind,
            visible(subject),
            _number(match, "ms") / 1000 + _number(match, "seconds"),
            int(_number(match, "bytes")),
            sample_of(match[0], subject),
        )
    return None


def classify(entry: Entry) -> Classified | None:
    """What the message is; None for what nobody need count (a plan, a connection, a notice)."""
    found = None if _is_raised(entry) else _by_rule(entry)
    if found is not None:
        return found
    state = entry.sqlstate
    if entry.severity == "PANIC":
        return Classified("server", "panic", sample=f"PANIC, SQLSTATE {state or 'unknown'}")
    if state is None:
        severe = entry.severity in _SEVERE
        return Classified("error", "unknown", sample="an error whose SQLSTATE the log does not say") if severe else None
    if state in STATES:
        category, kind = STATES[state]
        return Classified(category, kind, sample=f"SQLSTATE {state}")
    if state[:2] in HARMLESS:
        return None
    return Classified("error", CLASSES.get(state[:2], "other"), sample=f"SQLSTATE {state}")


def _locked(text: str) -> str:
    """What a lock is on, without numbers that are other ones each time."""
    found = _NUMBERED.match(text)
    return visible(found[1] if found else text)


def _waiter(text: str, mode: str, locked: str) -> Waiter:
    stripped = text.strip()
    return Waiter(fingerprint(stripped) if stripped else None, redact_statement(stripped), mode, _locked(locked))


def deadlock(entry: Entry, now: datetime) -> Deadlock | None:
    """The particulars of `deadlock detected`: they stand in its DETAIL, in English; None where they cannot be read."""
    waits = list(_WAITS.finditer(entry.detail))
    heads = list(_RUNS.finditer(entry.detail))
    if not waits or not heads:
        return None
    ends = [*(head.start() for head in heads[1:]), len(entry.detail)]
    texts = {int(head[1]): entry.detail[head.end() : end] for head, end in zip(heads, ends, strict=True)}
    waiters = tuple(_waiter(texts.get(int(one["pid"]), ""), one["mode"], one["locked"]) for one in waits)
    return Deadlock(entry.at or now, entry.database, waiters)


def lock_wait(entry: Entry, now: datetime) -> LockWait | None:
    """The particulars of `still waiting for` and `acquired`."""
    match = _LOCK.match(entry.message)
    if match is None:
        return None
    holders = _HOLDERS.search(entry.detail)
    pids = tuple(int(pid) for pid in holders[1].split(",")) if holders else ()
    ended, seconds = match["what"] == "acquired", float(match["ms"]) / 1000
    return LockWait(
        entry.at or now, entry.database, _waiter(entry.statement, match["mode"], match["locked"]), seconds, ended, pids
    )


def vacuum(entry: Entry, subject: str, now: datetime) -> LoggedVacuum | None:
    """The particulars of an autovacuum's own report; None where it is cut off."""
    names = subject.split(".")
    tuples, elapsed, scans = (
        _TUPLES.search(entry.message),
        _ELAPSED.search(entry.message),
        _INDEX_SCANS.search(entry.message),
    )
    if tuples is None or elapsed is None or scans is None or len(names) != 3:
        return None  # a name with a dot in it cannot be taken apart with certainty
    delay, buffers = _DELAY.search(entry.message), _BUFFERS.search(entry.message)
    hit, read, dirtied = (None, None, None) if buffers is None else (int(one) for one in buffers.groups())
    return LoggedVacuum(
        at=entry.at or now,
        database=names[0],
        schema=names[1],
        table=names[2],
        seconds=float(elapsed[1]),
        index_scans=int(scans[1]),
        removed_rows=int(tuples[1]),
        unremovable_rows=None if tuples[2] is None else int(tuples[2]),
        delay_seconds=None if delay is None else float(delay[1]) / 1000,
        to_prevent_wraparound="to prevent wraparound" in entry.message.partition(":")[0],
        blocks_hit=hit,
        blocks_read=read,
        blocks_dirtied=dirtied,
    )


def checkpoint(entry: Entry, now: datetime) -> LoggedCheckpoint | None:
    """The particulars of `checkpoint complete`; None where it is cut off, or a restartpoint's (a standby keeps WAL by other rules)."""
    files, distance = _FILES.search(entry.message), _DISTANCE.search(entry.message)
    if files is None or distance is None or not entry.message.startswith("checkpoint"):
        return None
    added, removed, recycled = (int(one) for one in files.groups())
    return LoggedCheckpoint(entry.at or now, added, removed, recycled, int(distance[1]) * 1024)
