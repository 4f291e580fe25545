"""E-mail by Amazon SES (v2): the same message as by SMTP, sent raw, with the role's own credentials."""

from dataclasses import dataclass
from email.message import EmailMessage

from tunewright_alerts import aws
from tunewright_alerts.letter import Letter
from tunewright_alerts.mail import address, compose, compose_letter
from tunewright_alerts.message import Message


@dataclass(frozen=True, slots=True)
class Ses:
    """One sender and its readers."""

    sender: str
    to: tuple[str, ...]
    region: str | None = None

    def send(self, message: Message) -> None:
        """As Notifier."""
        self._send(compose(message, self.sender, self.to))

    def deliver(self, letter: Letter) -> None:
        """As LetterBox."""
        self._send(compose_letter(letter, self.sender, self.to))

    def _send(self, mail: EmailMessage) -> None:
        with aws.translated("Amazon SES", "ses:SendRawEmail"):
            aws.client("sesv2", self.region).send_email(
                FromEmailAddress=address(self.sender).addr_spec,
                Destination={"ToAddresses": [address(one).addr_spec for one in self.to]},
                Content={"Raw": {"Data": mail.as_bytes()}},
            )
