"""What MySQL and MariaDB count of themselves: SHOW GLOBAL STATUS and innodb_metrics, as deltas over a period and as the values now."""

from dataclasses import dataclass
from typing import ClassVar

from tunewright_analyzers.facts.snapshot import Period, Section


@dataclass(frozen=True, slots=True)
class ServerStatus(Section):
    """`counters`: how much each rose over `period`; `values`: what it is now. Names in lower case; innodb_metrics as `metric.NAME`."""

    name: ClassVar[str] = "server_status"
    period: Period
    counters: tuple[tuple[str, float], ...]
    values: tuple[tuple[str, float], ...]

    def rose(self, name: str) -> float | None:
        """How much the counter rose over the period; None where the server has none of that name."""
        return next((value for one, value in self.counters if one == name), None)

    def now(self, name: str) -> float | None:
        """Its value now; None where the server has none of that name."""
        return next((value for one, value in self.values if one == name), None)

    def per_second(self, name: str) -> float:
        """Its rate over the period; 0 where there is none of that name."""
        return (self.rose(name) or 0.0) / self.period.seconds
