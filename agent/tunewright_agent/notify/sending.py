"""One thread a channel: claims the next message, sends it, and tells the outbox what came of it. A slow channel delays no other.

This is the second of the two places that catch every exception (the first is the lane): a notifier that breaks costs its message a delay.
"""

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from tunewright_agent.config.notifications import ChannelSettings
from tunewright_agent.config.secrets import SecretError
from tunewright_agent.history.database import HistoryError
from tunewright_agent.history.leases import Fenced
from tunewright_agent.history.outbox import Claimed, Outbox
from tunewright_alerts.delivery import DeliveryError, Notifier, Refused
from tunewright_alerts.message import Message

_log = structlog.get_logger("notify")
FIRST_SECONDS, LONGEST_SECONDS = 2.0, 300.0
POLL_SECONDS, POLL_SHARED_SECONDS = 1.0, 5.0
"""Retries and what an agent before left; what is planned here wakes the sender."""
UNWRITABLE_SECONDS = 10.0


def delay(attempts: int, error: DeliveryError, chance: float) -> float:
    """Seconds until the next try: doubled each time, a refusal the longest at once, never sooner than the receiver asks. `chance` is 0 to 1."""
    steps = LONGEST_SECONDS if isinstance(error, Refused) else min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** (attempts - 1))  # fmt: skip
    return max(steps * (0.75 + chance / 2), error.after_seconds or 0.0)


class Sender:
    """The thread of one channel."""

    def __init__(
        self,
        channel: ChannelSettings,
        outbox: Outbox,
        make: Callable[[ChannelSettings], Notifier],
        now: Callable[[], datetime],
        give_up_seconds: float,
    ) -> None:
        self.channel = channel
        self._outbox = outbox
        self._make = make
        self._now = now
        self._give_up_seconds = give_up_seconds
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._failing: str | None = None
        self._thread = threading.Thread(target=self._run, name=f"notify-{channel.name}", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    def stop(self, deadline_seconds: float) -> bool:
        """Send no more; wait for what is being sent. False where it did not end in time: it is sent again at the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(deadline_seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                idle = not self.once()
            except Fenced as error:
                _log.info("not_ours_to_send", channel=self.channel.name, reason=str(error))
                continue
            except HistoryError as error:
                _log.error("outbox_failed", channel=self.channel.name, reason=str(error))
                self._stop.wait(UNWRITABLE_SECONDS)
                continue
            except Exception as error:  # noqa: BLE001  # as in _try: a channel that stops in silence is the worst
                _log.error("notify_failed", channel=self.channel.name, error=type(error).__name__)
                self._stop.wait(UNWRITABLE_SECONDS)
                continue
            if idle:
                self._wake.wait(POLL_SHARED_SECONDS if self._outbox.shared else POLL_SECONDS)
                self._wake.clear()

    def once(self) -> bool:
        """Send one message if one is due; whether there was one. Raises HistoryError."""
        claimed = self._outbox.claim(self.channel.name, self._now())
        if claimed is None:
            return False
        if not self._outbox.may_send(claimed):  # this process was paused: whoever took over sends it
            self._outbox.again(claimed, "doubtful", self._now())
            return True
        error = self._try(claimed.message)
        at = self._now()
        if error is None:
            self._outbox.sent(claimed, at)
            _log.info(
                "notified",
                channel=self.channel.name,
                about=str(claimed.message.event),
                key=claimed.message.key,
                again=claimed.doubtful,
            )
            self._failing = None
        else:
            self._failed(claimed, error, at)
        return True

    def _try(self, message: Message) -> DeliveryError | None:
        try:
            self._make(self.channel).send(message)
        except DeliveryError as error:
            return error
        except SecretError as error:
            return Refused(f"a secret could not be had: {error}")
        except Exception as error:  # noqa: BLE001  # the outbox is one of the two places that catch everything
            return DeliveryError(f"internal error {type(error).__name__}; please report it")
        return None

    def _failed(self, claimed: Claimed, error: DeliveryError, at: datetime) -> None:
        name = self.channel.name
        if at - claimed.made_at >= timedelta(seconds=self._give_up_seconds):
            self._outbox.give_up(claimed, error.reason, at)
            _log.error("notification_given_up", channel=name, reason=error.reason, attempts=claimed.attempts)
            return
        wait = delay(claimed.attempts, error, random.random())  # noqa: S311  # jitter needs no secrecy
        self._outbox.again(claimed, error.reason, at + timedelta(seconds=wait))
        if error.reason != self._failing:
            _log.warning("notification_failed", channel=name, reason=error.reason, next_in_seconds=round(wait, 1))
        self._failing = error.reason
