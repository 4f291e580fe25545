"""`tunewright advise indexes`: which indexes a workload wants, within a budget, with the proof of each.

The server is only read (catalogue, statistics, pg_stat_statements); every plan is made on the twin. Ctrl-C prints the best so far.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tunewright_agent.cli.app import Exit, app, err, fail, out, progress
from tunewright_agent.embedded.server import EmbeddedError
from tunewright_agent.reports.index_advice import advice_shape, sql_lines, text_lines
from tunewright_agent.reports.visible import visible
from tunewright_agent.sources.postgres import columns, relations, schema, statements
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import SourceError
from tunewright_agent.whatif.twin import Twin
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Gap, Section, Snapshot, Window
from tunewright_analyzers.indexes.advice import AdviceError, IndexAdvice, advise
from tunewright_analyzers.indexes.problem import Limits
from tunewright_analyzers.indexes.whatif import WhatIfError
from tunewright_analyzers.indexes.workload_file import FileStatement, WorkloadError, parse_workload
from tunewright_analyzers.indexes.workload_file import statements as statements_of

LARGEST_BYTES = 256 * 1024**2
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kMGT]?)i?B?", re.IGNORECASE)
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}

advice = typer.Typer(
    no_args_is_help=True,
    help="Ask for advice on one thing, now: indexes.\n\nFor example: tunewright advise indexes --url postgresql://localhost/shop --budget 500MB",
)
app.add_typer(advice, name="advise")


class Form(StrEnum):
    """How the advice is printed."""

    TABLE = "table"
    SQL = "sql"
    JSON = "json"


class Weigh(StrEnum):
    """What a statement of a file without times counts."""

    COST = "cost"
    EQUAL = "equal"


def _budget(text: str | None) -> int | None:
    """Bytes. MB is 1,000,000 here, the smaller reading, so that the budget holds however one counts."""
    if text is None or text.lower() in {"none", "unlimited"}:
        return None
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        fail(f"--budget {visible(text)}: is not a size", Exit.USAGE, "write it as 500MB or 2GB")
    return round(float(match[1]) * _UNITS[match[2].upper()])


def _file(path: Path | None) -> tuple[FileStatement, ...] | None:
    if path is None:
        return None
    try:
        if path.stat().st_size > LARGEST_BYTES:
            fail(f"{path}: larger than 256 MB", Exit.USAGE, "give the statements that matter, with weights")
        return parse_workload(path.read_text(encoding="utf-8"))
    except OSError as error:
        fail(f"{path}: cannot be read: {error.strerror}", Exit.USAGE)
    except UnicodeDecodeError:
        fail(f"{path}: is not UTF-8 text", Exit.USAGE)
    except WorkloadError as error:
        fail(f"{path}: {error}", Exit.USAGE, "`tunewright advise indexes --help` shows both forms")


@contextmanager
def _reader(url: str) -> Iterator[tuple[Reader, str]]:
    """A reader of the URL's own database, and the database's name."""
    reader = Reader(url)
    try:
        with reader.session() as session:
            database = session.database
        reader.include = (database,)
        reader.forget()
        yield reader, database
    finally:
        reader.close()


def _window(reader: Reader, with_statements: bool, at: datetime) -> Window:
    """The facts that the advice needs. Raises SourceError where one that it cannot do without cannot be read."""
    sections: list[Section] = []
    gaps: list[Gap] = []
    for module in (schema, relations, *((statements,) if with_statements else ())):
        found = module.source().collect(reader, at)
        sections += found.sections
        gaps += found.gaps
    try:
        sections += columns.source().collect(reader, at).sections
    except SourceError as error:  # candidates are made without it, only fewer
        gaps.append(Gap("columns", error.reason, at, error.mend))
    for gap in gaps:
        mend = f"; mend: {gap.mend}" if gap.mend else ""
        err.print(f"not seen: {gap.source}: {visible(gap.reason)}{visible(mend)}", markup=False)
    taken = Snapshot(
        ClusterId("cluster"),
        InstanceId("primary"),
        Engine.POSTGRESQL,
        reader.server.version,
        reader.server.flavour,
        at,
        tuple(sections),
        tuple(gaps),
    )
    return Window(ClusterId("cluster"), at, at, taken)


def _advice(
    reader: Reader,
    database: str,
    file: tuple[FileStatement, ...] | None,
    limits: Limits,
    tables: tuple[str, ...],
    keep: tuple[str, ...],
    weigh: Weigh,
) -> tuple[IndexAdvice, Window]:
    at = datetime.now(UTC)
    with progress("reading the server") as task:
        window = _window(reader, file is None, at)
        task.at(0, 1, "building the twin")
        with Twin(reader, [database]) as twin:
            if file is not None:
                work = statements_of(file, database, twin, at, equal=weigh is Weigh.EQUAL)
                latest = window.latest
                sections = (*latest.sections, work)
                taken = Snapshot(
                    latest.cluster,
                    latest.instance,
                    latest.engine,
                    latest.version,
                    latest.flavour,
                    at,
                    sections,
                    latest.gaps,
                )
                window = Window(window.cluster, window.start, window.end, taken)
            found = advise(
                window,
                twin,
                [database],
                limits=limits,
                without=twin.without[database],
                progress=lambda done, total: task.at(done, total, "asking the planner (Ctrl-C: the best so far)"),
                tables=tables,
                keep=keep,
                writes_from_statements=file is not None,
                times_are_measured=file is None or all(one.seconds is not None for one in file),
            )
    return found, window


def _names(texts: list[str] | None) -> tuple[str, ...]:
    return tuple(name.strip() for text in texts or () for name in text.split(",") if name.strip())


def _tell(found: IndexAdvice) -> None:
    """On stderr: what was not judged, and what the twin had to do without."""
    for one in found.unjudged:
        err.print(f"not judged: statement {one.statement}: {visible(one.because)}", markup=False)
    for lacking in found.without:
        err.print(f"the twin is without {visible(lacking)}", markup=False)


@advice.command()
def indexes(
    url: Annotated[
        str, typer.Option(help="postgresql://USER@HOST:PORT/DATABASE; the password from it, PGPASSWORD or ~/.pgpass.")
    ],
    workload: Annotated[
        Path | None,
        typer.Option(
            help="A file in place of pg_stat_statements: SQL, each statement with a `-- weight: 12` line if it counts more than once, or"
            ' JSON lines {"sql": …, "weight": …, "seconds": …}.',
            dir_okay=False,
        ),
    ] = None,
    budget: Annotated[str | None, typer.Option(help="For all new indexes together, as 500MB.", metavar="SIZE")] = None,
    tables: Annotated[list[str] | None, typer.Option(help="Only indexes on these tables, with commas.")] = None,
    keep: Annotated[list[str] | None, typer.Option(help="Existing indexes never to drop, with commas.")] = None,
    form: Annotated[Form, typer.Option("--format", help="How to print.")] = Form.TABLE,
    weigh: Annotated[
        Weigh, typer.Option(help="What a statement of a file without times counts: its planner cost, or each the same.")
    ] = Weigh.COST,
    most_per_table: Annotated[int | None, typer.Option(help="New indexes on one table, at most.", min=1)] = None,
    most_indexes: Annotated[int | None, typer.Option(help="New indexes in all, at most.", min=1)] = None,
    regression: Annotated[
        float, typer.Option(help="Share of its cost by which no statement may get dearer.", min=0.0)
    ] = Limits().worst_regression_ratio,
) -> None:
    """Which indexes the workload wants, each with its SQL, size, write cost, what it gains, its risk and its rollback.

    The workload is what pg_stat_statements counted, or a file. Nothing is created: plans are made on an embedded copy of schema and
    statistics. For example: tunewright advise indexes --url postgresql://localhost/shop --workload queries.sql --budget 500MB --format sql
    """
    limits = Limits(
        budget_bytes=_budget(budget),
        most_per_table=most_per_table,
        most_indexes=most_indexes,
        worst_regression_ratio=regression,
    )
    file = _file(workload)
    try:
        with _reader(url) as (reader, database):
            found, window = _advice(reader, database, file, limits, _names(tables), _names(keep), weigh)
    except SourceError as error:
        fail(visible(error), Exit.UNREACHABLE, error.mend)
    except (AdviceError, WhatIfError, EmbeddedError) as error:
        fail(visible(error), Exit.INCOMPLETE)
    if form is Form.JSON:
        out.print_json(json.dumps(advice_shape(found, window)))
    else:
        lines = sql_lines(found, window) if form is Form.SQL else text_lines(found, window)
        for line in lines:
            out.print(visible(line), markup=False, soft_wrap=True)
    _tell(found)
    if not found.is_complete:
        raise typer.Exit(int(Exit.INCOMPLETE))
