"""The machine the agent runs on, when it is the database's own."""

from dataclasses import dataclass
from typing import ClassVar

from tunewright_analyzers.facts.snapshot import Section


@dataclass(frozen=True, slots=True)
class Host(Section):
    """Cores, memory in bytes, load and CPU share (0 to 1) of the machine."""

    name: ClassVar[str] = "host"
    cores: int
    memory_bytes: int
    memory_available_bytes: int
    swap_used_bytes: int
    cpu_ratio: float
    load_1m: float
    is_database_host: bool
    page_tables_bytes: int | None = None
    """Memory that maps memory, of all processes; None where the operating system does not tell."""
