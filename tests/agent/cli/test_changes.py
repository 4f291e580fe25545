"""`changes` and `recommendations show`: what changed and what it did, from the history alone."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

import month
from month import SHOP, Month, day
from tunewright_agent.cli import advice, changes  # noqa: F401  # add their commands
from tunewright_agent.cli.app import app
from tunewright_agent.history.effects import Follower
from tunewright_agent.history.judgements import newest
from tunewright_agent.history.store import History
from tunewright_agent.history.stores.sqlite import SqliteFile

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine days: one change that was advised, measured as final in the last hour; one that nobody measured yet."""
    made = tmp_path_factory.mktemp("changes") / "history.db"
    with History(made) as history:
        shop = Month(history, every=48)
        shop.run(day(9.1))
        shop.judge()
        Follower(history.database, SHOP, month.DB1).follow(day(9.1))
    return made


def run(path: Path, *arguments: str) -> str:
    """What a command prints."""
    result = CliRunner().invoke(app, [*arguments, "--history", str(path)])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list(path: Path) -> None:
    said = run(path, "changes")
    assert "helped  index created: public.orders_status_idx (public.orders(status)) in shop" in said
    assert re.search(r"promised 1 % of before, measured (9|10)(\.\d+)? % of the time", said)
    assert "being measured  index created: public.customers_email_idx" in said
    shape = json.loads(run(path, "changes", "--format", "json"))
    first, second = shape["changes"]
    assert (first["cluster"], first["outcome"], first["recommendation"]) == ("shop", "helped", month.ORDERS_STATUS.id)
    assert first["undo"] == ["DROP INDEX CONCURRENTLY public.orders_status_idx;"]
    assert second["statements"] == []
    assert shape["promises"][0]["kept"] == 1


def test_a_recommendation_tells_what_it_brought(path: Path) -> None:
    said = run(path, "recommendations", "show", month.ORDERS_STATUS.id)
    assert "verified" in said
    assert f"advised as {month.ORDERS_STATUS.id} (indexes/missing): promised planner cost a call" in said
    assert "compared: the same hours of the" in said
    shape = json.loads(run(path, "recommendations", "show", month.ORDERS_STATUS.id, "--format", "json"))
    assert shape["state"] == "verified"
    assert shape["effects"][0]["kept"] is True


def test_a_file_of_an_older_release_has_no_changes_yet(tmp_path: Path) -> None:
    """Read before the new daemon has run: no error; the daemon then adds the tables."""
    made = tmp_path / "old.db"
    with History(made) as history:
        Month(history).run(month.START + 2 * month.HOUR)
        with history.database.transaction() as connection:
            for table in ("catalogues", "changes", "effects"):
                connection.execute(text(f"DROP TABLE {table}"))
    assert "No change has been seen yet" in run(made, "changes")
    with History(made) as history:
        Month(history, now=month.START + 3 * month.HOUR).judge()
        assert newest(history.database)
    database = SqliteFile(made)
    database.open()
    database.close()
