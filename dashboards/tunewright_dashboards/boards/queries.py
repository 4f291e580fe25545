"""Queries: which statements make the load, and which of them changed?"""

from tunewright_dashboards.board import DATABASE, RATE, SERVER, Board, Kind, Panel, Query, Row, stat

_USERS = f'{DATABASE},statement!~"own|other"'
_ALL = f'{SERVER},statement!="own"'
_BY = "cluster, server, statement, database, user, kind"
_LEGEND = "{{statement}} {{kind}} {{database}} {{user}}"
_LABELS = (
    ("cluster", "Cluster"),
    ("server", "Server"),
    ("statement", "Statement"),
    ("kind", "Kind"),
    ("database", "Database"),
    ("user", "User"),
)


def _top(title: str, description: str, unit: str, metric: str, empty: str | None = None) -> Panel:
    expr = f"topk(10, sum by ({_BY}) (rate(tunewright_statement_{metric}_total{{{_USERS}}}[{RATE}])))"
    return Panel(title, description, unit, (Query(expr, _LEGEND),), empty=empty)


def _sum(metric: str) -> str:
    return f"sum by ({_BY}) (increase(tunewright_statement_{metric}_total{{{_USERS}}}[$__range]))"


_CALLS = f"({_sum('calls')} > 0)"
_WEEK = (
    f"sum by ({_BY}) (increase(tunewright_statement_exec_seconds_total{{{_USERS}}}[$__range] offset 1w)) / "
    f"(sum by ({_BY}) (increase(tunewright_statement_calls_total{{{_USERS}}}[$__range] offset 1w)) > 0)"
)
_MEAN = f"{_sum('exec_seconds')} / {_CALLS}"

BOARD = Board(
    "tunewright-queries",
    "Tunewright / Queries",
    "Top statements by time, calls, I/O and rows. Their texts are on the daemon's page /findings; click a statement for its own board.",
    (
        Row(
            "Now",
            (
                stat(
                    "Calls",
                    "Statements a second.",
                    "ops",
                    f"sum(rate(tunewright_statement_calls_total{{{_ALL}}}[{RATE}]))",
                ),
                stat(
                    "Time",
                    "Seconds of execution in a second: how many statements run at once on average.",
                    "short",
                    f"sum(rate(tunewright_statement_exec_seconds_total{{{_ALL}}}[{RATE}]))",
                ),
                stat(
                    "Mean",
                    "Mean time of a statement.",
                    "s",
                    f"sum(rate(tunewright_statement_exec_seconds_total{{{_ALL}}}[{RATE}])) / "
                    f"sum(rate(tunewright_statement_calls_total{{{_ALL}}}[{RATE}]))",
                ),
                stat("Rows", "Rows a second.", "ops", f"sum(rate(tunewright_statement_rows_total{{{_ALL}}}[{RATE}]))"),
                stat(
                    "Blocks read",
                    "Blocks a second from outside shared buffers.",
                    "ops",
                    f"sum(rate(tunewright_statement_blocks_read_total{{{_ALL}}}[{RATE}]))",
                ),
                stat(
                    "Accounted for",
                    "Share of the active time that pg_stat_statements accounts for; the rest was evicted or is not counted by it.",
                    "percentunit",
                    f"min(tunewright_statements_time_ratio{{{SERVER}}})",
                    empty="known from the second window on",
                ),
                stat(
                    "Held",
                    "How full pg_stat_statements is.",
                    "percentunit",
                    f"max(tunewright_statements_held{{{SERVER}}} / tunewright_statements_max{{{SERVER}}})",
                ),
                stat(
                    "Evictions",
                    "Rounds in an hour in which the least used statements were thrown out.",
                    "short",
                    f"sum(increase(tunewright_statements_evictions_total{{{SERVER}}}[1h]))",
                    warn=10,
                ),
            ),
        ),
        Row(
            "Statements",
            (
                Panel(
                    "Statements of this time range",
                    "Share of the load, calls, mean (and as a multiple of the same range a week ago), blocks from shared buffers and rows a call.",
                    "short",
                    (
                        Query(
                            f"{_sum('exec_seconds')} / ignoring ({_BY}) group_left () sum({_sum('exec_seconds')})",
                            "Share",
                            "percentunit",
                        ),
                        Query(_sum("calls"), "Calls"),
                        Query(_MEAN, "Mean", "s"),
                        Query(f"({_MEAN}) / ({_WEEK})", "Against last week"),
                        Query(f"{_sum('blocks_hit')} / {_CALLS}", "Blocks hit a call"),
                        Query(f"{_sum('rows')} / {_CALLS}", "Rows a call"),
                    ),
                    Kind.TABLE,
                    labels=_LABELS,
                    link=("statement", "tunewright-query"),
                    sort="Share",
                    width=24,
                    height=12,
                ),
            ),
        ),
        Row(
            "Top ten over time",
            (
                _top("By time", "Seconds of execution in a second.", "short", "exec_seconds"),
                _top("By calls", "Calls a second.", "ops", "calls"),
                _top("By blocks read", "Blocks a second from outside shared buffers.", "ops", "blocks_read"),
                _top(
                    "By blocks hit", "Blocks a second found in shared buffers: work for the cores.", "ops", "blocks_hit"
                ),
                _top("By rows", "Rows a second, returned or changed.", "ops", "rows"),
                _top(
                    "By temporary blocks",
                    "Temporary blocks a second: sorts and hashes that spill.",
                    "ops",
                    "temp_blocks_written",
                    "no statement spills",
                ),
                _top("By WAL", "Bytes of WAL a second.", "Bps", "wal_bytes", "no statement writes"),
                _top(
                    "By planning",
                    "Seconds of planning in a second (needs pg_stat_statements.track_planning).",
                    "short",
                    "plan_seconds",
                    "planning is not tracked",
                ),
            ),
        ),
        Row(
            "All the others, and ours",
            (
                Panel(
                    "Time of statements without a series",
                    "`other`: statements too small for a series of their own; `own`: Tunewright's.",
                    "short",
                    (
                        Query(
                            f'sum by (statement) (rate(tunewright_statement_exec_seconds_total{{{SERVER},statement=~"own|other"}}[{RATE}]))',
                            "{{statement}}",
                        ),
                    ),
                ),
            ),
            folded=True,
        ),
    ),
)
