"""Who manages the keys that encrypt a cluster's storage."""

from dataclasses import dataclass
from typing import ClassVar

from tunewright_analyzers.facts.cloud import CloudSection


@dataclass(frozen=True, slots=True)
class StorageKey:
    """KeyMetadata of one KmsKeyId. `manager`: `AWS` for the account's aws/rds key, `CUSTOMER` for one's own."""

    arn: str
    manager: str
    state: str = "Enabled"


@dataclass(frozen=True, slots=True)
class StorageKeys(CloudSection):
    """kms:DescribeKey of the keys in use."""

    name: ClassVar[str] = "storage_keys"
    rows: tuple[StorageKey, ...]

    def get(self, arn: str | None) -> StorageKey | None:
        """The key of that ARN."""
        return next((row for row in self.rows if row.arn == arn), None)
