"""Series of Performance Insights and Enhanced Monitoring: load by wait and by statement, the members' operating system.

A statement is joined with what the member itself counts: by the engine's own id (queryid, digest) where the member is read from inside, else
by the fingerprint of its tokenised text. One that cannot be joined is counted under `(unknown)`: no text is a label.
"""

from collections.abc import Mapping

from tunewright_agent.metrics.sheet import Sheet
from tunewright_agent.state import State
from tunewright_analyzers.facts.cloud_insights import InsightsLoad, InstanceLoad, OsReadings, StatementLoad
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Snapshot
from tunewright_analyzers.facts.statements import Statements

UNKNOWN = "(unknown)"


def identities(state: State, cluster: str, instance: str) -> Mapping[str, StatementId]:
    """Our ids of a member's statements by the engine's own; empty where the member is not read from inside."""
    for one in state.instances:
        if (one.cluster, one.instance) == (cluster, instance) and one.snapshot is not None:
            section = one.snapshot.section(Statements)
            return {row.key.query_id: row.id for row in section.rows} if section is not None else {}
    return {}


def joined(row: StatementLoad, known: Mapping[str, StatementId]) -> StatementId | None:
    """Which of our statements it is."""
    return known.get(row.query_id or "") or row.statement


def write_insights(sheet: Sheet, snapshot: Snapshot, state: State) -> None:
    """All series of one cluster."""
    cluster = str(snapshot.cluster)
    load, readings = snapshot.section(InsightsLoad), snapshot.section(OsReadings)
    for row in load.rows if load is not None else ():
        _write_load(sheet, cluster, row, identities(state, cluster, row.instance))
    for reading in readings.rows if readings is not None else ():
        labels = (cluster, reading.instance)
        sheet.add("tunewright_aws_os_cpu_ratio", reading.cpu_ratio, *labels)
        sheet.add("tunewright_aws_os_cpu_wait_ratio", reading.cpu_wait_ratio, *labels)
        sheet.add("tunewright_aws_os_cpu_steal_ratio", reading.cpu_steal_ratio, *labels)
        sheet.add("tunewright_aws_os_memory_bytes", reading.memory_bytes, *labels)
        sheet.add("tunewright_aws_os_memory_free_bytes", reading.memory_free_bytes, *labels)
        sheet.add("tunewright_aws_os_swap_used_bytes", reading.swap_used_bytes, *labels)
        sheet.add("tunewright_aws_os_disk_await_seconds", reading.disk_await_seconds, *labels)
        sheet.add("tunewright_aws_os_filesystem_used_ratio", reading.filesystem_used_ratio, *labels)


def _write_load(sheet: Sheet, cluster: str, row: InstanceLoad, known: Mapping[str, StatementId]) -> None:
    for wait in row.waits:
        labels = (cluster, row.instance, wait.wait_type, wait.wait_event)
        sheet.add("tunewright_aws_wait_load_sessions", wait.sessions, *labels)
    by_statement: dict[str, float] = {}
    for one in row.statements:
        name = str(joined(one, known) or UNKNOWN)
        by_statement[name] = by_statement.get(name, 0.0) + one.sessions
    for name, sessions in by_statement.items():
        sheet.add("tunewright_aws_statement_load_sessions", sessions, cluster, row.instance, name)
