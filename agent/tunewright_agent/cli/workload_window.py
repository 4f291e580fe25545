"""The facts that `tunewright advise` rests on: of a server as it counts itself, of a file of SQL, or of the daemon's history.

In come a reader and where the workload comes from, out goes a Window. No command stands here; advise.py calls it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tunewright_agent.cli.app import err
from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_agent.history.database import Mode
from tunewright_agent.history.place import Store
from tunewright_agent.history.store import History
from tunewright_agent.reports.visible import visible
from tunewright_agent.sources.mysql import statements as mysql_statements
from tunewright_agent.sources.mysql.session import Reader as MysqlReader
from tunewright_agent.sources.postgres import columns, extensions, relations, schema, statements
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import SourceError
from tunewright_agent.wiring import INSTANCE, watch_of
from tunewright_analyzers.facts.constants import SampledConstants
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.facts.snapshot import Engine, Gap, Section, Snapshot, Window
from tunewright_analyzers.facts.statements import Statements

LEAST_COVER = 0.9
"""Share of the time asked for that the history should hold; if less, it is told."""


def server_window(reader: Reader, cluster: ClusterId, at: datetime, with_statements: bool) -> Window:
    """The facts as the server has them now. Raises SourceError where one that cannot be done without cannot be read."""
    sections: list[Section] = []
    gaps: list[Gap] = []
    for module in (schema, relations, *((statements,) if with_statements else ())):
        found = module.source().collect(reader, at)
        sections += found.sections
        gaps += found.gaps
    for module in (columns, extensions):  # candidates are made, and the twin's word stands, without them
        try:
            sections += module.source().collect(reader, at).sections
        except SourceError as error:
            gaps.append(Gap(module.source().name, error.reason, at, error.mend))
    for gap in gaps:
        mend = f"; mend: {gap.mend}" if gap.mend else ""
        err.print(f"not seen: {gap.source}: {visible(gap.reason)}{visible(mend)}", markup=False)
    server = reader.server
    taken = Snapshot(
        cluster, INSTANCE, Engine.POSTGRESQL, server.version, server.flavour, at, tuple(sections), tuple(gaps)
    )
    return Window(cluster, at, at, taken)


def mysql_history(cluster: ClusterSettings, settings: Settings, store: Store, since_seconds: float) -> Statements:
    """What the daemon's history counted of a MySQL or MariaDB server over the time. Raises HistoryError, SourceError."""
    reader, at = watch_of(cluster, settings, None).reader, datetime.now(UTC)
    assert isinstance(reader, MysqlReader)
    try:
        server = reader.server
        found = mysql_statements.source().collect(reader, at)
    finally:
        reader.close()
    name = ClusterId(cluster.name)
    latest = Snapshot(name, INSTANCE, server.engine, server.version, server.flavour, at, found.sections, found.gaps)
    counted = history_window(Window(name, at, at, latest), store, since_seconds).section(Statements)
    assert counted is not None, "the latest snapshot holds them"
    return counted


def with_section(window: Window, section: Section) -> Window:
    """The window with one more section."""
    return replace(window, latest=replace(window.latest, sections=(*window.latest.sections, section)))


def history_window(latest: Window, store: Store, since_seconds: float) -> Window:
    """What the daemon's history counted over the time, and the constants that it saw recur. Raises HistoryError.

    Where the history holds less than half of that time, the server's own counters stand in, and it is told.
    """
    with History(store, mode=Mode.READ) as history:
        window = history.window(latest.latest, latest.end - timedelta(seconds=since_seconds), latest.end)
        constants = history.newest(latest.cluster, INSTANCE, SampledConstants)
    counted = window.section(Statements)
    held = counted.period.seconds if counted is not None else 0.0
    if not any(isinstance(one, Statements) for one in window.deltas):
        err.print("the history holds less than half of that time: the server's own counters are used", markup=False)
    elif held < LEAST_COVER * since_seconds:
        err.print(
            f"the history holds {held / 3600:.1f} of the {since_seconds / 3600:.1f} hours asked for", markup=False
        )
    return window if constants is None else with_section(window, constants)
