"""E-mail by Amazon SES (v2): the same message as by SMTP, sent raw, with the role's own credentials."""

from dataclasses import dataclass

from tunewright_alerts import aws
from tunewright_alerts.mail import address, compose
from tunewright_alerts.message import Message


@dataclass(frozen=True, slots=True)
class Ses:
    """One sender and its readers."""

    sender: str
    to: tuple[str, ...]
    region: str | None = None

    def send(self, message: Message) -> None:
        """As Notifier."""
        mail = compose(message, self.sender, self.to)
        with aws.translated("Amazon SES", "ses:SendRawEmail"):
            aws.client("sesv2", self.region).send_email(
                FromEmailAddress=address(self.sender).addr_spec,
                Destination={"ToAddresses": [address(one).addr_spec for one in self.to]},
                Content={"Raw": {"Data": mail.as_bytes()}},
            )
