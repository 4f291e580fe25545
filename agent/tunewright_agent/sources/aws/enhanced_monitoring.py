"""Source `enhanced_monitoring`: the members' operating system (CloudWatch Logs group RDSOSMetrics). Fills OsReadings.

The stream is named after the member's resource id; its newest event is one JSON document (fields and units: "OS metrics in Enhanced
Monitoring", Amazon Aurora user guide). Process names are not read: they hold users and addresses.
"""

import json
from datetime import UTC, datetime
from typing import Any

from tunewright_agent.sources.aws.faults import NotFound
from tunewright_agent.sources.aws.reader import Reader
from tunewright_agent.sources.source import Collected, Source, SourceError
from tunewright_analyzers.facts.cloud_insights import OsMetrics, OsReadings
from tunewright_analyzers.facts.snapshot import Gap

GROUP = "RDSOSMetrics"
KIB = 1024
WAITS = ("await", "readLatency", "writeLatency")
"""Milliseconds of a request: RDS tells them together, Aurora by kind."""


def reading_of(instance: str, text: str, at: datetime) -> OsMetrics:
    """One document. Raises SourceError where it is not what AWS documents."""
    try:
        row: dict[str, Any] = json.loads(text)
        cpu, memory, swap = row["cpuUtilization"], row["memory"], row["swap"]
        awaits = [
            float(one[name]) / 1000 for one in row.get("diskIO", ()) for name in WAITS if one.get(name) is not None
        ]
        full = [float(one["usedPercent"]) / 100 for one in row.get("fileSys", ()) if one.get("usedPercent") is not None]
        return OsMetrics(
            instance=instance,
            at=at,
            vcpus=int(row["numVCPUs"]),
            cpu_ratio=float(cpu["total"]) / 100,
            cpu_wait_ratio=float(cpu["wait"]) / 100,
            cpu_steal_ratio=float(cpu["steal"]) / 100,
            load_1m=float(row["loadAverageMinute"]["one"]),
            memory_bytes=int(memory["total"]) * KIB,
            memory_free_bytes=(int(memory["free"]) + int(memory.get("cached", 0))) * KIB,
            swap_used_bytes=max(0, int(swap["total"]) - int(swap["free"])) * KIB,
            tasks_blocked=int(row.get("tasks", {}).get("blocked", 0)),
            disk_await_seconds=max(awaits, default=None),
            filesystem_used_ratio=max(full, default=None),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(
            f"{instance}: Enhanced Monitoring's document is not as documented ({type(error).__name__})"
        ) from None


def _newest(reader: Reader, instance: str, stream: str) -> OsMetrics | None:
    try:
        answer = reader.call("logs", "get_log_events", logGroupName=GROUP, logStreamName=stream, limit=1, startFromHead=False)  # fmt: skip
    except NotFound:  # switched on a moment ago
        return None
    for event in answer.get("events", ()):
        return reading_of(instance, event["message"], datetime.fromtimestamp(event["timestamp"] / 1000, UTC))
    return None


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The newest reading of each member that has it on; a member that fails leaves a Gap. Raises SourceError where all fail."""
    watched = [row for row in reader.instances() if row.get("MonitoringInterval")]
    rows: list[OsMetrics] = []
    gaps: list[Gap] = []
    failed: SourceError | None = None
    for row in watched:
        name = row["DBInstanceIdentifier"]
        try:
            found = _newest(reader, name, row["DbiResourceId"])
        except SourceError as error:
            failed = error
            gaps.append(Gap("enhanced_monitoring", error.reason, taken_at, error.mend, None, (OsReadings.name,)))
        else:
            rows += [found] if found is not None else []
    if failed is not None and not rows:
        raise failed
    return Collected((OsReadings(tuple(rows)),), tuple(gaps))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("enhanced_monitoring", (OsReadings,), interval_seconds=60, deadline_seconds=60, collect=collect)
