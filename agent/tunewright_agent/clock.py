"""The clock: APScheduler ticks that offer jobs to lanes and return at once. It is never the queue."""

import contextlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
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
        if name in self._intervals and self._intervals[name] != seconds:
            self._intervals[name] = seconds
            with contextlib.suppress(JobLookupError):  # forgotten in this moment
                self._scheduler.reschedule_job(name, trigger=IntervalTrigger(seconds=seconds, timezone=UTC))

    def forget(self, names: Iterable[str]) -> None:
        """Tick no more for these; those that are forgotten already are no matter."""
        for name in names:
            if self._intervals.pop(name, None) is not None:
                with contextlib.suppress(JobLookupError):
                    self._scheduler.remove_job(name)

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; ticks under way end by themselves, they never block."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
