"""The exposition: State in, Prometheus text out. What State no longer holds has no series: stale series vanish by themselves."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from tunewright_agent.metrics import agent, effects, server_status, servers
from tunewright_agent.metrics.bill import write_bill
from tunewright_agent.metrics.cloud import write_account, write_cloud, write_places
from tunewright_agent.metrics.cloud_insights import write_insights
from tunewright_agent.metrics.forecasts import ForecastSeries
from tunewright_agent.metrics.relations import RelationSeries
from tunewright_agent.metrics.sheet import MOST_SERIES, Sheet
from tunewright_agent.metrics.statements import StatementSeries
from tunewright_agent.state import InstanceState, State
from tunewright_analyzers.facts.databases import Databases, Throughput
from tunewright_analyzers.facts.effects import Effects
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.relations import Indexes, Sequences, Tables
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.sessions import ActiveSessions, Sessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Snapshot, View
from tunewright_analyzers.facts.statements import Statements

Labels = tuple[str, str]
TOP = 50


class TunewrightCollector(Collector):
    """All series of one State at a time. `top` things a metric have series of their own; scrapes are taken one after another."""

    def __init__(self, state: Callable[[], State], top: int = TOP, most_series: int = MOST_SERIES) -> None:
        self._state = state
        self._top = top
        self._most = most_series
        self._statements: dict[Labels, StatementSeries] = {}
        self._relations: dict[Labels, RelationSeries] = {}
        self._forecasts: dict[Labels, ForecastSeries] = {}
        self._remainders = server_status.Remainders()
        self._dropped: dict[str, int] = {}
        self._lock = threading.Lock()

    def describe(self) -> list[Family]:
        """Nothing, so that registering does not collect."""
        return []

    def collect(self) -> Iterator[Family]:
        """The families of this scrape."""
        with self._lock:
            sheet = self._sheet(self._state())
        yield from sheet.families()

    def _sheet(self, state: State) -> Sheet:
        sheet = Sheet(self._most)
        agent.write_daemon(sheet, state)
        write_account(sheet, state)
        write_places(sheet, state)
        here = {(one.cluster, one.instance) for one in state.instances}
        self._statements = {key: kept for key, kept in self._statements.items() if key in here}
        self._relations = {key: kept for key, kept in self._relations.items() if key in here}
        self._forecasts = {key: kept for key, kept in self._forecasts.items() if key in here}
        for instance in state.instances:
            self._write(sheet, instance, state)
        for name, number in sheet.dropped.items():
            self._dropped[name] = self._dropped.get(name, 0) + number
        for name, number in self._dropped.items():
            sheet.add("tunewright_series_dropped_total", number, name)
        return sheet

    def _write(self, sheet: Sheet, instance: InstanceState, state: State) -> None:
        server = (str(instance.cluster), str(instance.instance))
        agent.write_sources(sheet, server, instance)
        if instance.judgement is not None:
            agent.write_verdicts(sheet, server, instance.judgement)
        changes = instance.window.latest.section(Effects) if instance.window is not None else None
        if changes is not None:
            effects.write_effects(sheet, server, changes)
        snapshot = instance.snapshot
        if snapshot is None:
            return
        if snapshot.view is View.CLOUD:
            write_cloud(sheet, snapshot, state.now)
            write_bill(sheet, snapshot)
            write_insights(sheet, snapshot, state)
            known = snapshot if changes is None else replace(snapshot, sections=(*snapshot.sections, changes))
            self._forecasts.setdefault(server, ForecastSeries()).write(sheet, server, known)
            return
        servers.write_identity(sheet, server, snapshot)
        self._write_sections(sheet, server, snapshot)
        self._write_ranked(sheet, server, instance, snapshot, state)

    def _write_sections(self, sheet: Sheet, server: Labels, snapshot: Snapshot) -> None:
        if (load := snapshot.section(ActiveSessions)) is not None:
            servers.write_load(sheet, server, load)
        if (sessions := snapshot.section(Sessions)) is not None:
            servers.write_sessions(sheet, server, sessions)
        if (databases := snapshot.section(Databases)) is not None:
            servers.write_databases(sheet, server, databases)
        if (replication := snapshot.section(Replication)) is not None:
            servers.write_replication(sheet, server, replication)
        if (throughput := snapshot.section(Throughput)) is not None:
            servers.write_throughput(sheet, server, throughput)
        if (settings := snapshot.section(Settings)) is not None:
            servers.write_settings(sheet, server, snapshot, settings)
        if (log := snapshot.section(LogEvents)) is not None:
            servers.write_log(sheet, server, snapshot.engine, log)
        if (status := snapshot.section(ServerStatus)) is not None:
            server_status.write_status(sheet, server, status)
            server_status.write_of_all_databases(sheet, server, status, self._remainders)
            if sessions is not None:
                server_status.write_waits(sheet, server, sessions)
            if replication is not None:
                server_status.write_channels(sheet, server, replication)
        if (host := snapshot.section(Host)) is not None:
            servers.write_host(sheet, server, host)

    def _write_ranked(
        self, sheet: Sheet, server: Labels, instance: InstanceState, snapshot: Snapshot, state: State
    ) -> None:
        if (statements := snapshot.section(Statements)) is not None:
            series = self._statements.setdefault(server, StatementSeries(self._top))
            lately = instance.window.section(Statements) if instance.window is not None else None
            series.write(sheet, server, statements, lately, state.now)
        relations = self._relations.setdefault(server, RelationSeries(self._top))
        if (tables := snapshot.section(Tables)) is not None:
            relations.write_tables(sheet, server, tables, state.now)
        if (indexes := snapshot.section(Indexes)) is not None:
            relations.write_indexes(sheet, server, indexes, state.now)
        if (sequences := snapshot.section(Sequences)) is not None:
            relations.write_sequences(sheet, server, sequences, state.now)


def exposition(state: Callable[[], State], top: int = TOP) -> Callable[[], bytes]:
    """What /metrics answers: a function that makes the text of one scrape (Prometheus text format 0.0.4)."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(TunewrightCollector(state, top))
    return lambda: generate_latest(registry)
