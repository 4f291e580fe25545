"""The committed dashboards: equal to what the builders make, and in the shape that people and Grafana's linter expect."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

import panels
import rulebook
from tunewright_agent.metrics.catalog import BY_NAME
from tunewright_dashboards import build
from tunewright_dashboards.board import Kind
from tunewright_dashboards.export import Shipped, shipped
from tunewright_dashboards.limits import LIMITS
from tunewright_dashboards.publish import Folder

VARIABLES = ["datasource", "account", "region", "cluster", "instance", "database"]
SHIPPED = {one.name: one for one in shipped()}
EVERY_PANEL = [(board.uid, panel) for board in shipped() for panel in panels.panels_of(board.content)]
every_board = pytest.mark.parametrize("board", shipped(), ids=lambda one: one.uid)
every_panel = pytest.mark.parametrize(
    ("uid", "panel"), EVERY_PANEL, ids=[f"{uid}-{panel['id']}-{panel['title']}" for uid, panel in EVERY_PANEL]
)


def test_the_files_are_what_the_builders_make() -> None:
    """After a change of a board: `.venv/bin/python -m tunewright_dashboards.build`."""
    made = {build.name_of(board): build.text_of(board) for board in build.all_boards()}
    assert set(made) == set(SHIPPED)
    for name, text in made.items():
        assert text == SHIPPED[name].text, f"{name} is not what boards/{name.removesuffix('.json')}.py makes"


def test_there_is_a_board_for_each_question() -> None:
    assert {one.uid.removeprefix("tunewright-") for one in shipped()} == {
        "fleet", "cluster", "queries", "query", "relations", "vacuum", "sessions", "replication", "findings", "daemon", "cloud", "cost",
    }  # fmt: skip


@every_board
def test_it_is_classic_json_not_to_be_edited_with_a_shared_crosshair(board: Shipped) -> None:
    content = board.content
    assert content["schemaVersion"] == 42
    assert content["editable"] is False
    assert content["graphTooltip"] == 1
    assert content["tags"] == ["tunewright"]
    assert len(content["description"]) > 40
    assert "elements" not in content, "v2 is refused by file provisioning"


@every_board
def test_the_same_variables_in_the_same_order_follow_the_time_range(board: Shipped) -> None:
    variables = board.content["templating"]["list"]
    names = [one["name"] for one in variables]
    assert names == VARIABLES + (["statement"] if board.uid == "tunewright-query" else [])
    assert variables[0]["type"] == "datasource"
    for one in variables[1:]:
        assert one["refresh"] == 2
        assert one["datasource"]["uid"] == "${datasource}"
        assert rulebook.metrics_in(one["query"]) <= set(BY_NAME)


@every_board
def test_its_menu_keeps_time_and_variables(board: Shipped) -> None:
    links = board.content["links"]
    assert [(one["tags"], one["keepTime"], one["includeVars"], one["asDropdown"]) for one in links] == [
        (["tunewright"], True, True, True)
    ]


@every_board
def test_panel_ids_differ_and_panels_do_not_overlap(board: Shipped) -> None:
    found = panels.panels_of(board.content)
    everything = [*found, *(one for one in board.content["panels"] if one["type"] == "row")]
    assert len({one["id"] for one in everything}) == len(everything)
    taken: set[tuple[int, int]] = set()
    for place in (one["gridPos"] for one in found):
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells


@every_board
def test_few_panels_are_open_and_the_first_row_is_numbers(board: Shipped) -> None:
    top_level = [one for one in board.content["panels"] if one["type"] != "row"]
    assert len(top_level) <= 28
    assert [one["type"] for one in top_level[:8]] == ["stat"] * 8


@every_panel
def test_a_panel_has_title_description_unit_thresholds_source_and_queries(uid: str, panel: dict[str, Any]) -> None:
    assert panel["title"]
    assert panel["description"].endswith((".", ")"))
    assert panel["datasource"]["uid"] == "${datasource}"
    defaults = panel["fieldConfig"]["defaults"]
    assert defaults["unit"]
    assert defaults["thresholds"]["steps"]
    assert panel["targets"]
    titles = [one["title"] for board, one in EVERY_PANEL if board == uid]
    kinds = [one["type"] for board, one in EVERY_PANEL if board == uid and one["title"] == panel["title"]]
    assert titles.count(panel["title"]) == len(set(kinds)), "a title twice only as number and as curve"


@every_panel
def test_a_query_reads_known_metrics_and_counters_under_a_rate(uid: str, panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        expr = target["expr"]
        assert rulebook.metrics_in(expr) <= set(BY_NAME), "raw metrics only: no recording rule needs to be loaded"
        bare = re.sub(r"(rate|increase|delta)\(tunewright_\w+_total(\{[^}]*\})?\[", "", expr)
        if "scans_total" not in bare:  # an index's scans ever are a question of their own
            assert "_total" not in bare
        assert not re.search(r"\b(rate)\([^)]*\[(?!\$__rate_interval)", expr), "a rate follows the resolution"
        if panel["type"] != "table":
            assert target["legendFormat"]


@every_panel
def test_it_asks_for_the_chosen_servers(uid: str, panel: dict[str, Any]) -> None:
    """Every selector of a server's metric has the variables; what has no such label, has none."""
    for target in panel["targets"]:
        for name, labels in selectors(target["expr"]):
            known = BY_NAME[name].labels
            assert ('cluster=~"$cluster"' in labels) == ("cluster" in known)
            assert ('server=~"$instance"' in labels) == ("server" in known)


