"""Source `activity`: the server's sessions every second. Fills Sessions (now) and ActiveSessions (the minute's load).

From performance_schema.threads; where performance_schema is off, from the processlist, which knows less. What a session waits for is told by InnoDB's
lock waits, by its state (`Waiting for table metadata lock`), and by events_waits_current where that consumer is on. Texts are redacted here.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tunewright_agent.sources.activity_tally import Tally
from tunewright_agent.sources.mysql.connection import PROGRAM_NAME
from tunewright_agent.sources.mysql.session import PERFORMANCE_SCHEMA, Reader, Row
from tunewright_agent.sources.mysql.session import Session as Connected
from tunewright_agent.sources.mysql.waiting import blocked_by, transactions, utc
from tunewright_agent.sources.source import Collected, Denied, Source, SourceError, Unavailable
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.sessions import ActiveSessions, Session, Sessions
from tunewright_analyzers.facts.snapshot import Gap
from tunewright_analyzers.sql.mysql.fingerprint import fingerprint
from tunewright_analyzers.sql.mysql.redact import redact_statement
from tunewright_analyzers.sql.redact import visible

INTERVAL_SECONDS = 1.0
CLIENT = "client backend"
"""What the facts call a session of a client, whatever the engine."""
_BACKGROUND = frozenset({"event_scheduler", "system user", "unauthenticated user", "rdsadmin"})
_BACKGROUND_COMMANDS = frozenset(
    {"Daemon", "Slave_IO", "Slave_SQL", "Slave_worker", "Replica_IO", "Replica_SQL", "Connect"}
)
_SENDING = frozenset({"Binlog Dump", "Binlog Dump GTID"})
_KNOWN_TEXTS = 2000
_BOTH, _LOAD = (Sessions.name, ActiveSessions.name), (ActiveSessions.name,)
_Told = tuple[str, str | None, tuple[str, ...]]
"""A reason, its mend, and the sections that lack something for it."""
_CONSUMER_EVERY = timedelta(minutes=5)
WAITS, METADATA = "events_waits_current", "wait/lock/metadata/sql/mdl"
_WAIT_TYPES = (
    ("wait/io/file/", "IO"),
    ("wait/io/socket/", "Client"),
    ("wait/io/table/", "Table"),
    ("wait/io/lock/", "Lock"),
    ("wait/lock/", "Lock"),
    ("wait/synch/", "Synch"),
)


def wait_of(event: str) -> tuple[str, str]:
    """(type, event) of an instrument: `wait/io/file/innodb/innodb_data_file` is (`IO`, `innodb/innodb_data_file`)."""
    for prefix, kind in _WAIT_TYPES:
        if event.startswith(prefix):
            return kind, event.removeprefix(prefix)
    return "Other", event.removeprefix("wait/")


def kind_of(row: Row) -> str:
    """`client backend`, `walsender` of a replica that reads the binary log, or the name of a thread of the server's own."""
    command, account = row["command"] or "", row["account"]
    if command in _SENDING:
        return "walsender"
    if account is None or account in _BACKGROUND or command in _BACKGROUND_COMMANDS:
        return str(row["thread_name"]).rpartition("/")[2] or "background"
    return CLIENT


def state_of(row: Row, in_transaction: bool) -> str | None:
    """`active`, `idle` or `idle in transaction`, as the facts have it; None for threads of the server's own."""
    if kind_of(row) != CLIENT:
        return None
    if row["command"] == "Sleep":
        return "idle in transaction" if in_transaction else "idle"
    return "active"


