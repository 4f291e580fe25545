"""The dashboards over CloudWatch: equal to what the builder makes, complete, and over metrics that AWS documents."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import panels
from tunewright_agent.cli import dashboards as commands
from tunewright_agent.cli.app import app
from tunewright_dashboards import build
from tunewright_dashboards.export import Reads, Shipped, export, shipped

assert commands is not None  # importing it adds its commands
BOARDS = shipped(Reads.CLOUDWATCH)
every_board = pytest.mark.parametrize("board", BOARDS, ids=lambda one: one.uid)
STATISTICS = {"Average", "Maximum", "Minimum", "Sum", "p90"}


def _panels(board: Shipped) -> list[dict[str, Any]]:
    return panels.panels_of(board.content)


def test_the_files_are_what_the_builder_makes() -> None:
    """After a change: `.venv/bin/python -m tunewright_dashboards.build`."""
    assert {one.name: one.text for one in BOARDS} == build.cloudwatch_texts()


@every_board
def test_variables_choose_region_and_members(board: Shipped) -> None:
    names = [one["name"] for one in board.content["templating"]["list"]]
    assert names == ["datasource", "region", "instance" if board.uid.endswith("instance") else "cluster"]
    members = board.content["templating"]["list"][2]
    assert members["query"]["region"] == "$region"
    assert members["query"]["namespace"] == "AWS/RDS"
    assert members["allValue"] == "*"


@every_board
def test_every_query_is_complete_and_every_panel_explained(board: Shipped) -> None:
    found = _panels(board)
    assert len({one["id"] for one in found}) == len(found) >= 8
    member = board.content["templating"]["list"][2]["name"]
    for panel in found:
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
        letters = [target["refId"] for target in panel["targets"]]
        assert len(set(letters)) == len(letters)
        for target in panel["targets"]:
            assert target["namespace"] == "AWS/RDS"
            assert list(target["dimensions"].values()) == [f"${member}"]
            assert target["statistic"] in STATISTICS
            assert re.fullmatch(r"[A-Z][A-Za-z]+%?", target["metricName"])
            assert "Dim." in target["label"]


def test_no_metric_is_shown_twice_and_the_reference_is_covered() -> None:
    names = [target["metricName"] for board in BOARDS for panel in _panels(board) for target in panel["targets"]]
    assert len(names) == len(set(names))
    assert {
        "CPUUtilization",
        "DBLoad",
        "FreeableMemory",
        "AuroraReplicaLag",
        "MaximumUsedTransactionIDs",
        "VolumeReadIOPs",
    } <= set(names)


def test_they_are_exported_by_name_and_share_no_uid_with_the_first_set(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["dashboards", "export", str(tmp_path), "--reads", "cloudwatch"])
    assert told.exit_code == 0, told.output
    assert {json.loads(one.read_text())["uid"] for one in tmp_path.glob("*.json")} == {one.uid for one in BOARDS}
    assert not {one.uid for one in BOARDS} & {one.uid for one in shipped()}
    assert export(tmp_path / "other") != ()
