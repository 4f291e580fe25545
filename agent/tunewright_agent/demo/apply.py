"""Applies advice to the demo's own database. Nothing else in Tunewright changes a database, and this refuses every server but the demo's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import psycopg

from tunewright_agent.demo.server import DATABASE, MARK, MARK_SETTING
from tunewright_agent.embedded.server import PREFIX
from tunewright_analyzers.facts.ids import RecommendationId
from tunewright_analyzers.recommendation import Action, Recommendation

STATEMENT_DEADLINE_SECONDS = 60
APPLIED_ACTIONS = frozenset(
    {Action.CREATE_INDEX, Action.DROP_INDEX, Action.CREATE_STATISTICS, Action.ANALYZE, Action.VACUUM}
)
KEPT_CHECKS = frozenset({"indexes/unused"})
"""A minute of scans proves nothing about a month's: such indexes stay."""
_CREATE = re.compile(r'CREATE INDEX (?:CONCURRENTLY )?(?:"[^"]*"|\S+) ON (?P<what>.*?);?\s*', re.DOTALL)


class NotTheDemoError(RuntimeError):
    """The server is not the demo's own: nothing was done."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done: ids and SQL in the order it ran; what failed, with the server's SQLSTATE; what another one made needless."""

    ids: tuple[RecommendationId, ...]
    statements: tuple[str, ...]
    errors: dict[RecommendationId, str]
    covered: tuple[RecommendationId, ...]


def refuse_others(connection: psycopg.Connection) -> None:
    """Raise NotTheDemoError unless this is the shop on a server that demo/server.py made."""
    row = connection.execute(
        "SELECT current_setting(%s, true), current_setting('data_directory'), current_database()", (MARK_SETTING,)
    ).fetchone()
    mark, folder, database = row or (None, "", "")
    ours = PurePath(folder).name == "data" and PurePath(folder).parent.name.startswith(PREFIX)
    if mark != MARK or not ours or database != DATABASE:
        raise NotTheDemoError(
            "this server was not made by `tunewright demo`: nothing was applied. Tunewright never changes any other."
        )


def _definition(statement: str) -> str | None:
    """What a CREATE INDEX makes, without its name and spaces; None for other statements."""
    found = _CREATE.fullmatch(statement)
    return "".join(found["what"].split()) if found else None


def _covers(wide: str, narrow: str) -> bool:
    """Whether the one index is the other, or begins with all its columns and holds all rows."""
    longer = wide.startswith((narrow.removesuffix(")") + ",", narrow + "INCLUDE"))
    return wide == narrow or (longer and "WHERE" not in wide)


def _split(
    recommendations: Sequence[Recommendation],
) -> tuple[list[Recommendation], tuple[RecommendationId, ...]]:
    """Those to apply, and those whose index another one's covers: several checks may advise the same index."""
    wanted = [
        one
        for one in recommendations
        if one.action in APPLIED_ACTIONS and one.check not in KEPT_CHECKS and one.statements
    ]
    made = [_definition(one.statements[0]) for one in wanted]
    kept: list[Recommendation] = []
    covered: list[RecommendationId] = []
    for place, (one, index) in enumerate(zip(wanted, made, strict=True)):
        others = [(at, other) for at, other in enumerate(made) if at != place and other is not None]
        needless = index is not None and any(
            _covers(other, index) and (other != index or at < place) for at, other in others
        )
        if needless:
            covered.append(one.id)
        else:
            kept.append(one)
    return kept, tuple(covered)


def apply(url: str, recommendations: Sequence[Recommendation]) -> Applied:
    """Run what is recommended on the shop's indexes and statistics, statement by statement, each in autocommit with 60 s.

    Indexes first, so that ANALYZE and VACUUM see them. A recommendation whose statement fails is reported in `errors` and the next one
    goes on. Raises NotTheDemoError before anything is done, psycopg.Error where no connection can be made.
    """
    chosen, covered = _split(recommendations)
    order = list(Action)
    chosen.sort(key=lambda one: (order.index(one.action), one.check, str(one.subject)))
    done: list[RecommendationId] = []
    statements: list[str] = []
    errors: dict[RecommendationId, str] = {}
    options = f"-c statement_timeout={STATEMENT_DEADLINE_SECONDS}s -c lock_timeout=10s"
    with psycopg.connect(
        url, autocommit=True, connect_timeout=10, options=options, application_name="tunewright demo"
    ) as connection:
        refuse_others(connection)
        for one in chosen:
            try:
                for statement in one.statements:
                    connection.execute(statement.encode())
                    statements.append(statement)
            except psycopg.Error as error:
                errors[one.id] = f"SQLSTATE {error.sqlstate} ({type(error).__name__})"
            else:
                done.append(one.id)
    return Applied(tuple(done), tuple(statements), errors, covered)
