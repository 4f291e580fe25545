"""What all tables of the settings are made of: the frozen base, durations, sizes, whole numbers and flags."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, Strict

from tunewright_agent.config.units import seconds, size_bytes, write_bytes, write_seconds

Duration = Annotated[float, BeforeValidator(seconds), PlainSerializer(write_seconds)]
"""Seconds, written as `"5m"`."""
Size = Annotated[int, BeforeValidator(size_bytes), PlainSerializer(write_bytes)]
"""Bytes, written as `"500MB"`."""
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
"""TOML has both: `port = true` and `enabled = "no"` are mistakes, not 1 and false."""


class Table(BaseModel):
    """A table of the file: frozen, and a key it does not know is an error. What was written is in no error (it may be a secret)."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False, hide_input_in_errors=True)
