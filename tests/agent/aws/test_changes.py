"""The ledger's cloud half: a change made by boto3 between two readings is seen, dated, matched to its advice, judged by facts, taken back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

import aws_cli
from aws_account import Hooks, make_cluster
from tunewright_agent.config.settings import HistorySettings
from tunewright_agent.fleet import CLOUD
from tunewright_agent.history.effects import Follower, changes_of, effects_of
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.lives import Entry, Life
from tunewright_agent.history.store import History
from tunewright_agent.history.week import WeekReader
from tunewright_agent.latest import Latest
from tunewright_agent.memory import Fault, Remembered, window_at
from tunewright_agent.pipeline import Rules, collect, judge
from tunewright_agent.reporting.gather import joined
from tunewright_agent.reports.weekly import document
from tunewright_agent.reports.weekly.advice import gains_part
from tunewright_agent.reports.weekly.document import Number, Table
from tunewright_agent.sources.aws.reader import PACKAGE, Reader, Target
from tunewright_agent.sources.aws.session import Door, Limits, Place
from tunewright_agent.sources.source import discover
from tunewright_agent.wiring import history_of
from tunewright_analyzers.effects.match import bounds
from tunewright_analyzers.facts.effects import Change, Effect, Outcome, What
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Period, View

START = datetime(2026, 11, 28, 12, tzinfo=UTC)
REGION = "us-east-1"
"""Where the table has prices."""
SHOP = ClusterId("shop")
SOURCES = {"clusters", "instances", "parameter_groups", "prices"}
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("account")]


class Stage:
    """A cluster in moto, read and judged as the daemon does; time goes on by `look`."""

    def __init__(self, hooks: Hooks, history: History) -> None:
        self.rds: Any = boto3.client("rds", region_name=REGION)
        self.rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName="shop-15", DBParameterGroupFamily="aurora-postgresql15", Description="ours"
        )
        self.force_tls("0")
        make_cluster(self.rds, "shop", 2, DBClusterParameterGroupName="shop-15", BackupRetentionPeriod=1)
        self.now, self._seconds = START, 0.0
        door = Door(Limits(attempts=1), make=hooks.make, monotonic=lambda: self._seconds)
        self.reader = Reader(door, Target("shop", Place(REGION)))
        self.latest = Latest(SHOP, CLOUD, Engine.POSTGRESQL, View.CLOUD)
        self.history = history
        self.memory = Remembered(self.history, SHOP, CLOUD, Fault())
        self.sources = [one for one in discover(PACKAGE) if one.name in SOURCES]

    def force_tls(self, value: str) -> None:
        """Source is AWS's to say; moto hands back what it was given."""
        given = {
            "ParameterName": "rds.force_ssl",
            "ParameterValue": value,
            "ApplyMethod": "immediate",
            "Source": "user",
        }
        self.rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="shop-15", Parameters=[given])

    def look(self, **later: float) -> None:
        """Read and judge, so much later."""
        passed = timedelta(**later)
        self.now, self._seconds = self.now + passed, self._seconds + passed.total_seconds()
        for source in self.sources:
            assert collect(source, self.reader, self.latest, lambda: self.now) is not None
        window = window_at(self.latest.snapshot(), self.memory, 3600, self.now)
        self.memory.judged(judge(window, Rules(), self.now), window)
        assert self.memory.fault.text is None, self.memory.fault.text

    def entry(self, check: str) -> Entry:
        (found,) = [one for one in Ledger(self.history.database).entries(SHOP) if one.recommendation.check == check]
        return found

    def life(self, check: str) -> list[Life]:
        return [one.state for one in self.entry(check).events]

    def changes(self) -> tuple[Change, ...]:
        return changes_of(self.history.database, SHOP)

    def effect(self, name: str) -> Effect:
        """The newest of that name."""
        rows = effects_of(self.history.database, SHOP, self.now).rows
        return [one for one in rows if one.change.name == name][-1]


@pytest.fixture
def stage(hooks: Hooks, tmp_path: Path) -> Iterator[Stage]:
    with history_of(HistorySettings(path=tmp_path / "h.db")) as history:
        one = Stage(hooks, history)
        one.look()
        yield one


