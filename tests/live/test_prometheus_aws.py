"""What we ship over AWS's metrics (the boards Cloud and Cost, the alerts of rules/aws.yaml), run by a real Prometheus that scrapes a real daemon.

The daemon watches the demo's simulated account (moto behind real boto3, CloudWatch's answers by a substitute), to which the test adds what the demo
has not: every metric that is asked for has points on every resource that can have it, a read replica, a burstable class, and Backtrack.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

import panels
import rulebook
from prometheus_server import PATIENCE_SECONDS, Prometheus, Tally, parts_of, prometheus, until
from tunewright_agent.clock import now
from tunewright_agent.config.aws import AwsSettings, AwsTargetSettings
from tunewright_agent.config.settings import AgentSettings, HistorySettings, LogSettings, Settings, WebSettings
from tunewright_agent.demo.aurora.account import PASSWORD, Account, account
from tunewright_agent.demo.aurora.estate import AWAY, HOME
from tunewright_agent.demo.aurora.run import MADE_UP
from tunewright_agent.demo.aurora.story import flat
from tunewright_agent.demo.watched import daemon_over
from tunewright_agent.sources.aws.asked import ASKED, ASKED_BY_THE_HOUR
from tunewright_agent.sources.aws.questions import cluster_traits, instance_traits
from tunewright_agent.sources.aws.series import dimensions
from tunewright_agent.sources.aws.session import Door, Limits
from tunewright_agent.wiring import assemble
from tunewright_analyzers.facts.cloud_metrics import Dimension
from tunewright_dashboards.export import shipped

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(900)]
BOARDS = {"tunewright-cloud", "tunewright-cost"}
Row = dict[str, Any]


def more(made: Account) -> None:
    """What the demo's account has not: a burstable instance of RDS for MySQL with a read replica."""
    rds = boto3.client("rds", region_name=HOME)
    rds.create_db_instance(
        DBInstanceIdentifier="ledger", DBInstanceClass="db.t4g.medium", Engine="mysql", EngineVersion="8.0.40", AllocatedStorage=100,
        MasterUsername="root", MasterUserPassword=PASSWORD,
    )  # fmt: skip
    rds.create_db_instance_read_replica(DBInstanceIdentifier="ledger-copy", SourceDBInstanceIdentifier="ledger")
    for region in (HOME, AWAY):
        session = made.substitute.make()
        client = session.create_client("rds", region_name=region)
        clusters = client.describe_db_clusters()["DBClusters"]
        for row in clusters:
            fill(made, Dimension.CLUSTER, row["DBClusterIdentifier"], cluster_traits(row))
            for role in (Dimension.WRITER, Dimension.READER):
                fill(made, role, row["DBClusterIdentifier"], cluster_traits(row))
        for row in client.describe_db_instances()["DBInstances"]:
            mine = [one for one in clusters if one["DBClusterIdentifier"] == row.get("DBClusterIdentifier")]
            fill(made, Dimension.INSTANCE, row["DBInstanceIdentifier"], instance_traits(row, mine))


def fill(made: Account, dimension: Dimension, resource: str, traits: frozenset[str]) -> None:
    """A calm value for every metric that the resource can have and that the demo's story does not tell."""
    for asked in (*ASKED, *ASKED_BY_THE_HOUR):
        key = {one["Name"]: one["Value"] for one in dimensions(dimension, resource)}
        known = (asked.metric, tuple(sorted(key.items()))) in made.cloudwatch.signals
        if asked.dimension is dimension and asked.only <= traits and not known:
            made.cloudwatch.put(asked.metric, flat(1.0), **key)


@contextmanager
def simulated() -> Iterator[Door]:
    """The account and the door to it."""
    with patch.dict(os.environ, MADE_UP), mock_aws():
        made = account(now(), now)
        with_backtrack(made)
        more(made)
        yield Door(Limits(attempts=2), make=made.substitute.make)


def with_backtrack(made: Account) -> None:
    """Backtrack on the demo's Aurora MySQL cluster."""

    def over(parsed: Row, **_: Any) -> None:
        for row in parsed.get("DBClusters", ()):
            if row["DBClusterIdentifier"] == "cart":
                row |= {"BacktrackWindow": 3600, "EarliestBacktrackTime": now() - timedelta(hours=1)}

    made.substitute.handlers.append(("after-call.rds.DescribeDBClusters", over))


def settings_for(folder: Path) -> Settings:
    """Both Regions, from outside."""
    targets = tuple(AwsTargetSettings.model_validate({"region": one, "connect": False}) for one in (HOME, AWAY))
    return Settings(
        agent=AgentSettings.model_validate({"judge_every": "10s"}),
        log=LogSettings(level="error", format="console"),
        web=WebSettings(port=0),
        history=HistorySettings(path=folder / "tunewright.db"),
        aws=AwsSettings(targets=targets),
    )


def run_all(server: Prometheus) -> Tally:
    """Every panel of the boards, every alert and what it is made of; once."""
    tally = Tally()
    for board in shipped():
        if board.content["uid"] not in BOARDS:
            continue
        for panel in panels.panels_of(board.content):
            for target in panel["targets"]:
                name = f"{board.content['uid']} / {panel['title']}"
                tally.take(f"{name} / {target['refId']}", server.query(panels.filled(target["expr"], "none")), None)
    for rule in rulebook.rules():
        if rulebook.file_of(rule["alert"]).name != "aws.yaml" if "alert" in rule else True:
            continue
        tally.take(rule["alert"], server.query(rule["expr"]), "nothing is wrong")
        for part in parts_of(rule["expr"]):
            tally.take(f"{rule['alert']}: {part}", server.query(part), None)
    return tally


def test_every_expression_over_aws_is_filled_by_a_daemon_that_watches_aws(
    program: Callable[[str], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    binary = program("prometheus")
    with (
        simulated() as door,
        daemon_over(settings_for(tmp_path), partial(assemble, door=door)) as assembly,
        prometheus(binary, tmp_path, assembly.address.removeprefix("http://")) as server,
    ):
        until(lambda: server.query("count(tunewright_judged_timestamp_seconds) > 8"), "every cluster is judged")
        tallies: list[Tally] = []

        def complete() -> bool:
            tallies.append(run_all(server))
            return not tallies[-1].missing

        end = time.monotonic() + PATIENCE_SECONDS
        while not complete() and time.monotonic() < end:
            time.sleep(3)
        firing = {one["metric"]["alertname"] for one in server.query('ALERTS{alertname=~"Cloud.*"}')}
    tally = tallies[-1]
    with capsys.disabled():
        print(
            f"\n{tally.ran} expressions over AWS, {len(tally.by_design)} empty by design, {len(tally.missing)} missing"
        )
        if os.environ.get("TUNEWRIGHT_TELL_EMPTY"):
            print("\n".join(tally.by_design), json.dumps(sorted(firing)))
    assert not tally.missing, "\n".join(tally.missing)
    assert tally.ran > 150
    assert len(tally.by_design) < 25
