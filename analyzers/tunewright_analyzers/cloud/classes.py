"""Instance classes by their names: family, generation, vCPUs, memory. Source: AWS' table of DB instance classes.

Within a family the memory is a fixed multiple of the vCPUs, so that no list of hundreds of classes must be kept.
"""

import re
from dataclasses import dataclass

_NAME = re.compile(r"^db\.(?P<family>[a-z]+)(?P<generation>\d+)(?P<variant>[a-z]*)\.(?P<size>[a-z0-9]+)$")
_VCPUS = {"medium": 1, "large": 2, "xlarge": 4, "metal": 64}
_MEMORY_PER_VCPU = {"r": 8, "m": 4, "c": 2, "x": 16, "z": 8}
_BURSTABLE_VCPUS = {"micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8}
_BURSTABLE_GIB = {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}
GIB = 1024**3
SIZES = ("micro", "small", "medium", "large", "xlarge",
         *(f"{many}xlarge" for many in (2, 4, 8, 12, 16, 24, 32, 48)))  # fmt: skip
"""From the smallest to the largest; not every family has each."""


@dataclass(frozen=True, slots=True)
class InstanceClass:
    """`family` r, `generation` 6, `variant` g, `size` xlarge of db.r6g.xlarge."""

    name: str
    family: str
    generation: int
    variant: str
    size: str

    @property
    def is_burstable(self) -> bool:
        """Whether it lives on CPU credits (t classes)."""
        return self.family == "t"

    @property
    def is_graviton(self) -> bool:
        """Whether its processor is AWS' own (Arm)."""
        return "g" in self.variant

    @property
    def vcpus(self) -> int | None:
        """Virtual CPUs; None where the size is unknown."""
        if self.is_burstable:
            return _BURSTABLE_VCPUS.get(self.size)
        multiple = re.fullmatch(r"(\d+)xlarge", self.size)
        return int(multiple.group(1)) * 4 if multiple else _VCPUS.get(self.size)

    @property
    def memory_bytes(self) -> int | None:
        """Memory; None where the family or the size is unknown."""
        if self.is_burstable:
            gib = _BURSTABLE_GIB.get(self.size)
        else:
            each, cpus = _MEMORY_PER_VCPU.get(self.family), self.vcpus
            gib = each * cpus if each is not None and cpus is not None else None
        return gib * GIB if gib is not None else None

    def sized(self, size: str) -> str:
        """The name of the class of the same family in another size."""
        return f"db.{self.family}{self.generation}{self.variant}.{size}"


def parse(name: str) -> InstanceClass | None:
    """The class of that name; None for db.serverless and what is no class."""
    found = _NAME.match(name)
    if found is None:
        return None
    return InstanceClass(name, found["family"], int(found["generation"]), found["variant"], found["size"])


def vcpus(name: str) -> int | None:
    """Virtual CPUs of the class of that name."""
    known = parse(name)
    return None if known is None else known.vcpus


def memory_bytes(name: str) -> int | None:
    """Memory of the class of that name."""
    known = parse(name)
    return None if known is None else known.memory_bytes
