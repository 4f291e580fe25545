"""Locks and sessions: who is connected, who waits for whom, who does not let go?"""

from tunewright_dashboards.board import DATABASE, RATE, SERVER, Board, Kind, Panel, Query, Row, stat
from tunewright_dashboards.frame import LINE
from tunewright_dashboards.limits import LIMITS

_WHO = "{{cluster}}/{{server}}"

BOARD = Board(
    "tunewright-sessions",
    "Tunewright / Locks and sessions",
    "Connections, transactions and locks. Who blocks whom is on the daemon's page /findings, and in the runbook SessionsBlocked.",
    (
        Row(
            "Now",
            (
                stat(
                    "Connections",
                    "Share of the connections that ordinary roles may open.",
                    "percentunit",
                    f"sum(tunewright_connections{{{SERVER}}}) / "
                    f"(sum(tunewright_connections_max{{{SERVER}}}) - sum(tunewright_connections_reserved{{{SERVER}}}))",
                    warn=LIMITS["ConnectionsHigh"],
                    bad=LIMITS["ConnectionsNearlyExhausted"],
                ),
                stat(
                    "Active",
                    "Sessions that run a statement now.",
                    "short",
                    f'sum(tunewright_sessions{{{DATABASE},state="active"}}) or vector(0)',
                ),
                stat(
                    "Idle in transaction",
                    "Sessions that idle inside a transaction now.",
                    "short",
                    f'sum(tunewright_sessions{{{DATABASE},state=~"idle in transaction.*"}}) or vector(0)',
                ),
                stat(
                    "Longest idle transaction",
                    "How long a client has been idle inside a transaction.",
                    "s",
                    f"max(tunewright_idle_in_transaction_longest_seconds{{{SERVER}}})",
                    warn=LIMITS["IdleInTransaction"],
                ),
                stat(
                    "Oldest transaction",
                    "How long the oldest transaction of a client has been open.",
                    "s",
                    f"max(tunewright_longest_transaction_seconds{{{SERVER}}})",
                    warn=LIMITS["LongTransaction"],
                ),
                stat(
                    "Blocked",
                    "Sessions that wait for a lock of another.",
                    "short",
                    f"sum(tunewright_blocked_sessions{{{SERVER}}})",
                    warn=1,
                ),
                stat(
                    "Longest wait",
                    "For a lock, in the sampled minute.",
                    "s",
                    f"max(tunewright_blocked_longest_seconds{{{SERVER}}})",
                    bad=LIMITS["SessionsBlocked"],
                ),
                stat(
                    "Deadlocks",
                    "In the last hour.",
                    "short",
                    f"sum(increase(tunewright_database_deadlocks_total{{{DATABASE}}}[1h]))",
                    warn=1,
                ),
            ),
        ),
        Row(
            "Connections",
            (
                Panel(
                    "Connections by database",
                    "Against how many ordinary roles may open, as a red line.",
                    "short",
                    (
                        Query(f"sum by (database) (tunewright_connections{{{DATABASE}}})", "{{database}}"),
                        Query(
                            f"sum(tunewright_connections_max{{{SERVER}}}) - sum(tunewright_connections_reserved{{{SERVER}}})",
                            "at most",
                            LINE,
                        ),
                    ),
                    Kind.STACK,
                ),
                Panel(
                    "Sessions by state",
                    "Client sessions, our own left out.",
                    "short",
                    (Query(f"sum by (state) (tunewright_sessions{{{DATABASE}}})", "{{state}}"),),
                    Kind.STACK,
                ),
            ),
        ),
        Row(
            "Transactions and locks",
            (
                Panel(
                    "Oldest transaction",
                    "Age of the oldest open transaction of a client.",
                    "s",
                    (Query(f"tunewright_longest_transaction_seconds{{{SERVER}}}", _WHO),),
                    warn=LIMITS["LongTransaction"],
                ),
                Panel(
                    "Longest idle transaction",
                    "How long a client has been idle inside a transaction: its locks stay meanwhile.",
                    "s",
                    (Query(f"tunewright_idle_in_transaction_longest_seconds{{{SERVER}}}", _WHO),),
                    warn=LIMITS["IdleInTransaction"],
                ),
                Panel(
                    "Blocked sessions",
                    "Sessions that wait for a lock of another.",
                    "short",
                    (Query(f"tunewright_blocked_sessions{{{SERVER}}}", _WHO),),
                ),
                Panel(
                    "Longest wait for a lock",
                    "In each sampled minute.",
                    "s",
                    (Query(f"tunewright_blocked_longest_seconds{{{SERVER}}}", _WHO),),
                    bad=LIMITS["SessionsBlocked"],
                ),
                Panel(
                    "Load that waits for locks",
                    "Average active sessions that wait for a lock, by kind: of rows and tables (Lock), of memory (LWLock).",
                    "short",
                    (
                        Query(
                            f'sum by (wait_type, wait_event) (tunewright_load_sessions{{{SERVER},wait_type=~"Lock|LWLock"}})',
                            "{{wait_type}} / {{wait_event}}",
                        ),
                    ),
                    Kind.STACK,
                    empty="nobody waits for a lock",
                ),
                Panel(
                    "Deadlocks",
                    "Deadlocks broken in ten minutes.",
                    "short",
                    (
                        Query(
                            f"sum by (database) (increase(tunewright_database_deadlocks_total{{{DATABASE}}}[10m]))",
                            "{{database}}",
                        ),
                    ),
                ),
                Panel(
                    "Rolled back",
                    "Share of the transactions that ended in a rollback.",
                    "percentunit",
                    (
                        Query(
                            f"sum by (database) (rate(tunewright_database_rollbacks_total{{{DATABASE}}}[{RATE}])) / "
                            f"(sum by (database) (rate(tunewright_database_commits_total{{{DATABASE}}}[{RATE}]) "
                            f"+ rate(tunewright_database_rollbacks_total{{{DATABASE}}}[{RATE}])) > 0)",
                            "{{database}}",
                        ),
                    ),
                    warn=LIMITS["RollbacksHigh"],
                    most=1,
                ),
                Panel(
                    "Prepared transactions",
                    "Prepared for two-phase commit and not ended.",
                    "short",
                    (Query(f"tunewright_prepared_transactions{{{SERVER}}}", _WHO),),
                ),
            ),
        ),
        Row(
            "What the log tells",
            (
                Panel(
                    "Events in the log",
                    "By category and kind, in ten minutes; plain runs of autovacuum and checkpoints left out. docs/log-insights.md lists the kinds.",
                    "short",
                    (
                        Query(
                            "sum by (category, kind) (increase(tunewright_log_events_total"
                            f'{{{SERVER},kind!~"vacuum|analyze|timed|complete"}}[10m])) > 0',
                            "{{category}} / {{kind}}",
                        ),
                    ),
                    Kind.STACK,
                    empty="the log tells of nothing, or is not read",
                ),
                Panel(
                    "Log passed over",
                    "Bytes a second of the server's log that the agent did not read: more was written than one pass reads.",
                    "Bps",
                    (Query(f"rate(tunewright_log_dropped_bytes_total{{{SERVER}}}[{RATE}])", _WHO),),
                    empty="the log is not read",
                ),
            ),
        ),
    ),
)
