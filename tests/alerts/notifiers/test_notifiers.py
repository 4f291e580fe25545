"""Every notifier against a receiver that speaks its protocol: what arrives, and that hostile text never acts."""

import hashlib
import hmac
import ipaddress
import json
import re
import ssl
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

import messages
import receivers
from tunewright_alerts import mail, notifiers, wording
from tunewright_alerts.delivery import Busy, Refused, Unreachable
from tunewright_alerts.message import Event
from tunewright_alerts.notifiers import alertmanager, pagerduty, slack, teams
from tunewright_alerts.notifiers.apprise import Apprise
from tunewright_alerts.notifiers.pagerduty import PagerDuty
from tunewright_alerts.notifiers.ses import Ses
from tunewright_alerts.notifiers.slack import Slack
from tunewright_alerts.notifiers.smtp import Smtp
from tunewright_alerts.notifiers.sns import Sns
from tunewright_alerts.notifiers.webhook import Webhook

LOOPBACK = (ipaddress.ip_network("127.0.0.1/32"),)
ACTING = ("\x1b", "\x00", "\u202e", "\u200b", "\udcff")


@pytest.fixture
def receiver() -> Iterator[receivers.Receiver]:
    with receivers.http() as made:
        yield made


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, str):
        yield value


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from _objects(one)


def test_slack_is_block_kit_within_its_bounds(receiver: receivers.Receiver) -> None:
    many = tuple(messages.alert(str(number), summary="x" * 5000) for number in range(40))
    Slack(f"{receiver.url}/services/x", LOOPBACK).send(messages.message(Event.OPENED, *many))
    body = receiver.received[0].json
    assert len(body["blocks"]) <= 50
    assert all(len(one["text"]) <= 3000 for one in _objects(body) if one.get("type") == "plain_text")
    assert len(body["blocks"][0]["text"]["text"]) <= 150


def test_slack_lets_no_text_act() -> None:
    body = slack.payload(messages.hostile())
    assert "mrkdwn" not in json.dumps(body)
    assert "<" not in body["text"]
    assert "[HIGH]" in body["text"]


def test_teams_lets_no_text_act() -> None:
    body = teams.payload(messages.hostile())
    texts = [one for one in _objects(body) if "text" in one]
    assert texts
    assert {one["type"] for one in texts} == {"TextRun"}
    assert "msteams" not in json.dumps(body)


@pytest.mark.parametrize(
    "write", [slack.payload, teams.payload, alertmanager.payload, lambda one: pagerduty.payload(one, "k", "trigger")]
)
def test_no_character_acts_and_no_line_breaks_out(write: Any) -> None:
    text = "".join(_strings(write(messages.hostile())))
    assert "alert(1)" in text
    assert not [one for one in ACTING if one in text]
    assert "\r" not in text


def test_pagerduty_opens_and_resolves_under_one_key(receiver: receivers.Receiver) -> None:
    pager = PagerDuty("r0uting", f"{receiver.url}/v2/enqueue", LOOPBACK)
    for event in (Event.OPENED, Event.RESOLVED):
        pager.send(messages.message(event))
    opened, resolved = (one.json for one in receiver.received)
    assert (opened["event_action"], resolved["event_action"]) == ("trigger", "resolve")
    assert opened["dedup_key"] == resolved["dedup_key"]
    assert opened["payload"]["severity"] == "error"
    assert opened["links"][0]["href"] == "https://tw.example.net/findings#f-abc123"
    assert len(pagerduty.payload(messages.hostile(), "k", "trigger")["payload"]["summary"]) <= 1024


def test_a_webhook_is_signed_and_carries_its_key(receiver: receivers.Receiver) -> None:
    Webhook(receiver.url, "shared", LOOPBACK).send(messages.message())
    got = receiver.received[0]
    assert got.headers["Idempotency-Key"] == "key1"
    time, _, given = got.headers["X-Tunewright-Signature"].partition(",v1=")
    expected = hmac.new(b"shared", time.removeprefix("t=").encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert given == expected
    assert got.json["open"][0]["check"] == "locks/blocking_chain"


def test_mail_has_two_parts_and_hostile_text_reaches_no_header() -> None:
    with receivers.smtp() as box:
        smtp = Smtp("127.0.0.1", box.port, "Tunewright <tw@example.net>", ("dba@example.net",), "none")
        smtp.send(messages.hostile())
        smtp.send(messages.message(Event.RESOLVED))
        box.answer = "451 later"
        with pytest.raises(Busy, match="451"):
            smtp.send(messages.message())
    first, second = box.mails
    assert first["Bcc"] is None
    assert first["Message-ID"] == "<key1@example.net>"
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]
    assert second["Subject"].startswith("Resolved: [HIGH] shop")
    assert not [one for one in ACTING if one in str(first.get_body().get_content())]  # type: ignore[union-attr]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_html_holds_only_our_own_tags() -> None:
    parser = _Tags()
    parser.feed(mail.html(messages.hostile()))
    assert parser.tags == {"html", "body", "h1", "h2", "p", "table", "tr", "th", "td", "pre", "code", "a"}
    assert parser.links == ["https://tw.example.net/findings"]


