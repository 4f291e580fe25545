"""The options of `tunewright advise indexes`: what each is called and means, and how its text is read. Declared here, used by advise.py."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tunewright_agent.cli.app import Exit, fail
from tunewright_agent.config.units import seconds
from tunewright_agent.reports.visible import visible
from tunewright_analyzers.indexes.workload_file import FileStatement, WorkloadError, parse_workload, split_postgres

LARGEST_BYTES = 256 * 1024**2
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kMGT]?)i?B?", re.IGNORECASE)
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class Form(StrEnum):
    """How the advice is printed."""

    TABLE = "table"
    SQL = "sql"
    JSON = "json"


class Weigh(StrEnum):
    """What a statement of a file without times counts."""

    COST = "cost"
    EQUAL = "equal"


Cluster = Annotated[str | None, typer.Option(help="Which of the configuration's clusters, if it has several.")]
Since = Annotated[
    str | None,
    typer.Option(
        help="With --config: the workload is what the daemon's history counted over this time, as 7d.", metavar="TIME"
    ),
]
Workload = Annotated[
    Path | None,
    typer.Option(
        help="A file in place of pg_stat_statements: SQL, each statement with a `-- weight: 12` line if it counts more than once, or"
        ' JSON lines {"sql": …, "weight": …, "seconds": …}.',
        dir_okay=False,
    ),
]
Budget = Annotated[str | None, typer.Option(help="For all new indexes together, as 500MB.", metavar="SIZE")]
Tables = Annotated[list[str] | None, typer.Option(help="Only indexes on these tables, with commas.")]
Keep = Annotated[list[str] | None, typer.Option(help="Existing indexes never to drop, with commas.")]
Printed = Annotated[Form, typer.Option("--format", help="How to print.")]
Weighed = Annotated[
    Weigh, typer.Option(help="What a statement of a file without times counts: its planner cost, or each the same.")
]
MostPerTable = Annotated[int | None, typer.Option(help="New indexes on one table, at most.", min=1)]
MostIndexes = Annotated[int | None, typer.Option(help="New indexes in all, at most.", min=1)]
Regression = Annotated[
    float | None,
    typer.Option(
        help="Share of its cost by which no statement may get dearer. [default: 0.05]", min=0.0, show_default=False
    ),
]
Within = Annotated[
    str | None, typer.Option(help="Answer with the best so far after this time, as 30s.", metavar="TIME")
]
Dollars = Annotated[float | None, typer.Option(help="What the instance costs: gains are told in money too.", min=0.0)]
Processors = Annotated[float | None, typer.Option(help="Processors of the instance.", min=0.1)]
Scratch = Annotated[
    str | None,
    typer.Option(
        help="MySQL: a server that holds nothing; schema and statistics are copied to it and its optimiser is asked.",
        metavar="URL",
    ),
]
Sample = Annotated[
    float | None,
    typer.Option(help="With --scratch: copy this share of the rows too, as 0.05.", min=0.0001, max=1.0),
]
Clone = Annotated[
    str | None,
    typer.Option(
        help="MySQL: a clone with all rows; each index is made there unseen, asked about, and dropped.", metavar="URL"
    ),
]


def budget_of(text: str | None) -> int | None:
    """Bytes. MB is 1,000,000 here, the smaller reading, so that the budget holds however one counts."""
    if text is None or text.lower() in {"none", "unlimited"}:
        return None
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        fail(f"--budget {visible(text)}: is not a size", Exit.USAGE, "write it as 500MB or 2GB")
    return round(float(match[1]) * _UNITS[match[2].upper()])


def file_of(
    path: Path | None, split: Callable[[str], Sequence[str]] = split_postgres
) -> tuple[FileStatement, ...] | None:
    """The statements of a workload file; None without one. Leaves with a message where it cannot be read."""
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


def seconds_of(option: str, text: str | None) -> float | None:
    """A time as 30s or 7d. Leaves with a message where it is none."""
    try:
        return None if text is None else seconds(text)
    except ValueError as error:
        fail(f"{option}: {visible(error)}", Exit.USAGE)


def names_of(texts: list[str] | None) -> tuple[str, ...]:
    """Names given one by one or with commas."""
    return tuple(name.strip() for text in texts or () for name in text.split(",") if name.strip())
