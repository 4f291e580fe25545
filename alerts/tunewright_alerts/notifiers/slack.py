"""Slack by an incoming webhook, as Block Kit. All that is not ours stands in plain_text and preformatted blocks, which parse nothing:
no mention, link or Markdown of a query's text acts. The fallback text is escaped. Answers `ok`; it has no key to drop a repetition by.
"""

import json
from dataclasses import dataclass
from typing import Any

from tunewright_alerts import wording
from tunewright_alerts.letter import Letter
from tunewright_alerts.message import Alert, Event, Message
from tunewright_alerts.web import Network, post

_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
_MOST_LINES = 40
_MOST_ALERTS = 8
"""A message may have 50 blocks; an alert takes up to five."""


@dataclass(frozen=True, slots=True)
class Slack:
    """One incoming webhook."""

    url: str
    allowed: tuple[Network, ...] = ()

    def send(self, message: Message) -> None:
        """As Notifier."""
        body = json.dumps(payload(message)).encode()
        post(self.url, body, _HEADERS, self.allowed)

    def deliver(self, letter: Letter) -> None:
        """As LetterBox."""
        post(self.url, json.dumps(letter_payload(letter)).encode(), _HEADERS, self.allowed)


def letter_payload(letter: Letter) -> dict[str, Any]:
    """A letter's lines; its file is not sent to a chat."""
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(letter.title, 150)}]
    blocks += [{"type": "section", "text": _plain(one, 2900)} for one in letter.lines[:_MOST_LINES]]
    if letter.page_url is not None:
        button = {"type": "button", "text": _plain("Findings", 30), "url": letter.page_url}
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": escaped(letter.title), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def escaped(text: str) -> str:
    """For Slack's `text`: the three characters that begin anything."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str, length: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": wording.shown(text, length) or "-", "emoji": False}


def _alert(message: Message, alert: Alert) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [
        {"type": "divider"},
        {"type": "section", "text": _plain(f"{wording.heading(alert)}. {alert.summary}", 2900)},
    ]
    if message.event is Event.RESOLVED:
        return blocks
    fields = [_plain(f"{label}: {value}", 300) for label, value in wording.facts(alert)[:10]]
    if fields:
        blocks.append({"type": "section", "fields": fields})
    if alert.advice:
        code = wording.statement("\n".join(alert.advice))
        run = {"type": "text", "text": code}
        blocks.append({"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [run]}]})
    since = f"Since {alert.opened_at:%Y-%m-%d %H:%M:%S} UTC; {wording.runbook(alert)}"
    blocks.append({"type": "context", "elements": [_plain(since, 300)]})
    return blocks


def payload(message: Message) -> dict[str, Any]:
    """The message as Slack takes it."""
    title = wording.title(message)
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(title, 150)}]
    for alert in wording.listed(message)[:_MOST_ALERTS]:
        blocks += _alert(message, alert)
    if (more := len(message.alerts) - _MOST_ALERTS) > 0:
        blocks.append({"type": "context", "elements": [_plain(f"{more} more", 100)]})
    if (page := wording.link(message)) is not None:
        button = {"type": "button", "text": _plain("Findings", 30), "url": page}
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": escaped(title), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}
