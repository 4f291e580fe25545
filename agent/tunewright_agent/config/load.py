"""Read settings from TOML and environment; every fault is one line: file, line, key, what is wrong, and the nearest valid name."""

import difflib
import math
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from tunewright_agent.config.places import KeyPath, line_of, places
from tunewright_agent.config.settings import Settings
from tunewright_agent.config.units import seconds, size_bytes
from tunewright_analyzers.check import discover

PREFIX = "TUNEWRIGHT_"


class ConfigurationError(Exception):
    """The settings cannot be used. `str()` is one line a fault."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a setting was written: in a file, or over it in the environment."""

    file: str
    lines: Mapping[KeyPath, int]
    variables: Mapping[KeyPath, str]

    def of(self, path: KeyPath) -> str:
        """`FILE, line N` of the key at `path` (or of what holds it), or the environment variable that set it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.variables:
                return f"environment variable {self.variables[path[:length]]}"
        within = [self.variables[key] for key in self.variables if key[: len(path)] == path]
        if within and path not in self.lines:
            return f"environment variable {within[0]}"
        line = line_of(self.lines, path)
        return f"{self.file}, line {line}" if line else self.file


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else f"; known here: {', '.join(sorted(known))}"


def _fields_at(path: tuple[str | int, ...]) -> list[str]:
    """Names that are valid at the table `path` of the settings."""
    model: type[BaseModel] = Settings
    for part in path:
        if isinstance(part, int) or part not in model.model_fields:
            continue
        annotation = model.model_fields[part].annotation
        choices = [annotation, *get_args(annotation)]
        models = [one for one in choices if isinstance(one, type) and issubclass(one, BaseModel)]
        if not models:
            return []
        model = models[0]
    return list(model.model_fields)


_SAID = {
    "int_type": "a whole number is wanted",
    "int_parsing": "a whole number is wanted",
    "int_from_float": "a whole number is wanted",
    "float_type": "a number is wanted",
    "float_parsing": "a number is wanted",
    "bool_type": "true or false is wanted",
    "string_type": "text in quotes is wanted",
    "path_type": "a path in quotes is wanted",
    "tuple_type": 'an array is wanted, such as ["a", "b"]',
    "dict_type": "a table is wanted",
    "model_type": "a table is wanted",
    "missing": "is missing",
}
"""In a person's words, by pydantic's type of error; elsewhere pydantic's own words, which quote no input."""
_MODEL = frozenset({"model_type", "model_attributes_type"})


def _fault(origin: Origin, error: Mapping[str, Any]) -> str:
    path: KeyPath = tuple(error["loc"])
    if path[:1] == ("checks",) and len(path) > 3:
        path, said = path[:3], "a number, true or false is wanted"  # pydantic names each member of the union
    elif error["type"] == "extra_forbidden":
        said = f"no such key{_nearest(str(path[-1]), _fields_at(path[:-1]))}"
    elif error["type"] == "tuple_type" and path == ("clusters",):
        said = "an array of tables is wanted: write [[clusters]] above each"
    elif error["type"] in _MODEL:
        said = "a table is wanted"
    else:
        said = _SAID.get(error["type"], str(error["msg"]).removeprefix("Value error, "))
    name = ".".join(str(part) for part in path) or "the settings"
    return f"{origin.of(path)}: {name}: {said}"


def _check_thresholds(settings: Settings, origin: Origin) -> list[str]:
    checks = {str(check.id): check for check in discover()}
    faults = []
    for name, values in settings.checks.items():
        if name not in checks:
            faults.append(f"{origin.of(('checks', name))}: checks.{name}: no such check{_nearest(name, list(checks))}")
            continue
        known = [field.name for field in checks[name].threshold_fields] + ["enabled"]
        for key, value in values.items():
            place = f"{origin.of(('checks', name, key))}: checks.{name}"
            if key not in known:
                faults.append(f"{place}: no threshold '{key}'{_nearest(key, known)}")
            elif key == "enabled" and not isinstance(value, bool):
                faults.append(f"{place}.{key}: true or false is wanted")
            elif key != "enabled" and (isinstance(value, bool | str) or not math.isfinite(value)):
                faults.append(f"{place}.{key}: a number is wanted")
    return faults


def _threshold_units(raw: dict[str, Any], origin: Origin) -> list[str]:
    """Turn `"10MB"` and `"7d"` of [checks] into bytes and seconds, by the threshold's own unit."""
    checks = {str(check.id): check for check in discover()}
    readers = {"bytes": size_bytes, "seconds": seconds}
    faults = []
    tables = raw.get("checks")
    for name, values in tables.items() if isinstance(tables, dict) else ():
        if name not in checks or not isinstance(values, dict):
            continue
        for field in checks[name].threshold_fields:
            value = values.get(field.name)
            if isinstance(value, str) and field.metadata["unit"] in readers:
                try:
                    values[field.name] = readers[field.metadata["unit"]](value)
                except ValueError as error:
                    place = origin.of(("checks", name, field.name))
                    faults.append(f"{place}: checks.{name}.{field.name}: {error}")
                    del values[field.name]  # said once is enough
    return faults


def _typed(value: str) -> Any:
    """An environment value as TOML would read it: numbers, booleans, arrays, tables; anything else is text."""
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def override(raw: dict[str, Any], environment: Mapping[str, str]) -> dict[KeyPath, str]:
    """Put TUNEWRIGHT_TABLE__KEY (and TUNEWRIGHT_CLUSTERS__NAME__KEY, by the cluster's name) over what the file says, in place.
    Gives the variable by the path of the key that it set. Raises ConfigurationError where a variable's table cannot be."""
    variables: dict[KeyPath, str] = {}
    for variable, value in sorted(environment.items()):
        parts = variable.removeprefix(PREFIX).lower().split("__")
        if not variable.startswith(PREFIX) or len(parts) < 2:
            continue
        target: Any = raw
        path: KeyPath = ()
        for part in parts[:-1]:
            if isinstance(target, list):
                names = [
                    re.sub(r"\W", "_", str(one.get("name", ""))).lower() if isinstance(one, dict) else ""
                    for one in target
                ]
                place = names.index(part) if part in names else None
                target, path = (None, path) if place is None else (target[place], (*path, place))
            elif isinstance(target, dict):
                target, path = target.setdefault(part, {}), (*path, part)
        if not isinstance(target, dict):
            raise ConfigurationError(f"environment: {variable} names no table of the settings")
        target[parts[-1]] = _typed(value)
        variables[(*path, parts[-1])] = variable
    return variables


def read(text: str, file: str, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings of a TOML text. Raises ConfigurationError with one line a fault; `file` stands in front of each."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: not valid TOML: {error}") from None  # newer releases carry the text in it
    origin = Origin(file, places(text), override(raw, os.environ if environment is None else environment))
    faults = _threshold_units(raw, origin)
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        faults += [_fault(origin, one) for one in error.errors(include_url=False, include_input=False)]
    else:
        faults += _check_thresholds(settings, origin)
        if not faults:
            return settings
    raise ConfigurationError("\n".join(dict.fromkeys(faults)))


def load(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings of a file. Raises ConfigurationError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(
            f"{path}: cannot be read: {reason}; `tunewright example-config > {path}` writes an annotated one"
        ) from error
    return read(text, str(path), environment)
