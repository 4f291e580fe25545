"""Read settings from TOML and environment; every fault is one line: file, line, key, what is wrong, and the nearest valid name."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from tunewright_agent.config.settings import Settings
from tunewright_agent.config.units import seconds, size_bytes
from tunewright_analyzers.check import discover

PREFIX = "TUNEWRIGHT_"


class ConfigurationError(Exception):
    """The settings cannot be used. `str()` is one line a fault."""


def line_of(text: str, path: tuple[str | int, ...]) -> int | None:
    """The 1-based line of `text` on which the key at `path` stands; None where it cannot be told (an inline table, a default)."""
    keys = [part for part in path if isinstance(part, str)]
    indexes = {path[i - 1]: part for i, part in enumerate(path) if isinstance(part, int) and i}
    if not keys:
        return None
    table: list[str] = []
    seen: dict[str, int] = {}
    best: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$", line)
        if header:
            table = [part.strip("\"'") for part in re.findall(r'"[^"]*"|\'[^\']*\'|[^.]+', header[2])]
            if header[1] == "[[":
                seen[table[0]] = seen.get(table[0], -1) + 1
        elif "=" not in line or line.lstrip().startswith("#"):
            continue
        key = [] if header else [part.strip().strip("\"'") for part in line.split("=", 1)[0].split(".")]
        where = table + key
        right_item = all(seen.get(str(name), -1) == index for name, index in indexes.items())
        if where == keys[: len(where)] and right_item:
            if where == keys:
                return number
            best = number
    return best


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


def _fault(file: str, text: str, error: Mapping[str, Any]) -> str:
    path: tuple[str | int, ...] = tuple(error["loc"])
    line = line_of(text, path)
    name = ".".join(str(part) for part in path) or "the file"
    said = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        said = f"no such key{_nearest(str(path[-1]), _fields_at(path[:-1]))}"
    elif error["type"] == "missing":
        said = "is missing"
    return f"{file}{f', line {line}' if line else ''}: {name}: {said}"


def _check_thresholds(settings: Settings, file: str, text: str) -> list[str]:
    checks = {str(check.id): check for check in discover()}
    faults = []
    for name, values in settings.checks.items():
        line = line_of(text, ("checks", name))
        place = f"{file}{f', line {line}' if line else ''}: checks.{name}"
        if name not in checks:
            faults.append(f"{place}: no such check{_nearest(name, list(checks))}")
            continue
        known = [field.name for field in checks[name].threshold_fields] + ["enabled"]
        faults += [f"{place}: no threshold '{key}'{_nearest(key, known)}" for key in values if key not in known]
        faults += [f"{place}.{key}: a number is wanted, not text" for key in known if isinstance(values.get(key), str)]
    return faults


def _threshold_units(raw: dict[str, Any], file: str, text: str) -> list[str]:
    """Turn `"10MB"` and `"7d"` of [checks] into bytes and seconds, by the threshold's own unit."""
    checks = {str(check.id): check for check in discover()}
    readers = {"bytes": size_bytes, "seconds": seconds}
    faults = []
    for name, values in raw.get("checks", {}).items():
        if name not in checks or not isinstance(values, dict):
            continue
        for field in checks[name].threshold_fields:
            value = values.get(field.name)
            if isinstance(value, str) and field.metadata["unit"] in readers:
                try:
                    values[field.name] = readers[field.metadata["unit"]](value)
                except ValueError as error:
                    line = line_of(text, ("checks", name, field.name))
                    faults.append(f"{file}{f', line {line}' if line else ''}: checks.{name}.{field.name}: {error}")
    return faults


def _typed(value: str) -> Any:
    """An environment value as TOML would read it: numbers, booleans, arrays, tables; anything else is text."""
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def override(raw: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Put TUNEWRIGHT_TABLE__KEY (and TUNEWRIGHT_CLUSTERS__NAME__KEY, by the cluster's name) over what the file says, in place."""
    for variable, value in sorted(environment.items()):
        parts = variable.removeprefix(PREFIX).lower().split("__")
        if not variable.startswith(PREFIX) or len(parts) < 2:
            continue
        target: Any = raw
        for part in parts[:-1]:
            if isinstance(target, list):
                target = next(
                    (one for one in target if re.sub(r"\W", "_", str(one.get("name", ""))).lower() == part), None
                )
            elif isinstance(target, dict):
                target = target.setdefault(part, {})
        if isinstance(target, dict):
            target[parts[-1]] = _typed(value)
        else:
            raise ConfigurationError(f"environment: {variable} names no table of the settings")


def read(text: str, file: str, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings of a TOML text. Raises ConfigurationError with one line a fault; `file` stands in front of each."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: not valid TOML: {error}") from error
    override(raw, os.environ if environment is None else environment)
    faults = _threshold_units(raw, file, text)
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        faults += [_fault(file, text, one) for one in error.errors(include_url=False, include_input=False)]
    else:
        faults += _check_thresholds(settings, file, text)
        if not faults:
            return settings
    raise ConfigurationError("\n".join(faults))


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
