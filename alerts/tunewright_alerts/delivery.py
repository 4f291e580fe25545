"""What a notifier is, and why a delivery may fail. Notifiers enter from the agent's wiring; the outbox calls `send` and obeys the error.

    DeliveryError
    ├── Unreachable   no address, no answer, an answer too late: tried again, sooner at first
    ├── Busy          the receiver asks to wait (429, 5xx): tried again, not before it says
    └── Refused       it will not take this as things are (401, 404, a redirect, a forbidden address): tried again, but seldom

No error's text holds an address's path, a key or a word of the message: webhook addresses are secrets.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from tunewright_alerts.message import Message

DEADLINE_SECONDS = 15.0


class DeliveryError(Exception):
    """A message could not be delivered. `reason` is one line; `after_seconds` is how long the receiver asks to wait."""

    def __init__(self, reason: str, after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_seconds = after_seconds


class Unreachable(DeliveryError):
    """No address, no answer, or an answer too late."""


class Busy(DeliveryError):
    """The receiver asks to wait."""


class Refused(DeliveryError):
    """The receiver will not take it as things are, or we will not go there."""


class Notifier(Protocol):
    """One channel. Adding one: a file in notifiers/, a kind in the agent's settings, a line in its wiring."""

    def send(self, message: Message) -> None:
        """Deliver, within DEADLINE_SECONDS. Raises DeliveryError."""


@contextmanager
def deadline(seconds: float, cut: Callable[[], object]) -> Iterator[None]:
    """Call `cut` (which closes a socket) where the block takes longer: a socket's own timeout begins anew with each byte."""
    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
