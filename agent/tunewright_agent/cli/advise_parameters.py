"""`tunewright advise parameters`: which settings the evidence of a window wants changed, for whom, and how: SQL, AWS, Terraform, CloudFormation.

The server is only read; what the planner would do under a setting is asked of the twin. Nothing is changed.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from tunewright_agent.analyst.analyst import TwinAnalyst
from tunewright_agent.cli.advise import advice
from tunewright_agent.cli.app import Exit, err, fail, out
from tunewright_agent.cli.observe import CONFIG, URL, opened, targets, tell_gaps
from tunewright_agent.cli.parameter_window import counted, over
from tunewright_agent.cli.workload_window import history_window, with_section
from tunewright_agent.config.settings import Settings
from tunewright_agent.config.units import seconds, size_bytes
from tunewright_agent.history.place import store_of
from tunewright_agent.history.store import HistoryError
from tunewright_agent.latest import Identity
from tunewright_agent.pipeline import Rules, judge
from tunewright_agent.reports.parameter_advice import Advised, advice_shape, sql_lines, text_lines
from tunewright_agent.reports.parameter_groups import (
    Group,
    aws_lines,
    cloudformation_lines,
    family_of,
    grouped,
    terraform_lines,
)
from tunewright_agent.reports.visible import visible
from tunewright_agent.sources.source import SourceError
from tunewright_agent.watch import Watch
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.facts.snapshot import Flavour, Gap, Window
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import NotJudged
from tunewright_analyzers.indexes.whatif import WhatIfError
from tunewright_analyzers.parameters.trial import Ask, is_tried, tried
from tunewright_analyzers.recommendation import Action, ParameterChange

SHORT_WINDOW_SECONDS = 600.0
"""A window below it is told to be short: what runs once an hour is not in it."""


class ParameterForm(StrEnum):
    """How the advice is printed."""

    TABLE = "table"
    SQL = "sql"
    JSON = "json"
    AWS = "aws"
    TERRAFORM = "terraform"
    CLOUDFORMATION = "cloudformation"


_LINES = {
    ParameterForm.AWS: aws_lines,
    ParameterForm.TERRAFORM: terraform_lines,
    ParameterForm.CLOUDFORMATION: cloudformation_lines,
}


def _seconds(option: str, text: str | None) -> float | None:
    try:
        return None if text is None else seconds(text)
    except ValueError as error:
        fail(f"{option}: {visible(error)}", Exit.USAGE)


def _bytes(text: str | None) -> int | None:
    try:
        return None if text is None else size_bytes(text)
    except ValueError as error:
        fail(f"--memory: {visible(error)}", Exit.USAGE)


def _with_memory(window: Window, memory_bytes: int | None) -> Window:
    """The window with a machine of that memory, of which nothing else is known: its CPU counts as busy, so that none is promised."""
    if memory_bytes is None:
        return window
    machine = Host(0, memory_bytes, 0, 0, 1.0, 0.0, is_database_host=True)
    latest = window.latest
    others = tuple(one for one in latest.sections if not isinstance(one, Host))
    gaps = tuple(one for one in latest.gaps if Host.name not in one.sections)
    return with_section(replace(window, latest=replace(latest, sections=others, gaps=gaps)), machine)


def _asker(watch: Watch, at: datetime) -> Ask | None:
    """How the twin is asked; None where there is none."""
    if not isinstance(watch.analyst, TwinAnalyst):
        return None
    try:
        twin = watch.analyst.twins.current(at)
    except SourceError as error:
        tell_gaps((Gap("twin", error.reason, at, error.mend),))
        return None

    def ask(database: str, text: str, wanted: Sequence[tuple[str, str]]) -> Plan | None:
        try:
            return twin.explain(database, text, settings=wanted)
        except WhatIfError:
            return None

    return ask


def _advised(watch: Watch, window: Window, rules: Rules, at: datetime) -> tuple[list[Advised], tuple[NotJudged, ...]]:
    judgement = judge(window, rules, at)
    findings = {one.id: one for one in judgement.findings}
    rows = [
        Advised(one, findings[one.finding])
        for one in judgement.recommendations
        if one.changes or one.action is Action.CREATE_STATISTICS
    ]
    statements = window.section(Statements)
    ask = _asker(watch, at) if any(is_tried(change) for row in rows for change in row.recommendation.changes) else None
    if ask is not None and statements is not None:
        rows = [replace(row, trial=tried(ask, statements, row.recommendation.changes)) for row in rows]
    gaps = tuple(one for one in judgement.not_judged if one.check.startswith("parameters/"))
    return rows, gaps


def _group(server: Identity, name: str | None) -> Group:
    """The parameter group that is written for; leaves with a message where the server has none, or no name is given."""
    flavour = server.flavour
    if flavour is Flavour.SELF_MANAGED:
        fail(
            "the server is self-managed: it has no parameter group",
            Exit.USAGE,
            "use --format sql, which writes ALTER SYSTEM",
        )
    of_cluster = flavour is Flavour.AURORA
    if name is None:
        what = "DB cluster parameter group" if of_cluster else "DB parameter group"
        fail(
            f"--group is missing: the name of the {what}",
            Exit.USAGE,
            "the console and `aws rds describe-db-clusters` name it",
        )
    if name.startswith("default."):
        fail(
            f"{visible(name)}: nobody can change AWS's default groups",
            Exit.USAGE,
            "make one of your own and attach it first",
        )
    return Group(name, family_of(server.engine, server.version, of_cluster), of_cluster)


def _print(form: ParameterForm, rows: list[Advised], gaps: tuple[NotJudged, ...], group: Group | None) -> None:
    changes: list[ParameterChange] = [change for row in rows for change in row.recommendation.changes]
    if form is ParameterForm.JSON:
        out.print_json(json.dumps(advice_shape(rows, gaps)))
        return
    if form in _LINES and group is not None:
        lines = list(_LINES[form](group, changes)) if grouped(changes) else ["# nothing to change for the whole server"]
        left = len(rows) - sum(any(change in grouped(changes) for change in row.recommendation.changes) for row in rows)
        if left:
            err.print(f"{left} more are for roles, tables or statements: --format sql writes them", markup=False)
    else:
        lines = list(sql_lines(rows) if form is ParameterForm.SQL else text_lines(rows, gaps))
    for line in lines:
        out.print(visible(line), markup=False, soft_wrap=True)


def _window(watch: Watch, settings: Settings, since: float | None, look: float | None, samples: int) -> Window:
    if look is not None:
        return over(watch, look)
    window = counted(watch, samples)
    return window if since is None else history_window(window, store_of(settings.history), since)


def _told(window: Window) -> None:
    """On stderr: what could not be seen, and how much time the counters stand for."""
    tell_gaps(window.latest.gaps)
    statements = window.section(Statements)
    if statements is not None and statements.period.seconds < SHORT_WINDOW_SECONDS:
        err.print(
            f"the counters stand for {statements.period.seconds:,.0f} s only: what runs seldom is not in them",
            markup=False,
        )


@advice.command()
def parameters(
    url: URL = None,
    config: CONFIG = None,
    cluster: Annotated[
        str | None, typer.Option(help="Which of the configuration's clusters, if it has several.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="With --config: judge what the daemon's history counted over this time, as 7d.", metavar="TIME"
        ),
    ] = None,
    look_for: Annotated[
        str | None,
        typer.Option(
            "--over",
            help="Read, look on for this time, read again, and judge what was counted between, as 10m.",
            metavar="TIME",
        ),
    ] = None,
    form: Annotated[ParameterForm, typer.Option("--format", help="How to print.")] = ParameterForm.TABLE,
    group: Annotated[
        str | None,
        typer.Option(help="Of aws, terraform and cloudformation: the parameter group's name.", metavar="NAME"),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            help="The database machine's memory, as 16GB, where the agent does not run on it.", metavar="SIZE"
        ),
    ] = None,
    samples: Annotated[int, typer.Option(help="Session samples, one a second, without --over.", min=1, max=600)] = 5,
) -> None:
    """Which settings should be changed, for which statement, role or table or for all: evidence, effect, risk, rollback.

    Judged is what the server counted since its statistics were reset; or what the daemon's history holds (--config, --since); or what is
    counted while this command looks on (--over). Nothing is changed. What EXPLAIN says under a setting is told as flips, never as a gain.
    For example: tunewright advise parameters --url postgresql://localhost/shop --over 10m --format sql
    """
    back, look = _seconds("--since", since), _seconds("--over", look_for)
    if back is not None and (config is None or look is not None):
        fail("--since asks the daemon's history: give --config with it, and no --over", Exit.USAGE)
    memory_bytes = _bytes(memory)
    settings = targets(url, config, cluster)
    if cluster is None and len(settings.clusters) > 1:
        known = ", ".join(one.name for one in settings.clusters)
        fail("the configuration has several clusters", Exit.USAGE, f"choose with --cluster one of {known}")
    chosen = tuple(one for one in settings.clusters if cluster in (None, one.name))
    settings = settings.model_copy(update={"clusters": chosen})
    (watch,) = opened(settings)
    try:
        target = _group(watch.latest.identity, group) if form in _LINES else None
        window = _with_memory(_window(watch, settings, back, look, samples), memory_bytes)
        if window.section(Statements) is None:
            tell_gaps(window.latest.gaps)
            fail("no advice can be given: the statements could not be read", Exit.INCOMPLETE, "see `tunewright doctor`")
        rows, gaps = _advised(watch, window, Rules.of(settings.checks), datetime.now(UTC))
    except HistoryError as error:
        fail(visible(error), Exit.INCOMPLETE)
    finally:
        watch.stop(settings.agent.drain)
    _print(form, rows, gaps, target)
    _told(window)
    if window.latest.gaps:
        raise typer.Exit(int(Exit.INCOMPLETE))
