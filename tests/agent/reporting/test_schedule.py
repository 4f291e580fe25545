"""The report on schedule: due when it should be, handed over once, again where it failed, to a folder, S3, mail and chat."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from pydantic import ValidationError

import month
import receivers
from month import Month
from tunewright_agent.clock import Clock
from tunewright_agent.config.notifications import ChannelSettings, NotificationSettings
from tunewright_agent.config.settings import HistorySettings, ReportSettings, Settings
from tunewright_agent.history.store import History
from tunewright_agent.reporting.calendar import due_at
from tunewright_agent.reporting.deliver import file_name, to_bucket, to_folder
from tunewright_agent.reporting.schedule import Reporter
from tunewright_alerts.delivery import Refused
from tunewright_alerts.letter import Letter
from tunewright_alerts.mail import compose_letter
from tunewright_alerts.notifiers.ses import Ses
from tunewright_alerts.notifiers.slack import letter_payload

END = month.START + timedelta(hours=25)
"""A Tuesday, 01:00 UTC."""


# --- the calendar


@pytest.mark.parametrize(
    ("day", "at", "zone", "now", "due"),
    [
        ("tue", "01:00", "UTC", END, END),
        ("tue", "01:00", "UTC", END + timedelta(hours=23), END),
        ("tue", "01:00", "UTC", END + timedelta(hours=24), None),
        ("tue", "01:00", "UTC", END - timedelta(seconds=1), None),
        ("mon", "01:00", "UTC", END, None),
        ("daily", "00:30", "UTC", END, END - timedelta(minutes=30)),
        ("daily", "02:00", "UTC", END, END - timedelta(hours=23)),
        ("tue", "02:00", "Europe/Berlin", END, END),
        (
            "mon",
            "23:30",
            "America/New_York",
            END + timedelta(hours=3, minutes=30),
            END + timedelta(hours=3, minutes=30),
        ),
        ("never", "01:00", "UTC", END, None),
        (
            "sun",
            "02:30",
            "Europe/Berlin",
            datetime(2026, 3, 29, 6, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        ),
    ],
)
def test_when_it_is_due(day: str, at: str, zone: str, now: datetime, due: datetime | None) -> None:
    assert due_at(day, at, zone, now) == due


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"day": "tue"}, "goes nowhere"),
        ({"day": "tue", "folder": "r", "time": "7:00"}, "pattern"),
        ({"timezone": "Mars/Olympus"}, "time zone"),
        ({"bucket": "reports"}, "pattern"),
    ],
)
def test_settings_that_cannot_be(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ReportSettings(**values)


def test_only_some_channels_take_a_report() -> None:
    pager = ChannelSettings(name="hook", kind="webhook", url="https://example.net/")
    with pytest.raises(ValidationError, match=r"'hook' is of kind webhook; smtp, ses and slack"):
        Settings(notifications=NotificationSettings(channels=(pager,)), report=ReportSettings(channels=("hook",)))
    with pytest.raises(ValidationError, match="'mail' is no channel"):
        Settings(report=ReportSettings(channels=("mail",)))


# --- places


def test_the_folder_keeps_the_newest_and_nothing_half_written(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "reports"
    for hour in range(5):
        to_folder(folder, {file_name(END + timedelta(hours=hour), "md"): b"x"}, keep=3)
    (folder / "theirs.md").write_text("not ours")
    to_folder(folder, {file_name(END + timedelta(hours=9), "html"): b"y"}, keep=2)
    assert sorted(one.name for one in folder.iterdir()) == [
        "theirs.md",
        "tunewright-20261103T0500Z.md",
        "tunewright-20261103T1000Z.html",
    ]
    assert (folder / "tunewright-20261103T1000Z.html").stat().st_mode & 0o777 == 0o640
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(Refused, match=r"Not a directory|File exists"):
        to_folder(blocked, {"x.md": b""}, keep=1)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto behind the real boto3."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.mark.usefixtures("aws")
def test_the_bucket_gets_the_files_under_its_prefix() -> None:
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="reports")
    to_bucket("s3://reports/a/b/", "us-east-1", {"tunewright-20261103T0100Z.html": b"<p>", "x.json": b"{}"})
    names = [one["Key"] for one in client.list_objects_v2(Bucket="reports")["Contents"]]
    assert names == ["a/b/tunewright-20261103T0100Z.html", "a/b/x.json"]
    assert client.get_object(Bucket="reports", Key="a/b/x.json")["ContentType"] == "application/json"
    with pytest.raises(Refused, match=r"Amazon S3 answered NoSuchBucket \(needs s3:PutObject\)"):
        to_bucket("s3://nobody-has-this", "us-east-1", {"x.md": b""})


LETTER = Letter(
    "report-1",
    "Tunewright report, shop\r\nBcc: x@example.net",
    END,
    ("Health 95.", "<b>1</b> & \x1b[31m"),
    b"<p>",
    "r.html",
)


def test_a_letter_is_a_mail_with_its_file() -> None:
    mail = compose_letter(LETTER, "Tunewright <t@example.net>", ("dba@example.net",))
    assert "Bcc" not in mail
    assert "\n" not in mail["Subject"]
    text, html, file = (one for one in mail.walk() if not one.is_multipart())
    assert "\x1b" not in text.get_content()
    assert "&lt;b&gt;1&lt;/b&gt; &amp;" in html.get_content()
    assert (file.get_filename(), file.get_content_type()) == ("r.html", "text/html")


@pytest.mark.usefixtures("aws")
def test_a_letter_by_ses() -> None:
    boto3.client("sesv2", region_name="us-east-1").create_email_identity(EmailIdentity="t@example.net")
    Ses("t@example.net", ("dba@example.net",), "us-east-1").deliver(LETTER)
    assert boto3.client("ses", region_name="us-east-1").get_send_quota()["SentLast24Hours"] > 0


def test_a_letter_in_a_chat_is_plain_text() -> None:
    payload = letter_payload(LETTER)
    assert {one["type"] for one in payload["blocks"]} == {"header", "section"}
    assert all(one["text"]["type"] == "plain_text" for one in payload["blocks"])
    assert "\x1b" not in json.dumps(payload)


# --- the schedule


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """A day of the shop."""
    with History(tmp_path / "history.db") as opened:
        Month(opened).run(END)
        yield opened


@pytest.mark.slow
@pytest.mark.usefixtures("aws")
def test_it_is_handed_over_once_to_every_place_and_again_where_it_failed(history: History, tmp_path: Path) -> None:
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="reports")
    with receivers.smtp() as mailbox, receivers.http() as chat:
        settings = Settings(
            history=HistorySettings(path=history.database.path),
            notifications=NotificationSettings(
                channels=(
                    ChannelSettings(name="mail", kind="smtp", host="127.0.0.1", port=mailbox.port, security="none",
                                    sender="t@example.net", to=("dba@example.net",)),
                    ChannelSettings(name="chat", kind="slack", url=f"{chat.url}/x", allow_addresses=("127.0.0.0/8",)),
                )
            ),
            report=ReportSettings(day="tue", time="01:00", folder=tmp_path / "reports", forms=("html", "json"), bucket="s3://reports/weekly",
                                  region="us-east-1", channels=("mail", "chat")),
        )  # fmt: skip
        moment = [END - timedelta(minutes=1)]
        reporter = Reporter(settings, history.database, lambda: moment[0])
        assert reporter.tick() == (), "not due yet"
        moment[0] = END
        mailbox.answer = "451 later"
        assert reporter.tick() == ("folder", "bucket", "channel chat")
        mailbox.answer = "250 OK"
        assert Reporter(settings, history.database, lambda: moment[0]).tick() == ("channel mail",), (
            "a fresh daemon sends only what is missing"
        )
        assert reporter.tick() == ()
        moment[0] = END + timedelta(days=6)
        assert reporter.tick() == (), "not until next Tuesday"
    assert sorted(one.name for one in (tmp_path / "reports").iterdir()) == [
        "tunewright-20261103T0100Z.html",
        "tunewright-20261103T0100Z.json",
    ]
    (mail,) = mailbox.mails
    assert mail["Subject"].startswith("Tunewright report, shop / db1:5432: ")
    assert [part.get_filename() for part in mail.iter_attachments()] == ["tunewright-20261103T0100Z.html"]
    (said,) = chat.received
    assert "Its health is" in json.dumps(said.json)
    keys = [one["Key"] for one in boto3.client("s3").list_objects_v2(Bucket="reports")["Contents"]]
    assert keys == ["weekly/tunewright-20261103T0100Z.html", "weekly/tunewright-20261103T0100Z.json"]


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_tried_again(history: History, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("in the way")
    report = ReportSettings(day="daily", time="01:00", folder=blocked, forms=("md",))
    settings = Settings(history=HistorySettings(path=history.database.path), report=report)
    reporter = Reporter(settings, history.database, lambda: END)
    assert reporter.tick() == ()
    blocked.unlink()
    assert reporter.tick() == ("folder",)
    clock = Clock()
    reporter.start(clock)
    assert reporter.stop(5.0)
