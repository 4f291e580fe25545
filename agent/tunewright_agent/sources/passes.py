"""How much time a pass of a source still has, by thread: what every engine's Reader asks before each call."""

import contextlib
import threading
from collections.abc import Callable, Iterator

UNBOUNDED_SECONDS = 3600.0


class Passes:
    """The deadlines of the passes that run now, one a thread. `clock` is monotonic."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._of_thread = threading.local()

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """A pass of this thread that must end in `seconds`: every call in it is cut at what is left."""
        self._of_thread.until = self._clock() + seconds
        try:
            yield
        finally:
            self._of_thread.until = None

    def left(self) -> float:
        """Seconds that this thread's pass still has; plenty where none was set."""
        until = getattr(self._of_thread, "until", None)
        return UNBOUNDED_SECONDS if until is None else until - self._clock()