def selectors(expr: str) -> Iterator[tuple[str, str]]:
    """(metric, what stands in its braces)."""
    yield from re.findall(r"(tunewright_[a-z_]+)(\{[^}]*\})?", expr)


@every_panel
def test_legends_columns_and_links_use_labels_that_are_there(uid: str, panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        if panel["type"] == "table":
            continue
        known = {label for name in rulebook.metrics_in(target["expr"]) for label in BY_NAME[name].labels} | {"instance"}
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= known
        if by := re.search(r"sum by \(([^)]*)\)", target["expr"]):
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert shown <= set(by[1].split(", ")), "summed away"


UIDS = {one.uid for one in shipped()}


def test_links_from_rows_lead_to_boards_that_exist_and_keep_time_and_variables() -> None:
    urls = re.findall(r'"url": "(/d/[^"]+)"', "".join(one.text.replace('\\"', "'") for one in shipped()))
    assert len(urls) >= 8
    for url in urls:
        assert url.partition("?")[0].removeprefix("/d/") in UIDS
        assert "${__url_time_range}" in url
        for variable in VARIABLES:
            assert f"${{{variable}:queryparam}}" in url or f"var-{variable}=" in url


def test_alerts_lead_to_boards_that_exist() -> None:
    for rule in rulebook.alerts():
        assert rule["annotations"]["dashboard"].partition("?")[0].removeprefix("/d/") in UIDS


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_the_alert_s(name: str) -> None:
    rule = next(one for one in rulebook.alerts() if one["alert"] == name)
    numbers = {float(one) for one in re.findall(r"[<>]=? ([0-9.]+(?:e[0-9]+)?)", rule["expr"])}
    assert LIMITS[name] in numbers


def test_limits_are_shown_somewhere() -> None:
    shown = {
        step["value"]
        for _, panel in EVERY_PANEL
        for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        if step.get("value") is not None
    }
    assert {value for value in LIMITS.values() if value} <= shown


def test_a_value_below_a_falling_limit_is_red_and_above_it_green() -> None:
    up = next(panel for uid, panel in EVERY_PANEL if uid == "tunewright-cluster" and panel["title"] == "Up")
    assert up["fieldConfig"]["defaults"]["thresholds"]["steps"] == [
        {"color": "red", "value": None},
        {"color": "green", "value": 1},
    ]


def test_what_nobody_shows() -> None:
    """Exported and on no board: a list that shrinks, or grows on purpose."""
    shown = {
        name for _, panel in EVERY_PANEL for target in panel["targets"] for name in rulebook.metrics_in(target["expr"])
    }
    assert set(BY_NAME) - shown == {
        "tunewright_cluster_place_info",  # variables on every board
        "tunewright_database_active_seconds_total",
        "tunewright_database_block_read_seconds_total",
        "tunewright_database_checksum_failures_total",
        "tunewright_database_temp_files_total",
        "tunewright_event_timestamp_seconds",  # annotations on every board
        "tunewright_server_start_timestamp_seconds",
    }


def test_every_board_is_asked_for_in_kinds_that_we_know() -> None:
    assert {panel["type"] for _, panel in EVERY_PANEL} == {"timeseries", "stat", "table"}
    assert {kind.value for kind in Kind} == {"lines", "stack", "stat", "table"}
    json.dumps([one.content for one in shipped()])


def test_the_provisioning_files_fit_the_export_and_the_alerts() -> None:
    provisioning = rulebook.ROOT / "deploy" / "grafana" / "provisioning"
    provider = yaml.safe_load((provisioning / "dashboards" / "tunewright.yaml").read_text())["providers"][0]
    assert provider["type"] == "file"
    assert provider["folderUid"] == Folder().uid
    assert provider["folder"] == Folder().title
    source = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_text())["datasources"][0]
    assert source["type"] == "prometheus"
    scraped = yaml.safe_load((rulebook.ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())["global"]
    assert source["jsonData"]["timeInterval"] == scraped["scrape_interval"]
