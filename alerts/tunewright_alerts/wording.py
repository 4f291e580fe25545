"""A Message in words: title, lines, links; and hostile text made harmless. Called by every notifier; each adds its channel's own escaping.

Names, application names and statement texts are anybody's. Control, zero-width and direction-changing characters are replaced here.
"""

from tunewright_alerts.message import Alert, Event, Message
from tunewright_analyzers.sql.redact import visible

MOST_ALERTS = 10
"""Written out in one message; the rest is counted."""
TITLE_LENGTH = 150
_SAID = {
    Event.OPENED: "",
    Event.CHANGED: "Changed: ",
    Event.REPEATED: "Still open: ",
    Event.RESOLVED: "Resolved: ",
    Event.TEST: "Test: ",
}


def shown(text: object, length: int = 500) -> str:
    """`text` on one line, harmless and no longer than `length`."""
    line = " ".join(visible(str(text).encode("utf-8", "replace").decode()).split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def statement(text: str, length: int = 1500) -> str:
    """A statement with its line breaks, harmless and bounded."""
    lines = [visible(line.encode("utf-8", "replace").decode()) for line in text.splitlines()]
    whole = "\n".join(line.rstrip() for line in lines)
    return whole if len(whole) <= length else f"{whole[: length - 1]}…"


def title(message: Message) -> str:
    """One line: what happened, how bad, where, what."""
    if not message.alerts:
        return f"{_SAID[message.event]}Tunewright reaches this channel"
    first, more = message.alerts[0], len(message.alerts) - 1
    what = f"{first.summary} (and {more} more)" if more else first.summary
    return shown(f"{_SAID[message.event]}[{message.severity.upper()}] {', '.join(message.clusters)}: {what}", TITLE_LENGTH)  # fmt: skip


def link(message: Message, alert: Alert | None = None) -> str | None:
    """The findings page, at the alert's place where one is given."""
    if message.page_url is None:
        return None
    return (
        f"{message.page_url}#f-{alert.finding}" if alert is not None and alert.finding.isalnum() else message.page_url
    )


def listed(message: Message) -> tuple[Alert, ...]:
    """The alerts that are written out, the worst first."""
    return tuple(sorted(message.alerts, key=lambda one: (-one.severity.rank, one.key)))[:MOST_ALERTS]


def heading(alert: Alert) -> str:
    """What and where, on one line."""
    where = alert.cluster if alert.instance in ("", "primary") else f"{alert.cluster}, {alert.instance}"
    return shown(f"{alert.severity.upper()} {alert.check} in {where}: {alert.subject}", 300)


def runbook(alert: Alert) -> str:
    """How to learn what the check means and what to do."""
    return f"tunewright checks {shown(alert.check, 100)}"


def facts(alert: Alert) -> tuple[tuple[str, str], ...]:
    """Its evidence, harmless."""
    return tuple((shown(label, 60), shown(value, 200)) for label, value in alert.facts)


def rest(message: Message) -> str | None:
    """What is not written out."""
    more = len(message.alerts) - MOST_ALERTS
    gone = len(message.closed) if message.open else 0
    parts = [f"{more} more stand" if more > 0 else "", f"{gone} of those told before are gone" if gone else ""]
    return "; ".join(part for part in parts if part) or None


def text(message: Message) -> str:
    """All of it as plain text: mail, SNS, Apprise."""
    lines = [title(message), ""]
    for alert in listed(message):
        lines += [heading(alert), f"  {shown(alert.summary)}"]
        if message.event is not Event.RESOLVED:
            lines += [f"  {label}: {value}" for label, value in facts(alert)]
            lines += [f"  > {line}" for one in alert.advice for line in statement(one).splitlines()]
            lines += [f"  Since {alert.opened_at:%Y-%m-%d %H:%M:%S} UTC; {runbook(alert)}"]
        lines.append("")
    lines += [one for one in (rest(message), link(message)) if one]
    lines.append("Tunewright reads, judges and advises; it never changes a database.")
    return "\n".join(lines)
