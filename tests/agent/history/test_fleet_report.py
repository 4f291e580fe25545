"""One report for the fleet: of all clusters of all agents that share a store, whichever of them one configuration names."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import month
from month import Month
from tunewright_agent.cli import advice, report  # noqa: F401  # add their commands
from tunewright_agent.cli.app import app
from tunewright_agent.history.place import Address
from tunewright_agent.history.store import History
from tunewright_analyzers.facts.ids import ClusterId

pytestmark = [pytest.mark.slow, pytest.mark.live]
END = month.START + 3 * month.HOUR


def test_it_is_of_every_agents_clusters(shared_store: Address, tmp_path: Path) -> None:
    for name in ("shop", "orders"):  # an agent each
        with History(shared_store) as history:
            made = Month(history)
            made.memory.cluster = ClusterId(name)
            made.run(END)
    config, target = tmp_path / "tunewright.toml", tmp_path / "fleet.json"
    config.write_text(
        f'[history]\nurl = "{shared_store.url}"\n[[clusters]]\nname = "shop"\nurl = "postgresql://me@127.0.0.1/shop"\n'
    )
    arguments = ["report", "--config", config, "--until", END.isoformat(), "--since", "6h", "--out", target]
    told = CliRunner().invoke(app, [str(one) for one in arguments])
    assert told.exit_code == 0, told.output
    shape = json.loads(target.read_text())
    assert {one["name"] for one in shape["clusters"]} == {"shop / db1:5432", "orders / db1:5432"}
    assert len(shape["fleet"]["blocks"][0]["rows"]) == 2
    alone = CliRunner().invoke(app, ["recommendations", "list", "--config", str(config)])
    assert alone.exit_code == 0, alone.output
    assert "orders" not in alone.stdout, "other commands speak of the configuration's own"
