"""Series about ourselves: how the sources fare, what we cost the server, what was judged, the history, the build."""

import platform
from collections import Counter
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import ProcessCollector
from prometheus_client.registry import CollectorRegistry

from tunewright_agent.metrics.sheet import Sheet
from tunewright_agent.state import InstanceState, Judgement, SourceRun, State
from tunewright_analyzers.check import discover
from tunewright_analyzers.facts.snapshot import View
from tunewright_analyzers.finding import Severity

Labels = tuple[str, str]
PROBES = ("activity", "databases", "settings")
"""Sources that every server answers whatever we may see of it."""


@cache
def _groups() -> tuple[str, ...]:
    return tuple(sorted({check.group for check in discover()}))


def is_up(instance: InstanceState) -> bool:
    """Whether the server answered the newest pass of a probe (of any source, where no probe has run yet); a refusal is an answer."""
    runs = [run for run in instance.runs if run.passes + run.failures > 0]
    probes = [run for run in runs if run.source in PROBES] or runs
    newest = max((run.at for run in probes), default=None)
    if newest is None:
        return instance.snapshot is not None
    return not any(run.unanswered for run in probes if run.at == newest)


def _write_run(sheet: Sheet, server: Labels, run: SourceRun) -> None:
    labels = (*server, run.source)
    sheet.add("tunewright_source_passes_total", run.passes, *labels)
    sheet.add("tunewright_source_failures_total", run.failures, *labels)
    sheet.add("tunewright_source_skipped_total", run.skipped, *labels)
    sheet.add("tunewright_source_failing", run.error is not None, *labels)
    sheet.add("tunewright_source_duration_seconds", run.seconds, *labels)
    sheet.add("tunewright_source_interval_seconds", run.interval_seconds, *labels)
    sheet.add("tunewright_source_lag_seconds", run.lag_seconds, *labels)
    if run.passes + run.failures:
        sheet.add("tunewright_source_last_pass_timestamp_seconds", run.at.timestamp(), *labels)


def server_share(runs: tuple[SourceRun, ...]) -> float | None:
    """Seconds that our statements took on the server per second of wall time, over the latest interval of the source
    `statements` (each run's `server_seconds` is of that interval); None where it is not known."""
    statements = next((run for run in runs if run.source == "statements"), None)
    costs = [run.server_seconds for run in runs if run.server_seconds is not None]
    if statements is None or not costs or statements.interval_seconds <= 0:
        return None
    return sum(costs) / statements.interval_seconds


def write_sources(sheet: Sheet, server: Labels, instance: InstanceState) -> None:
    """Passes, failures and gaps of each source; what each costs the server is counted with the statements."""
    if instance.snapshot is None or instance.snapshot.view is View.ENGINE:  # the cloud's view of a cluster is no server
        sheet.add("tunewright_up", is_up(instance), *server)
    for run in instance.runs:
        _write_run(sheet, server, run)
    sheet.add("tunewright_server_share_ratio", server_share(instance.runs), *server)
    for kind, at in instance.last_events.items():
        sheet.add("tunewright_event_timestamp_seconds", at.timestamp(), *server, kind)
    if instance.snapshot is None:
        return
    for source, number in Counter(gap.source for gap in instance.snapshot.gaps).items():
        sheet.add("tunewright_source_gaps", number, *server, source)


def _group(check: str) -> str:
    return check.partition("/")[0]


def write_verdicts(sheet: Sheet, server: Labels, judgement: Judgement) -> None:
    """Findings by group and severity, zeros included, so that an alert on them can resolve; and what was not judged."""
    found = Counter((_group(one.check), one.severity) for one in judgement.findings)
    for group in sorted({*_groups(), *(group for group, _ in found)}):
        for severity in Severity:
            sheet.add("tunewright_findings", found[(group, severity)], *server, group, severity)
    for check, number in Counter(one.check for one in judgement.recommendations).items():
        sheet.add("tunewright_recommendations", number, *server, check, "open")
    blind = Counter(_group(check) for check in {one.check for one in judgement.not_judged})
    for group in sorted({*_groups(), *blind}):
        sheet.add("tunewright_checks_not_judged", blind[group], *server, group)
    sheet.add("tunewright_judged_timestamp_seconds", judgement.judged_at.timestamp(), *server)


@cache
def _build() -> tuple[str, str]:
    try:
        ours = version("tunewright")
    except PackageNotFoundError:
        ours = "unknown"  # run from a tree that was never installed
    return ours, platform.python_version()


def write_daemon(sheet: Sheet, state: State) -> None:
    """The daemon itself: readiness, history, build, process (Linux)."""
    sheet.add("tunewright_ready", state.ready)
    sheet.add("tunewright_history_bytes", state.history_bytes)
    sheet.add("tunewright_history_waiting_passes", state.history_waiting)
    sheet.add("tunewright_history_dropped_passes_total", state.history_dropped)
    for lease in state.leases:
        sheet.add("tunewright_lease_held", lease.held, lease.cluster)
        sheet.add(
            "tunewright_lease_since_timestamp_seconds", lease.since.timestamp() if lease.since else None, lease.cluster
        )
        sheet.add("tunewright_lease_takeovers_total", lease.takeovers, lease.cluster)
    for channel in state.channels:
        for name, number in channel.messages.items():
            sheet.add("tunewright_notifications", number, channel.name, name)
        sheet.add("tunewright_notification_waiting_seconds", channel.waiting_seconds, channel.name)
    sheet.add("tunewright_history_error", state.history_error is not None)
    sheet.add("tunewright_build_info", 1, *_build())
    for family in ProcessCollector(namespace="tunewright", registry=CollectorRegistry()).collect():
        for sample in family.samples:
            sheet.add(sample.name, sample.value)
