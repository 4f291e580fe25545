"""Parameter groups of a cluster and its members, and the engine's defaults that they are compared with."""

from dataclasses import dataclass
from typing import ClassVar

from tunewright_analyzers.facts.cloud import CloudSection


@dataclass(frozen=True, slots=True)
class CloudParameter:
    """One parameter. `value` None: the engine's own default rules. `value` may be a formula such as `{DBInstanceClassMemory/12038}`."""

    parameter: str
    value: str | None
    source: str
    """`user`, `system`, `engine-default`."""
    apply_type: str | None = None
    """`static` (a reboot) or `dynamic`."""
    apply_method: str | None = None
    """`immediate` or `pending-reboot`."""
    is_modifiable: bool = True


@dataclass(frozen=True, slots=True)
class ParameterGroup:
    """One group in use by the target. `of_cluster`: a DB cluster parameter group, else a DB parameter group."""

    group_name: str
    of_cluster: bool
    family: str
    """DBParameterGroupFamily, as in `aurora-postgresql16`."""
    parameters: tuple[CloudParameter, ...]

    @property
    def is_default(self) -> bool:
        """Whether it is AWS's own, which nobody can change."""
        return self.group_name.startswith("default.")

    def get(self, parameter: str) -> CloudParameter | None:
        """The parameter of that name."""
        return next((row for row in self.parameters if row.parameter == parameter), None)


@dataclass(frozen=True, slots=True)
class ParameterGroups(CloudSection):
    """All parameters, of every source: rds:DescribeDBClusterParameters, rds:DescribeDBParameters (and …ParameterGroups for the family)."""

    name: ClassVar[str] = "parameter_groups"
    rows: tuple[ParameterGroup, ...]

    def get(self, group_name: str | None, *, of_cluster: bool) -> ParameterGroup | None:
        """The group of that name."""
        return next((row for row in self.rows if row.group_name == group_name and row.of_cluster == of_cluster), None)


@dataclass(frozen=True, slots=True)
class DefaultParameters:
    """The engine's defaults of one family."""

    family: str
    of_cluster: bool
    values: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class EngineDefaults(CloudSection):
    """rds:DescribeEngineDefaultClusterParameters, rds:DescribeEngineDefaultParameters, of the families in use."""

    name: ClassVar[str] = "engine_defaults"
    rows: tuple[DefaultParameters, ...]

    def get(self, family: str, *, of_cluster: bool) -> DefaultParameters | None:
        """The defaults of that family."""
        return next((row for row in self.rows if row.family == family and row.of_cluster == of_cluster), None)
