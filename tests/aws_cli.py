"""Reads an `aws …` line as the AWS CLI does, by botocore's own service models: what it does not know is an error.

Used by tests only. Nothing is sent.
"""

import functools
import re
import shlex
from typing import Any

import botocore.session
import jmespath
from botocore import xform_name
from botocore.model import OperationModel, Shape


class NotTheCli(ValueError):
    """The line is not one that the AWS CLI would take."""


@functools.cache
def _operations(service: str) -> dict[str, OperationModel]:
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name, "-"): model.operation_model(name) for name in model.operation_names}


def _check_value(shape: Shape, values: list[str], option: str) -> None:
    kind = shape.type_name
    if kind in {"integer", "long"} and not all(re.fullmatch(r"-?\d+", value) for value in values):
        raise NotTheCli(f"{option}: not whole numbers: {values}")
    if kind != "list" and len(values) != 1:
        raise NotTheCli(f"{option} takes one value, not {values}")
    inner: Any = shape.member if kind == "list" else shape  # type: ignore[attr-defined]
    if inner.type_name == "structure":
        for value in values:
            for name in re.findall(r"(?:^|,)([A-Za-z]\w*)=", re.sub(r"\[[^]]*\]", "", value)):
                if name not in inner.members:
                    raise NotTheCli(f"{option}: {inner.name} has no {name}")
    allowed = getattr(inner, "enum", None)
    if allowed and not set(values) <= set(allowed):
        raise NotTheCli(f"{option}: {values} is none of {allowed}")


def _grouped(words: list[str]) -> list[tuple[str, list[str]]]:
    grouped: list[tuple[str, list[str]]] = []
    for word in words:
        if word.startswith("--"):
            grouped.append((word, []))
        elif grouped:
            grouped[-1][1].append(word)
        else:
            raise NotTheCli(f"a value without an option: {word}")
    return grouped


def _check_query(operation: OperationModel, text: str) -> None:
    """The JMESPath parses, and begins with a member of the answer."""
    first = jmespath.compile(text).parsed
    while first["type"] != "field":
        first = first["children"][0]
    if first["value"] not in operation.output_shape.members:  # type: ignore[union-attr]
        raise NotTheCli(f"--query: the answer has no {first['value']}")


def check(line: str) -> None:
    """Raises NotTheCli where the operation, an option, a value's kind, or a required option is wrong."""
    aws, service, name, *rest = shlex.split(line)
    operation = _operations(service).get(name)
    if aws != "aws" or operation is None:
        raise NotTheCli(f"no such operation: {service} {name}")
    members: dict[str, Shape] = operation.input_shape.members  # type: ignore[union-attr]
    options = {f"--{xform_name(member, '-')}": member for member in members}
    given = set()
    for option, values in _grouped(rest):
        if option in {"--region", "--output"}:
            continue
        if option == "--query":
            _check_query(operation, " ".join(values))
            continue
        negated = option.startswith("--no-") and option not in options
        member = options.get(f"--{option.removeprefix('--no-')}" if negated else option)
        if member is None:
            raise NotTheCli(f"{service} {name} has no {option}")
        shape = members[member]
        if shape.type_name == "boolean" and not values:
            given.add(member)
            continue
        if negated or shape.type_name == "boolean" or not values:
            raise NotTheCli(f"{option} of {name}: wrong values {values}")
        _check_value(shape, values, option)
        given.add(member)
    missing = set(operation.input_shape.required_members) - given  # type: ignore[union-attr]
    if missing:
        raise NotTheCli(f"{service} {name} lacks {sorted(missing)}")


def _shorthand(text: str, at: int = 0, end: str = "") -> tuple[Any, int]:
    """The CLI's shorthand from `at` on: `A=1,B=[x,y],C=[{D=e}]`; the answer and where it ended."""
    if text[at] in "[{":
        closing = {"[": "]", "{": "}"}[text[at]]
        found: list[Any] = []
        at += 1
        while text[at] != closing:
            one, at = _shorthand(text, at, closing)
            found.append(one)
            at += text[at] == ","
        return (found if closing == "]" else _merged(found)), at + 1
    stop = at
    while stop < len(text) and text[stop] not in f",={end}":
        stop += 1
    word = text[at:stop]
    if stop < len(text) and text[stop] == "=":
        value, stop = _shorthand(text, stop + 1, end)
        return {word: value}, stop
    return word, stop


def _merged(parts: list[Any]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


def _structure(text: str) -> dict[str, Any]:
    parts, at = [], 0
    while at < len(text):
        one, at = _shorthand(text, at)
        parts.append(one)
        at += 1
    return _merged(parts)


def _typed(shape: Any, value: Any) -> Any:
    """A word, or what shorthand made of several, as the type that the API wants."""
    if shape.type_name == "structure":
        given = _structure(value) if isinstance(value, str) else value
        return {name: _typed(shape.members[name], one) for name, one in given.items()}
    if shape.type_name == "list":
        return [_typed(shape.member, one) for one in value]
    if shape.type_name in {"integer", "long"}:
        return int(value)
    return float(value) if shape.type_name in {"double", "float"} else value


def call(line: str) -> tuple[str, str, dict[str, Any], str]:
    """(service, boto3's method, parameters, Region) that the line stands for. Raises NotTheCli."""
    check(line)
    _, service, name, *rest = shlex.split(line)
    members: dict[str, Any] = _operations(service)[name].input_shape.members  # type: ignore[union-attr]
    options = {f"--{xform_name(member, '-')}": member for member in members}
    given, region = dict[str, Any](), ""
    for option, values in _grouped(rest):
        if option == "--region":
            (region,) = values
            continue
        negated = option.startswith("--no-") and option not in options
        member = options[f"--{option.removeprefix('--no-')}" if negated else option]
        shape = members[member]
        if shape.type_name == "boolean":
            given[member] = not negated
        else:
            given[member] = _typed(shape, values if shape.type_name == "list" else values[0])
    return service, name.replace("-", "_"), given, region
