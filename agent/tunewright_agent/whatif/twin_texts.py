"""What the twin is sent for each statement: checked, in a form that it parses, with the types that it missed. Used by twin."""

import psycopg

from tunewright_agent.whatif.single import single
from tunewright_agent.whatif.twin_build import because
from tunewright_analyzers.indexes.whatif import WhatIfError
from tunewright_analyzers.sql.generic import typed
from tunewright_analyzers.sql.parameter_types import types_asked_for

TYPES_MISSED = (
    psycopg.errors.IndeterminateDatatype, psycopg.errors.UndefinedFunction, psycopg.errors.AmbiguousFunction, psycopg.errors.DatatypeMismatch,
)  # fmt: skip
"""What a server answers that cannot type a parameter, or took it for a text."""


class Texts:
    """By database and statement. Not for threads: the twin's lock is held."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], str] = {}
        self._types: dict[tuple[str, str], dict[int, str]] = {}

    def of(self, database: str, statement: str) -> str:
        """The text that is sent. Raises WhatIfError for anything but one SELECT or DML statement."""
        key = (database, statement)
        if key not in self._texts:
            self._texts[key] = single(statement)
        return self._texts[key]

    def mend(self, database: str, statement: str, error: psycopg.Error, behind: str) -> None:
        """Type the parameters that one of TYPES_MISSED asks for; the text was sent `behind` an EXPLAIN. Raises WhatIfError where it asks for none."""
        key, place = (database, statement), error.diag.statement_position
        text, known = self.of(database, statement), self._types.setdefault(key, {})
        position = int(place) - 1 - len(behind) if place else None
        asked = types_asked_for(text, error.diag.message_primary or "", position)
        if not asked.keys() - known.keys():
            raise WhatIfError(because(error)) from error
        for parameter, kind in asked.items():
            text = text if parameter in known else typed(text, parameter, kind)
        self._texts[key], self._types[key] = text, asked | known
