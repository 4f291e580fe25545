"""`tunewright advise indexes` for MySQL and MariaDB: the model's proposals, verified on the servers that the user gives for it.

The production server is only read. `--scratch`: a server that holds nothing, to which schema and statistics are copied, with `--sample` a share of
the rows too. `--clone`: a server of its own with all rows, on which each index is made unseen and dropped again.
"""

import json
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import typer

from tunewright_agent.analyst.mysql_clone import Clone
from tunewright_agent.analyst.mysql_ladder import Bystanders, verified
from tunewright_agent.analyst.mysql_scratch import Scratch
from tunewright_agent.cli.app import Exit, err, fail, out, progress
from tunewright_agent.cli.workload_window import mysql_history
from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_agent.engines.engine import password_of
from tunewright_agent.history.place import Store
from tunewright_agent.history.store import HistoryError
from tunewright_agent.reports.mysql_index_advice import shape, sql_lines, text_lines
from tunewright_agent.reports.visible import visible
from tunewright_agent.sources.mysql.advice_facts import read
from tunewright_agent.sources.mysql.direct import DirectSession
from tunewright_agent.sources.source import SourceError
from tunewright_analyzers.indexes.mysql.choose import Limits, advise
from tunewright_analyzers.indexes.mysql.facts import Advice, Facts
from tunewright_analyzers.indexes.mysql.workload import of_file, of_history
from tunewright_analyzers.indexes.workload_file import FileStatement

SCHEMES = frozenset({"mysql", "mariadb"})


@dataclass(frozen=True, slots=True)
class Grounds:
    """Where proposals are verified. `sample`: share of the rows that is copied to the scratch server."""

    scratch: str | None = None
    sample: float | None = None
    clone: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What advice is asked for: statements of a file, the daemon's history (path, seconds back), or neither: the server's digests."""

    file: tuple[FileStatement, ...] | None = None
    history: tuple[Store, float] | None = None
    limits: Limits = field(default_factory=Limits)
    tables: tuple[str, ...] = ()
    worst_regression_ratio: float = 0.05


def is_mysql(url: str | None) -> bool:
    """Whether the address is one of this family's."""
    return url is not None and urlsplit(url).scheme in SCHEMES


def _worked(facts: Facts, work: Work, database: str, settings: Settings, cluster: ClusterSettings) -> Facts:
    """The facts with the statements that advice is asked for. What only the server's digests lacked is no gap then."""
    if work.file is not None:
        if not database:
            fail("--workload: which database are its statements of?", Exit.USAGE, "name it in the URL: mysql://…/shop")
        kept = tuple(gap for gap in facts.gaps if gap.startswith("histograms"))
        return replace(facts, statements=of_file(work.file, database), gaps=kept)
    if work.history is None:
        return facts
    counted = mysql_history(cluster, settings, *work.history)
    names = {table.name.schema for table in facts.tables}
    return replace(facts, statements=of_history(counted, names, facts.statements))


def answer(settings: Settings, cluster: ClusterSettings, grounds: Grounds, work: Work) -> tuple[Advice, Facts]:
    """The advice for these databases, else the address's own, else all. Leaves with a message where none can be given."""
    try:
        with (
            progress("reading the server") as task,
            DirectSession(cluster.url, password=password_of(cluster)) as production,
        ):
            database = production.database
            wanted: tuple[str, ...] = tuple(cluster.databases) or ((database,) if database else ())
            facts = _worked(read(production, wanted), work, database, settings, cluster)
            found = advise(facts, work.limits, work.tables)
            facts = replace(facts, tables=found.tables)
            bystanders = Bystanders(facts.statements, work.worst_regression_ratio)
            if grounds.scratch is not None and found.proposals:
                found = _on_scratch(production, facts, found, grounds, bystanders)
            if grounds.clone is not None and found.proposals:
                with DirectSession(grounds.clone, writes=True) as session:
                    clone = Clone(production, session)
                    clone.check()
                    found = verified(
                        found,
                        clone,
                        lambda done, total: task.at(done, total, "asking the clone's optimiser"),
                        bystanders,
                    )
            return found, facts
    except SourceError as error:
        fail(visible(str(error)), Exit.UNREACHABLE, error.mend)
    except HistoryError as error:
        fail(visible(error), Exit.INCOMPLETE)


def _on_scratch(
    production: DirectSession, facts: Facts, found: Advice, grounds: Grounds, bystanders: Bystanders
) -> Advice:
    assert grounds.scratch is not None
    tables = {index.table for index in (one.index for one in found.proposals)}
    texts = [helped.statement for one in found.proposals for helped in one.helped]
    schemas = {table.schema for table in tables} | {one.database for one in texts}
    with DirectSession(grounds.scratch, writes=True) as session:
        ground = Scratch(production, session, facts, grounds.sample)
        try:
            ground.build([one.name for one in facts.tables if one.name.schema in schemas])
            found = verified(found, ground, bystanders=bystanders)
        finally:
            ground.close()
        for note in ground.notes:
            err.print(f"scratch: {visible(note)}", markup=False)
    return found


def print_advice(form: str, found: Advice, facts: Facts) -> None:
    """On stdout the advice; on stderr what was not judged, and what could not be read."""
    if form == "json":
        out.print_json(json.dumps(shape(found, facts)))
    else:
        for line in sql_lines(found, facts) if form == "sql" else text_lines(found, facts):
            out.print(visible(line), markup=False, soft_wrap=True)
    for one in found.unjudged:
        err.print(f"not judged: statement {one.statement.id}: {visible(one.because)}", markup=False)
    for gap in found.gaps:
        err.print(f"gap: {visible(gap)}", markup=False)
    if found.gaps and not found.judged:
        raise typer.Exit(int(Exit.INCOMPLETE))
