"""Transactions added up from samples: what is told apart, what ends, what is bounded."""

from datetime import timedelta

from cases.case import NOW
from cases.facts import session, sessions
from tunewright_agent.sources.postgres.transaction_tally import KEPT, TransactionTally
from tunewright_analyzers.facts.transactions import ChattyTransactions


def _run(
    tally: TransactionTally,
    seconds: int,
    *,
    began: int = 0,
    state: str = "active",
    start: int | None = None,
    pid: int = 7,
) -> ChattyTransactions:
    at = NOW + timedelta(seconds=seconds)
    row = session(
        pid,
        state=state,
        transaction_start=NOW + timedelta(seconds=began),
        statement_start=NOW + timedelta(seconds=seconds if start is None else start),
    )
    return tally.add(sessions(row, taken_at=at))


def test_a_statement_that_comes_again_in_one_transaction_is_counted_by_its_starts() -> None:
    tally = TransactionTally()
    for second in range(10):
        section = _run(tally, second, state="idle in transaction" if second % 2 else "active")
    (row,) = section.rows
    assert (row.transactions, row.executions, row.most, row.samples, row.idle_samples) == (1, 10, 10, 10, 5)
    assert (row.user, row.statement, row.longest_seconds) == ("app", "SELECT ?", 9.0)


def test_one_long_statement_is_one_run() -> None:
    tally = TransactionTally()
    for second in range(10):
        section = _run(tally, second, start=0)
    assert section.rows == ()
    assert section.transactions == 1


def test_the_same_statement_in_other_transactions_is_no_repetition() -> None:
    tally = TransactionTally()
    for second in range(20):
        section = _run(tally, second, began=second)
    assert section.rows == ()


def test_ended_transactions_are_told_for_a_while_and_then_forgotten() -> None:
    tally = TransactionTally()
    for second in range(5):
        _run(tally, second)
    later = int(KEPT.total_seconds())
    assert len(_run(tally, later, began=later).rows) == 1
    assert _run(tally, later + 10, began=later).rows == ()


def test_our_own_sessions_are_left_out() -> None:
    tally = TransactionTally()
    for second in range(5):
        row = session(own=True, transaction_start=NOW, statement_start=NOW + timedelta(seconds=second))
        section = tally.add(sessions(row, taken_at=NOW + timedelta(seconds=second)))
    assert section.transactions == 0
