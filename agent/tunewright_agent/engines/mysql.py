"""MySQL and MariaDB, self-managed, RDS and Aurora MySQL: their reader and sources."""

from datetime import datetime

from tunewright_agent.analyst.mysql_analyst import ANALYSES, MysqlAnalyst
from tunewright_agent.analyst.mysql_index_pass import MysqlIndexPass
from tunewright_agent.analyst.mysql_plan_pass import MysqlPlanPass
from tunewright_agent.analyst.regression_pass import source_of
from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_agent.engines.engine import EngineParts, password_of, switched_off
from tunewright_agent.memory import Memory
from tunewright_agent.sources.mysql import grants
from tunewright_agent.sources.mysql.connection import Limits
from tunewright_agent.sources.mysql.log_events import log_source
from tunewright_agent.sources.mysql.session import PACKAGE, Reader
from tunewright_agent.sources.source import Source, discover
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.snapshot import Engine


def _reader(cluster: ClusterSettings, connections: int) -> Reader:
    return Reader(
        cluster.url,
        Limits(connections=connections, statement_seconds=cluster.statement_timeout),
        include=cluster.databases,
        exclude=cluster.exclude_databases,
        password=password_of(cluster),
    )


def _configured(cluster: ClusterSettings, memory: Memory | None) -> tuple[Source[Reader], ...]:
    """The source of the server's logs: the files that the settings name; without an error log among them MySQL's own table of it."""
    files = tuple(path for path in (cluster.log_file, cluster.slow_log_file) if path is not None)

    def known_to() -> datetime | None:
        before = memory.newest(LogEvents) if memory is not None else None
        return before.read_to if before is not None else None

    return (log_source(files, known_to, errors_read=cluster.log_file is not None),)


def _analyst(cluster: ClusterSettings, settings: Settings, reader: Reader, memory: Memory | None) -> MysqlAnalyst:
    agent = settings.agent
    shapes = memory.shapes if memory is not None else dict
    plans = MysqlPlanPass(reader, memory, agent.window, agent.plans_per_pass, shapes)
    indexes, off = MysqlIndexPass(reader), switched_off(cluster)
    return MysqlAnalyst(plans, indexes, agent.plans_every, agent.index_advice_every, off, source_of(memory))


ENGINE = EngineParts(
    name="mysql",
    aliases=frozenset({"mariadb"}),
    engine=Engine.MYSQL,
    schemes=frozenset({"mysql", "mariadb"}),
    grants=grants.sql,
    reader=_reader,
    sources=lambda: discover(PACKAGE),
    analyses=ANALYSES,
    analyst=_analyst,
    configured=_configured,
    optional=("log_events",),
)
