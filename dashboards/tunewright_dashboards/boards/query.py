"""One query: what does this statement cost, and what changed about it?"""

from tunewright_dashboards.board import RATE, SERVER, STATEMENT, Board, Panel, Query, Row, stat


def _rate(metric: str, offset: str = "") -> str:
    return f"sum(rate(tunewright_statement_{metric}_total{{{STATEMENT}}}[{RATE}]{offset}))"


def _a_call(metric: str, offset: str = "") -> str:
    return f"{_rate(metric, offset)} / ({_rate('calls', offset)} > 0)"


_SHARE = (
    f'{_rate("exec_seconds")} / sum(rate(tunewright_statement_exec_seconds_total{{{SERVER},statement!="own"}}[{RATE}]))'
)

_RARE = "the statement is not among those that have a series of this counter"

BOARD = Board(
    "tunewright-query",
    "Tunewright / One query",
    "One statement by its fingerprint. Its text, its plans and its recommendations are on the daemon's page /findings.",
    (
        Row(
            "Now",
            (
                stat("Calls", "Executions a second.", "ops", _rate("calls")),
                stat("Mean", "Mean time of an execution.", "s", _a_call("exec_seconds")),
                stat("Time", "Seconds of execution in a second.", "short", _rate("exec_seconds")),
                stat("Share of the load", "Of all execution time on these servers.", "percentunit", _SHARE),
                stat("Rows a call", "Rows returned or changed by an execution.", "short", _a_call("rows")),
                stat(
                    "Blocks read a call",
                    "Blocks from outside shared buffers.",
                    "short",
                    _a_call("blocks_read"),
                    empty=_RARE,
                ),
                stat(
                    "Temporary blocks a call",
                    "Blocks that a sort or hash spilled.",
                    "short",
                    _a_call("temp_blocks_written"),
                    empty=_RARE,
                ),
                stat("WAL a call", "Bytes of WAL that an execution made.", "bytes", _a_call("wal_bytes"), empty=_RARE),
            ),
        ),
        Row(
            "Duration and rate",
            (
                Panel(
                    "Mean time",
                    "Of an execution, and that of the same time a week ago. Red marks: the server started; blue: a setting changed.",
                    "s",
                    (Query(_a_call("exec_seconds"), "now"), Query(_a_call("exec_seconds", " offset 1w"), "a week ago")),
                ),
                Panel(
                    "Calls",
                    "Executions a second, and a week ago.",
                    "ops",
                    (Query(_rate("calls"), "now"), Query(_rate("calls", " offset 1w"), "a week ago")),
                ),
                Panel(
                    "Time by database and user",
                    "Seconds of execution in a second.",
                    "short",
                    (
                        Query(
                            f"sum by (database, user) (rate(tunewright_statement_exec_seconds_total{{{STATEMENT}}}[{RATE}]))",
                            "{{database}} {{user}}",
                        ),
                    ),
                ),
                Panel(
                    "Planning",
                    "Mean time of planning for each execution (needs pg_stat_statements.track_planning).",
                    "s",
                    (Query(_a_call("plan_seconds"), "planning"),),
                    empty=_RARE,
                ),
            ),
        ),
        Row(
            "Work of one call",
            (
                Panel("Rows", "Rows returned or changed by an execution.", "short", (Query(_a_call("rows"), "rows"),)),
                Panel(
                    "Blocks",
                    "Blocks found in shared buffers and read from elsewhere by an execution. A jump at equal rows is a changed plan.",
                    "short",
                    (Query(_a_call("blocks_hit"), "hit"), Query(_a_call("blocks_read"), "read")),
                    empty=_RARE,
                ),
                Panel(
                    "Temporary blocks",
                    "Blocks that sorts and hashes of an execution wrote to disk.",
                    "short",
                    (Query(_a_call("temp_blocks_written"), "written"),),
                    empty=_RARE,
                ),
                Panel(
                    "WAL",
                    "Bytes of WAL that an execution made.",
                    "bytes",
                    (Query(_a_call("wal_bytes"), "WAL"),),
                    empty=_RARE,
                ),
            ),
        ),
    ),
    with_statement=True,
)
