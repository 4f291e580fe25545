"""What Performance Insights and Enhanced Monitoring tell of the members: database load by wait and by statement, and their operating system."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.cloud import CloudSection
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Period


@dataclass(frozen=True, slots=True)
class WaitLoad:
    """Average active sessions that waited for one event (`CPU`: for nothing)."""

    wait_type: str
    wait_event: str
    sessions: float


@dataclass(frozen=True, slots=True)
class StatementLoad:
    """Average active sessions that ran one statement. No text is kept.

    `query_id` is the engine's own (pg_stat_statements' queryid, MySQL's digest) where Performance Insights has it: it equals
    StatementKey.query_id. `statement` is our fingerprint of the tokenised text, where that was whole.
    """

    query_id: str | None
    statement: StatementId | None
    sessions: float
    waits: tuple[WaitLoad, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceLoad:
    """One member's load over a period."""

    instance: str
    period: Period
    sessions: float
    waits: tuple[WaitLoad, ...]
    statements: tuple[StatementLoad, ...]


@dataclass(frozen=True, slots=True)
class InsightsLoad(CloudSection):
    """pi:GetResourceMetrics and pi:DescribeDimensionKeys of the members that have Performance Insights on."""

    name: ClassVar[str] = "insights_load"
    rows: tuple[InstanceLoad, ...]

    def get(self, instance: str) -> InstanceLoad | None:
        """The load of that member."""
        return next((row for row in self.rows if row.instance == instance), None)


@dataclass(frozen=True, slots=True)
class OsMetrics:
    """One reading of Enhanced Monitoring. Ratios are 0 to 1."""

    instance: str
    at: datetime
    vcpus: int
    cpu_ratio: float
    cpu_wait_ratio: float
    cpu_steal_ratio: float
    load_1m: float
    memory_bytes: int
    memory_free_bytes: int
    swap_used_bytes: int
    tasks_blocked: int
    disk_await_seconds: float | None = None
    """The slowest device's; of Aurora the slower of reads and writes."""
    filesystem_used_ratio: float | None = None
    """The fullest file system's."""


@dataclass(frozen=True, slots=True)
class OsReadings(CloudSection):
    """logs:GetLogEvents of RDSOSMetrics: the newest reading of each member that has Enhanced Monitoring on."""

    name: ClassVar[str] = "os_readings"
    rows: tuple[OsMetrics, ...]


@dataclass(frozen=True, slots=True)
class LogFetched:
    """How far one member's log was fetched: the file, and bytes since the daemon started."""

    instance: str
    file: str
    fetched_bytes: int


@dataclass(frozen=True, slots=True)
class LogsFetched(CloudSection):
    """rds:DescribeDBLogFiles, rds:DownloadDBLogFilePortion, where the user wants it. The texts are in no fact."""

    name: ClassVar[str] = "logs_fetched"
    rows: tuple[LogFetched, ...]
