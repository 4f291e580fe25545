"""Source `machine`: cores, memory, load and CPU share of the machine the agent runs on (psutil). Fills Host.

Whether that machine is the database's own is the user's word (`on_database_host`): guessed from an address it would be wrong behind
every tunnel, container and socket proxy.
"""

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psutil

from tunewright_agent.sources.source import Collected, Source, Unavailable
from tunewright_analyzers.facts.host import Host

FIRST_SAMPLE_SECONDS = 0.1
"""How long the first pass watches the CPU: a share needs two readings. Later passes compare with the pass before."""


@dataclass(slots=True)
class Machine:
    """Remembers the CPU's times of the pass before, for one target."""

    is_database_host: bool = False
    _before: tuple[float, float] | None = field(init=False, default=None)

    def collect(self, reader: None, taken_at: datetime) -> Collected:
        """The machine now. Raises Unavailable where the operating system does not tell."""
        del reader, taken_at
        try:
            memory, swap = psutil.virtual_memory(), psutil.swap_memory()
            section = Host(
                cores=_cores(),
                memory_bytes=memory.total,
                memory_available_bytes=memory.available,
                swap_used_bytes=swap.used,
                cpu_ratio=self._cpu_ratio(),
                load_1m=psutil.getloadavg()[0],
                is_database_host=self.is_database_host,
                page_tables_bytes=_page_tables(),
            )
        except (OSError, psutil.Error) as error:
            raise Unavailable(f"the operating system does not tell of the machine: {error}") from error
        return Collected((section,))

    def _cpu_ratio(self) -> float:
        """The busy share, 0 to 1, since the pass before (the first time: over FIRST_SAMPLE_SECONDS)."""
        if self._before is None:
            return min(1.0, max(0.0, self._first()))
        before, now = self._before, _cpu_seconds()
        self._before = now
        passed = now[1] - before[1]
        return min(1.0, max(0.0, (now[0] - before[0]) / passed)) if passed > 0 else 0.0

    def _first(self) -> float:
        ratio = psutil.cpu_percent(interval=FIRST_SAMPLE_SECONDS) / 100
        self._before = _cpu_seconds()
        return ratio


def _cpu_seconds() -> tuple[float, float]:
    """Busy and total seconds of all cores. Waiting for the disk is idle; guest time is already inside user time."""
    times = psutil.cpu_times()._asdict()
    total = sum(seconds for name, seconds in times.items() if not name.startswith("guest"))
    return total - times["idle"] - times.get("iowait", 0.0), total


def _page_tables(told: Path = Path("/proc/meminfo")) -> int | None:
    """PageTables of Linux's meminfo, in bytes; None elsewhere."""
    try:
        lines = told.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    found = next((line.split() for line in lines if line.startswith("PageTables:")), None)
    return int(found[1]) * 1024 if found is not None and len(found) > 1 and found[1].isdigit() else None


def _cores() -> int:
    """Cores that this process may use: a container's CPU set is smaller than the machine."""
    try:
        return len(psutil.Process().cpu_affinity() or ()) or os.cpu_count() or 1
    except AttributeError:  # macOS has no affinity
        return os.cpu_count() or 1


def source(is_database_host: bool = False) -> Source[None]:
    """The source, for one target. `is_database_host`: the configuration's `on_database_host`."""
    return Source(
        "machine", (Host,), interval_seconds=15, deadline_seconds=5, collect=Machine(is_database_host).collect
    )
