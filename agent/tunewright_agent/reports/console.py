"""Findings, recommendations and measurements for the terminal, by Rich.

On a terminal: a table fitted to its width. Elsewhere (a pipe, a file): one line a fact, never wrapped or cut, so that grep works.
Data is escaped (Rich markup) and made visible (ANSI escapes) before it is printed; SQL is never wrapped, so that it can be copied.
"""

from collections import Counter

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tunewright_agent.reports.quantities import change, quantity, seconds_text
from tunewright_agent.reports.shapes import Measured, by_check, by_finding, by_gain, by_severity
from tunewright_agent.reports.visible import visible, visible_lines
from tunewright_agent.state import Judgement
from tunewright_analyzers.finding import Evidence, Finding, Severity
from tunewright_analyzers.recommendation import Expectation, Recommendation

COLOURS = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}


def _safe(text: object) -> str:
    return escape(visible(text))


def _line(console: Console, text: str) -> None:
    """One line of markup, never wrapped or cut."""
    console.print(text, soft_wrap=True, highlight=False, emoji=False)


def _cell(markup: str) -> Text:
    """A cell of markup. A plain string would have its `:key:` turned into pictures, as Rich does unless told otherwise."""
    return Text.from_markup(markup, emoji=False, overflow="fold")


def _sql(console: Console, statements: tuple[str, ...], indent: str) -> None:
    for statement in statements:
        for line in visible_lines(statement).splitlines():
            console.print(f"{indent}{line}", style="green", markup=False, emoji=False, highlight=False, soft_wrap=True)


def evidence_text(one: Evidence) -> str:
    """`label: value unit (source)`, made visible."""
    source = f" ({one.source})" if one.source else ""
    return visible(f"{one.label}: {quantity(one.value, one.unit)}{source}")


def _count_line(judgement: Judgement) -> str:
    counts = Counter(one.severity for one in judgement.findings)
    parts = [f"[{COLOURS[one]}]{counts[one]} {one}[/]" for one in reversed(Severity) if counts[one]]
    total = len(judgement.findings)
    return f"[bold]{total} finding{'' if total == 1 else 's'}[/]" + (": " + ", ".join(parts) if parts else "")


def _findings_table(findings: tuple[Finding, ...]) -> Table:
    table = Table(
        "severity", "check", "what is wrong", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 1, 0)
    )
    table.columns[0].no_wrap = True
    table.columns[1].overflow = table.columns[2].overflow = "fold"
    table.columns[2].ratio = 1
    for one in findings:
        evidence = "\n".join(f"[dim]{escape(evidence_text(each))}[/]" for each in one.evidence)
        table.add_row(
            f"[{COLOURS[one.severity]}]{one.severity}[/]",
            _cell(_safe(one.check)),
            _cell(f"{_safe(one.summary)}\n{evidence}"),
        )
    return table


def print_judgement(console: Console, judgement: Judgement) -> None:
    """Findings and recommendations; those of several clusters one cluster after another, each under its name."""
    clusters = sorted(
        {one.cluster for one in judgement.findings}
        | {one.cluster for one in judgement.recommendations}
        | {one.cluster for one in judgement.not_judged}
    )
    if len(clusters) < 2:
        print_findings(console, judgement)
        print_recommendations(console, judgement)
        return
    for cluster in clusters:
        _line(console, f"\n[bold underline]{_safe(cluster)}[/]")
        own = Judgement(
            judgement.judged_at,
            tuple(one for one in judgement.findings if one.cluster == cluster),
            tuple(one for one in judgement.recommendations if one.cluster == cluster),
            tuple(one for one in judgement.not_judged if one.cluster == cluster),
        )
        print_findings(console, own)
        print_recommendations(console, own)


def print_findings(console: Console, judgement: Judgement) -> None:
    """Findings, worst first, each with its evidence; then what was not judged, and why."""
    _line(console, _count_line(judgement))
    findings = by_severity(judgement.findings)
    if console.is_terminal and findings:
        console.print(_findings_table(findings))
    elif findings:
        for one in findings:
            _line(console, f"{one.severity}  {_safe(one.check)}  {_safe(one.subject)}: {_safe(one.summary)}")
            for each in one.evidence:
                _line(console, f"    {escape(evidence_text(each))}")
    if not findings:
        judged = "; see below for what was not judged" if judgement.not_judged else ""
        _line(console, f"Nothing was found{judged}.")
    _print_not_judged(console, judgement)


