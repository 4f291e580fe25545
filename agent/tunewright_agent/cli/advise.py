"""`tunewright advise indexes`: which indexes a workload wants, within a budget, with the proof of each.

The server is only read (catalogue, statistics, pg_stat_statements); every plan is made on the twin. Ctrl-C prints the best so far.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tunewright_agent.analyst.index_pass import hypopg_databases
from tunewright_agent.analyst.live import LiveOracle
from tunewright_agent.cli import advise_mysql
from tunewright_agent.cli.app import Exit, app, err, fail, out, progress
from tunewright_agent.cli.observe import CONFIG, URL, targets
from tunewright_agent.cli.workload_window import history_window, server_window, with_section
from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_agent.config.units import seconds
from tunewright_agent.embedded.ownership import EmbeddedError
from tunewright_agent.engines.engine import price_of
from tunewright_agent.history.place import Store, store_of
from tunewright_agent.history.store import HistoryError
from tunewright_agent.reports.index_advice import advice_shape, sql_lines, text_lines
from tunewright_agent.reports.visible import visible
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import SourceError
from tunewright_agent.whatif.twin import Twin
from tunewright_agent.wiring import watch_of
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.indexes.advice import AdviceError, IndexAdvice, advise
from tunewright_analyzers.indexes.confirm import confirmed
from tunewright_analyzers.indexes.mysql.choose import Limits as MysqlLimits
from tunewright_analyzers.indexes.mysql.workload import split_mysql
from tunewright_analyzers.indexes.problem import Limits
from tunewright_analyzers.indexes.whatif import WhatIfError
from tunewright_analyzers.indexes.workload_file import FileStatement, WorkloadError, parse_workload, split_postgres
from tunewright_analyzers.indexes.workload_file import statements as statements_of
from tunewright_analyzers.indexes.worth import Price

LARGEST_BYTES = 256 * 1024**2
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kMGT]?)i?B?", re.IGNORECASE)
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}

advice = typer.Typer(
    no_args_is_help=True,
    help="Ask for advice on one thing, now: indexes or parameters.\n\n"
    "For example: tunewright advise indexes --url postgresql://localhost/shop --budget 500MB",
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


def _file(
    path: Path | None, split: Callable[[str], Sequence[str]] = split_postgres
) -> tuple[FileStatement, ...] | None:
    if path is None:
        return None
    try:
        if path.stat().st_size > LARGEST_BYTES:
            fail(f"{path}: larger than 256 MB", Exit.USAGE, "give the statements that matter, with weights")
        return parse_workload(path.read_text(encoding="utf-8"), split)
    except OSError as error:
        fail(f"{path}: cannot be read: {error.strerror}", Exit.USAGE)
    except UnicodeDecodeError:
        fail(f"{path}: is not UTF-8 text", Exit.USAGE)
    except WorkloadError as error:
        fail(f"{path}: {error}", Exit.USAGE, "`tunewright advise indexes --help` shows both forms")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line asks for. `history`: (path, seconds back) where the daemon's history is the workload; `own_only`: of the URL's own
    database alone, as a file's statements are, and as a bare URL is meant."""

    file: tuple[FileStatement, ...] | None
    history: tuple[Store, float] | None
    limits: Limits
    tables: tuple[str, ...]
    keep: tuple[str, ...]
    weigh: Weigh
    price: Price | None
    within_seconds: float | None
    own_only: bool


@contextmanager
def _reader(settings: Settings, cluster: ClusterSettings, own_only: bool) -> Iterator[Reader]:
    """A reader of the databases that the settings name, or of the URL's own alone."""
    reader = watch_of(cluster, settings, None).reader
    if not isinstance(reader, Reader):
        fail(
            "this command advises on PostgreSQL only", Exit.USAGE, "for other engines, see what `tunewright once` says"
        )
    try:
        if own_only:
            with reader.session() as session:
                database = session.database
            reader.include = (database,)
            reader.forget()
        yield reader
    finally:
        reader.close()


