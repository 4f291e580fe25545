"""Whose folder it is: a living owner's stays whatever the clock does, a dead one's goes; and an account that two make at once."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tunewright_agent.embedded import ownership
from tunewright_agent.embedded.ownership import CLOCK_STEP_SECONDS, EmbeddedError, mark, sweep, system_account
from tunewright_agent.embedded.port import free_port


def _folder(parent: Path, pid: int, begun: float) -> Path:
    made = parent / f"t-{pid}-{begun:.0f}"
    made.mkdir()
    (made / "owner").write_text(f"{pid} {begun:.2f}")
    return made


def test_the_living_keep_their_folders_when_the_clock_is_corrected_and_the_dead_do_not(tmp_path: Path) -> None:
    began = psutil.Process().create_time()
    corrected = [_folder(tmp_path, os.getpid(), began + seconds) for seconds in (-30, -1, 0, 1, 30)]
    another = [_folder(tmp_path, os.getpid(), began + seconds) for seconds in (-CLOCK_STEP_SECONDS - 1, 3600)]
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    dead = _folder(tmp_path, ended.pid, began)
    mine = tmp_path / "t-mine"
    mine.mkdir()
    mark(mine)
    halted: list[Path] = []
    sweep(tmp_path, "t-", halted.append)
    assert set(halted) == {*another, dead}
    assert set(tmp_path.iterdir()) == {*corrected, mine}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes the account")
def test_an_account_that_another_process_made_meanwhile_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def refused(name: str) -> None:
        """As useradd is, where the other was faster by a moment (no real one is: the machine keeps its accounts)."""
        made.append(name)
        raise subprocess.CalledProcessError(9, ["useradd"])

    known = pwd.getpwnam("root")
    monkeypatch.setattr(ownership, "_make_account", refused)
    monkeypatch.setattr(ownership, "_account", lambda _name: known if made else None)
    assert system_account("tunewright-nobody") == known
    monkeypatch.setattr(ownership, "ACCOUNT_SECONDS", 0.0)
    monkeypatch.setattr(ownership, "_account", lambda _name: None)
    with pytest.raises(EmbeddedError, match="tunewright-nobody could not be made"):
        system_account("tunewright-nobody")


def test_a_free_port_is_given_to_one_only() -> None:
    """Where ports are merely free at the moment, of 400 among 14,000 some come twice: three runs in a thousand would pass."""
    ports = [free_port() for _ in range(400)]
    assert len(set(ports)) == len(ports)
