"""E-mail by SMTP. `starttls` and `tls` check the certificate; a password is never sent in the clear."""

import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

from tunewright_alerts.delivery import DEADLINE_SECONDS, Busy, Refused, Unreachable, deadline
from tunewright_alerts.letter import Letter
from tunewright_alerts.mail import compose, compose_letter
from tunewright_alerts.message import Message

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class Smtp:
    """One relay and its readers."""

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    security: Security = "starttls"
    user: str | None = None
    password: str | None = None

    def send(self, message: Message) -> None:
        """As Notifier."""
        self._deliver(compose(message, self.sender, self.to))

    def deliver(self, letter: Letter) -> None:
        """As LetterBox."""
        self._deliver(compose_letter(letter, self.sender, self.to))

    def _deliver(self, mail: EmailMessage) -> None:
        if self.password is not None and self.security == "none":
            raise Refused("a password is not sent in the clear: set security to starttls or tls")
        try:
            self._send(mail)
        except smtplib.SMTPResponseException as error:  # its text is the server's own, which may quote us
            kind = Busy if 400 <= error.smtp_code < 500 else Refused
            raise kind(f"{self.host} answered {error.smtp_code}") from None
        except smtplib.SMTPRecipientsRefused:
            raise Refused(f"{self.host} takes mail for none of the recipients") from None
        except smtplib.SMTPNotSupportedError:
            raise Refused(f"{self.host} does not offer what is asked for ({self.security})") from None
        except ssl.SSLCertVerificationError:
            raise Refused(f"the certificate of {self.host} is not trusted") from None
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(f"{self.host} did not answer ({type(error).__name__})") from None

    def _send(self, mail: EmailMessage) -> None:
        context = ssl.create_default_context()
        implicit = self.security == "tls"
        client = smtplib.SMTP_SSL(timeout=DEADLINE_SECONDS, context=context) if implicit else smtplib.SMTP(timeout=DEADLINE_SECONDS)  # fmt: skip
        try:
            with deadline(2 * DEADLINE_SECONDS, lambda: _cut(client)):
                client._host = self.host  # type: ignore[attr-defined]  # the certificate's name: only the constructor sets it, which connects at once
                client.connect(self.host, self.port)
                if self.security == "starttls":
                    client.starttls(context=context)
                if self.user is not None and self.password is not None:
                    client.login(self.user, self.password)
                client.send_message(mail)
        finally:
            client.close()  # no QUIT: the message is taken, and after a failure nobody may be there to answer it


def _cut(client: smtplib.SMTP) -> None:
    connected: socket.socket | None = client.sock  # its own thread may forget it meanwhile
    if connected is not None:
        try:
            connected.shutdown(socket.SHUT_RDWR)
        except OSError:
            connected.close()
