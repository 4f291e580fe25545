"""Properties that a reader does not know: kept by name, redacted, never dropped."""

from collections.abc import Mapping
from typing import Any

from tunewright_analyzers.sql.mysql.redact import redact_expression


def _note(value: object) -> str:
    """Each string by itself: within the quotes that str() of a list or a mapping adds, a literal would stay."""
    if isinstance(value, Mapping):
        return ", ".join(f"{redact_expression(str(key))}: {_note(one)}" for key, one in value.items())
    return ", ".join(_note(one) for one in value) if isinstance(value, list) else redact_expression(str(value))


def notes_of(raw: Mapping[str, Any], known: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """(name, value) of each property outside `known`."""
    return tuple((redact_expression(str(key)), _note(value)) for key, value in raw.items() if key not in known)
