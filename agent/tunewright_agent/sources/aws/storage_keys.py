"""Source `storage_keys`: who manages the keys of the storage (kms:DescribeKey). Fills StorageKeys."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_keys import StorageKey, StorageKeys


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The keys in use by the target. Raises SourceError."""
    del taken_at
    arns = sorted({row["KmsKeyId"] for row in (*reader.clusters(), *reader.instances()) if row.get("KmsKeyId")})
    answers = [(arn, reader.call("kms", "describe_key", KeyId=arn)["KeyMetadata"]) for arn in arns]
    rows = (StorageKey(arn, known.get("KeyManager", "CUSTOMER"), known.get("KeyState", "")) for arn, known in answers)
    return Collected((StorageKeys(tuple(rows)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("storage_keys", (StorageKeys,), interval_seconds=6 * 3600.0, deadline_seconds=60, collect=collect)
