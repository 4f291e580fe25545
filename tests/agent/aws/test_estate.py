"""The simulated account, read and judged without a database: what is planted is found, the sound cluster silent, a failover loses nothing."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import boto3
import pytest

from tunewright_agent.clock import now
from tunewright_agent.config.aws import AwsSettings, AwsTargetSettings
from tunewright_agent.config.settings import HistorySettings, Settings
from tunewright_agent.demo.aurora.estate import AWAY, HOME
from tunewright_agent.demo.aurora.planted import PLANTED_IN_CLOUD, SOUND, surplus
from tunewright_agent.demo.aurora.run import simulated
from tunewright_agent.fleet import Fleet
from tunewright_agent.memory import Fault
from tunewright_agent.wiring import fleet_of, history_of
from tunewright_analyzers.check import discover
from tunewright_analyzers.facts.cloud_insights import InsightsLoad, OsReadings
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics
from tunewright_analyzers.facts.events import Events
from tunewright_analyzers.facts.snapshot import View
from tunewright_analyzers.finding import Finding

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Every cluster of the account, read once."""
    folder: Path = tmp_path_factory.mktemp("estate")
    targets = tuple(AwsTargetSettings(region=region, connect=False) for region in (HOME, AWAY))
    settings = Settings(history=HistorySettings(path=folder / "h.db"), aws=AwsSettings(targets=targets))
    with patch.dict(os.environ), simulated() as door, history_of(settings.history) as history:
        one = fleet_of(settings, history, Fault(), door=door)
        assert one is not None
        one.refresh()
        for watch in one.watches:
            for source in watch.sources:
                watch.read(source)
        yield one


@pytest.fixture(scope="module")
def findings(fleet: Fleet) -> tuple[Finding, ...]:
    """All that the checks found."""
    return tuple(finding for watch in fleet.watches for finding in watch.judge().findings)


def test_every_planted_fault_is_found(findings: tuple[Finding, ...]) -> None:
    assert [one for one in PLANTED_IN_CLOUD if not one.found_in(findings)] == []


def test_every_check_of_the_cloud_has_a_planted_fault() -> None:
    assert {one.check for one in PLANTED_IN_CLOUD} == {check.id for check in discover() if check.view is View.CLOUD}


def test_the_sound_cluster_is_silent(findings: tuple[Finding, ...]) -> None:
    assert surplus(findings) == ()
    assert [one for one in findings if one.cluster == SOUND] == []


def test_no_call_of_the_account_fails(fleet: Fleet) -> None:
    assert {gap.reason for watch in fleet.watches for gap in watch.latest.snapshot().gaps} == set()


def test_insights_operating_system_and_events_are_there(fleet: Fleet) -> None:
    snapshots = {watch.latest.cluster: watch.latest.snapshot() for watch in fleet.watches}
    load, readings = snapshots["orders"].section(InsightsLoad), snapshots["orders"].section(OsReadings)  # type: ignore[index]
    assert load is not None
    assert readings is not None
    assert (
        [row.instance for row in load.rows]
        == [row.instance for row in readings.rows]
        == ["orders-1", "orders-2", "orders-3"]
    )
    assert load.rows[0].statements[0].statement is not None
    happened = snapshots["shop"].section(Events)  # type: ignore[index]
    assert happened is not None
    assert [one.kind for one in happened.rows] == ["failover", "failover"]


def test_a_failover_while_it_is_watched_loses_no_series_and_doubles_none(fleet: Fleet) -> None:
    (watch,) = [one for one in fleet.watches if one.latest.cluster == "cart"]
    (source,) = [one for one in watch.sources if one.name == "metrics"]
    before = watch.latest.snapshot().section(CloudMetrics)
    boto3.client("rds", region_name=HOME).failover_db_cluster(
        DBClusterIdentifier="cart", TargetDBInstanceIdentifier="cart-2"
    )
    at = now()
    watch.now = lambda: at
    watch.read(source)
    after = watch.latest.snapshot().section(CloudMetrics)
    assert before is not None
    assert after is not None
    keys = [(one.metric, one.dimension, one.resource) for one in after.rows]
    assert len(set(keys)) == len(keys)
    assert set(keys) == {(one.metric, one.dimension, one.resource) for one in before.rows}
    for one in after.rows:
        times = [point.at for point in one.points]
        assert times == sorted(set(times))