def test_advice_that_was_followed_is_applied_dated_and_verified_by_its_finding(stage: Stage) -> None:
    assert stage.life("backup/retention_short") == [Life.OPEN]
    stage.rds.modify_db_cluster(DBClusterIdentifier="shop", BackupRetentionPeriod=7, ApplyImmediately=True)
    stage.look(minutes=5)
    (change,) = stage.changes()
    assert (change.after, change.at) == (START, START + timedelta(minutes=5))
    assert str(change) == "resource changed: cluster shop: BackupRetentionPeriod from 1 to 7"
    assert stage.life("backup/retention_short") == [Life.OPEN, Life.APPLIED, Life.VERIFIED]
    assert stage.entry("backup/retention_short").events[1].at == change.at
    effect = stage.effect(change.name)
    assert (effect.outcome, effect.kept) == (Outcome.HELPED, True)
    assert effect.because == "the finding backup/retention_short is gone"
    for line in (*change.undo, *change.redo):
        aws_cli.check(line)


def test_more_than_was_advised_is_advice_followed_and_less_is_not(stage: Stage) -> None:
    stage.rds.modify_db_cluster(DBClusterIdentifier="shop", BackupRetentionPeriod=3)
    stage.look(minutes=5)
    assert stage.life("backup/retention_short") == [Life.OPEN], "three days are not the seven that were advised"
    stage.rds.modify_db_cluster(DBClusterIdentifier="shop", BackupRetentionPeriod=21)
    stage.look(minutes=5)
    assert stage.life("backup/retention_short")[:2] == [Life.OPEN, Life.APPLIED]
    assert len(stage.changes()) == 2


def test_what_is_taken_back_is_reverted_and_advised_again(stage: Stage) -> None:
    for days in (7, 1):
        stage.rds.modify_db_cluster(DBClusterIdentifier="shop", BackupRetentionPeriod=days)
        stage.look(minutes=5)
    assert stage.life("backup/retention_short") == [Life.OPEN, Life.APPLIED, Life.VERIFIED, Life.REVERTED, Life.OPEN]
    first, second = stage.changes()
    rows = effects_of(stage.history.database, SHOP, stage.now).rows
    assert (rows[0].undone_at, rows[0].is_final) == (second.at, True)
    assert (rows[0].outcome, rows[0].kept) == (Outcome.HELPED, True), "as it was told while it stood"
    assert (rows[1].outcome, rows[1].recommendation) == (Outcome.HURT, None)
    assert "backup/retention_short" in rows[1].because
    assert (first.before, first.now, second.now) == ("1", "7", "1")


def test_a_change_that_nobody_advised_is_followed_and_told_by_the_finding_that_it_brought(stage: Stage) -> None:
    stage.rds.modify_db_instance(DBInstanceIdentifier="shop-2", PubliclyAccessible=True)
    stage.look(minutes=5)
    effect = stage.effect("instance shop-2: PubliclyAccessible")
    assert (effect.outcome, effect.recommendation, effect.kept) == (Outcome.HURT, None, None)
    assert effect.because == "it brought a finding: security/publicly_accessible (instance shop-2)"
    assert effect.change.undo == (
        "aws rds modify-db-instance --db-instance-identifier shop-2 --no-publicly-accessible --apply-immediately --region us-east-1",
    )
    stage.rds.modify_db_instance(DBInstanceIdentifier="shop-2", PubliclyAccessible=False)
    stage.look(minutes=5)
    assert stage.life("security/publicly_accessible")[:2] == [Life.OPEN, Life.APPLIED], "the mend was what was advised"


def test_another_class_is_told_with_what_it_costs_before_and_after(stage: Stage) -> None:
    stage.rds.modify_db_instance(DBInstanceIdentifier="shop-2", DBInstanceClass="db.r6g.xlarge", ApplyImmediately=True)
    stage.look(minutes=5)
    effect = stage.effect("instance shop-2: DBInstanceClass")
    assert effect.saved_dollars_a_month == pytest.approx((0.26 - 0.519) * 730, abs=0.01)
    assert "$190 a month before, $379 after (list price of us-east-1, 2026-11-28)" in effect.because
    assert effect.outcome is Outcome.MEASURING
    stage.look(hours=2)
    assert stage.effect("instance shop-2: DBInstanceClass").outcome is Outcome.UNCHANGED
    stage.look(days=8)
    assert stage.effect("instance shop-2: DBInstanceClass").is_final


