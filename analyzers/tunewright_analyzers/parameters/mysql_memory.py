"""What memory a MySQL or MariaDB server may take, part by part: the sum that people are shown before more is advised."""

from dataclasses import dataclass

from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour, Window
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.parameters.mysql_change import number

_SESSION = (
    "read_buffer_size",
    "read_rnd_buffer_size",
    "sort_buffer_size",
    "join_buffer_size",
    "thread_stack",
    "binlog_cache_size",
)
_AURORA_POOL_RATIO = 0.75
"""Aurora's and RDS's default: innodb_buffer_pool_size = DBInstanceClassMemory * 3/4."""


@dataclass(frozen=True, slots=True)
class MemorySum:
    """Bytes. `session_bytes`: what one session may take at most; `sessions`: those that were open at the busiest time since the start."""

    pool_bytes: float
    log_bytes: float
    performance_schema_bytes: float
    session_bytes: float
    sessions: int
    temporary_bytes: float

    @property
    def total_bytes(self) -> float:
        """All parts, with every session at its most."""
        return (
            self.pool_bytes
            + self.log_bytes
            + self.performance_schema_bytes
            + self.sessions * self.session_bytes
            + self.temporary_bytes
        )

    def evidence(self) -> tuple[Evidence, ...]:
        """Each part, for a finding."""
        return (
            Evidence("buffer pool", self.pool_bytes, "bytes", "innodb_buffer_pool_size"),
            Evidence("log buffer", self.log_bytes, "bytes", "innodb_log_buffer_size"),
            Evidence(
                "performance_schema", self.performance_schema_bytes, "bytes", "SHOW ENGINE PERFORMANCE_SCHEMA STATUS"
            ),
            Evidence(
                "one session at most",
                self.session_bytes,
                "bytes",
                "read, read_rnd, sort and join buffer, stack, binlog cache",
            ),
            Evidence("sessions at the busiest time", self.sessions, "count", "Max_used_connections"),
            Evidence(
                "temporary tables",
                self.temporary_bytes,
                "bytes",
                "the smaller of temptable_max_ram and sessions x tmp_table_size",
            ),
            Evidence("sum", self.total_bytes, "bytes", "computed"),
        )


def memory_sum(settings: Settings, status: ServerStatus) -> MemorySum | None:
    """The sum now; None where a part that every server has could not be read."""
    pool, used = number(settings, "innodb_buffer_pool_size"), status.gauge("max_used_connections")
    if pool is None or used is None:
        return None
    tmp = min(number(settings, "tmp_table_size") or 0.0, number(settings, "max_heap_table_size") or float("inf"))
    temporary = used * tmp
    ram = number(settings, "temptable_max_ram")
    return MemorySum(
        pool,
        number(settings, "innodb_log_buffer_size") or 0.0,
        status.gauge("performance_schema_memory") or 0.0,
        sum(number(settings, name) or 0.0 for name in _SESSION),
        int(used),
        temporary if ram is None else min(ram, temporary),
    )


def memory_bytes(window: Window) -> tuple[float, str] | None:
    """(the machine's memory, how it is known); None where it is not."""
    host = window.section(Host)
    if host is not None and host.is_database_host:
        return float(host.memory_bytes), "the machine"
    settings = window.section(Settings)
    pool = number(settings, "innodb_buffer_pool_size") if settings else None
    if pool is not None and window.latest.flavour is not Flavour.SELF_MANAGED:
        return (
            pool / _AURORA_POOL_RATIO,
            "AWS's formula for innodb_buffer_pool_size (3/4 of the memory), solved for the memory",
        )
    return None
