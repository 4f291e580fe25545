"""How long what is stored is kept, and how much room it may take."""

from dataclasses import dataclass

MINUTE, FIVE_MINUTES, HOUR = 60, 300, 3600


@dataclass(frozen=True, slots=True)
class Retention:
    """How long points are kept, in seconds by resolution, and the store's bound in bytes (None: no bound)."""

    minute: float = 86400.0
    five_minutes: float = 7 * 86400.0
    hour: float = 400 * 86400.0
    max_bytes: int | None = 2 * 1024**3

    def of(self, resolution: int) -> float:
        """Seconds that points of a resolution are kept."""
        return {MINUTE: self.minute, FIVE_MINUTES: self.five_minutes, HOUR: self.hour}[resolution]
