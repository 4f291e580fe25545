"""A member that AWS tells of is read from inside: the daemon finds the cluster in moto and reads a real PostgreSQL in its place."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import psycopg
import pytest
from moto import mock_aws

from aws_account import REGION, Hooks, environment, make_cluster
from tunewright_agent.config.aws import AwsSettings, AwsTargetSettings
from tunewright_agent.config.settings import HistorySettings, Settings
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.memory import Fault
from tunewright_agent.sources.aws.session import Door, Limits
from tunewright_agent.wiring import fleet_of, history_of
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.snapshot import View


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto's account, empty."""
    with environment(monkeypatch), mock_aws():
        yield


@pytest.mark.usefixtures("account")
def test_the_daemon_reads_a_member_from_outside_and_from_inside(
    postgres18: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    login = psycopg.conninfo.conninfo_to_dict(postgres18.url(tcp=True))
    monkeypatch.setenv("SHOP_PASSWORD", str(login["password"]))
    target = AwsTargetSettings.model_validate(
        {
            "region": REGION,
            "cluster": "shop",
            "user": login["user"],
            "auth": "password",
            "password_from": {"env": "SHOP_PASSWORD"},
            "tls": "off",
            "addresses": {"shop-1": f"127.0.0.1:{login['port']}"},
        }
    )
    settings = Settings(history=HistorySettings(path=tmp_path / "h.db"), aws=AwsSettings(targets=(target,)))
    history = history_of(settings.history)
    with history:
        fleet = fleet_of(settings, history, Fault(), door=Door(Limits(attempts=1), make=Hooks().make))
        assert fleet is not None
        fleet.refresh()
        cloud, member = fleet.watches
        for watch, names in ((cloud, {"clusters", "instances"}), (member, {"databases"})):
            for source in watch.sources:
                if source.name in names:
                    watch.read(source)
        assert member.latest.snapshot().gaps == ()
        databases = member.latest.snapshot().section(Databases)
        assert databases is not None
        assert "postgres" in {row.name for row in databases.rows}
        outside, inside = cloud.judge(), member.judge()
        assert cloud.latest.snapshot().view is View.CLOUD
        assert {one.check for one in outside.findings}
        assert not {one.check for one in outside.findings} & {one.check for one in inside.findings}
        for watch in fleet.watches:
            watch.stop(5)
