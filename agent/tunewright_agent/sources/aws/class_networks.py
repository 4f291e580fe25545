"""Source `class_networks`: what the network of the target's classes carries, by the EC2 types that they are named after. Fills ClassNetworks.

ec2:DescribeInstanceTypes by a filter, so that a class without an EC2 type of its name leaves no answer instead of an error. RDS' own API tells
no bandwidth; its table of classes names the same figures as EC2's ("up to").
"""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_network import ClassNetwork, ClassNetworks

EVERY_SECONDS = 12 * 3600.0
_BYTES = 1e9 / 8
"""In a gigabit."""


def _network(row: Row) -> ClassNetwork | None:
    cards = (row.get("NetworkInfo") or {}).get("NetworkCards", ())
    sustained = sum(float(one.get("BaselineBandwidthInGbps") or 0.0) for one in cards)
    peak = sum(float(one.get("PeakBandwidthInGbps") or 0.0) for one in cards)
    if not sustained:
        return None
    return ClassNetwork(f"db.{row['InstanceType']}", sustained * _BYTES, max(peak, sustained) * _BYTES)


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The classes in use, each once. Raises SourceError."""
    del taken_at
    classes = {str(row["DBInstanceClass"]) for row in reader.instances()} - {"db.serverless"}
    types = sorted(one.removeprefix("db.") for one in classes)
    if not types:
        return Collected((ClassNetworks(()),))
    wanted = [{"Name": "instance-type", "Values": types}]
    rows = reader.rows("ec2", "describe_instance_types", "InstanceTypes", EVERY_SECONDS, Filters=wanted)
    return Collected((ClassNetworks(tuple(one for row in rows if (one := _network(row)) is not None)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "class_networks", (ClassNetworks,), interval_seconds=EVERY_SECONDS, deadline_seconds=60, collect=collect
    )
