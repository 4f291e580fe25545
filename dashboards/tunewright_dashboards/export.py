"""The committed dashboards, as files: what `tunewright dashboards export` writes and what publish.py sends. No SDK, no network."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Shipped:
    """One dashboard as it is committed."""

    name: str
    """The file's name, as in `cluster.json`."""
    text: str

    @property
    def content(self) -> Mapping[str, Any]:
        """What the file says, for Grafana."""
        content: Mapping[str, Any] = json.loads(self.text)
        return content

    @property
    def uid(self) -> str:
        """Grafana's stable name of it: links and alerts use it."""
        return str(self.content["uid"])

    @property
    def title(self) -> str:
        """What people see."""
        return str(self.content["title"])


class Reads(StrEnum):
    """What a set of dashboards reads."""

    PROMETHEUS = "prometheus"
    CLOUDWATCH = "cloudwatch"


_PACKAGES = {Reads.PROMETHEUS: "tunewright_dashboards", Reads.CLOUDWATCH: "tunewright_dashboards.cloudwatch"}


def shipped(reads: Reads = Reads.PROMETHEUS) -> tuple[Shipped, ...]:
    """All of a set, by name."""
    found = [one for one in files(_PACKAGES[reads]).iterdir() if one.name.endswith(".json")]
    return tuple(Shipped(one.name, one.read_text("utf-8")) for one in sorted(found, key=lambda one: one.name))


def export(folder: Path, reads: Reads = Reads.PROMETHEUS) -> tuple[Path, ...]:
    """Write every dashboard of a set into the folder, which is made where it is missing. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for one in shipped(reads):
        path = folder / one.name
        path.write_text(one.text, "utf-8")
        written.append(path)
    return tuple(written)
