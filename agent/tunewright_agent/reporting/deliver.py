"""The report handed over: to a folder, to S3, to channels. Every failure is a DeliveryError with its reason in one line."""

import contextlib
import os
import re
from datetime import datetime
from pathlib import Path

from tunewright_agent.reporting.forms import Form
from tunewright_alerts import aws
from tunewright_alerts.delivery import Refused
from tunewright_alerts.letter import Letter

KINDS: dict[Form, str] = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
}
_OURS = re.compile(r"tunewright-\d{8}T\d{4}Z\.(html|md|json|pdf)")


def file_name(due: datetime, form: Form) -> str:
    """`tunewright-20261130T0700Z.html`: sorts by time."""
    return f"tunewright-{due:%Y%m%dT%H%MZ}.{form}"


def to_folder(folder: Path, files: dict[str, bytes], keep: int) -> None:
    """Write the files, each whole or not at all, mode 0640; drop the oldest of ours beyond `keep`. Raises Refused."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        for name, content in files.items():
            part = folder / f".{name}.part"
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            part.replace(folder / name)
        ours = sorted(one for one in folder.iterdir() if _OURS.fullmatch(one.name))
        for old in ours[: max(0, len(ours) - keep)]:
            with contextlib.suppress(FileNotFoundError):
                old.unlink()
    except OSError as error:
        raise Refused(f"{folder}: {error.strerror}") from None


def to_bucket(address: str, region: str | None, files: dict[str, bytes]) -> None:
    """Put the files under s3://BUCKET/PREFIX. Raises DeliveryError."""
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    with aws.translated("Amazon S3", "s3:PutObject"):
        client = aws.client("s3", region)
        for name, content in files.items():
            key = "/".join(part for part in (prefix.strip("/"), name) if part)
            form: Form = name.rpartition(".")[2]  # type: ignore[assignment]  # named by file_name
            client.put_object(Bucket=bucket, Key=key, Body=content, ContentType=KINDS[form])


def letter(due: datetime, title: str, lines: tuple[str, ...], html: bytes, page_url: str | None) -> Letter:
    """For a channel: the summary as its lines, the whole attached."""
    key = f"report-{due:%Y%m%dT%H%MZ}"
    return Letter(key, f"Tunewright report, {title}", due, lines, html, file_name(due, "html"), "text/html", page_url)
