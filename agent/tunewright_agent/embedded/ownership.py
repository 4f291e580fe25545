"""Whose a private server's folder is, and what becomes of it when its owner died without a word.

A folder carries an `owner` file: the process id and the start of the process that made it. Whoever starts a server next to it sweeps away
the folders whose owner is gone (kill -9): a twin's folder holds values of column statistics, a scratch server's a sample of rows.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil

ACCOUNT_SECONDS = 20.0
"""How long it is tried to make the account that a server runs as."""
CLOCK_STEP_SECONDS = 60.0
"""The start of a process is told by the boot's time of day, which moves with every correction of the clock: so far apart, it is another one."""


class EmbeddedError(RuntimeError):
    """The embedded server could not be made, started or stopped; the message ends with the server's own words."""


def mark(folder: Path) -> None:
    """Say that this process owns the folder."""
    fresh = folder / "owner.new"
    fresh.write_text(_owner())
    fresh.rename(folder / "owner")  # whole or not at all: another's sweep may read it at any moment


def sweep(parent: Path, prefix: str, halt: Callable[[Path], None]) -> None:
    """Stop (`halt`) and remove what dead owners left in `parent` under folders of that prefix."""
    for owner in parent.glob(f"{prefix}*/owner"):
        folder = owner.parent
        with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
            if _is_alive(owner.read_text()):
                continue
            halt(folder)
        if not _is_alive(_text(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def running_from(folder: Path, pid_file: Path) -> psutil.Process:
    """The server of that folder, by its pid file. Raises OSError, ValueError, IndexError or psutil.Error where there is none."""
    process = psutil.Process(int(pid_file.read_text().splitlines()[0]))
    if str(folder) not in " ".join(process.cmdline()):
        raise ValueError("another process under an old number")
    return process


def system_account(name: str) -> pwd.struct_passwd | None:
    """The account a server runs as when we are root; None for everyone else. Raises EmbeddedError if it cannot be made.

    Two processes that start their first server at once both find no account: the second one's useradd is refused, and finds it then.
    """
    if os.geteuid() != 0:
        return None
    until = time.monotonic() + ACCOUNT_SECONDS
    while (found := _account(name)) is None:
        try:
            _make_account(name)
        except (OSError, subprocess.SubprocessError) as error:
            if _account(name) is None and time.monotonic() > until:
                raise EmbeddedError(
                    f"the server refuses to run as root and the account {name} could not be made: {error}"
                ) from error
            time.sleep(0.2)  # /etc/passwd is locked while another process makes it
    return found


def _account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _make_account(name: str) -> None:
    command = [
        "useradd",
        "--system",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/usr/sbin/nologin",
        name,
    ]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)


def _is_alive(owner: str) -> bool:
    """Whether the process that a folder's `owner` file names (pid and start) still runs."""
    pid, _, begun = owner.partition(" ")
    try:
        return abs(psutil.Process(int(pid)).create_time() - float(begun)) < CLOCK_STEP_SECONDS
    except (psutil.Error, ValueError):
        return False


def _text(path: Path) -> str:
    """Its text; of a file that is not ours to read, that of a living owner: ourselves."""
    try:
        return path.read_text()
    except OSError:
        return _owner()


def _owner() -> str:
    return f"{os.getpid()} {psutil.Process().create_time():.2f}"
