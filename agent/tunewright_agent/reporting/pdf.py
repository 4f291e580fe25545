"""HTML printed to PDF by a headless Chromium that is there already: we bring none. It is given one file and no network."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DEADLINE_SECONDS = 90.0
_QUIET = (
    "--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--disable-default-apps", "--disable-dev-shm-usage", "--no-pdf-header-footer",
    "--proxy-server=127.0.0.1:9", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip


class PdfError(Exception):
    """No PDF could be made; `str()` says why and what mends it."""


def program() -> str | None:
    """The browser that would be used."""
    return next((found for name in PROGRAMS if (found := shutil.which(name)) is not None), None)


def pdf(html: str) -> bytes:
    """The document as PDF. Raises PdfError."""
    browser = program()
    if browser is None:
        raise PdfError(
            "PDF needs a Chromium on this machine and none was found; install chromium, or write .html and print that"
        )
    with tempfile.TemporaryDirectory(prefix="tunewright-pdf-") as folder:
        page, target = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_text(html, encoding="utf-8")
        sandbox = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
        command = [
            browser,
            *_QUIET,
            *sandbox,
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={target}",
            page.as_uri(),
        ]
        try:
            subprocess.run(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=DEADLINE_SECONDS,
                check=True,
                start_new_session=True,
            )
            made = target.read_bytes()
        except subprocess.TimeoutExpired:
            raise PdfError(f"{browser} did not end within {DEADLINE_SECONDS:g} s; write .html and print that") from None
        except (OSError, subprocess.CalledProcessError) as error:
            raise PdfError(
                f"{browser} could not print it ({type(error).__name__}); write .html and print that"
            ) from None
    if not made.startswith(b"%PDF-"):
        raise PdfError(f"{browser} wrote something that is no PDF; write .html and print that")
    return made
