"""Alerts and messages for the notifiers' tests, tame and hostile."""

from datetime import UTC, datetime, timedelta

from tunewright_alerts.message import Alert, Event, Message
from tunewright_analyzers.finding import Severity

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
HOSTILE = (
    "<!channel> <@U1> <script>alert(1)</script> **bold** [x](javascript:alert(1)) @everyone `tick`\r\nBcc: evil@example.org\n"
    "\x1b[31mred\x1b[0m \u202egnp.exe\u200b\x00 <at>all</at> &amp; \udcff"
)


def alert(key: str = "a", severity: Severity = Severity.HIGH, **changes: object) -> Alert:
    """A lock chain in the cluster shop."""
    values: dict[str, object] = {
        "key": f"shop/primary/{key}",
        "cluster": "shop",
        "instance": "primary",
        "check": "locks/blocking_chain",
        "severity": severity,
        "subject": f"session of batch {key} in shop",
        "summary": "3 sessions wait, the longest for 40 s.",
        "opened_at": NOW - timedelta(minutes=1),
        "facts": (("longest wait", "40 s"),),
        "advice": ("SELECT pg_terminate_backend(4711);",),
        "finding": "abc123",
    }
    return Alert(**{**values, **changes})  # type: ignore[arg-type]  # the changes are the tests' own


def message(event: Event = Event.OPENED, *alerts: Alert) -> Message:
    """A message about them (or one alert); resolved where the event says so."""
    given = alerts or (alert(),)
    gone = event is Event.RESOLVED
    return Message(
        "key1",
        "thread1",
        event,
        NOW,
        () if gone else given,
        given if gone else (),
        "https://tw.example.net/findings",
        1200.0,
    )


def hostile(event: Event = Event.OPENED) -> Message:
    """All text is HOSTILE."""
    bad = alert(
        cluster=HOSTILE,
        instance=HOSTILE,
        subject=HOSTILE,
        summary=HOSTILE,
        facts=((HOSTILE, HOSTILE),),
        advice=(HOSTILE,),
        finding=HOSTILE,
    )
    return message(event, bad)
