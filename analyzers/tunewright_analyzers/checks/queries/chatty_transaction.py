"""`queries/chatty_transaction`: reads ChattyTransactions; says which transactions run one statement again and again."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.transactions import ChattyTransactions
from tunewright_analyzers.finding import Evidence, Severity, Subject

_SOURCE = "samples of pg_stat_activity"
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a transaction counts as chatty."""

    executions: float = threshold(10, "count", "Runs of one statement seen in one transaction.")
    idle_ratio: float = threshold(
        0.5, "ratio", "Share of its samples in which it was idle within the transaction, from which it is medium."
    )


@check(needs=(ChattyTransactions,), engines=POSTGRESQL, thresholds=Thresholds)
def chatty_transaction(context: Context[Thresholds]) -> Iterator[Verdict]:
    """One statement again and again within one transaction (N+1, a loop of single rows), most of it spent on the way to the client.

    Risk: the transaction is open, with its locks and its horizon, while hundreds of round trips take their time; a pooler's server is held too.
    Evidence: samples of pg_stat_activity in which one transaction ran the same statement with another start; the share that found it idle.
    Remedy: one statement for all rows: a join, key = ANY ($1), INSERT of many VALUES, COPY, or UPDATE … FROM; work that is not for the database
    goes before BEGIN or behind COMMIT.
    False positives: a bulk load that is meant to go row by row; it may still be batched.
    """
    section, limits = context.window.need(ChattyTransactions), context.thresholds
    for row in section.rows:
        if row.most < limits.executions:
            continue
        idle = row.idle_samples / max(1, row.samples)
        yield context.finding(
            Subject(
                "statement",
                f"{row.statement_id} of {row.user or 'unknown'} ({row.application or 'no application name'})",
                row.database,
            ),
            Severity.MEDIUM if idle >= limits.idle_ratio else Severity.LOW,
            f"Transactions of {row.user or 'unknown'} ({row.application or 'no application name'}) run statement {row.statement_id} again and again: "
            f"at least {row.most} times in one of {row.longest_seconds:.0f} s at most, {idle:.0%} of which they were idle.",
            Evidence("runs seen in one transaction", row.most, "count", _SOURCE),
            Evidence("transactions", row.transactions, "count", _SOURCE),
            Evidence("idle within the transaction", round(idle, 3), "ratio", _SOURCE),
            Evidence("longest transaction", round(row.longest_seconds, 1), "seconds", _SOURCE),
            Evidence("statement", (row.statement or "hidden")[:_LONGEST], "", "pg_stat_activity.query, redacted"),
        )
