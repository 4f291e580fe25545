"""Snapshots and sections as JSON, and back, with validation. Used by the history, by `once --save` and by `replay`."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

import tunewright_analyzers.facts
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Gap, Section, Snapshot, View

ValueT = TypeVar("ValueT")
FORMAT = 1
"""Raised where an older agent could not read what a newer one writes."""
_MORE = ("tunewright_analyzers.indexes.advice", "tunewright_analyzers.indexes.mysql.facts")
"""Modules outside `facts` that define a Section."""


class SnapshotError(ValueError):
    """A text is not a snapshot that this release can read. `str()` names the place and the mend."""


def _modules() -> Iterator[str]:
    for info in pkgutil.iter_modules(tunewright_analyzers.facts.__path__, f"{tunewright_analyzers.facts.__name__}."):
        yield info.name
    yield from _MORE


@cache
def sections() -> dict[str, type[Section]]:
    """Every Section class by its name."""
    for module in _modules():
        importlib.import_module(module)
    return {kind.name: kind for kind in _kinds(Section) if "name" in vars(kind)}


def _kinds(base: type[Section]) -> Iterator[type[Section]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Building one costs milliseconds, so each is built once."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def dump(kind: type[ValueT], value: ValueT) -> bytes:
    """JSON of any of our dataclasses."""
    return _adapter(kind).dump_json(value)


def load(kind: type[ValueT], text: bytes | str) -> ValueT:
    """What `dump` got. Raises SnapshotError."""
    try:
        value: ValueT = _adapter(kind).validate_json(text)
    except ValidationError as error:
        raise SnapshotError(f"{kind.__name__}: {_first(error)}") from error
    return value


def dump_section(section: Section) -> bytes:
    """JSON of one section."""
    return _adapter(type(section)).dump_json(section)


def load_section(name: str, text: bytes | str) -> Section:
    """A section of JSON. Raises SnapshotError for an unknown name or a form that does not fit."""
    kind = sections().get(name)
    if kind is None:
        raise SnapshotError(f"there is no section '{name}' in this release; update tunewright")
    try:
        section: Section = _adapter(kind).validate_json(text)
    except ValidationError as error:
        raise SnapshotError(f"section '{name}': {_first(error)}") from error
    return section


def _first(error: ValidationError) -> str:
    one = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in one["loc"]) or "the text"
    return f"{place}: {one['msg']}"


def dump_snapshot(snapshot: Snapshot) -> str:
    """The snapshot as indented JSON, sections by name."""
    body = {section.name: _adapter(type(section)).dump_python(section, mode="json") for section in snapshot.sections}
    document = {
        "format": FORMAT,
        "cluster": snapshot.cluster,
        "instance": snapshot.instance,
        "engine": snapshot.engine,
        "version": snapshot.version,
        "flavour": snapshot.flavour,
        "taken_at": snapshot.taken_at,
        "view": snapshot.view,
        "gaps": _adapter(tuple[Gap, ...]).dump_python(snapshot.gaps, mode="json"),
        "sections": body,
    }
    return _adapter(dict[str, Any]).dump_json(document, indent=1).decode()


@dataclass(frozen=True, slots=True)
class _Head:
    """A snapshot without its sections, which are validated by their own classes."""

    cluster: ClusterId
    instance: InstanceId
    engine: Engine
    version: int
    flavour: Flavour
    taken_at: datetime
    gaps: tuple[Gap, ...]
    view: View = View.ENGINE


def load_snapshot(text: str) -> Snapshot:
    """The snapshot that `dump_snapshot` wrote. Raises SnapshotError."""
    mend = "give a file that `tunewright once --save` wrote"
    try:
        document = _adapter(dict[str, Any]).validate_json(text)
    except ValidationError as error:
        raise SnapshotError(f"not a JSON object: {_first(error)}; {mend}") from error
    if document.get("format") != FORMAT:
        raise SnapshotError(f"format {document.get('format')!r} is not the one this release reads ({FORMAT}); {mend}")
    body = document.pop("sections", None)
    if not isinstance(body, dict):
        raise SnapshotError(f"'sections' is missing; {mend}")
    loaded = tuple(load_section(name, _adapter(Any).dump_json(value)) for name, value in body.items())
    try:
        head: _Head = _adapter(_Head).validate_python(document)
    except ValidationError as error:
        raise SnapshotError(f"{_first(error)}; {mend}") from error
    return Snapshot(
        head.cluster,
        head.instance,
        head.engine,
        head.version,
        head.flavour,
        head.taken_at,
        loaded,
        head.gaps,
        head.view,
    )
