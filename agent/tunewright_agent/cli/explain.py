"""`tunewright explain FILE|-`: judge a plan offline."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from tunewright_agent.cli.app import Exit, Format, app, fail, out
from tunewright_agent.clock import now
from tunewright_agent.reports.console import print_findings, print_recommendations
from tunewright_agent.reports.shapes import judgement_shape
from tunewright_agent.state import Judgement
from tunewright_analyzers.finding import Finding, NotJudged
from tunewright_analyzers.offline import judge_plan
from tunewright_analyzers.plans.reading import PlanError, read_plan
from tunewright_analyzers.plans.render import render
from tunewright_analyzers.recommendation import Recommendation

LARGEST_BYTES = 50 * 1024**2


def _read(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read(LARGEST_BYTES + 1) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        fail(
            f"{file}: cannot be read: {error.strerror}",
            Exit.USAGE,
            "give a file that holds the output of EXPLAIN, or - for stdin",
        )
    if len(raw) > LARGEST_BYTES:
        fail(f"{file}: larger than 50 MB", Exit.USAGE, "give one plan at a time")
    return raw.decode(errors="replace")


@app.command()
def explain(
    file: Annotated[str, typer.Argument(help="A file with the output of EXPLAIN, or - for standard input.")],
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """Judge one execution plan without a database.

    PostgreSQL: EXPLAIN (ANALYZE, BUFFERS, VERBOSE, SETTINGS, FORMAT JSON) tells most; plain text works too.
    MySQL: EXPLAIN ANALYZE, EXPLAIN FORMAT=TREE or FORMAT=JSON (both versions). MariaDB: EXPLAIN or ANALYZE FORMAT=JSON.
    Each is recognised by itself. ANALYZE executes the statement: do not give it one that writes.
    """
    try:
        plan = read_plan(_read(file))
    except PlanError as error:
        fail(f"{'standard input' if file == '-' else file}: {error}", Exit.USAGE)
    at = now()
    verdicts = judge_plan(plan, "offline", at)
    judgement = Judgement(
        at,
        tuple(one for one in verdicts if isinstance(one, Finding)),
        tuple(one for one in verdicts if isinstance(one, Recommendation)),
        tuple(one for one in verdicts if isinstance(one, NotJudged)),
    )
    if form is Format.JSON:
        out.print_json(json.dumps(judgement_shape(judgement)))
        return
    for line in render(plan):
        out.print(escape(line), soft_wrap=True)
    out.print()
    print_findings(out, judgement)
    print_recommendations(out, judgement)
