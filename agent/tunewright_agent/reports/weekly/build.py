"""Weeks in, a Report out. Pure; called by the command `report` and by the schedule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tunewright_agent.reports.quantities import seconds_text
from tunewright_agent.reports.views import moment, span
from tunewright_agent.reports.weekly.advice import advice_part, gains_part, standing
from tunewright_agent.reports.weekly.document import Cell, ClusterReport, Limits, Number, Part, Report, Table
from tunewright_agent.reports.weekly.performance import average_load, load_part, moved, moved_part, top_part, totals
from tunewright_agent.reports.weekly.posture import area_blocks, blind_part, incidents_part, method_part, posture_part
from tunewright_agent.reports.weekly.scores import areas, overall
from tunewright_agent.reports.weekly.storage import capacity_part, sizes_part, vacuum_part
from tunewright_agent.reports.weekly.summary import sentences, summary_part, to_do
from tunewright_agent.state import Judgement
from tunewright_agent.week import Week
from tunewright_analyzers.check import discover
from tunewright_analyzers.facts.snapshot import Engine, Period, View
from tunewright_analyzers.finding import Severity

_POSTURES = (
    ("security", "Security posture"),
    ("backup", "Backup posture"),
    ("availability", "Availability posture"),
    ("cost", "Cost"),
)


def _name(week: Week) -> str:
    return week.cluster if week.instance == "primary" else f"{week.cluster} / {week.instance}"


def whole(week: Week) -> Week:
    """With what the cloud says among the rest."""
    if week.cloud is None or week.judgement is None:
        return replace(week, judgement=week.judgement or week.cloud)
    one, two = week.judgement, week.cloud
    together = Judgement(
        min(one.judged_at, two.judged_at),
        (*one.findings, *two.findings),
        (*one.recommendations, *two.recommendations),
        (*one.not_judged, *two.not_judged),
    )
    return replace(week, judgement=together)


def with_findings(part: Part, week: Week, limits: Limits, checks: frozenset[str]) -> Part:
    """The part with what the checks of its area say."""
    return replace(part, blocks=(*part.blocks, *area_blocks(week, limits, part.id, checks)))


def cluster_report(week: Week, limits: Limits, checks: frozenset[str]) -> ClusterReport:
    """All parts of one server, in the order in which people read them."""
    scores = areas(week, checks)
    score, before = overall(scores)
    told = sentences(week, scores, score, before)
    capacity = with_findings(capacity_part(week, limits), week, limits, checks)
    parts = (
        summary_part(week, scores, told), load_part(week), top_part(week, limits), moved_part(week, limits), gains_part(week, limits),
        advice_part(week, limits), incidents_part(week, limits), sizes_part(week, limits), vacuum_part(week, limits), capacity,
        *(posture_part(week, limits, area, title, checks) for area, title in _POSTURES), blind_part(week, limits), method_part(week),
    )  # fmt: skip
    return ClusterReport(_name(week), score, before, scores, told, parts)


def _fleet_row(week: Week, one: ClusterReport) -> tuple[Cell, ...]:
    both, things = totals(week), to_do(week)
    findings = week.judgement.findings if week.judgement is not None else ()
    severe = sum(1 for each in findings if each.severity.rank >= Severity.HIGH.rank)
    net = sum(each.saved_seconds_a_day for each in standing(week))
    return (
        one.name, "not judged" if one.score is None else str(one.score), "" if one.before is None else str(one.before),
        Number(average_load(week, week.period)), Number(both.mean if both.calls else None, "seconds"), str(len(moved(week).slower)),
        str(severe), f"{'-' if net < 0 else ''}{seconds_text(abs(net))}", things[0][0].summary[:200] if things else "",
    )  # fmt: skip


def _fleet(weeks: Sequence[Week], clusters: Sequence[ClusterReport], period: Period) -> Part:
    heads = (
        "cluster",
        "health",
        "a week before",
        "active sessions",
        "a call",
        "slower statements",
        "severe findings",
        "saved a day",
        "first thing to do",
    )
    rows = tuple(_fleet_row(week, one) for week, one in zip(weeks, clusters, strict=True))
    table = Table("All clusters, the weakest first", heads, rows)
    return Part("fleet", "Fleet", span(period), "the parts of each cluster below", (table,))


def _checks(week: Week) -> frozenset[str]:
    """The checks that judge such a target: those of the engine's view where a server was read, those of the cloud's where AWS was asked."""
    views = set() if week.cloud is not None and week.judgement == week.cloud else {View.ENGINE}
    views |= {View.CLOUD} if week.cloud is not None else set()
    engines = _engines(week)
    return frozenset(
        str(one.id)
        for one in discover()
        if one.view in views and (one.view is View.CLOUD or not engines or engines & one.engines)
    )


def _engines(week: Week) -> frozenset[Engine]:
    """What the server is, told by its settings; empty where they are not kept: a check of another engine has not looked at it."""
    names = {row.name for row in week.settings.rows} if week.settings is not None else set()
    if "innodb_buffer_pool_size" in names:
        return frozenset({Engine.MARIADB if "aria_pagecache_buffer_size" in names else Engine.MYSQL})
    return frozenset({Engine.POSTGRESQL}) if names else frozenset()


def report(
    weeks: Sequence[Week],
    period: Period,
    generated_at: datetime,
    limits: Limits | None = None,
    checks: frozenset[str] | None = None,
) -> Report:
    """The report of all servers: the weakest first; beyond the limit only as rows of the fleet's table.

    `checks` are those that there are: by default all of this release, each for the targets of its view.
    """
    limits = limits or Limits()
    weeks = [whole(week) for week in weeks]
    pairs = [(week, cluster_report(week, limits, _checks(week) if checks is None else checks)) for week in weeks]
    pairs.sort(key=lambda pair: (pair[1].score is None, pair[1].score or 0, pair[1].name))
    fleet = _fleet([week for week, _ in pairs], [one for _, one in pairs], period) if len(pairs) > 1 else None
    told = tuple(one for _, one in pairs)
    whose = told[0].name if len(told) == 1 else f"{len(told)} clusters"
    title = f"{whose}: {moment(period.start)} to {moment(period.end)}"
    return Report(
        title, generated_at, period, fleet, told[: limits.clusters], tuple(one.name for one in told[limits.clusters :])
    )
