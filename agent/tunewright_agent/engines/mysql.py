"""MySQL and MariaDB, self-managed, RDS and Aurora MySQL: their reader and sources."""

from dataclasses import dataclass

from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_agent.engines.engine import EngineParts, password_of
from tunewright_agent.latest import Latest
from tunewright_agent.memory import Memory
from tunewright_agent.sources.mysql import grants
from tunewright_agent.sources.mysql.connection import Limits
from tunewright_agent.sources.mysql.session import PACKAGE, Reader
from tunewright_agent.sources.source import Source, discover
from tunewright_analyzers.facts.snapshot import Engine


@dataclass(frozen=True, slots=True)
class NoAnalyst:
    """The Analyst of a Watch that has no passes: what rests on them says *not judged*."""

    def sources(self) -> tuple[Source[Latest], ...]:
        """None."""
        return ()

    def close(self) -> None:
        """Nothing to stop."""


def _reader(cluster: ClusterSettings, connections: int) -> Reader:
    return Reader(
        cluster.url,
        Limits(connections=connections, statement_seconds=cluster.statement_timeout),
        include=cluster.databases,
        exclude=cluster.exclude_databases,
        password=password_of(cluster),
    )


def _analyst(_cluster: ClusterSettings, _settings: Settings, _reader: Reader, _memory: Memory | None) -> NoAnalyst:
    return NoAnalyst()


ENGINE = EngineParts(
    name="mysql",
    aliases=frozenset({"mariadb"}),
    engine=Engine.MYSQL,
    schemes=frozenset({"mysql", "mariadb"}),
    grants=grants.sql,
    reader=_reader,
    sources=lambda: discover(PACKAGE),
    analyses=(),
    analyst=_analyst,
)
