"""What the simulated account answers where moto has no such call: versions, lifecycles, parameters, maintenance, certificates, offers, advice.

Dates are relative to the day the account is built. End-of-support dates are made up to show a finding; AWS's own are read from the API.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from tunewright_agent.demo.aurora.estate import ACCOUNT, HOME, KEY_OF_AWS, Cluster, Row
from tunewright_agent.demo.aurora.story import FAILED_OVER
from tunewright_agent.demo.aurora.substitute import Parameters, Substitute

STATIC, DYNAMIC = "static", "dynamic"


def _parameter(name: str, value: str | None, source: str, kind: str = DYNAMIC) -> Row:
    row: Row = {
        "ParameterName": name,
        "Source": source,
        "ApplyType": kind,
        "ApplyMethod": "pending-reboot",
        "IsModifiable": True,
    }
    return row if value is None else row | {"ParameterValue": value}


_DEFAULTS: dict[str, str | None] = {
    "rds.force_ssl": "1",
    "log_min_duration_statement": "-1",
    "shared_buffers": "SUM(DBInstanceClassMemory/12038,-50003)",
    "max_connections": "LEAST({DBInstanceClassMemory/9531392},5000)",
    "work_mem": None,
    "random_page_cost": None,
    "statement_timeout": None,
}
_CHANGED: dict[str, dict[str, str]] = {
    "shop-cluster-13": {"rds.force_ssl": "0", "random_page_cost": "4", "statement_timeout": "0", "work_mem": "4096"},
    "shop-13": {"log_min_duration_statement": "1000"},
    "odd-13": {"log_min_duration_statement": "0", "work_mem": "262144"},
    "orders-cluster-16": {"rds.force_ssl": "1"},
}


def _parameters(group: str) -> list[Row]:
    changed = _CHANGED.get(group, {})
    return [
        _parameter(name, changed.get(name, value), "user" if name in changed else "engine-default")
        for name, value in _DEFAULTS.items()
    ]


def _family(group: str) -> str:
    return (
        "aurora-postgresql13"
        if group.endswith("13")
        else "aurora-postgresql16"
        if group.endswith("16")
        else "aurora-mysql8.0"
    )


def _versions(asked: Parameters) -> list[Row]:
    old = asked["EngineVersion"] == "13.12"
    target = {"Engine": asked["Engine"], "EngineVersion": "16.9", "IsMajorVersionUpgrade": True, "AutoUpgrade": False}
    return [
        {
            "Engine": asked["Engine"],
            "EngineVersion": asked["EngineVersion"],
            "Status": "deprecated" if old else "available",
            "ValidUpgradeTarget": [target] if old else [],
        }
    ]


def _lifecycles(asked: Parameters, now: datetime) -> list[Row]:
    def row(major: str, standard: timedelta) -> Row:
        ends = (
            ("open-source-rds-standard-support", standard),
            ("open-source-rds-extended-support", standard + timedelta(days=1095)),
        )
        lives = [{"LifecycleSupportName": name, "LifecycleSupportEndDate": now + after} for name, after in ends]
        return {"Engine": asked["Engine"], "MajorEngineVersion": major, "SupportedEngineLifecycles": lives}

    majors = {"aurora-postgresql": ("13", "16"), "postgres": ("13", "16"), "aurora-mysql": ("8.0",)}.get(
        asked["Engine"], ()
    )
    return [row(major, timedelta(days=40 if major == "13" else 900)) for major in majors]


def _offers(asked: Parameters) -> list[Row]:
    kinds = (
        "db.r5.large",
        "db.r5.xlarge",
        "db.r7g.large",
        "db.r7g.xlarge",
        "db.r8g.large",
        "db.r8g.xlarge",
        "db.r8g.2xlarge",
        "db.m7g.large",
    )
    return [
        {"Engine": asked["Engine"], "EngineVersion": asked["EngineVersion"], "DBInstanceClass": kind} for kind in kinds
    ]


def _events(now: datetime) -> list[Row]:
    at = now - FAILED_OVER
    return [
        {"SourceIdentifier": "shop", "SourceType": "db-cluster", "Date": at, "EventCategories": ["failover"],
         "Message": "Started cross AZ failover to DB instance: shop-1"},
        {"SourceIdentifier": "shop", "SourceType": "db-cluster", "Date": at + timedelta(seconds=31), "EventCategories": ["failover"],
         "Message": "Completed failover to DB instance: shop-1"},
    ]  # fmt: skip


def _recommendations(now: datetime) -> list[Row]:
    return [
        {"RecommendationId": "demo-1", "TypeId": "config_recommendation::no_multi_az_writer", "Severity": "medium", "Status": "active",
         "ResourceArn": f"arn:aws:rds:{HOME}:{ACCOUNT}:cluster:shop", "Category": "reliability", "UpdatedTime": now,
         "Detection": "The cluster's instances lie in one Availability Zone", "Recommendation": "Add an instance in another zone",
         "Reason": "An outage of the zone ends the service"},
    ]  # fmt: skip


def install(substitute: Substitute, clusters: tuple[Cluster, ...], now: datetime) -> None:
    """Answer for all that moto lacks."""
    waiting = [{"ResourceIdentifier": f"arn:aws:rds:{HOME}:{ACCOUNT}:cluster:shop", "PendingMaintenanceActionDetails": [
        {"Action": "system-update", "Description": "New operating system patch", "ForcedApplyDate": now + timedelta(days=9),
         "AutoAppliedAfterDate": now + timedelta(days=3)}]}]  # fmt: skip
    authorities = [
        {"CertificateIdentifier": "rds-ca-2019", "ValidTill": now + timedelta(days=12)},
        {"CertificateIdentifier": "rds-ca-rsa2048-g1", "ValidTill": now + timedelta(days=12000)},
    ]
    reserved = [{"ReservedDBInstanceId": f"r-{kind}", "DBInstanceClass": kind, "DBInstanceCount": 8, "State": "active",
                 "ProductDescription": product, "StartTime": now - timedelta(days=30), "Duration": 31536000}
                for kind, product in (("db.r8g.xlarge", "aurora-postgresql"), ("db.r8g.2xlarge", "aurora-postgresql"),
                                      ("db.r8g.large", "aurora-mysql"), ("db.m7g.large", "postgresql"))]  # fmt: skip
    page = substitute.pages
    page("rds", "DescribePendingMaintenanceActions", "PendingMaintenanceActions", lambda _: waiting, 100)
    page("rds", "DescribeCertificates", "Certificates", lambda _: authorities, 100)
    page("rds", "DescribeReservedDBInstances", "ReservedDBInstances", lambda _: reserved, 100)
    page("rds", "DescribeDBRecommendations", "DBRecommendations", lambda _: _recommendations(now), 100)
    page("rds", "DescribeEvents", "Events", lambda _: _events(now), 100)
    page("rds", "DescribeDBEngineVersions", "DBEngineVersions", _versions, 100)
    page("rds", "DescribeDBMajorEngineVersions", "DBMajorEngineVersions", lambda asked: _lifecycles(asked, now), 100)
    page("rds", "DescribeOrderableDBInstanceOptions", "OrderableDBInstanceOptions", _offers, 5)
    page("rds", "DescribeDBClusterEndpoints", "DBClusterEndpoints", lambda asked: _endpoints(asked, clusters), 100)
    page("rds", "DescribeDBProxies", "DBProxies", lambda _: [{"DBProxyName": "front", "RequireTLS": True}], 100)
    page("rds", "DescribeDBProxyTargets", "Targets", lambda _: [{"TrackedClusterId": "nap"}], 100)
    page(
        "rds",
        "DescribeDBClusterParameters",
        "Parameters",
        lambda asked: _parameters(asked["DBClusterParameterGroupName"]),
        3,
    )
    page("rds", "DescribeDBParameters", "Parameters", lambda asked: _parameters(asked["DBParameterGroupName"]), 3)
    substitute.answer("rds", "DescribeDBClusterParameterGroups", lambda asked: {"DBClusterParameterGroups": [
        {"DBParameterGroupFamily": _family(asked["DBClusterParameterGroupName"])}]})  # fmt: skip
    substitute.answer("rds", "DescribeDBParameterGroups", lambda asked: {"DBParameterGroups": [
        {"DBParameterGroupFamily": _family(asked["DBParameterGroupName"])}]})  # fmt: skip
    for operation in ("DescribeEngineDefaultParameters", "DescribeEngineDefaultClusterParameters"):
        substitute.answer("rds", operation, _engine_defaults)
    substitute.answer("kms", "DescribeKey", _key)
    substitute.answer("pi", "GetResourceMetrics", _waits)
    substitute.answer("pi", "DescribeDimensionKeys", _statements)


def _key(asked: Parameters) -> Row:
    manager = "AWS" if asked["KeyId"] == KEY_OF_AWS else "CUSTOMER"
    known = {"KeyId": asked["KeyId"].rpartition("/")[2], "Arn": asked["KeyId"], "KeyState": "Enabled"}
    return {"KeyMetadata": known | {"KeyManager": manager}}


_WAITS = (("CPU", "CPU", 0.9), ("IO", "DataFileRead", 0.4), ("LWLock", "buffer_mapping", 0.1))


def _wait(kind: str, name: str) -> Row:
    return {"db.wait_event.type": kind, "db.wait_event.name": name}


def _waits(asked: Parameters) -> Row:
    """Database load by wait event, each minute."""
    minutes = int((asked["EndTime"] - asked["StartTime"]).total_seconds() // 60)
    times = [asked["StartTime"] + timedelta(minutes=minute) for minute in range(minutes)]

    def row(value: float, dimensions: Row | None = None) -> Row:
        key = {"Metric": "db.load.avg"} | ({"Dimensions": dimensions} if dimensions else {})
        return {"Key": key, "DataPoints": [{"Timestamp": at, "Value": value} for at in times]}

    rows = [row(value, _wait(kind, name)) for kind, name, value in _WAITS]
    return {"Identifier": asked["Identifier"], "MetricList": [row(sum(one[2] for one in _WAITS)), *rows]}


def _statements(_: Parameters) -> Row:
    """The statements with most load, split by wait."""
    texts = ("SELECT * FROM orders WHERE customer_id = ?", "UPDATE stock SET amount = amount - ? WHERE product_id = ?")
    keys = [
        {"Dimensions": {"db.sql_tokenized.id": f"D{place}", "db.sql_tokenized.db_id": f"pi-{place}", "db.sql_tokenized.statement": text},
         "Total": 0.9 / place, "Partitions": [0.6 / place, 0.3 / place, 0.0]}
        for place, text in enumerate(texts, 1)
    ]  # fmt: skip
    return {"PartitionKeys": [{"Dimensions": _wait(kind, name)} for kind, name, _ in _WAITS], "Keys": keys}


def os_document(name: str, *, is_aurora: bool = True) -> str:
    """One document of Enhanced Monitoring, in the form that AWS documents; disks are told otherwise by Aurora than by RDS."""
    of_aurora = {"readLatency": 0.9, "writeLatency": 1.6, "readIOsPS": 210.0, "writeIOsPS": 95.0, "readThroughput": 3_440_640.0,
                 "writeThroughput": 778_240.0, "diskQueueDepth": 0.0}  # fmt: skip
    of_rds = {"device": "rdsdev", "await": 2.1, "util": 1.96, "avgQueueLen": 0.26, "tps": 12.6, "readIOsPS": 0.0, "writeIOsPS": 12.6,
              "readKb": 0, "readKbPS": 0.0, "writeKb": 896, "writeKbPS": 89.6, "avgReqSz": 7.11, "rrqmPS": 0.0, "wrqmPS": 0.0}  # fmt: skip
    return json.dumps(
        {
            "engine": "AURORA" if is_aurora else "Postgres", "instanceID": name, "instanceResourceID": f"db-{name.upper()}", "version": 1.0,
            "timestamp": "2026-11-28T12:00:00Z", "numVCPUs": 4, "uptime": "90 days, 0:00:00",
            "cpuUtilization": {"guest": 0.0, "irq": 0.0, "nice": 2.0,
                               "total": 31.5, "wait": 0.4, "steal": 0.1, "user": 24.0, "system": 5.0, "idle": 68.5},
            "loadAverageMinute": {"one": 1.3, "five": 1.2, "fifteen": 1.1},
            "memory": {"total": 32_000_000, "free": 6_000_000, "cached": 2_000_000, "buffers": 260_000, "active": 21_000_000,
                       "inactive": 2_100_000, "dirty": 1_300, "mapped": 900_000, "slab": 310_000, "pageTables": 90_000, "writeback": 0},
            "swap": {"cached": 0, "total": 0, "free": 0},
            "tasks": {"blocked": 0, "running": 3, "sleeping": 207, "stopped": 0, "zombie": 0, "total": 210},
            "network": [{"interface": "eth0", "rx": 150_548.8, "tx": 376_372.3}],
            "diskIO": [of_aurora if is_aurora else of_rds],
            "fileSys": [{"name": "rdsfilesys", "mountPoint": "/rdsdbdata", "total": 103_053_476, "used": 21_641_230, "usedPercent": 21.0,
                         "usedFiles": 1788, "maxFiles": 6_553_600, "usedFilePercent": 0.03}],
            "processList": [{"id": 4321, "tgid": 4322, "parentID": 1234, "name": "postgres: alice shop 10.0.0.1(51312) idle", "vss": 1_234_567,
                             "rss": 226_424, "memoryUsedPc": 0.69, "cpuUsedPc": 0.09, "vmlimit": 21_222_222}],
        }
    )  # fmt: skip


def _engine_defaults(_: Parameters) -> dict[str, Any]:
    rows = [_parameter(name, value, "engine-default") for name, value in _DEFAULTS.items()]
    return {"EngineDefaults": {"Parameters": rows}}


def _endpoints(asked: Parameters, clusters: tuple[Cluster, ...]) -> list[Row]:
    names = [one.name for one in clusters if one.name == asked.get("DBClusterIdentifier", one.name) and one.members]
    rows = [
        {
            "DBClusterIdentifier": name,
            "Endpoint": f"{name}.{kind.lower()}.example",
            "EndpointType": kind,
            "Status": "available",
        }
        for name in names
        for kind in ("WRITER", "READER")
    ]
    if "shop" in names:
        gone: Row = {
            "DBClusterEndpointIdentifier": "reports",
            "CustomEndpointType": "READER",
            "StaticMembers": ["shop-9"],
        }
        rows.append(
            {
                "DBClusterIdentifier": "shop",
                "EndpointType": "CUSTOM",
                "Status": "available",
                "Endpoint": "reports.example",
                **gone,
            }
        )
    return rows