@dataclass(slots=True)
class ActivitySource:
    """Remembers the tally, texts seen lately, and whether waits are counted; one for each target."""

    tally: Tally = field(default_factory=lambda: Tally(INTERVAL_SECONDS))
    _known: dict[str, tuple[StatementId | None, str]] = field(init=False, default_factory=dict)
    _metadata_seen: bool = field(init=False, default=True)
    _waits_counted: bool = field(init=False, default=False)
    _asked_at: datetime | None = field(init=False, default=None)

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """One sample of all sessions. Raises SourceError."""
        server = reader.server
        gaps: list[_Told] = []
        with reader.session() as session:
            if server.performance_schema:
                rows = session.query("activity", needs=PERFORMANCE_SCHEMA)
            else:
                rows = session.query("activity_processlist", mark="activity")
                gaps.append(
                    ("performance_schema is off: waits, and what idle sessions ran last, are not known", None, _BOTH)
                )
            events = self._events(session, taken_at, gaps) if server.performance_schema else {}
            try:
                open_ones = transactions(session)
            except Denied as error:
                open_ones = {}
                gaps.append((f"transactions and their row locks are hidden: {error.reason}", error.mend, _BOTH))
            blocked, by_rows, failed = blocked_by(session)
        gaps += [(error.reason, error.mend, _BOTH) for error in failed if not isinstance(error, Unavailable)]
        sessions = tuple(
            self._session(row, open_ones.get(int(row["pid"])), events, blocked, by_rows, taken_at)
            for row in rows
            if not row["is_self"]
        )
        sample = Sessions(taken_at, sessions)
        told = tuple(
            Gap("activity", reason, taken_at, mend, None, names) for reason, mend, names in dict.fromkeys(gaps)
        )
        return Collected((sample, self.tally.add(sample)), told)

    def _events(self, session: Connected, at: datetime, gaps: list[_Told]) -> dict[int, str]:
        """The innermost open wait of each thread; none where the consumer is off, which is told."""
        if self._asked_at is None or at - self._asked_at >= _CONSUMER_EVERY:
            on = {
                row["name"]: row["enabled"] == "YES"
                for row in session.query("consumers", mark="activity", needs=PERFORMANCE_SCHEMA)
            }
            self._waits_counted, self._metadata_seen, self._asked_at = on.get(WAITS, False), on.get(METADATA, True), at
        if not self._metadata_seen:
            gaps.append(
                (
                    f"the instrument {METADATA} is off: who holds the metadata locks that others wait for is not known",
                    (
                        f"UPDATE performance_schema.setup_instruments SET enabled = 'YES' WHERE name = '{METADATA}'; (lasting: "
                        f"performance_schema_instrument = '{METADATA}=ON' in the configuration)"
                    ),
                    _BOTH,
                )
            )
        if not self._waits_counted:
            gaps.append(
                (
                    f"the consumer {WAITS} is off: what a session waits for, apart from locks, is not known",
                    (
                        f"UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name = '{WAITS}'; (lasting: "
                        f"performance_schema_consumer_{WAITS} = ON in the configuration)"
                    ),
                    _LOAD,
                )
            )
            return {}
        try:
            return {int(row["thread"]): str(row["event"]) for row in session.query("waits", mark="activity")}
        except Unavailable:
            raise
        except SourceError as error:
            gaps.append((error.reason, error.mend, _LOAD))
            return {}

    def _identified(self, row: Row) -> tuple[StatementId | None, str | None]:
        """Fingerprint and redacted text of what a session runs, or ran last; cached, for most sessions repeat themselves."""
        raw = str(row["digest_text"] or row["info"] or row["sql_text"] or "")
        if not raw:
            return None, None
        found = self._known.get(raw)
        if found is None:
            if len(self._known) >= _KNOWN_TEXTS:
                self._known.clear()
            cut = not row["digest_text"] and raw.endswith("...")
            found = (None if cut else fingerprint(raw), redact_statement(raw))
            self._known[raw] = found
        return found

    def _session(
        self,
        row: Row,
        transaction: Row | None,
        events: dict[int, str],
        blocked: dict[int, tuple[int, ...]],
        by_rows: frozenset[int],
        at: datetime,
    ) -> Session:
        pid = int(row["pid"])
        state = state_of(row, transaction is not None)
        identity, text = self._identified(row)
        began = at - timedelta(seconds=float(row["seconds"] or 0))
        since = utc(transaction["wait_started"]) if transaction is not None else None
        kind, event = self._wait(row, state, pid in by_rows, events)
        return Session(
            pid=pid,
            database=row["db"],
            user=row["account"],
            application=visible(str(row["program"] or "")),
            client=str(row["host"]).partition(":")[0] if row["host"] else None,
            backend_type=kind_of(row),
            state=state,
            wait_type=kind,
            wait_event=event,
            backend_start=None,
            transaction_start=utc(transaction["started"]) if transaction is not None else None,
            statement_start=began if state == "active" else None,
            state_change=since or began,
            statement=text,
            statement_id=identity,
            blocked_by=blocked.get(pid, ()),
            own=row["program"] == PROGRAM_NAME,
        )

    @staticmethod
    def _wait(row: Row, state: str | None, by_row: bool, events: dict[int, str]) -> tuple[str | None, str | None]:
        """What an active session waits for; (None, None) for nothing."""
        if state != "active":
            return None, None
        if by_row:
            return "Lock", "row"
        said = str(row["state"] or "")
        if said.startswith("Waiting for") and "lock" in said:
            return "Lock", said.removeprefix("Waiting for ").removesuffix(" lock").strip()
        event = events.get(int(row["thread"])) if row["thread"] is not None else None
        return wait_of(event) if event else (None, None)


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "activity", (Sessions, ActiveSessions), INTERVAL_SECONDS, deadline_seconds=2, collect=ActivitySource().collect
    )
