"""Lanes: one worker thread with one slot a job; the newest offer replaces an older one that has not begun.

The clock offers jobs and returns at once; a slow job can therefore neither queue up nor delay the clock. A lane is one of the
two places that catch every exception: a job that fails is reported to `on_error` and the lane goes on.

States of a slot: empty -> waiting -> running -> empty. Invariants: at most one job runs in a lane; at most one waits a slot.
"""

import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

_log = structlog.get_logger("lanes")


def _frames(error: Exception) -> list[str]:
    """Where it happened, without the exception's text: a driver's message may hold a literal of the user's SQL."""
    return [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-6:]
    ]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do in a lane: `slot` names it, `work` does it, `on_error` is told of an exception it did not expect."""

    slot: str
    work: Callable[[], object]
    on_error: Callable[[Exception], None]


class Lane:
    """One worker. `offer` never blocks; `close` lets the running job end within a deadline."""

    def __init__(self, name: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._monotonic = monotonic
        self._waiting: OrderedDict[str, Job] = OrderedDict()
        self._running: str | None = None
        self._replaced: dict[str, int] = {}
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name=f"lane-{name}", daemon=True)

    def start(self) -> None:
        """Start the worker."""
        self._thread.start()

    def offer(self, job: Job) -> bool:
        """Put a job into its slot. False where it replaced a waiting one, or found it still running, or the lane is closed."""
        with self._changed:
            if self._closed:
                return False
            busy = job.slot in self._waiting or job.slot == self._running
            if busy:
                self._replaced[job.slot] = self._replaced.get(job.slot, 0) + 1
            if job.slot != self._running:
                self._waiting[job.slot] = job
                self._changed.notify_all()
            return not busy

    def skipped(self, slot: str) -> int:
        """How many offers of that slot found it busy since the start."""
        with self._changed:
            return self._replaced.get(slot, 0)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if not self._waiting:
                    return
                _, job = self._waiting.popitem(last=False)
                self._running = job.slot
            try:
                job.work()
            except Exception as error:  # noqa: BLE001  # the lane is one of the two places that catch everything
                _log.error(
                    "job_failed", lane=self.name, slot=job.slot, error=type(error).__name__, frames=_frames(error)
                )
                job.on_error(error)
            finally:
                with self._changed:
                    self._running = None
                    self._changed.notify_all()

    def idle(self, deadline_seconds: float) -> bool:
        """Wait until nothing runs or waits; False where the deadline passed first."""
        until = self._monotonic() + deadline_seconds
        with self._changed:
            while self._waiting or self._running is not None:
                left = until - self._monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
        return True

    def close(self, deadline_seconds: float) -> bool:
        """Take no more jobs, drop the waiting ones, and wait for the running one; False where it did not end in time."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(deadline_seconds)
        return not self._thread.is_alive()


def attempt(work: Callable[[], None], on_error: Callable[[Exception], None]) -> None:
    """Run `work` at once as a lane would: an unexpected exception is logged and handed to `on_error`, never raised."""
    try:
        work()
    except Exception as error:  # noqa: BLE001  # the lane's catch, for callers without a worker thread
        _log.error("job_failed", error=type(error).__name__, frames=_frames(error))
        on_error(error)
