"""What sampling saw of client transactions: how often one statement came again within one, and how much of it the client was away."""

from dataclasses import dataclass
from typing import ClassVar

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Period, Section


@dataclass(frozen=True, slots=True)
class ChattyTransaction:
    """The transactions of one database, user, application that were seen to run one statement again and again.

    `executions`: runs of the statement that samples told apart by their start, over all `transactions`; `most` in one of them. A run between two
    samples is not seen, so the true numbers are higher. `idle_samples` of `samples` found the session idle within the transaction.
    """

    database: str | None
    user: str | None
    application: str
    statement_id: StatementId | None
    statement: str | None
    """Redacted."""
    transactions: int
    executions: int
    most: int
    samples: int
    idle_samples: int
    longest_seconds: float


@dataclass(frozen=True, slots=True)
class ChattyTransactions(Section):
    """The transactions that ended in `period`, or are still open, with more than one sample; the busiest first."""

    name: ClassVar[str] = "chatty_transactions"
    period: Period
    rows: tuple[ChattyTransaction, ...]
    transactions: int
    """How many were seen in two samples or more."""
