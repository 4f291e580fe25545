"""Session samples added up by transaction: the N+1 pattern and idle time within transactions, as far as sampling sees them. Pure.

A transaction is a backend and its xact_start. Within one, a statement is seen again where its start (query_start) is another one. Kept are the
open transactions, and KEPT minutes of ended ones.
"""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.sessions import Session, Sessions
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.facts.transactions import ChattyTransaction, ChattyTransactions

KEPT = timedelta(minutes=15)
LEAST_EXECUTIONS = 3
"""Runs of one statement in one transaction from which it is told."""
MOST_ROWS, MOST_ENDED = 50, 5_000


@dataclass(slots=True)
class _Seen:
    """One transaction so far."""

    session: Session
    first: datetime
    last: datetime
    samples: int = 0
    idle: int = 0
    runs: Counter[StatementId | None] = field(default_factory=Counter)
    texts: dict[StatementId | None, str | None] = field(default_factory=dict)
    newest_start: datetime | None = None


_Key = tuple[str | None, str | None, str, StatementId | None]


class TransactionTally:
    """Adds samples up."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, datetime], _Seen] = {}
        self._ended: deque[_Seen] = deque(maxlen=MOST_ENDED)

    def add(self, sample: Sessions) -> ChattyTransactions:
        """Add a sample; what was seen in the last KEPT minutes."""
        at, here = sample.taken_at, set[tuple[int, datetime]]()
        for session in sample.rows:
            if session.own or session.backend_type != "client backend" or session.transaction_start is None:
                continue
            key = (session.pid, session.transaction_start)
            here.add(key)
            self._see(self._open.setdefault(key, _Seen(session, at, at)), session, at)
        for key in [key for key in self._open if key not in here]:
            self._ended.append(self._open.pop(key))
        while self._ended and at - self._ended[0].last > KEPT:
            self._ended.popleft()
        return self._section(at)

    @staticmethod
    def _see(seen: _Seen, session: Session, at: datetime) -> None:
        seen.session, seen.last = session, at
        seen.samples += 1
        seen.idle += (session.state or "").startswith("idle in transaction")
        if session.statement_start is not None and session.statement_start != seen.newest_start:
            seen.newest_start = session.statement_start
            seen.runs[session.statement_id] += 1
            seen.texts[session.statement_id] = session.statement

    def _section(self, at: datetime) -> ChattyTransactions:
        rows: dict[_Key, ChattyTransaction] = {}
        known = [*self._ended, *self._open.values()]
        for seen in known:
            identity, runs = max(seen.runs.items(), key=lambda item: (item[1], str(item[0])), default=(None, 0))
            if runs < LEAST_EXECUTIONS or identity is None:
                continue
            one = seen.session
            key: _Key = (one.database, one.user, one.application, identity)
            before = rows.get(key) or ChattyTransaction(*key, seen.texts.get(identity), 0, 0, 0, 0, 0, 0.0)
            began = one.transaction_start or seen.first
            rows[key] = ChattyTransaction(
                *key,
                before.statement,
                before.transactions + 1,
                before.executions + runs,
                max(before.most, runs),
                before.samples + seen.samples,
                before.idle_samples + seen.idle,
                max(before.longest_seconds, (seen.last - began).total_seconds()),
            )
        busiest = sorted(rows.values(), key=lambda row: (-row.executions, str(row.statement_id)))[:MOST_ROWS]
        start = min((seen.first for seen in known), default=at)
        return ChattyTransactions(Period(start, at), tuple(busiest), sum(seen.samples > 1 for seen in known))