def _print_not_judged(console: Console, judgement: Judgement) -> None:
    """Checks that say the same about the same subject share a line."""
    if not judgement.not_judged:
        return
    together: dict[tuple[str, str], list[str]] = {}
    for one in by_check(judgement.not_judged):
        together.setdefault((str(one.subject), one.because), []).append(one.check)
    blind = len({one.check for one in judgement.not_judged})
    _line(
        console,
        f"[bold]{blind} check{'' if blind == 1 else 's'} not judged[/] (not the same as healthy)",
    )
    for (subject, because), checks in together.items():
        _line(console, f"  {_safe(', '.join(checks))}: {_safe(subject)}: {_safe(because)}")


def expectation_text(one: Expectation) -> str:
    """`metric: baseline → predicted (method)`, made visible."""
    numbers = f"{quantity(one.baseline, one.unit)} → {quantity(one.predicted, one.unit)}"
    return visible(f"{one.metric}: {numbers} ({one.method})")


def _print_recommendation(console: Console, number: int, one: Recommendation, known: tuple[Evidence, ...]) -> None:
    """One recommendation; of its evidence only what its finding (`known`) has not said."""
    head = f"{number}. {_safe(one.action)}: {_safe(one.subject)}"
    _line(console, f"\n[bold]{head}[/]  [dim]{_safe(one.check)} {_safe(one.id)}[/]")
    _sql(console, one.statements, "     ")
    if one.template:
        _line(console, "   as CloudFormation")
        _sql(console, (one.template,), "     ")
    if one.expectation is not None:
        _line(console, f"   expected  {escape(expectation_text(one.expectation))}")
    for each in one.evidence:
        if each not in known:
            _line(console, f"   [dim]because   {escape(evidence_text(each))}[/]")
    _line(console, f"   risk      {_safe(one.risk)}")
    if one.caution:
        _line(console, f"   [yellow]caution[/]   {_safe(one.caution)}")
    if one.rollback:
        _line(console, "   rollback")
        _sql(console, one.rollback, "     ")


def print_recommendations(console: Console, judgement: Judgement) -> None:
    """Recommendations in full, those for the worst finding first."""
    ordered = by_finding(judgement.recommendations, judgement.findings)
    evidence = {one.id: one.evidence for one in judgement.findings}
    total = len(ordered)
    _line(console, f"\n[bold]{total} recommendation{'' if total == 1 else 's'}[/]")
    for number, one in enumerate(ordered, start=1):
        _print_recommendation(console, number, one, evidence.get(one.finding, ()))


def _shortened(text: str, width: int) -> str:
    flat = visible(" ".join(text.split()))
    return flat if len(flat) <= width else flat[: max(1, width - 1)] + "…"


def _measured_table(width: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for head in ("before", "after", "change"):
        table.add_column(head, justify="left" if head == "change" else "right", no_wrap=True, min_width=12)
    table.add_column("statement", no_wrap=True, overflow="ellipsis", max_width=max(20, width - 42))
    return table


def print_measured(console: Console, measured: Measured) -> None:
    """What applying the advice brought, statement by statement, largest gain first."""
    gain = change(measured.before_seconds, measured.after_seconds)
    before, after = seconds_text(measured.before_seconds), seconds_text(measured.after_seconds)
    _line(console, f"\n[bold]Measured: {before} before, {after} after: {gain}[/]")
    if measured.method:
        _line(console, f"[dim]{_safe(measured.method)}[/]")
    table = _measured_table(console.width)
    for one in by_gain(measured):
        numbers = (seconds_text(one.before_seconds), seconds_text(one.after_seconds))
        said = change(one.before_seconds, one.after_seconds)
        text = one.text or f"statement {one.id}"
        if console.is_terminal:
            table.add_row(*numbers, said, Text(_shortened(text, console.width)))
        else:
            _line(console, f"{numbers[0]} -> {numbers[1]}  {said}  {escape(_shortened(text, 400))}")
    if table.row_count:
        console.print(table)
