"""promtool and amtool, the real ones. A test that they are missing for is named at the end of the run (tests/conftest.py)."""

import subprocess
from collections.abc import Callable

import pytest


@pytest.fixture
def promtool(program: Callable[[str], str]) -> Callable[..., str]:
    """Run promtool; returns what it says. Fails the test with it where it exits otherwise than told."""
    return _runs(program("promtool"))


@pytest.fixture
def amtool(program: Callable[[str], str]) -> Callable[..., str]:
    """Run amtool, in the same way."""
    return _runs(program("amtool"))


def _runs(path: str) -> Callable[..., str]:
    def run(*arguments: object, fails: bool = False) -> str:
        told = [path, *(str(one) for one in arguments)]
        done = subprocess.run(told, capture_output=True, text=True, timeout=120, check=False)
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, said
        return said

    return run
