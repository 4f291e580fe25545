"""Before there is a store: the daemon looks for it again and again, and its pages say so. Settings in, nothing out. Called by the daemon.

    assemble fails (AwayError) -> waiting --the store answers--> assemble again
                                     |-----told to stop, or to read the settings again--> back to the daemon

Invariants: nothing is read of any target, for nothing could be kept and no lease can be had; the pause between two looks is at most
LONGEST_SECONDS; an error that no waiting mends leaves at once.
"""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from tunewright_agent.clock import now
from tunewright_agent.config.settings import Settings, WebSettings
from tunewright_agent.history.database import AwayError
from tunewright_agent.state import State
from tunewright_agent.wiring import history_of, pages_of

_log = structlog.get_logger("waiting")
FIRST_SECONDS, LONGEST_SECONDS = 1.0, 30.0
TOLD_EVERY_SECONDS = 300.0
"""How often the log says again that it is still so."""
STOP_SECONDS = 2.0


def pauses() -> Iterator[float]:
    """Seconds between two looks: doubled up to the longest; none is the same in two agents, so that they do not all come at once."""
    longest = FIRST_SECONDS
    while True:
        yield longest * random.uniform(0.5, 1.0)  # noqa: S311 - spread, no secret
        longest = min(LONGEST_SECONDS, 2 * longest)


def look(settings: Settings) -> None:
    """Connect to the store and find its tables, or make them. Raises AwayError, and HistoryError where no waiting would mend it."""
    database = history_of(settings.history).database
    try:
        database.open()
    finally:
        database.close()


@dataclass(slots=True)
class Waiting:
    """One span of waiting. `reason` is why the store could not be used last."""

    reason: str
    started_at: datetime = field(default_factory=now)
    _told: tuple[str, float] | None = field(init=False, default=None)

    def state(self) -> State:
        """Nothing is known yet but that."""
        return State(self.started_at, now(), (), history_error=self.reason)

    @contextmanager
    def pages(self, web: WebSettings) -> Iterator[None]:
        """They answer meanwhile, on the address of the settings. Raises as `pages_of`."""
        server = pages_of(web, self.state, lambda: self.reason).start()
        try:
            yield
        finally:
            server.stop(STOP_SECONDS)

    def until_there(self, settings: Settings, wake: threading.Event) -> None:
        """Returns once the store answers, or `wake` is set. Raises HistoryError where no waiting would mend it."""
        with self.pages(settings.web):
            for pause in pauses():
                self._tell(pause)
                if wake.wait(pause):
                    return
                try:
                    look(settings)
                except AwayError as error:
                    self.reason = str(error)
                else:
                    _log.info("history_found", waited_seconds=round((now() - self.started_at).total_seconds()))
                    return

    def _tell(self, pause: float) -> None:
        """When it begins, when the reason is another, and now and then."""
        at = time.monotonic()
        if self._told is None or self._told[0] != self.reason or at - self._told[1] >= TOLD_EVERY_SECONDS:
            _log.warning("history_awaited", reason=self.reason, next_look_seconds=round(pause, 1),
                         longest_seconds=LONGEST_SECONDS, meanwhile="nothing is read")  # fmt: skip
            self._told = (self.reason, at)
