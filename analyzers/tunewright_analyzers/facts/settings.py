"""Configuration parameters, roles' overrides, extensions."""

from dataclasses import dataclass
from typing import ClassVar

from tunewright_analyzers.facts.snapshot import Section


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of pg_settings. `value` in `unit` as the server stores it; `bytes_value`/`seconds_value` read it in base units.

    `context` says what a change needs: internal, postmaster (restart), sighup, superuser, user, …
    """

    name: str
    value: str
    unit: str | None
    kind: str
    """`bool`, `integer`, `real`, `string`, `enum`."""
    context: str
    source: str
    boot_value: str | None
    reset_value: str | None = None
    pending_restart: bool = False
    choices: tuple[str, ...] = ()
    """What an enum may be on this server (lz4 only where it was built in)."""


@dataclass(frozen=True, slots=True)
class RoleSetting:
    """A setting that ALTER ROLE or ALTER DATABASE fixed; None stands for all."""

    database: str | None
    role: str | None
    name: str
    value: str


_BYTES = {
    "B": 1,
    "kB": 1024,
    "8kB": 8192,
    "16kB": 16384,
    "32kB": 32768,
    "64kB": 65536,
    "MB": 1024**2,
    "16MB": 16 * 1024**2,
    "GB": 1024**3,
}
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def scale_of(unit: str | None) -> float:
    """Bytes or seconds in one `unit` of pg_settings; 1 for a bare number."""
    return _BYTES.get(unit or "") or _SECONDS.get(unit or "") or 1.0


@dataclass(frozen=True, slots=True)
class Settings(Section):
    """All parameters of the server."""

    name: ClassVar[str] = "settings"
    rows: tuple[Setting, ...]
    roles: tuple[RoleSetting, ...] = ()

    def get(self, name: str) -> Setting | None:
        """The parameter of that name, or None where the server has no such parameter."""
        return next((row for row in self.rows if row.name == name), None)

    def text(self, name: str, default: str = "") -> str:
        """Its value as the server prints it."""
        found = self.get(name)
        return default if found is None else found.value

    def number(self, name: str, default: float = 0.0) -> float:
        """Its value in base units: bytes for sizes, seconds for times, the bare number otherwise."""
        found = self.get(name)
        if found is None:
            return default
        value = float(found.value)
        return value if value < 0 else value * scale_of(found.unit)

    def on(self, name: str, default: bool = False) -> bool:
        """Whether a boolean parameter is on."""
        found = self.get(name)
        return default if found is None else found.value == "on"


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension of one database: `installed` version or None, `available` default version or None."""

    database: str
    name: str
    installed: str | None
    available: str | None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Extensions(Section):
    """Extensions, installed and available, of all watched databases."""

    name: ClassVar[str] = "extensions"
    rows: tuple[Extension, ...]
