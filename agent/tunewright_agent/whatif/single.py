"""The door of every what-if: exactly one statement that EXPLAIN may be asked about. Used by twin_texts and hypopg."""

import pglast
from pglast.parser import ParseError

from tunewright_analyzers.indexes.whatif import WhatIfError
from tunewright_analyzers.sql.generic import generic_form

_EXPLAINED = frozenset({"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})


def single(statement: str) -> str:
    """The mended text of exactly one SELECT or DML statement. Raises WhatIfError for anything else: EXPLAIN must not run what follows a `;`."""
    text = generic_form(statement)
    try:
        parsed = pglast.parse_sql(text)
    except ParseError as error:
        raise WhatIfError("the statement does not parse (cut off, or not normalised)") from error
    if len(parsed) != 1 or type(parsed[0].stmt).__name__ not in _EXPLAINED:
        raise WhatIfError("only a single SELECT, INSERT, UPDATE, DELETE or MERGE can be explained")
    return text.strip().rstrip(";")
