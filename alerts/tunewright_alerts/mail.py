"""A Message as an e-mail: text and HTML parts, threaded by its group, the same Message-ID for the same key. Used by smtp and ses."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from tunewright_alerts import wording
from tunewright_alerts.letter import Letter
from tunewright_alerts.message import Alert, Event, Message
from tunewright_analyzers.finding import Severity

_COLOURS = {Severity.CRITICAL: "#b3261e", Severity.HIGH: "#b3261e", Severity.MEDIUM: "#8a5a00"}
_GONE = "#1b6e3c"


def address(text: str) -> Address:
    """`Name <a@b>` or `a@b`. Raises ValueError."""
    name, _, rest = text.rpartition("<")
    return Address(name.strip().strip('"'), addr_spec=rest.rstrip(">").strip())


def compose(message: Message, sender: str, to: tuple[str, ...]) -> EmailMessage:
    """The whole message. What is not ours cannot reach a header but as one line of the subject."""
    mail = EmailMessage(policy=SMTP)
    origin = address(sender)
    mail["From"] = origin
    mail["To"] = tuple(address(one) for one in to)
    mail["Subject"] = wording.title(message)
    mail["Date"] = message.at
    domain = origin.domain or "tunewright.invalid"
    mail["Message-ID"] = f"<{message.key}@{domain}>"
    mail["References"] = f"<{message.thread}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Tunewright-Event"] = message.event.value
    mail.set_content(wording.text(message))
    mail.add_alternative(html(message), subtype="html")
    return mail


def compose_letter(letter: Letter, sender: str, to: tuple[str, ...]) -> EmailMessage:
    """A letter: its lines as text and as HTML, its file attached. No line of it reaches a header but the title, as one line."""
    mail = EmailMessage(policy=SMTP)
    origin = address(sender)
    mail["From"] = origin
    mail["To"] = tuple(address(one) for one in to)
    mail["Subject"] = wording.shown(letter.title, 200)
    mail["Date"] = letter.at
    mail["Message-ID"] = f"<{letter.key}@{origin.domain or 'tunewright.invalid'}>"
    mail["Auto-Submitted"] = "auto-generated"
    lines = [wording.shown(one, 2000) for one in letter.lines]
    mail.set_content("\n\n".join(lines) + "\n")
    paragraphs = "".join(f'<p style="margin:0 0 10px">{escape(one)}</p>' for one in lines)
    head = f'<h1 style="font-size:18px">{escape(wording.shown(letter.title, 200))}</h1>'
    body = f'<body style="font-family:sans-serif;font-size:14px;max-width:720px">{head}{paragraphs}</body>'
    mail.add_alternative(f'<!doctype html><html lang="en">{body}</html>', subtype="html")
    if letter.attachment:
        kind, _, subtype = letter.attachment_kind.partition("/")
        mail.add_attachment(letter.attachment, maintype=kind, subtype=subtype, filename=letter.attachment_name)
    return mail


def _alert(message: Message, alert: Alert) -> str:
    colour = _GONE if message.event is Event.RESOLVED else _COLOURS.get(alert.severity, "#44546a")
    parts = [
        f'<h2 style="font-size:16px;margin:20px 0 4px;color:{colour}">{escape(wording.heading(alert))}</h2>',
        f'<p style="margin:0 0 8px">{escape(wording.shown(alert.summary))}</p>',
    ]
    if message.event is Event.RESOLVED:
        return "".join(parts)
    rows = "".join(
        f'<tr><th scope="row" align="left" style="padding:0 12px 2px 0;font-weight:normal">{escape(label)}</th><td>{escape(value)}</td></tr>'
        for label, value in wording.facts(alert)
    )
    parts.append(f'<table style="border-collapse:collapse;margin:0 0 8px">{rows}</table>' if rows else "")
    code = "\n".join(wording.statement(one) for one in alert.advice)
    parts.append(f'<pre style="background:#f2f2f2;color:#111;padding:8px;white-space:pre-wrap">{escape(code)}</pre>' if code else "")  # fmt: skip
    parts.append(f'<p style="margin:0">Since {alert.opened_at:%Y-%m-%d %H:%M:%S} UTC; <code>{escape(wording.runbook(alert))}</code></p>')  # fmt: skip
    return "".join(parts)


def html(message: Message) -> str:
    """The HTML part: inline styles only, nothing fetched."""
    page, rest = wording.link(message), wording.rest(message)
    return (
        '<!doctype html><html lang="en"><body style="font-family:sans-serif;font-size:14px;max-width:720px">'
        f'<h1 style="font-size:18px">{escape(wording.title(message))}</h1>'
        + "".join(_alert(message, one) for one in wording.listed(message))
        + (f"<p>{escape(rest)}</p>" if rest else "")
        + (f'<p><a href="{escape(page)}">All findings</a></p>' if page else "")
        + "<p>Tunewright reads, judges and advises; it never changes a database.</p></body></html>"
    )
