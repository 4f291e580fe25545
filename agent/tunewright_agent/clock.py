"""The clock: APScheduler ticks that offer jobs to lanes and return at once. It is never the queue."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

TICK_THREADS = 4


def now() -> datetime:
    """The wall clock, UTC."""
    return datetime.now(UTC)


class Clock:
    """Calls functions at intervals. A tick must not block: it offers work to a lane."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(TICK_THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 30},
        )
        self._intervals: dict[str, float] = {}

    def every(self, name: str, seconds: float, tick: Callable[[], None], *, first_in_seconds: float = 0.0) -> None:
        """Call `tick` every `seconds`, first after `first_in_seconds`."""
        self._intervals[name] = seconds
        first = now() + timedelta(seconds=first_in_seconds)
        self._scheduler.add_job(tick, IntervalTrigger(seconds=seconds, timezone=UTC), id=name, next_run_time=first)

    def change(self, name: str, seconds: float) -> None:
        """Give a tick another interval (the governor's decision); nothing happens where it has that one already."""
        if self._intervals.get(name) != seconds:
            self._intervals[name] = seconds
            self._scheduler.reschedule_job(name, trigger=IntervalTrigger(seconds=seconds, timezone=UTC))

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; ticks under way end by themselves, they never block."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