def test_a_password_is_not_sent_in_the_clear_and_starttls_is_not_forgone() -> None:
    with pytest.raises(Refused, match="in the clear"):
        Smtp("127.0.0.1", 9, "a@b.c", ("d@e.f",), "none", "u", "p").send(messages.message())
    with receivers.smtp() as box, pytest.raises(Refused, match="does not offer"):
        Smtp("127.0.0.1", box.port, "a@b.c", ("d@e.f",), "starttls").send(messages.message())
    assert not box.mails


def test_a_relay_that_is_down_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        Smtp("127.0.0.1", 1, "a@b.c", ("d@e.f",), "none").send(messages.message())


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield


@pytest.mark.usefixtures("aws")
def test_sns_publishes_and_a_fifo_topic_gets_key_and_thread() -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    queue = sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    Sns(topic).send(messages.message())
    got = sqs.receive_message(QueueUrl=queue, AttributeNames=["All"])["Messages"][0]
    assert "locks/blocking_chain" in json.loads(got["Body"])["Message"]
    assert got["Attributes"]["MessageGroupId"] == "thread1"
    with pytest.raises(Refused, match="sns:Publish"):
        Sns(topic.replace("t.fifo", "gone")).send(messages.message())


@pytest.mark.usefixtures("aws")
def test_ses_sends_the_same_mail() -> None:
    ses = boto3.client("sesv2")
    with pytest.raises(Refused, match="ses:SendRawEmail"):
        Ses("tw@example.net", ("dba@example.net",), "eu-central-1").send(messages.message())
    ses.create_email_identity(EmailIdentity="tw@example.net")
    Ses("Tunewright <tw@example.net>", ("dba@example.net",), "eu-central-1").send(messages.hostile())


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise imports it
def test_apprise_reaches_a_receiver_and_mentions_nobody(receiver: receivers.Receiver) -> None:
    address = receiver.url.replace("http://", "json://")
    Apprise(address, LOOPBACK).send(messages.hostile())
    said = receiver.received[0].json["message"]
    assert "@everyone" not in said
    assert "<!channel>" not in said
    with pytest.raises(Refused, match="private"):
        Apprise(address).send(messages.message())
    with pytest.raises(Refused, match="not one that Apprise knows"):
        Apprise("nonsense://secret@x").send(messages.message())


def test_a_title_says_how_many() -> None:
    two = messages.message(Event.OPENED, messages.alert("a"), messages.alert("b"))
    assert wording.title(two) == "[HIGH] shop: 3 sessions wait, the longest for 40 s. (and 1 more)"


def test_notifiers_know_nothing_of_each_other() -> None:
    folder = Path(notifiers.__file__).parent
    names = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert len(names) == 9
    for name in names:
        imports = re.findall(r"tunewright_alerts\.notifiers\S*", (folder / f"{name}.py").read_text())
        assert not imports, f"{name} imports {imports}"


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's context whose certificate (of `localhost`) the client trusts."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "crt.pem"]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "crt.pem", tmp_path / "key.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "crt.pem"))
    return context


def test_starttls_checks_the_name_and_then_logs_in(tls: ssl.SSLContext) -> None:
    with receivers.smtp(tls, "secret") as box:
        Smtp("localhost", box.port, "a@b.c", ("d@e.f",), "starttls", "user", "secret").send(messages.message())
        assert len(box.mails) == 1
        with pytest.raises(Refused, match="localhost answered 535") as told:
            Smtp("localhost", box.port, "a@b.c", ("d@e.f",), "starttls", "user", "wr0ng").send(messages.message())
        assert "wr0ng" not in told.value.reason
        with pytest.raises(Refused, match="not trusted"):
            Smtp("127.0.0.1", box.port, "a@b.c", ("d@e.f",), "starttls", "user", "secret").send(messages.message())


def test_implicit_tls_checks_the_name_too(tls: ssl.SSLContext) -> None:
    with receivers.smtp(tls, implicit=True) as box:
        Smtp("localhost", box.port, "a@b.c", ("d@e.f",), "tls").send(messages.message())
        with pytest.raises(Refused, match="not trusted"):
            Smtp("127.0.0.1", box.port, "a@b.c", ("d@e.f",), "tls").send(messages.message())
    assert len(box.mails) == 1


def test_https_checks_the_certificate_for_the_urls_name(tls: ssl.SSLContext) -> None:
    with receivers.http(tls=tls) as receiver:
        port = receiver.url.rpartition(":")[2]
        Webhook(f"https://localhost:{port}/", None, LOOPBACK).send(messages.message())
        with pytest.raises(Refused, match="not trusted"):
            Webhook(f"https://127.0.0.1:{port}/", None, LOOPBACK).send(messages.message())
    assert len(receiver.received) == 1
