"""What a run of the workload cost the server, by statement: counters of pg_stat_statements before and after, as that server counts them.

Only the workload's own role is counted: neither Tunewright's statements nor those of the sessions that hold.py leaves open.
"""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from tunewright_agent.demo.schema import APPLICATION_ROLE
from tunewright_agent.reports.shapes import Measured, MeasuredStatement
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.sql.fingerprint import fingerprint, statement_kind
from tunewright_analyzers.sql.redact import redact_statement

_COUNTERS = """
SELECT s.queryid, s.query, s.calls, s.total_exec_time / 1000 AS seconds
FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid JOIN pg_database d ON d.oid = s.dbid
WHERE r.rolname = %s AND d.datname = current_database() AND s.toplevel
"""
METHOD = (
    "The same calls, in the same order and through the same number of connections, before and after; execution time as "
    "pg_stat_statements counted it on the demo's own server."
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Calls and execution seconds of one statement; its text is redacted."""

    text: str
    calls: int
    seconds: float


def _read(url: str) -> dict[int, tuple[str, int, float]]:
    with psycopg.connect(url, autocommit=True, connect_timeout=10, options="-c statement_timeout=30s") as connection:
        rows = connection.execute(_COUNTERS.encode(), (APPLICATION_ROLE,)).fetchall()
    return {queryid: (text, calls, seconds) for queryid, text, calls, seconds in rows}


def measure(url: str, work: Callable[[], None]) -> dict[StatementId, Cost]:
    """Do `work` and answer what each of the workload's statements cost meanwhile. `url`: the superuser on the shop's database.

    Transaction control is left out. Raises psycopg.Error where the counters cannot be read, and whatever `work` raises.
    """
    before = _read(url)
    work()
    cost: dict[StatementId, Cost] = {}
    for queryid, (text, calls, seconds) in _read(url).items():
        _, calls_before, seconds_before = before.get(queryid, (text, 0, 0.0))
        if calls <= calls_before or statement_kind(text) == "utility":
            continue
        known = cost.get(fingerprint(text), Cost(redact_statement(text), 0, 0.0))
        cost[fingerprint(text)] = Cost(
            known.text, known.calls + calls - calls_before, known.seconds + seconds - seconds_before
        )
    return cost


def compared(
    before: dict[StatementId, Cost], after: dict[StatementId, Cost], applied: tuple[str, ...] = ()
) -> Measured:
    """Both runs side by side, as findings.json gives them. `applied`: the SQL that ran between them."""
    statements = []
    for identity in sorted({*before, *after}):
        one, two = before.get(identity), after.get(identity)
        statements.append(
            MeasuredStatement(
                identity,
                (one or two or Cost("", 0, 0.0)).text,
                one.seconds if one else 0.0,
                two.seconds if two else 0.0,
                one.calls if one else 0,
                two.calls if two else 0,
            )
        )
    return Measured(
        sum(one.seconds for one in before.values()),
        sum(one.seconds for one in after.values()),
        tuple(statements),
        applied,
        METHOD,
    )
