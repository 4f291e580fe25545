"""Source `proxies`: RDS Proxies in front of the target (rds:DescribeDBProxies, rds:DescribeDBProxyTargets). Fills Proxies."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud import Proxies, Proxy

EVERY_SECONDS = 3600.0


def _targets(reader: Reader, proxy: str) -> tuple[str, ...]:
    rows = reader.rows("rds", "describe_db_proxy_targets", "Targets", EVERY_SECONDS, DBProxyName=proxy)
    names = {row.get("TrackedClusterId") or row.get("RdsResourceId") for row in rows}
    return tuple(sorted(str(name) for name in names if name))


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The proxies that lead to the cluster or one of its members. Raises SourceError."""
    del taken_at
    mine = {reader.target.identifier, *(row["DBInstanceIdentifier"] for row in reader.instances())}
    found = []
    for row in reader.rows("rds", "describe_db_proxies", "DBProxies", EVERY_SECONDS):
        proxy = Proxy(row["DBProxyName"], _targets(reader, row["DBProxyName"]), bool(row.get("RequireTLS")))
        if mine & set(proxy.targets):
            found.append(proxy)
    return Collected((Proxies(tuple(found)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("proxies", (Proxies,), interval_seconds=EVERY_SECONDS, deadline_seconds=120, collect=collect)
