"""`tunewright advise indexes`: which indexes a workload wants, within a budget, with the proof of each.

The server is only read (catalogue, statistics, pg_stat_statements); every plan is made on the twin. Ctrl-C prints the best so far.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import typer

from tunewright_agent.analyst.index_pass import hypopg_databases
from tunewright_agent.analyst.live import LiveOracle
from tunewright_agent.cli import advise_mysql
from tunewright_agent.cli import index_options as options
from tunewright_agent.cli.app import Exit, app, err, fail, out, progress
from tunewright_agent.cli.index_options import Form, Weigh
from tunewright_agent.cli.observe import CONFIG, URL, targets
from tunewright_agent.cli.workload_window import history_window, server_window, with_section
from tunewright_agent.config.settings import ClusterSettings, Settings
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
from tunewright_analyzers.indexes.workload_file import FileStatement
from tunewright_analyzers.indexes.workload_file import statements as statements_of
from tunewright_analyzers.indexes.worth import Price

advice = typer.Typer(
    no_args_is_help=True,
    help="Ask for advice on one thing, now: indexes or parameters.\n\n"
    "For example: tunewright advise indexes --url postgresql://localhost/shop --budget 500MB",
)
app.add_typer(advice, name="advise")


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


def cluster_of(settings: Settings, name: str | None) -> ClusterSettings:
    """The cluster of that name, or the only one. Leaves with a message where the configuration has several."""
    if name is None and len(settings.clusters) > 1:
        known = ", ".join(one.name for one in settings.clusters)
        fail("the configuration has several clusters", Exit.USAGE, f"choose with --cluster one of {known}")
    return next(one for one in settings.clusters if name in (None, one.name))


def _tell(found: IndexAdvice) -> None:
    """On stderr: what was not judged, and what the twin had to do without."""
    for one in found.unjudged:
        err.print(f"not judged: statement {one.statement}: {visible(one.because)}", markup=False)
    for lacking in found.without:
        err.print(f"the twin is without {visible(lacking)}", markup=False)


def _history(settings: Settings, since: str | None, *, from_config: bool) -> tuple[Store, float] | None:
    """(store, seconds back) where the daemon's history is the workload."""
    back = options.seconds_of("--since", since)
    if back is None:
        return None
    if not from_config:
        fail("--since asks the daemon's history: give --config with it, and no --workload", Exit.USAGE)
    return store_of(settings.history), back


def _refuse_of_postgres(refused: bool, regression: float | None, grounds: advise_mysql.Grounds) -> None:
    """Leaves with a message where MySQL's model has no use for an option."""
    if refused:
        mend = "MySQL's answer comes from a model of rows touched"
        fail("--within, --weigh, --dollars-per-hour and --vcpus are for PostgreSQL", Exit.USAGE, mend)
    if regression is not None and grounds.scratch is None and grounds.clone is None:
        mend = "only an optimiser can say that a statement gets dearer: give a server by --scratch or --clone"
        fail("--regression: MySQL's model reckons no reading statement dearer", Exit.USAGE, mend)


@advice.command()
def indexes(
    url: URL = None,
    config: CONFIG = None,
    cluster: options.Cluster = None,
    since: options.Since = None,
    workload: options.Workload = None,
    budget: options.Budget = None,
    tables: options.Tables = None,
    keep: options.Keep = None,
    form: options.Printed = Form.TABLE,
    weigh: options.Weighed = Weigh.COST,
    most_per_table: options.MostPerTable = None,
    most_indexes: options.MostIndexes = None,
    regression: options.Regression = None,
    within: options.Within = None,
    dollars_per_hour: options.Dollars = None,
    vcpus: options.Processors = None,
    scratch: options.Scratch = None,
    sample: options.Sample = None,
    clone: options.Clone = None,
) -> None:
    """Which indexes the workload wants, each with its SQL, size, write cost, what it gains, its risk and its rollback.

    The workload is what pg_stat_statements counted, what the daemon's history holds (--config, --since), or a file.
    Nothing is created: plans are made on an embedded copy of schema and statistics.
    MySQL and MariaDB: the server's digests are the workload; a model proposes, and --scratch or --clone verify what it proposes.
    It proposes no drop, so that --keep changes nothing there.
    For example: tunewright advise indexes --url postgresql://localhost/shop --workload queries.sql --budget 500MB --format sql
    """
    grounds = advise_mysql.Grounds(scratch, sample, clone)
    worst = Limits().worst_regression_ratio if regression is None else regression
    limits = Limits(
        budget_bytes=options.budget_of(budget),
        most_per_table=most_per_table,
        most_indexes=most_indexes,
        worst_regression_ratio=worst,
    )
    settings = targets(url, config, cluster)
    chosen = cluster_of(settings, cluster)
    history = _history(settings, since, from_config=config is not None and workload is None)
    if advise_mysql.is_mysql(chosen.url):
        given = (within, dollars_per_hour, vcpus) != (None, None, None) or weigh is not Weigh.COST
        _refuse_of_postgres(given, regression, grounds)
        file = options.file_of(workload, split_mysql)
        work = advise_mysql.Work(file, history, _mysql_limits(limits), options.names_of(tables), worst)
        advise_mysql.print_advice(form, *advise_mysql.answer(settings, chosen, grounds, work))
        return
    if grounds != advise_mysql.Grounds():
        mend = "PostgreSQL's plans are made on the twin"
        fail("--scratch, --sample and --clone are for MySQL and MariaDB", Exit.USAGE, mend)
    asked = _Asked(
        options.file_of(workload),
        history,
        limits,
        options.names_of(tables),
        options.names_of(keep),
        weigh,
        _price(dollars_per_hour, vcpus, chosen),
        options.seconds_of("--within", within),
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
