"""Kinds of log events that alerts watch. In comes an engine, out come the kinds that its log can tell. Called by the agent's metrics.

A counter that first appears with its first event shows no increase to Prometheus: the first broken page would wake nobody. So each of these
is exposed from the first reading on, as 0, where the log that tells it is read.
"""

from functools import cache

from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.logs.mysql_error import KINDS as MYSQL_KINDS
from tunewright_analyzers.logs.postgres_rules import RULES, STATES

ALARMING = frozenset(
    {
        "lock",
        "cancelled",
        "memory",
        "server",
        "connection",
        "authentication",
        "corruption",
        "disk",
        "replication",
        "wraparound",
    }
)
"""Categories; the others (autovacuum, checkpoints, temporary files, errors of statements) are told by other counters or are everyday."""
_POSTGRES_KINDS = frozenset(
    {(rule.category, rule.kind) for rule in RULES} | set(STATES.values()) | {("server", "panic")}
)


@cache
def alarming_kinds(engine: Engine) -> tuple[tuple[str, str], ...]:
    """(category, kind) of the categories above that the engine's error log can tell, in order."""
    known = _POSTGRES_KINDS if engine is Engine.POSTGRESQL else MYSQL_KINDS
    return tuple(sorted(one for one in known if one[0] in ALARMING))
