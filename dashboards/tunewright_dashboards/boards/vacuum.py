"""Vacuum and wraparound: does vacuum keep up, who stops it, and how far is the end of the transaction ids?"""

from tunewright_dashboards.board import DATABASE, SERVER, Board, Kind, Panel, Query, Row, stat
from tunewright_dashboards.frame import LINE
from tunewright_dashboards.limits import LIMITS

_T = "cluster, server, database, schema, table"
_DEAD = f"max by ({_T}) (tunewright_table_dead_rows{{{DATABASE}}})"
_LIVE = f"max by ({_T}) (tunewright_table_live_rows{{{DATABASE}}})"
_TABLE = "{{database}} {{schema}}.{{table}}"
_WORKERS = f'tunewright_setting{{{SERVER},name="autovacuum_max_workers"}}'


def _since(what: str) -> str:
    return f"time() - max by ({_T}) (tunewright_table_last_{what}_timestamp_seconds{{{DATABASE}}})"


BOARD = Board(
    "tunewright-vacuum",
    "Tunewright / Vacuum and wraparound",
    "Whether vacuum keeps up, what holds it back, and how many transaction ids are left.",
    (
        Row(
            "Now",
            (
                stat(
                    "Transaction ids used",
                    "Of those after which the server refuses to write.",
                    "percentunit",
                    f"max(tunewright_database_xid_age{{{DATABASE}}}) / 2147483648",
                    warn=LIMITS["TransactionIdsHalfUsed"],
                    bad=LIMITS["TransactionIdsNearlyUsed"],
                ),
                stat(
                    "Multixact ids used",
                    "Ids of rows that several transactions locked at once.",
                    "percentunit",
                    f"max(tunewright_database_mxid_age{{{DATABASE}}}) / 2147483648",
                    warn=LIMITS["TransactionIdsHalfUsed"],
                    bad=LIMITS["TransactionIdsNearlyUsed"],
                ),
                stat(
                    "Horizon",
                    "How many transactions ago the oldest snapshot was taken that vacuum must respect.",
                    "short",
                    f"max(tunewright_horizon_age{{{SERVER}}})",
                    warn=LIMITS["HorizonHeldBack"],
                ),
                stat(
                    "Dead rows",
                    "Estimated dead rows in the tables with a series of their own.",
                    "short",
                    f"sum(tunewright_table_dead_rows{{{DATABASE}}})",
                ),
                stat(
                    "Workers", "Autovacuum workers at work.", "short", f"sum(tunewright_autovacuum_workers{{{SERVER}}})"
                ),
                stat(
                    "Oldest transaction",
                    "How long the oldest transaction of a client has been open.",
                    "s",
                    f"max(tunewright_longest_transaction_seconds{{{SERVER}}})",
                    warn=LIMITS["LongTransaction"],
                ),
                stat(
                    "Prepared",
                    "Transactions prepared for two-phase commit and not ended.",
                    "short",
                    f"sum(tunewright_prepared_transactions{{{SERVER}}})",
                    warn=1,
                ),
                stat(
                    "Waste",
                    "Estimated empty space in the largest tables.",
                    "bytes",
                    f"sum(tunewright_table_bloat_bytes{{{DATABASE}}})",
                ),
            ),
        ),
        Row(
            "Wraparound",
            (
                Panel(
                    "Transaction ids used",
                    "By database; a saw-tooth well below a half is healthy.",
                    "percentunit",
                    (
                        Query(
                            f"max by (database) (tunewright_database_xid_age{{{DATABASE}}}) / 2147483648",
                            "{{database}}",
                        ),
                    ),
                    warn=LIMITS["TransactionIdsHalfUsed"],
                    bad=LIMITS["TransactionIdsNearlyUsed"],
                    most=1,
                ),
                Panel(
                    "Multixact ids used",
                    "By database.",
                    "percentunit",
                    (
                        Query(
                            f"max by (database) (tunewright_database_mxid_age{{{DATABASE}}}) / 2147483648",
                            "{{database}}",
                        ),
                    ),
                    warn=LIMITS["TransactionIdsHalfUsed"],
                    bad=LIMITS["TransactionIdsNearlyUsed"],
                    most=1,
                ),
                Panel(
                    "Oldest tables",
                    "Age of the oldest unfrozen transaction id, against autovacuum_freeze_max_age, at which a vacuum is forced.",
                    "short",
                    (
                        Query(f"topk(10, max by ({_T}) (tunewright_table_xid_age{{{DATABASE}}}))", _TABLE),
                        Query(f'max(tunewright_setting{{{SERVER},name="autovacuum_freeze_max_age"}})', "forced at"),
                    ),
                ),
                Panel(
                    "Who holds vacuum back",
                    "Age in transactions of the oldest snapshot, by kind of holder.",
                    "short",
                    (Query(f"max by (holder) (tunewright_horizon_age{{{SERVER}}})", "{{holder}}"),),
                    warn=LIMITS["HorizonHeldBack"],
                ),
            ),
        ),
        Row(
            "Vacuum",
            (
                Panel(
                    "Tables",
                    "Dead rows and the time since vacuum and analyze, by hand or not.",
                    "short",
                    (
                        Query(_DEAD, "Dead rows"),
                        Query(f"{_DEAD} / ({_DEAD} + {_LIVE} > 0)", "Dead share", "percentunit"),
                        Query(_since("vacuum"), "Since vacuum", "s"),
                        Query(_since("analyze"), "Since analyze", "s"),
                        Query(f"max by ({_T}) (tunewright_table_xid_age{{{DATABASE}}})", "Age"),
                    ),
                    Kind.TABLE,
                    labels=(
                        ("cluster", "Cluster"),
                        ("server", "Server"),
                        ("database", "Database"),
                        ("schema", "Schema"),
                        ("table", "Table"),
                    ),
                    link=("database", "tunewright-relations"),
                    sort="Dead rows",
                    width=24,
                    height=10,
                ),
                Panel(
                    "Dead share",
                    "Dead rows of all rows, for the ten worst tables with more than 1,000 dead rows.",
                    "percentunit",
                    (Query(f"topk(10, {_DEAD} / ({_DEAD} + {_LIVE}) and {_DEAD} > 1000)", _TABLE),),
                    warn=LIMITS["AutovacuumOverdue"],
                    most=1,
                    empty="no table has so many dead rows",
                ),
                Panel(
                    "Workers",
                    "Autovacuum workers at work against how many there may be.",
                    "short",
                    (
                        Query(f"sum(tunewright_autovacuum_workers{{{SERVER}}})", "at work"),
                        Query(f"sum({_WORKERS})", "at most", LINE),
                    ),
                    Kind.STACK,
                ),
            ),
        ),
    ),
)
