"""Every test of this folder has an account of its own, in moto."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from aws_account import Hooks, environment


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto's account 123456789012, empty."""
    with environment(monkeypatch), mock_aws():
        yield


@pytest.fixture
def hooks() -> Hooks:
    """What stands in front of the requests."""
    return Hooks()
