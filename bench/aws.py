"""200 clusters of 3 instances in a simulated account: requests, seconds, memory and dollars a month of one cycle. Writes results/aws.json.

The first cycle is the agent's start: every source of every cluster, three hours of minutes and fifteen days of hours. The minute after it
is the cycle that repeats: what is due every minute. AWS is moto with substitutes in this process, so that the seconds hold its work too;
requests, metrics and dollars are the same against AWS itself. `--clusters 20` for a quick run.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import psutil
from moto import mock_aws

from tunewright_agent.clock import now
from tunewright_agent.config.aws import AwsSettings, AwsTargetSettings
from tunewright_agent.config.settings import HistorySettings, Settings
from tunewright_agent.demo.aurora.substitute import Substitute
from tunewright_agent.memory import Fault
from tunewright_agent.sources.aws.asked import ASKED, ASKED_BY_THE_HOUR, Tier, monthly_dollars
from tunewright_agent.sources.aws.calls import DOLLARS_PER_METRIC
from tunewright_agent.sources.aws.session import Door
from tunewright_agent.watch import Watch
from tunewright_agent.wiring import fleet_of, history_of
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, CloudTrends

REGION = "eu-west-1"
RESULTS = Path(__file__).parent / "results" / "aws.json"
WORKERS = 16
EVERY_MINUTE = 60.0


def estate(clusters: int, members: int) -> None:
    """The clusters, in moto."""
    ec2, rds = boto3.client("ec2", region_name=REGION), boto3.client("rds", region_name=REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    rds.create_db_subnet_group(DBSubnetGroupName="main", DBSubnetGroupDescription="main", SubnetIds=[subnet])
    more = {"Engine": "aurora-postgresql", "DBSubnetGroupName": "main"}
    login = {"MasterUsername": "root", "MasterUserPassword": "correct-horse-1"}
    for number in range(clusters):
        name = f"c{number:03}"
        rds.create_db_cluster(DBClusterIdentifier=name, EngineVersion="16.9", **more, **login)
        for place in range(members):
            member = {"DBInstanceIdentifier": f"{name}-{place}", "DBInstanceClass": "db.r8g.large"}
            rds.create_db_instance(DBClusterIdentifier=name, **member, **more)


def points(asked: dict[str, Any]) -> dict[str, Any]:
    """A value for each period of each query."""
    period = int(asked["MetricDataQueries"][0]["MetricStat"]["Period"])
    start, end = asked["StartTime"], min(asked["EndTime"], datetime.now(UTC))
    times = [
        start + timedelta(seconds=period * step) for step in range(max(0, int((end - start).total_seconds() // period)))
    ]
    values = [50.0 + step % 7 for step in range(len(times))]
    rows = [
        {"Id": one["Id"], "Timestamps": times, "Values": values, "StatusCode": "Complete"}
        for one in asked["MetricDataQueries"]
    ]
    return {"MetricDataResults": rows}


def listed(asked: dict[str, Any]) -> dict[str, Any]:
    """Every metric that we ask for exists."""
    wanted = asked.get("Dimensions", [])
    names = {one.metric for one in (*ASKED, *ASKED_BY_THE_HOUR)}
    return {"Metrics": [{"Namespace": "AWS/RDS", "MetricName": name, "Dimensions": wanted} for name in sorted(names)]}


def account() -> Substitute:
    """Answers for what moto lacks: short ones, because their size is not what is measured."""
    made = Substitute()
    made.answer("cloudwatch", "GetMetricData", points)
    made.answer("cloudwatch", "ListMetrics", listed)
    for operation, key in {
        "DescribeDBClusterEndpoints": "DBClusterEndpoints", "DescribePendingMaintenanceActions": "PendingMaintenanceActions",
        "DescribeCertificates": "Certificates", "DescribeReservedDBInstances": "ReservedDBInstances",
        "DescribeDBRecommendations": "DBRecommendations", "DescribeDBEngineVersions": "DBEngineVersions",
        "DescribeDBMajorEngineVersions": "DBMajorEngineVersions", "DescribeOrderableDBInstanceOptions": "OrderableDBInstanceOptions",
        "DescribeDBProxies": "DBProxies", "DescribeEvents": "Events",
    }.items():  # fmt: skip
        made.pages("rds", operation, key, lambda _: [], 100)
    parameters = [{"ParameterName": f"p{number}", "ParameterValue": "1", "Source": "system"} for number in range(400)]
    for operation in ("DescribeDBParameters", "DescribeDBClusterParameters"):
        made.pages("rds", operation, "Parameters", lambda _: parameters, 100)
    family = {"DBParameterGroupFamily": "aurora-postgresql16"}
    made.answer("rds", "DescribeDBParameterGroups", lambda _: {"DBParameterGroups": [family]})
    made.answer("rds", "DescribeDBClusterParameterGroups", lambda _: {"DBClusterParameterGroups": [family]})
    for operation in ("DescribeEngineDefaultParameters", "DescribeEngineDefaultClusterParameters"):
        made.answer("rds", operation, lambda _: {"EngineDefaults": {"Parameters": []}})
    made.answer(
        "kms", "DescribeKey", lambda asked: {"KeyMetadata": {"KeyId": asked["KeyId"], "KeyManager": "CUSTOMER"}}
    )
    return made


def cycle(watches: tuple[Watch, ...], door: Door, most_seconds: float) -> dict[str, Any]:
    """Every source that is due within `most_seconds`, of every watch, by WORKERS threads; what it took."""
    before, begun, cpu = Counter(door.calls.bill().requests), time.monotonic(), time.process_time()
    metrics = door.calls.bill().metrics

    def work(watch: Watch) -> None:
        for source in watch.sources:
            if source.interval_seconds <= most_seconds:
                watch.read(source)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, watches))
    bill = door.calls.bill()
    requests = Counter(bill.requests) - before
    return {
        "seconds": round(time.monotonic() - begun, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "requests": sum(requests.values()),
        "requests_by_action": {action: number for (action, _), number in sorted(requests.items())},
        "metrics_requested": bill.metrics - metrics,
        "gaps": dict(Counter(gap.reason for watch in watches for gap in watch.latest.snapshot().gaps)),
    }


def dollars(watches: tuple[Watch, ...]) -> dict[str, Any]:
    """Dollars a month for what is asked, by tier."""
    number: Counter[Tier] = Counter()
    for watch in watches:
        snapshot = watch.latest.snapshot()
        for kind in (CloudMetrics, CloudTrends):
            section = snapshot.section(kind)
            number.update(Tier(row.period_seconds) for row in (section.rows if section is not None else ()))
    total = monthly_dollars(dict(number), DOLLARS_PER_METRIC)
    return {
        "queries": {tier.name.lower(): many for tier, many in sorted(number.items())},
        "dollars_a_month": round(total, 2),
        "dollars_a_month_a_cluster": round(total / max(1, len(watches)), 2),
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clusters", type=int, default=200)
    parser.add_argument("--members", type=int, default=3)
    asked = parser.parse_args()
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    process = psutil.Process()
    with mock_aws(), tempfile.TemporaryDirectory() as folder:
        estate(asked.clusters, asked.members)
        settings = Settings(
            history=HistorySettings(path=Path(folder) / "h.db"),
            aws=AwsSettings(targets=(AwsTargetSettings(region=REGION, connect=False),)),
        )
        ahead = [0.0]
        history, door = (
            history_of(settings.history),
            Door(make=account().make, monotonic=lambda: time.monotonic() + ahead[0]),
        )
        with history:
            fleet = fleet_of(settings, history, Fault(), door=door)
            assert fleet is not None
            idle = process.memory_info().rss
            fleet.refresh()
            first = cycle(fleet.watches, door, float("inf"))
            ahead[0] = EVERY_MINUTE + 1
            for watch in fleet.watches:
                watch.now = lambda: now() + timedelta(seconds=ahead[0])
            minute = cycle(fleet.watches, door, EVERY_MINUTE)
            result = {
                "clusters": asked.clusters,
                "instances": asked.clusters * asked.members,
                "first_cycle": first,
                "minute_cycle": minute,
                "memory": {
                    "added_bytes": process.memory_info().rss - idle,
                    "added_bytes_a_cluster": (process.memory_info().rss - idle) // max(1, asked.clusters),
                    "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                    "history_bytes": history.size_bytes,
                },
                "bill": dollars(fleet.watches),
                "cores": len(process.cpu_affinity() or ()),
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "note": "seconds hold the work of moto in the same process; requests, metrics and dollars do not depend on it",
            }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
