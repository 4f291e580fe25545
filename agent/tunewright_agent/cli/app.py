"""The Typer application, its exit codes, and the one place where an error becomes a line for a person."""

import contextlib
import importlib
import io
import os
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tunewright_agent.config.settings import LogSettings
from tunewright_agent.log import configure


class Exit(IntEnum):
    """What the exit status says."""

    OK = 0
    INCOMPLETE = 1
    """Done, but something could not be seen, or (with --fail-on) something severe was found."""
    USAGE = 2
    """Wrong arguments, wrong configuration, or an input that is not what it should be."""
    UNREACHABLE = 3
    """The database could not be reached, or refused us."""


EXIT_CODES = """Exit status: 0 done; 1 done, but something could not be seen (or --fail-on matched); 2 wrong arguments,
configuration or input; 3 the database could not be reached or refused the login; 130 interrupted."""


class Format(StrEnum):
    """How a list is printed."""

    TABLE = "table"
    JSON = "json"


app = typer.Typer(
    name="tunewright",
    help="Tunewright reads a PostgreSQL, MySQL or MariaDB cluster, judges it, and gives advice with proof. It never changes a database.\n\n"
    "New here? `tunewright demo` shows everything on its own server; `tunewright once --url postgresql://…` looks at yours.\n\n"
    f"{EXIT_CODES}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

out = Console(soft_wrap=sys.stdout is None or not sys.stdout.isatty(), highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def fail(message: str, status: Exit, mend: str | None = None) -> NoReturn:
    """Print `error: …` on stderr, with the mend behind it on the same line, and leave with `status`."""
    text = message.rstrip(".") + (f"; {mend}" if mend else "")
    err.print(f"error: {text}", markup=False)
    raise typer.Exit(int(status))


@contextmanager
def progress(description: str, total: float | None = None) -> Iterator["Task"]:
    """A progress bar on stderr, gone when done; silent where stderr is not a terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        yield Task(bar, bar.add_task(description, total=total))


class Task:
    """One line of a progress bar."""

    def __init__(self, bar: Progress, identity: object) -> None:
        self._bar = bar
        self._identity = identity

    def at(self, done: float, total: float, description: str | None = None) -> None:
        """Move the bar to `done` of `total`."""
        self._bar.update(self._identity, completed=done, total=total, description=description)  # type: ignore[arg-type]


def main() -> None:
    """Entry point of `tunewright`. Commands speak for themselves; the log is for the daemon, which turns it on."""
    configure(LogSettings(level="error", format="console"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal of another encoding gets a question mark, not a traceback
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        importlib.import_module(f"tunewright_agent.cli.{module.name}")  # each adds its commands
    try:
        app()
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _leave_output(141)  # the reader has gone: `| head`
    except OSError as error:
        _leave_output(int(Exit.USAGE), f"error: cannot write the output: {error.strerror}; choose another place for it")


def _leave_output(status: int, message: str | None = None) -> NoReturn:
    """End without the interpreter's own attempt to flush what cannot be written."""
    if message is not None and sys.stderr is not None:
        with contextlib.suppress(OSError):
            print(message, file=sys.stderr, flush=True)
    os._exit(status)
