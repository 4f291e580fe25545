"""`tunewright demo`: everything on a server of its own, from socket to advice, with the proof."""

import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

import psycopg
import pymysql
import typer
from rich.markup import escape

from tunewright_agent.cli.app import Exit, app, err, fail, out, progress
from tunewright_agent.demo.apply import NotTheDemoError
from tunewright_agent.demo.aurora import run as aurora
from tunewright_agent.demo.aurora.run import CloudOutcome
from tunewright_agent.demo.hold import HoldError
from tunewright_agent.demo.mysql.play import BUILDS
from tunewright_agent.demo.mysql.play import staged as mysql_staged
from tunewright_agent.demo.mysql.shop import MONITOR, PASSWORD
from tunewright_agent.demo.run import Outcome, kept, staged, write
from tunewright_agent.demo.server import DATABASE, server
from tunewright_agent.demo.watched import DemoError, folder
from tunewright_agent.demo.workload import WorkloadError
from tunewright_agent.embedded.ownership import EmbeddedError
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.reports.console import print_findings, print_measured, print_recommendations
from tunewright_agent.sources.source import SourceError


def _print_planted(outcome: Outcome) -> None:
    total = len(outcome.found) + len(outcome.missed)
    out.print(f"\n[bold]{len(outcome.found)} of {total} planted mistakes found[/]")
    for one in outcome.found:
        out.print(f"  [green]found[/]   {escape(one.name)}: {escape(one.what)}  [dim]{one.check}[/]", soft_wrap=True)
    for one in outcome.missed:
        out.print(f"  [red]MISSED[/]  {escape(one.name)}: {escape(one.what)}  [dim]{one.check}[/]", soft_wrap=True)


def _print_applied(outcome: Outcome) -> None:
    out.print(
        f"\n[bold]{len(outcome.applied.statements)} statements applied[/] to the demo's own database, and no other:"
    )
    for statement in outcome.applied.statements:
        out.print(f"  {statement}", style="green", markup=False, soft_wrap=True)
    for identity, error in outcome.applied.errors.items():
        out.print(f"  [red]failed[/]  {identity}: {escape(error)}")


def _report(outcome: Outcome, files: tuple[Path, ...]) -> None:
    print_findings(out, outcome.judgement)
    print_recommendations(out, outcome.judgement)
    _print_planted(outcome)
    _print_applied(outcome)
    print_measured(out, outcome.measured)
    out.print(f"\nWritten: {', '.join(str(one) for one in files)}", markup=False, soft_wrap=True)


def _stay(running: EmbeddedServer, history: Path) -> None:
    """Keep the daemon and its server until Ctrl-C or SIGTERM."""
    with kept(running, history) as assembly:
        _until_told(assembly.address, running)


def _until_told(address: str, running: EmbeddedServer) -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: ended.set())
    out.print("\nStill running, until Ctrl-C:")
    for page in ("findings", "metrics", "healthz"):
        out.print(f"  {address}/{page}", markup=False, soft_wrap=True)
    out.print(f"  psql '{running.url(DATABASE, tcp=True)}'", markup=False, soft_wrap=True)
    ended.wait()


def _played_mysql(engine: str, output: Path, keep: bool) -> int:
    """The same on MySQL or MariaDB."""
    with ExitStack() as stage:
        with progress("fetching and starting the server") as bar:
            told = stage.enter_context(mysql_staged(engine, lambda what, done, of: bar.at(done, of, what)))
            running, outcome = told
            files = write(outcome, output)
        _report(outcome, files)
        if keep:
            ended = threading.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda _number, _frame: ended.set())
            out.print("\nThe server still runs, until Ctrl-C; look at it yourself:")
            address = running.url("", MONITOR, PASSWORD)
            out.print(f"  tunewright once --url '{address}'", markup=False, soft_wrap=True)
            ended.wait()
    return len(outcome.missed)


