"""`once` and `doctor` over clusters that AWS runs: they are found, judged, and what cannot be seen is told with its mend."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
import structlog
from typer.testing import CliRunner

from aws_account import REGION, make_cluster
from tunewright_agent.cli import iam_policy, observe
from tunewright_agent.cli.app import Exit, app
from tunewright_agent.config.settings import LogSettings
from tunewright_agent.log import configure

pytestmark = pytest.mark.usefixtures("account")
COMMANDS = (iam_policy, observe)
"""Imported for their commands."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """As `tunewright` itself: what is logged is for the daemon."""
    configure(LogSettings(level="error", format="console"))
    yield
    structlog.reset_defaults()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """One cluster, from outside only."""
    path = tmp_path / "tunewright.toml"
    path.write_text(f'[[aws.targets]]\nregion = "{REGION}"\ncluster = "shop"\nconnect = false\n')
    return path


def test_once_judges_a_cluster_as_aws_tells_it(config: Path) -> None:
    make_cluster(boto3.client("rds"), "shop", 2)
    result = CliRunner().invoke(app, ["once", "--config", str(config), "--format", "json", "--samples", "1"])
    found = {row["check"] for row in json.loads(result.stdout)["findings"]}
    assert {"security/storage_unencrypted", "availability/deletion_unprotected"} <= found
    assert not [check for check in found if check.startswith(("indexes/", "locks/"))]


def test_doctor_names_the_sources_that_see_nothing(config: Path) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    result = CliRunner().invoke(app, ["doctor", "--config", str(config), "--format", "json"])
    states = {row["source"]: row["state"] for row in json.loads(result.stdout)["sources"]}
    assert states["clusters"] == states["instances"] == "ok"
    assert states["certificates"] == "blind"  # moto has no such call
    assert result.exit_code == Exit.INCOMPLETE


def test_a_target_that_is_not_there_is_said(config: Path) -> None:
    result = CliRunner().invoke(app, ["once", "--config", str(config)])
    assert result.exit_code == Exit.UNREACHABLE
    assert "there is neither a cluster nor an instance shop" in result.output


@pytest.mark.slow
def test_once_names_a_member_that_may_pause_and_why_it_is_not_read(config: Path) -> None:
    client = boto3.client("rds")
    make_cluster(client, "shop", 0, ServerlessV2ScalingConfiguration={"MinCapacity": 0, "MaxCapacity": 8})
    client.create_db_instance(
        DBInstanceIdentifier="shop-1", DBClusterIdentifier="shop", DBInstanceClass="db.serverless", Engine="aurora-postgresql"
    )  # fmt: skip
    config.write_text(config.read_text().replace("connect = false", "connect = true"))
    result = CliRunner().invoke(app, ["once", "--config", str(config), "--samples", "1"])
    assert "shop-1 is not read from inside: it may pause at zero capacity" in " ".join(result.output.split())
    assert result.exit_code == Exit.INCOMPLETE
