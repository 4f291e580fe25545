"""Source `columns`: what the optimiser knows of columns, from MySQL's histograms. Fills Columns. No value leaves the server.

A histogram is asked for its frequencies alone: the values in its buckets stay where they are. MariaDB keeps its own in
mysql.column_stats, whose histograms cannot be read without their values.
"""

import itertools
import json
from datetime import datetime
from typing import Any

from tunewright_agent.sources.mysql.session import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.columns import Columns, ColumnStatistics
from tunewright_analyzers.facts.relations import RelationName

_COMMON = 20
"""Frequencies that are kept, highest first."""


def _numbers(value: Any) -> list[float]:
    if value is None:
        return []
    return [float(one) for one in (json.loads(value) if isinstance(value, str | bytes) else value)]


def _statistics(row: Row) -> ColumnStatistics:
    cumulative = _numbers(row["cumulative"])
    frequencies = [after - before for before, after in itertools.pairwise([0.0, *cumulative])]
    distinct = len(frequencies) if frequencies else sum(_numbers(row["distinct_values"]))
    return ColumnStatistics(
        table=RelationName(row["db"], row["db"], row["name"]),
        column=row["column_name"],
        null_ratio=float(row["null_ratio"] or 0),
        distinct=float(distinct),
        width_bytes=0,
        correlation=None,
        common_frequencies=tuple(sorted(frequencies, reverse=True)[:_COMMON]),
        histogram_buckets=int(row["buckets"] or 0),
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Every column with a histogram; on MariaDB nothing is collected, and nothing is missing that could be had. Raises SourceError."""
    if reader.server.is_mariadb:
        return Collected(())
    with reader.session() as session:
        rows = session.query("histograms", mark="columns")
    return Collected((Columns(tuple(_statistics(row) for row in rows if reader.watches(row["db"]))),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("columns", (Columns,), interval_seconds=3600, deadline_seconds=60, collect=collect)
