"""What AWS will do to a cluster, and until when it supports what runs: versions, maintenance, certificates, its own recommendations."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.cloud import CloudSection


@dataclass(frozen=True, slots=True)
class UpgradeTarget:
    """One of ValidUpgradeTarget."""

    version: str
    is_major: bool
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class EngineVersion:
    """A row of DescribeDBEngineVersions for a version in use. `status`: available or deprecated."""

    engine: str
    version: str
    status: str
    targets: tuple[UpgradeTarget, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineVersions(CloudSection):
    """rds:DescribeDBEngineVersions of the versions in use."""

    name: ClassVar[str] = "engine_versions"
    rows: tuple[EngineVersion, ...]

    def get(self, engine: str, version: str) -> EngineVersion | None:
        """That version."""
        return next((row for row in self.rows if (row.engine, row.version) == (engine, version)), None)


@dataclass(frozen=True, slots=True)
class EngineLifecycle:
    """A row of DescribeDBMajorEngineVersions: until when a major version has standard and (paid) extended support."""

    engine: str
    major: str
    standard_until: datetime | None
    extended_until: datetime | None


@dataclass(frozen=True, slots=True)
class EngineLifecycles(CloudSection):
    """rds:DescribeDBMajorEngineVersions of the engines in use."""

    name: ClassVar[str] = "engine_lifecycles"
    rows: tuple[EngineLifecycle, ...]


@dataclass(frozen=True, slots=True)
class PendingAction:
    """One of PendingMaintenanceActionDetails. `resource`: the identifier at the end of the ARN."""

    resource: str
    resource_arn: str
    action: str
    """`system-update`, `db-upgrade`, `hardware-maintenance`, `ca-certificate-rotation`, `os-upgrade`, …"""
    description: str = ""
    auto_applied_after: datetime | None = None
    forced_at: datetime | None = None
    current_apply_at: datetime | None = None
    opt_in: str | None = None


@dataclass(frozen=True, slots=True)
class PendingMaintenance(CloudSection):
    """rds:DescribePendingMaintenanceActions for the target's resources."""

    name: ClassVar[str] = "pending_maintenance"
    rows: tuple[PendingAction, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A row of DescribeCertificates: a certificate authority."""

    identifier: str
    valid_till: datetime
    overridden_till: datetime | None = None
    """CustomerOverrideValidTill: where the account fixed a default of its own."""


@dataclass(frozen=True, slots=True)
class Certificates(CloudSection):
    """rds:DescribeCertificates."""

    name: ClassVar[str] = "certificates"
    rows: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class CloudAdvice:
    """A row of DescribeDBRecommendations: what AWS itself recommends. `severity`: high, medium, low, informational."""

    identifier: str
    kind: str
    """TypeId."""
    severity: str
    resource: str
    """The identifier at the end of ResourceArn."""
    status: str
    """`active`, `pending`, `resolved`, `dismissed`."""
    detection: str
    recommendation: str = ""
    reason: str = ""
    category: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CloudAdvices(CloudSection):
    """rds:DescribeDBRecommendations."""

    name: ClassVar[str] = "cloud_advices"
    rows: tuple[CloudAdvice, ...]


@dataclass(frozen=True, slots=True)
class ClassOffer:
    """A class that can be ordered for an engine and version in the Region: DescribeOrderableDBInstanceOptions."""

    engine: str
    version: str
    instance_class: str


@dataclass(frozen=True, slots=True)
class ClassOffers(CloudSection):
    """rds:DescribeOrderableDBInstanceOptions of the engines and versions in use."""

    name: ClassVar[str] = "class_offers"
    rows: tuple[ClassOffer, ...]