def _advice(reader: Reader, cluster: ClusterSettings, asked: _Asked) -> tuple[IndexAdvice, Window]:
    at, began = datetime.now(UTC), time.monotonic()
    with progress("reading the server") as task:
        window = server_window(reader, ClusterId(cluster.name), at, asked.file is None)
        if asked.history is not None:
            window = history_window(window, *asked.history)
        wanted = list(reader.server.databases)
        task.at(0, 1, "building the twin")
        with Twin(reader, wanted, failure=(SourceError,) if len(wanted) > 1 else ()) as twin:
            databases = sorted(twin.without)
            for name, error in twin.failed.items():
                err.print(f"not seen: {visible(name)}: {visible(error)}", markup=False)
            if not databases:
                raise AdviceError("none of the databases could be read")
            if asked.file is not None:
                work = statements_of(asked.file, databases[0], twin, at, equal=asked.weigh is Weigh.EQUAL)
                window = with_section(window, work)
            found = advise(
                window,
                twin,
                databases,
                limits=asked.limits,
                without=_lacking(twin.without),
                progress=lambda done, total: task.at(done, total, "asking the planner (Ctrl-C: the best so far)"),
                tables=asked.tables,
                keep=asked.keep,
                writes_from_statements=asked.file is not None,
                times_are_measured=asked.file is None or all(one.seconds is not None for one in asked.file),
                price=asked.price,
                enough=lambda: asked.within_seconds is not None and time.monotonic() - began > asked.within_seconds,
            )
        task.at(1, 1, "asking HypoPG on the server")
        found = confirmed(found, LiveOracle(reader, frozenset(cluster.allow_functions)), hypopg_databases(window))
    return found, window


def _mysql_limits(limits: Limits) -> MysqlLimits:
    """The same limits for the model of MySQL; the margin of the budget is kept too. No statement gets dearer in that model."""
    plain, budget = MysqlLimits(), limits.budget_bytes
    return MysqlLimits(
        most=plain.most if limits.most_indexes is None else limits.most_indexes,
        most_per_table=limits.most_per_table,
        budget_bytes=None if budget is None else int(budget * (1 - limits.size_margin_ratio)),
    )