def test_a_member_s_statements_are_compared_up_to_another_class_and_over_a_backup_setting(stage: Stage) -> None:
    stage.rds.modify_db_instance(DBInstanceIdentifier="shop-2", DBInstanceClass="db.r6g.xlarge", ApplyImmediately=True)
    stage.rds.modify_db_cluster(DBClusterIdentifier="shop", BackupRetentionPeriod=7)
    stage.look(minutes=5)
    felt = {name: Follower(stage.history.database, SHOP, InstanceId(name)).beside() for name in ("shop-1", "shop-2")}
    assert [one.name for one in felt["shop-2"]] == ["instance shop-2: DBInstanceClass"]
    assert felt["shop-1"] == ()
    index = replace(felt["shop-2"][0], what=What.INDEX_CREATED, name="public.a", object="public.a(b)")
    assert bounds(felt["shop-2"][0], index)
    (retention,) = [one for one in stage.changes() if one.name.endswith("BackupRetentionPeriod")]
    assert not bounds(retention, index)


def test_a_parameter_of_a_group_and_a_member_more(stage: Stage) -> None:
    assert stage.life("security/tls_not_enforced") == [Life.OPEN]
    stage.force_tls("1")
    stage.rds.create_db_instance(
        DBInstanceIdentifier="shop-3", DBClusterIdentifier="shop", DBInstanceClass="db.r6g.large", Engine="aurora-postgresql"
    )  # fmt: skip
    stage.look(minutes=15)
    names = [one.name for one in stage.changes()]
    assert names == ["cluster parameter group shop-15: rds.force_ssl", "instance shop-3"]
    assert stage.life("security/tls_not_enforced")[:2] == [Life.OPEN, Life.APPLIED]
    assert stage.changes()[1].undo == ("aws rds delete-db-instance --db-instance-identifier shop-3 --region us-east-1",)
    assert stage.effect("instance shop-3").saved_dollars_a_month == pytest.approx(-0.26 * 730)


def test_a_failover_is_no_change_and_neither_is_a_reading_that_failed(stage: Stage) -> None:
    stage.rds.failover_db_cluster(DBClusterIdentifier="shop", TargetDBInstanceIdentifier="shop-2")
    stage.look(minutes=5)
    assert stage.changes() == ()
    stage.sources = [one for one in stage.sources if one.name != "clusters"]
    stage.latest = Latest(SHOP, CLOUD, Engine.POSTGRESQL, View.CLOUD)
    stage.look(minutes=5)
    assert stage.changes() == (), "what was not read stays as it was"
    stage.sources = [one for one in discover(PACKAGE) if one.name in SOURCES]
    stage.rds.modify_db_cluster(DBClusterIdentifier="shop", DeletionProtection=True)
    stage.look(minutes=5)
    assert [one.name for one in stage.changes()] == ["cluster shop: DeletionProtection"]


def test_the_weekly_report_lists_them_with_their_dollars(stage: Stage) -> None:
    stage.rds.modify_db_instance(DBInstanceIdentifier="shop-2", DBInstanceClass="db.r6g.xlarge", ApplyImmediately=True)
    stage.look(minutes=5)
    period = Period(START - timedelta(days=7), stage.now + timedelta(minutes=1))
    (week,) = joined((WeekReader(stage.history.database, SHOP, CLOUD).read(period),))
    (table,) = [block for block in gains_part(week, document.Limits()).blocks if isinstance(block, Table)]
    (row,) = table.rows
    assert row[1] == "resource changed: instance shop-2: DBInstanceClass from db.r6g.large to db.r6g.xlarge"
    assert dict(zip(table.heads, row, strict=True))["dollars a month"] == Number(-189.07, "dollars")
    server = replace(week, instance=InstanceId("shop-1"), cloud=None, judgement=None, effects=())
    assert joined((server, replace(week, cloud=None)))[0].effects == week.effects
