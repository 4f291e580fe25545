"""PostgreSQL, RDS and Aurora PostgreSQL: its reader and sources, and the analyst with the twin."""

from datetime import datetime

from tunewright_agent.analyst.analyst import TwinAnalyst
from tunewright_agent.analyst.constants_pass import ConstantsPass
from tunewright_agent.analyst.index_pass import IndexPass
from tunewright_agent.analyst.plan_pass import PlanPass
from tunewright_agent.analyst.regression_pass import source_of
from tunewright_agent.analyst.twins import Twins
from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_agent.engines.engine import EngineParts, password_of, price_of, switched_off
from tunewright_agent.memory import Memory
from tunewright_agent.sources.aws.session import Door
from tunewright_agent.sources.postgres import grants
from tunewright_agent.sources.postgres.log_aws import aws_log
from tunewright_agent.sources.postgres.log_events import log_source
from tunewright_agent.sources.postgres.log_transport import FileTransport, LogTransport
from tunewright_agent.sources.postgres.session import PACKAGE, Limits, Reader
from tunewright_agent.sources.source import Source, discover
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.indexes.problem import Limits as AdviceLimits

MODEST = AdviceLimits(least_gain_ratio=0.01, most_indexes=12, most_per_table=4)
"""What the daemon advises at a time: what a person can look after. `tunewright advise indexes` knows no such bound."""


def _reader(cluster: ClusterSettings, connections: int) -> Reader:
    return Reader(
        cluster.url,
        Limits(connections=connections, statement_seconds=cluster.statement_timeout),
        include=cluster.databases,
        exclude=("rdsadmin", "template0", "template1", *cluster.exclude_databases),
        password=password_of(cluster),
    )


def _analyst(cluster: ClusterSettings, settings: Settings, reader: Reader, memory: Memory | None) -> TwinAnalyst:
    agent = settings.agent
    twins = Twins(reader, agent.index_advice_every)
    allow = frozenset(cluster.allow_functions)
    plans = PlanPass(
        reader,
        twins,
        memory,
        agent.window,
        agent.plans_per_pass,
        allow,
        settings.privacy.allow_literals,
        cluster.log_file,
        memory.shapes if memory is not None else dict,
    )
    indexes = IndexPass(reader, twins, memory, agent.window, allow, MODEST, price_of(cluster))
    constants = ConstantsPass(reader) if settings.privacy.index_constants else None
    off = switched_off(cluster)
    regressions = source_of(memory)
    return TwinAnalyst(twins, plans, indexes, agent.plans_every, agent.index_advice_every, off, constants, regressions)


def _configured(cluster: ClusterSettings, memory: Memory | None) -> tuple[Source[Reader], ...]:
    """The source of the server's log, where the settings say where that is."""
    transport: LogTransport
    if cluster.log_file is not None:
        transport = FileTransport(cluster.log_file)
    elif cluster.log_from is not None:
        transport = aws_log(cluster.log_from, Door())
    else:
        return ()

    def known_to() -> datetime | None:
        before = memory.newest(LogEvents) if memory is not None else None
        return before.read_to if before is not None else None

    return (log_source(transport, known_to),)


ENGINE = EngineParts(
    name="postgres",
    aliases=frozenset({"postgresql"}),
    engine=Engine.POSTGRESQL,
    schemes=frozenset({"postgresql", "postgres"}),
    grants=grants.sql,
    reader=_reader,
    sources=lambda: discover(PACKAGE),
    analyses=("constants", "plans", "index_advice", "regressions"),
    analyst=_analyst,
    configured=_configured,
    optional=("log_events",),
)
