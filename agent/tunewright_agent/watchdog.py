"""Cuts a connection whose call passes its deadline, from another thread: for drivers that wait for an answer without any limit.

Used by the sessions of the sources, the history's stores and the findings page. Names no driver: the caller says how the connection is cut.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Callable


class Watchdog:
    """Calls `cut` when the block takes longer than `seconds`, and remembers that it did. A connection that has ended by then is no error."""

    def __init__(self, cut: Callable[[], None], seconds: float) -> None:
        self.fired = False
        self._cut = cut
        self._timer = threading.Timer(seconds, self._fire)
        self._timer.daemon = True

    def _fire(self) -> None:
        self.fired = True
        with contextlib.suppress(OSError):
            self._cut()

    def __enter__(self) -> "Watchdog":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def shut(descriptor: int) -> None:
    """Shut a socket down by its file descriptor, which stays its owner's. Raises OSError."""
    with socket.socket(fileno=os.dup(descriptor)) as twin:
        twin.shutdown(socket.SHUT_RDWR)
