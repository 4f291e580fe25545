"""What is sent that is no alert: a report in a few lines, with its whole as a file. Pure; written by the agent, delivered by mail or chat."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """`key` is this letter's alone: a receiver that sees it twice may drop the second. `lines` are plain text; nothing of them may act."""

    key: str
    title: str
    at: datetime
    lines: tuple[str, ...]
    attachment: bytes = b""
    attachment_name: str = ""
    attachment_kind: str = "text/html"
    page_url: str | None = None


class LetterBox(Protocol):
    """A channel that takes letters."""

    def deliver(self, letter: Letter) -> None:
        """Deliver, within DEADLINE_SECONDS. Raises DeliveryError."""
