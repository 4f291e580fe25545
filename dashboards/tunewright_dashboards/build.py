"""Makes the committed *.json from the boards: `python -m tunewright_dashboards.build` writes them, a test compares.

Enters: every module of boards/ (found, not listed), each with BOARD. Leaves: one file a board, the same bytes each time.
"""

import importlib
import json
import pkgutil
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from tunewright_dashboards import boards
from tunewright_dashboards.board import Board
from tunewright_dashboards.cloudwatch import boards as cloudwatch
from tunewright_dashboards.cloudwatch.frame import dashboard_of as cloudwatch_dashboard
from tunewright_dashboards.frame import dashboard_of

FOLDER = Path(__file__).parent


def all_boards() -> tuple[Board, ...]:
    """Every board, by the name of its module."""
    names = sorted(one.name for one in pkgutil.iter_modules(boards.__path__))
    return tuple(importlib.import_module(f"{boards.__name__}.{name}").BOARD for name in names)


def text_of(board: Board) -> str:
    """The file's text."""
    return json.dumps(dashboard_of(board).build(), cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


def cloudwatch_texts() -> dict[str, str]:
    """The files of the second set, by name."""
    return {
        f"{board.uid.removeprefix('tunewright-cloudwatch-')}.json": json.dumps(
            cloudwatch_dashboard(board).build(), cls=JSONEncoder, indent=2, sort_keys=True
        )
        + "\n"
        for board in cloudwatch.BOARDS
    }


def name_of(board: Board) -> str:
    """The file's name: the uid without our prefix."""
    return f"{board.uid.removeprefix('tunewright-')}.json"


def main() -> None:
    """Write all files; remove those whose board is gone."""
    _write(FOLDER, {name_of(board): text_of(board) for board in all_boards()})
    _write(FOLDER / "cloudwatch", cloudwatch_texts())


def _write(folder: Path, made: dict[str, str]) -> None:
    for stale in folder.glob("*.json"):
        if stale.name not in made:
            stale.unlink()
    for name, text in made.items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main()
