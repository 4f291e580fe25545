"""All other channels by Apprise, as plain text. What could act in a chat (mentions, markup) is written with look-alikes.

Apprise opens its own connections: the host of its address is judged before, but not pinned as in `web`.
"""

import logging
from dataclasses import dataclass
from typing import Any

from tunewright_alerts import wording
from tunewright_alerts.delivery import Refused, Unreachable
from tunewright_alerts.message import Event, Message
from tunewright_alerts.web import Network, judged
from tunewright_analyzers.finding import Severity

_LOOK_ALIKES = str.maketrans({"@": "＠", "<": "‹", ">": "›", "`": "ˋ", "*": "∗", "[": "［", "]": "］"})  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Apprise:
    """One Apprise address, such as `discord://…` or `mattermosts://…`."""

    url: str
    allowed: tuple[Network, ...] = ()

    def send(self, message: Message) -> None:
        """As Notifier."""
        target = self._target()
        kind = "success" if message.event is Event.RESOLVED else "failure" if message.severity.rank >= Severity.HIGH.rank else "warning"  # fmt: skip
        body, title = (text.translate(_LOOK_ALIKES) for text in (wording.text(message), wording.title(message)))
        if not target.notify(body=body, title=title, notify_type=kind, body_format="text"):
            raise Unreachable(f"Apprise could not deliver to {target.service_name}")

    def _target(self) -> Any:
        import apprise

        logging.getLogger("apprise").disabled = True  # it logs addresses, which hold secrets
        target = apprise.Apprise.instantiate(self.url, suppress_exceptions=True)
        if target is None:
            raise Refused("the channel's address is not one that Apprise knows")
        host = getattr(target, "host", None)
        if host and "{host}" in "".join(map(str, target.templates)):  # others know their service's address
            judged(host, getattr(target, "port", None) or 443, self.allowed)
        return target
