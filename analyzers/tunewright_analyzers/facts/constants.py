"""Constants that statements were seen with, one count a parameter. Only there where the user set privacy.index_constants."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Section


@dataclass(frozen=True, slots=True)
class SeenConstant:
    """SQL of one constant (`'open'`, `42`) in the place of `$parameter`, and in how many of the statement's samples it stood there."""

    parameter: int
    text: str
    samples: int


@dataclass(frozen=True, slots=True)
class StatementConstants:
    """The constants of one statement's samples, those that were seen most."""

    database: str
    statement: StatementId
    samples: int
    rows: tuple[SeenConstant, ...]


@dataclass(frozen=True, slots=True)
class SampledConstants(Section):
    """By database and statement, since `since`."""

    name: ClassVar[str] = "sampled_constants"
    since: datetime
    rows: tuple[StatementConstants, ...]
