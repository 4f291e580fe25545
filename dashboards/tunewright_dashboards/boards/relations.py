"""Indexes and tables: what is large, what is read whole, what is not used, what nears its end?"""

from tunewright_dashboards.board import DATABASE, RATE, SERVER, Board, Kind, Panel, Query, Row, stat
from tunewright_dashboards.limits import LIMITS

_T = "cluster, server, database, schema, table"
_I = f"{_T}, index"
_TABLE_LABELS = (
    ("cluster", "Cluster"),
    ("server", "Server"),
    ("database", "Database"),
    ("schema", "Schema"),
    ("table", "Table"),
)
_TABLE = "{{database}} {{schema}}.{{table}}"


def _table(metric: str) -> str:
    return f"max by ({_T}) (tunewright_table_{metric}{{{DATABASE}}})"


def _index(metric: str) -> str:
    return f"max by ({_I}) (tunewright_index_{metric}{{{DATABASE}}})"


def _top(title: str, description: str, unit: str, metric: str) -> Panel:
    expr = f"topk(10, sum by ({_T}) (rate(tunewright_table_{metric}_total{{{DATABASE}}}[{RATE}])))"
    return Panel(title, description, unit, (Query(expr, _TABLE),))


BOARD = Board(
    "tunewright-relations",
    "Tunewright / Indexes and tables",
    "The largest tables and indexes: size, growth, use, waste. Those without a series of their own are in the sums.",
    (
        Row(
            "Now",
            (
                stat(
                    "Tables",
                    "Bytes of all tables with TOAST, without indexes.",
                    "bytes",
                    f'sum(tunewright_relations_bytes{{{SERVER},kind="table"}})',
                ),
                stat(
                    "Indexes",
                    "Bytes of all indexes.",
                    "bytes",
                    f'sum(tunewright_relations_bytes{{{SERVER},kind="index"}})',
                ),
                stat(
                    "Waste in tables",
                    "Estimated empty space in the largest tables.",
                    "bytes",
                    f"sum(tunewright_table_bloat_bytes{{{DATABASE}}})",
                ),
                stat(
                    "Rows read whole",
                    "Rows a second that sequential scans read, in the tables with a series of their own.",
                    "ops",
                    f"sum(rate(tunewright_table_sequential_rows_read_total{{{DATABASE}}}[{RATE}]))",
                ),
                stat(
                    "Invalid indexes",
                    "Indexes that every write maintains and no query uses.",
                    "short",
                    f"sum(tunewright_indexes_invalid{{{DATABASE}}})",
                    warn=1,
                ),
                stat(
                    "Key nearest its end",
                    "Used share of a sequence and its column.",
                    "percentunit",
                    f"max(tunewright_sequence_used_ratio{{{DATABASE}}})",
                    warn=LIMITS["KeyNearsItsEnd"],
                    bad=LIMITS["KeyAtItsEnd"],
                ),
                stat(
                    "Indexes never scanned",
                    "Of those with a series of their own, since the statistics began. Unique ones guard, even unscanned.",
                    "short",
                    f"count(tunewright_index_scans_total{{{DATABASE}}} == 0)",
                    empty="every index was scanned",
                ),
                stat(
                    "Growth in a day",
                    "Bytes by which the databases grew.",
                    "bytes",
                    f"sum(delta(tunewright_database_size_bytes{{{DATABASE}}}[1d]))",
                ),
            ),
        ),
        Row(
            "Tables",
            (
                Panel(
                    "Tables",
                    "Size, rows, waste and use of the largest tables and those with most dead rows.",
                    "short",
                    (
                        Query(_table("size_bytes"), "Size", "bytes"),
                        Query(_table("live_rows"), "Live rows"),
                        Query(_table("dead_rows"), "Dead rows"),
                        Query(f"{_table('bloat_bytes')} / {_table('size_bytes')}", "Waste", "percentunit"),
                        Query(
                            f"sum by ({_T}) (increase(tunewright_table_sequential_rows_read_total{{{DATABASE}}}[$__range]))",
                            "Rows read whole",
                        ),
                        Query(
                            f"sum by ({_T}) (increase(tunewright_table_index_scans_total{{{DATABASE}}}[$__range]))",
                            "Index scans",
                        ),
                    ),
                    Kind.TABLE,
                    labels=_TABLE_LABELS,
                    link=("database", "tunewright-vacuum"),
                    sort="Size",
                    width=24,
                    height=10,
                ),
                _top(
                    "Rows read by sequential scans",
                    "Rows a second; much of it on a large table asks for an index.",
                    "ops",
                    "sequential_rows_read",
                ),
                _top("Sequential scans", "Scans of the whole table a second.", "ops", "sequential_scans"),
                _top("Index scans by table", "Scans by any index of the table a second.", "ops", "index_scans"),
                Panel(
                    "Updates without touching an index",
                    "Share of updates that were HOT; a low share on a busy table asks for a lower fillfactor or fewer indexes.",
                    "percentunit",
                    (
                        Query(
                            f"topk(10, sum by ({_T}) (rate(tunewright_table_rows_hot_updated_total{{{DATABASE}}}[{RATE}])) / "
                            f"(sum by ({_T}) (rate(tunewright_table_rows_updated_total{{{DATABASE}}}[{RATE}])) > 0))",
                            _TABLE,
                        ),
                    ),
                    most=1,
                    empty="nothing is being updated",
                ),
                Panel(
                    "Waste in tables",
                    "Estimated empty share of the largest tables.",
                    "percentunit",
                    (Query(f"topk(10, {_table('bloat_bytes')} / ({_table('size_bytes')} > 0))", _TABLE),),
                    warn=LIMITS["TableBloat"],
                    most=1,
                ),
                Panel(
                    "Size of tables",
                    "Ten largest, with TOAST, without indexes.",
                    "bytes",
                    (Query(f"topk(10, {_table('size_bytes')})", _TABLE),),
                ),
            ),
        ),
        Row(
            "Indexes",
            (
                Panel(
                    "Indexes",
                    "Size and scans of the largest indexes; scans since the statistics began and in this time range.",
                    "short",
                    (
                        Query(_index("size_bytes"), "Size", "bytes"),
                        Query(_index("scans_total"), "Scans ever"),
                        Query(
                            f"sum by ({_I}) (increase(tunewright_index_scans_total{{{DATABASE}}}[$__range]))",
                            "Scans in range",
                        ),
                    ),
                    Kind.TABLE,
                    labels=(*_TABLE_LABELS, ("index", "Index")),
                    link=("database", "tunewright-findings"),
                    sort="Size",
                    width=24,
                    height=10,
                ),
                Panel(
                    "Index scans",
                    "Scans a second of the ten busiest indexes.",
                    "ops",
                    (
                        Query(
                            f"topk(10, sum by ({_I}) (rate(tunewright_index_scans_total{{{DATABASE}}}[{RATE}])))",
                            "{{schema}}.{{index}}",
                        ),
                    ),
                ),
                Panel(
                    "Size of indexes",
                    "Ten largest.",
                    "bytes",
                    (Query(f"topk(10, {_index('size_bytes')})", "{{schema}}.{{index}}"),),
                ),
                Panel(
                    "Invalid indexes",
                    "Left behind by a CREATE or REINDEX CONCURRENTLY that failed.",
                    "short",
                    (Query(f"tunewright_indexes_invalid{{{DATABASE}}}", "{{database}}"),),
                    warn=LIMITS["InvalidIndexes"] + 1,
                ),
                Panel(
                    "Keys near their end",
                    "Used share of the sequences nearest to what they and their columns can hold.",
                    "percentunit",
                    (
                        Query(
                            f"topk(10, tunewright_sequence_used_ratio{{{DATABASE}}})",
                            "{{database}} {{schema}}.{{sequence}}",
                        ),
                    ),
                    warn=LIMITS["KeyNearsItsEnd"],
                    bad=LIMITS["KeyAtItsEnd"],
                    most=1,
                ),
            ),
        ),
    ),
)