def _lacking(without: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    several = len(without) > 1
    return tuple(f"{name}: {one}" if several else one for name in sorted(without) for one in without[name])


def _price(dollars: float | None, vcpus: float | None, cluster: ClusterSettings) -> Price | None:
    """As the options say, else as the configuration does."""
    if (dollars is None) != (vcpus is None):
        fail("--dollars-per-hour and --vcpus are given together or not at all", Exit.USAGE)
    return Price(dollars, vcpus) if dollars is not None and vcpus is not None else price_of(cluster)


def _seconds(option: str, text: str | None) -> float | None:
    try:
        return None if text is None else seconds(text)
    except ValueError as error:
        fail(f"{option}: {visible(error)}", Exit.USAGE)


def cluster_of(settings: Settings, name: str | None) -> ClusterSettings:
    """The cluster of that name, or the only one. Leaves with a message where the configuration has several."""
    if name is None and len(settings.clusters) > 1:
        known = ", ".join(one.name for one in settings.clusters)
        fail("the configuration has several clusters", Exit.USAGE, f"choose with --cluster one of {known}")
    return next(one for one in settings.clusters if name in (None, one.name))


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
    url: URL = None,
    config: CONFIG = None,
    cluster: Annotated[
        str | None, typer.Option(help="Which of the configuration's clusters, if it has several.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="With --config: the workload is what the daemon's history counted over this time, as 7d.",
            metavar="TIME",
        ),
    ] = None,
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
        float | None,
        typer.Option(
            help="Share of its cost by which no statement may get dearer. [default: 0.05]", min=0.0, show_default=False
        ),
    ] = None,
    within: Annotated[
        str | None, typer.Option(help="Answer with the best so far after this time, as 30s.", metavar="TIME")
    ] = None,
    dollars_per_hour: Annotated[
        float | None, typer.Option(help="What the instance costs: gains are told in money too.", min=0.0)
    ] = None,
    vcpus: Annotated[float | None, typer.Option(help="Processors of the instance.", min=0.1)] = None,
    scratch: Annotated[
        str | None,
        typer.Option(
            help="MySQL: a server that holds nothing; schema and statistics are copied to it and its optimiser is asked.",
            metavar="URL",
        ),
    ] = None,
    sample: Annotated[
        float | None,
        typer.Option(help="With --scratch: copy this share of the rows too, as 0.05.", min=0.0001, max=1.0),
    ] = None,
    clone: Annotated[
        str | None,
        typer.Option(
            help="MySQL: a clone with all rows; each index is made there unseen, asked about, and dropped.",
            metavar="URL",
        ),
    ] = None,
) -> None:
    """Which indexes the workload wants, each with its SQL, size, write cost, what it gains, its risk and its rollback.

    The workload is what pg_stat_statements counted, what the daemon's history holds (--config, --since), or a file.
    Nothing is created: plans are made on an embedded copy of schema and statistics.
    MySQL and MariaDB: the server's digests are the workload; a model proposes, and --scratch or --clone verify what it proposes.
    It proposes no drop, so that --keep changes nothing there.
    For example: tunewright advise indexes --url postgresql://localhost/shop --workload queries.sql --budget 500MB --format sql
    """
    grounds = advise_mysql.Grounds(scratch, sample, clone)
    limits = Limits(
        budget_bytes=_budget(budget),
        most_per_table=most_per_table,
        most_indexes=most_indexes,
        worst_regression_ratio=Limits().worst_regression_ratio if regression is None else regression,
    )
    settings = targets(url, config, cluster)
    chosen = cluster_of(settings, cluster)
    back = _seconds("--since", since)
    if back is not None and (config is None or workload is not None):
        fail("--since asks the daemon's history: give --config with it, and no --workload", Exit.USAGE)
    history = None if back is None else (store_of(settings.history), back)
    if advise_mysql.is_mysql(chosen.url):
        if within is not None or dollars_per_hour is not None or vcpus is not None or weigh is not Weigh.COST:
            mend = "MySQL's answer comes from a model of rows touched"
            fail("--within, --weigh, --dollars-per-hour and --vcpus are for PostgreSQL", Exit.USAGE, mend)
        if regression is not None and scratch is None and clone is None:
            mend = "only an optimiser can say that a statement gets dearer: give a server by --scratch or --clone"
            fail("--regression: MySQL's model reckons no reading statement dearer", Exit.USAGE, mend)
        work = advise_mysql.Work(
            _file(workload, split_mysql),
            history,
            _mysql_limits(limits),
            _names(tables),
            limits.worst_regression_ratio,
        )
        advise_mysql.print_advice(form, *advise_mysql.answer(settings, chosen, grounds, work))
        return
    if grounds != advise_mysql.Grounds():
        fail(
            "--scratch, --sample and --clone are for MySQL and MariaDB",
            Exit.USAGE,
            "PostgreSQL's plans are made on the twin",
        )
    asked = _Asked(
        _file(workload),
        history,
        limits,
        _names(tables),
        _names(keep),
        weigh,
        _price(dollars_per_hour, vcpus, chosen),
        _seconds("--within", within),
        own_only=workload is not None or config is None,
    )
    _print(form, *_answer(settings, chosen, asked))


def _answer(settings: Settings, cluster: ClusterSettings, asked: _Asked) -> tuple[IndexAdvice, Window]:
    """The advice; leaves with a message where none can be given."""
    try:
        with _reader(settings, cluster, asked.own_only) as reader:
            return _advice(reader, cluster, asked)
    except SourceError as error:
        fail(visible(error), Exit.UNREACHABLE, error.mend)
    except (AdviceError, WhatIfError, EmbeddedError, HistoryError) as error:
        fail(visible(error), Exit.INCOMPLETE)


def _print(form: Form, found: IndexAdvice, window: Window) -> None:
    if form is Form.JSON:
        out.print_json(json.dumps(advice_shape(found, window)))
    else:
        lines = sql_lines(found, window) if form is Form.SQL else text_lines(found, window)
        for line in lines:
            out.print(visible(line), markup=False, soft_wrap=True)
    _tell(found)
    if not found.is_complete:
        raise typer.Exit(int(Exit.INCOMPLETE))