def _played(output: Path, keep: bool) -> int:
    """Play, write, print; how many planted mistakes were missed."""
    with ExitStack() as stage:
        with progress("starting PostgreSQL") as bar:
            running, history, outcome = stage.enter_context(staged(lambda what, done, of: bar.at(done, of, what)))
            files = write(outcome, output)
        _report(outcome, files)
        if keep:
            _stay(running, history)
    return len(outcome.missed)


def _print_cloud(done: CloudOutcome, files: tuple[Path, ...]) -> None:
    print_findings(out, done.judgement)
    total = len(done.found) + len(done.missed)
    out.print(f"\n[bold]{len(done.found)} of {total} planted faults found[/], {len(done.surplus)} at the sound cluster")
    for one in done.found:
        out.print(f"  [green]found[/]   {escape(one.cluster)}: {escape(one.what)}  [dim]{one.check}[/]", soft_wrap=True)
    for one in done.missed:
        out.print(f"  [red]MISSED[/]  {escape(one.cluster)}: {escape(one.what)}  [dim]{one.check}[/]", soft_wrap=True)
    for finding in done.surplus:
        out.print(f"  [red]SURPLUS[/] {escape(finding.summary)}  [dim]{finding.check}[/]", soft_wrap=True)
    out.print(f"\nWritten: {', '.join(str(one) for one in files)}", markup=False, soft_wrap=True)


def _played_aurora(output: Path, keep: bool) -> int:
    """The AWS half: simulated account, real PostgreSQL in the writer's place; how much was missed or found too much."""
    with folder() as history, server() as running:
        with progress("starting PostgreSQL") as bar:
            done = aurora.play(running, history, lambda what, ready, of: bar.at(ready, of, what))
            files = aurora.write(done, output)
        _print_cloud(done, files)
        if keep:
            with aurora.watched(running, history) as assembly:
                _until_told(assembly.address, running)
    return len(done.missed) + len(done.surplus)


PLAYS: dict[str, Callable[[Path, bool], int]] = {
    "postgres": _played,
    "postgresql": _played,
    "aurora": _played_aurora,
    **{engine: partial(_played_mysql, engine) for engine in BUILDS},
}


@app.command()
def demo(
    engine: Annotated[
        str, typer.Option(help="Which engine: postgres, mysql, mariadb, or aurora (a simulated AWS account, in moto).")
    ] = "postgres",
    output: Annotated[
        Path, typer.Option(help="Folder for findings.json, report.html and metrics.txt.", file_okay=False)
    ] = Path("demo-output"),
    keep: Annotated[bool, typer.Option("--keep", help="Leave server and daemon running, and print where.")] = False,
) -> None:
    """Show everything on a PostgreSQL of its own: a shop full of mistakes, found, explained, mended and measured.

    Starts a private server, runs the shop's workload, lets the daemon look, applies the advice to this throw-away database only, and
    runs the same workload again. Needs no account and no database; takes two to three minutes.
    """
    if engine not in PLAYS:
        fail(f"the demo has no engine '{engine}'", Exit.USAGE, "write --engine postgres, mysql, mariadb or aurora")
    try:
        missed = PLAYS[engine](output, keep)
    except (DemoError, WorkloadError, HoldError, NotTheDemoError, EmbeddedError, SourceError, TimeoutError) as error:
        fail(f"the demo broke off: {error}", Exit.UNREACHABLE)
    except pymysql.MySQLError as error:
        number = error.args[0] if error.args else type(error).__name__
        fail(f"the demo's server failed: error {number}", Exit.UNREACHABLE)
    except psycopg.Error as error:
        fail(f"the demo's server failed: SQLSTATE {error.sqlstate} ({type(error).__name__})", Exit.UNREACHABLE)
    except OSError as error:
        fail(f"{output}: cannot be written: {error.strerror}", Exit.USAGE)
    if missed:
        err.print(f"{missed} planted mistakes were not found: please report it", markup=False)
        raise typer.Exit(int(Exit.INCOMPLETE))
