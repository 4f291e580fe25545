"""Source `insights`: database load by wait and by statement of the members that have Performance Insights on. Fills InsightsLoad.

pi:GetResourceMetrics gives load by wait event, pi:DescribeDimensionKeys the statements with most load, each split by wait. A statement is
joined with ours by the engine's own id (`db_id`: pg_stat_statements' queryid, MySQL's digest) and by the fingerprint of its tokenised
text; the text itself stays here. The console ended in July 2026, the API stays.
"""

from datetime import datetime, timedelta
from typing import Any

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.aws.series import floor
from tunewright_agent.sources.source import Collected, Source, SourceError
from tunewright_analyzers.facts.cloud_insights import InsightsLoad, InstanceLoad, StatementLoad, WaitLoad
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Engine, Gap, Period
from tunewright_analyzers.sql.fingerprint import fingerprint, is_parsed

WINDOW = timedelta(minutes=5)
TOP = 25
LONGEST = 500
"""Bytes of a text that DescribeDimensionKeys gives: a text of that length is cut, and has no fingerprint."""
METRIC = "db.load.avg"
WAIT = ("db.wait_event.type", "db.wait_event.name")
SQL = ("db.sql_tokenized.id", "db.sql_tokenized.db_id", "db.sql_tokenized.statement")


def _wait(dimensions: dict[str, str], sessions: float) -> WaitLoad:
    kind, name = dimensions.get(WAIT[0], ""), dimensions.get(WAIT[1], "")
    is_cpu = kind.upper() == "CPU" or name.upper() == "CPU"
    return WaitLoad("CPU" if is_cpu else kind, "CPU" if is_cpu else name, sessions)


def _mean(points: list[Row]) -> float:
    values = [float(one["Value"]) for one in points if one.get("Value") is not None]
    return sum(values) / len(values) if values else 0.0


def statement_of(text: str, engine: Engine) -> StatementId | None:
    """Our fingerprint of a tokenised text; None where it was cut, or is of an engine whose texts are not tokenised alike."""
    if engine is not Engine.POSTGRESQL or not text or len(text.encode()) >= LONGEST:
        return None
    parts = text.split("?")
    numbered = "".join(f"{part}${place}" for place, part in enumerate(parts[:-1], 1)) + parts[-1]
    return fingerprint(numbered) if is_parsed(numbered) else None


def _waits(reader: Reader, resource: str, start: datetime, end: datetime) -> tuple[float, tuple[WaitLoad, ...]]:
    query = {"Metric": METRIC, "GroupBy": {"Group": "db.wait_event", "Dimensions": list(WAIT), "Limit": 10}}
    answer = reader.call(
        "pi",
        "get_resource_metrics",
        ServiceType="RDS",
        Identifier=resource,
        MetricQueries=[query],
        StartTime=start,
        EndTime=end,
        PeriodInSeconds=60,
    )
    total, waits = 0.0, []
    for row in answer.get("MetricList", ()):
        dimensions, mean = row["Key"].get("Dimensions"), _mean(row.get("DataPoints", []))
        if dimensions:
            waits.append(_wait(dimensions, mean))
        else:
            total = mean
    return total, tuple(sorted(waits, key=lambda one: -one.sessions))


def _statements(
    reader: Reader, resource: str, engine: Engine, start: datetime, end: datetime
) -> tuple[StatementLoad, ...]:
    answer = reader.call(
        "pi",
        "describe_dimension_keys",
        ServiceType="RDS",
        Identifier=resource,
        StartTime=start,
        EndTime=end,
        Metric=METRIC,
        PeriodInSeconds=60,
        GroupBy={"Group": "db.sql_tokenized", "Dimensions": list(SQL), "Limit": TOP},
        PartitionBy={"Group": "db.wait_event", "Dimensions": list(WAIT), "Limit": 10},
    )
    partitions = [one.get("Dimensions", {}) for one in answer.get("PartitionKeys", ())]
    return tuple(_statement(row, partitions, engine) for row in answer.get("Keys", ()))


def _statement(row: Row, partitions: list[dict[str, str]], engine: Engine) -> StatementLoad:
    known: dict[str, Any] = row.get("Dimensions", {})
    native = known.get(SQL[1])
    query_id = None if native is None or native.startswith("pi-") else str(native)
    pairs = zip(partitions, row.get("Partitions", ()), strict=False)
    waits = [_wait(dimensions, float(value)) for dimensions, value in pairs if value]
    total = float(row.get("Total", 0.0))
    return StatementLoad(query_id, statement_of(known.get(SQL[2], ""), engine), total, tuple(waits))


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The load of each member; one that fails leaves a Gap. Raises SourceError where all fail."""
    end = floor(taken_at, 60)
    start, engine = end - WINDOW, reader.server.engine
    rows: list[InstanceLoad] = []
    gaps: list[Gap] = []
    failed: SourceError | None = None
    for row in (one for one in reader.instances() if one.get("PerformanceInsightsEnabled")):
        name, resource = row["DBInstanceIdentifier"], row["DbiResourceId"]
        try:
            total, waits = _waits(reader, resource, start, end)
            statements = _statements(reader, resource, engine, start, end)
        except SourceError as error:
            failed = error
            gaps.append(Gap("insights", f"{name}: {error.reason}", taken_at, error.mend, None, (InsightsLoad.name,)))
        else:
            rows.append(InstanceLoad(name, Period(start, end), total, waits, statements))
    if failed is not None and not rows:
        raise failed
    return Collected((InsightsLoad(tuple(rows)),), tuple(gaps))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("insights", (InsightsLoad,), interval_seconds=300, deadline_seconds=120, collect=collect)
