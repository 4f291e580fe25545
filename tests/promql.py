"""Every expression that we ship, run by a real Prometheus that scrapes a real daemon: panels, variables, recording rules, alerts and their parts.

An error fails. An empty answer fails too, but where `Empty` says why it may be.
"""

import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import panels
import rulebook
from prometheus_server import PATIENCE_SECONDS, Prometheus, Tally, parts_of, until
from tunewright_agent.config.notifications import ChannelSettings, NotificationSettings
from tunewright_agent.config.settings import (
    AgentSettings,
    ClusterSettings,
    GovernorSettings,
    HistorySettings,
    LogSettings,
    Settings,
    SourceSettings,
    WebSettings,
)
from tunewright_dashboards import build
from tunewright_dashboards.export import shipped

NO_WEEK = "there is no week of history"


@dataclass(frozen=True, slots=True)
class Empty:
    """What may be empty, and why: `rules` by the name of a recording rule, `parts` by what stands in an expression of an alert, `panels` by
    what stands in an expression of a panel. `refused`: reasons of the boards (Panel.empty) that do not hold on this server."""

    rules: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    panels: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    """Labels of legends that the series here have not."""


def settings_for(url: str, folder: Path, *more: str) -> Settings:
    """As a user would write them, but for short intervals (of `more` sources too), so that counters move between two scrapes."""
    often = {name: SourceSettings.model_validate({"interval": "3s"}) for name in
             ("databases", "statements", "replication", "locks", "sequences", "settings", *more)}  # fmt: skip
    often["relations"] = SourceSettings.model_validate({"interval": "10s"})
    return Settings(
        agent=AgentSettings.model_validate({"judge_every": "10s"}),
        log=LogSettings(level="error", format="console"),
        web=WebSettings(port=0),
        governor=GovernorSettings(budget_ratio=0.2),
        history=HistorySettings(path=folder / "tunewright.db"),
        notifications=NotificationSettings(
            channels=(ChannelSettings(name="refused", kind="webhook", url="http://127.0.0.1:9/"),)
        ),  # a private address: nothing is sent, and what waits is counted
        clusters=(
            ClusterSettings(
                name="shop",
                url=url,
                databases=(urllib.parse.urlsplit(url).path.strip("/"),),
                on_database_host=True,
                sources=often,
            ),
        ),
    )


def run_panels(server: Prometheus, tally: Tally, statement: str, empty: Empty) -> None:
    """Every query of every panel; the labels that its legend uses are there."""
    allowed = {
        (board.uid, panel.title): panel.empty
        for board in build.all_boards()
        for row in board.rows
        for panel in row.panels
    }
    for board in shipped():
        for panel in panels.panels_of(board.content):
            for target in panel["targets"]:
                series = server.query(panels.filled(target["expr"], statement))
                reason = NO_WEEK if "offset 1w" in target["expr"] else allowed[(board.uid, panel["title"])]
                if reason is None or reason in empty.refused:
                    reason = next((why for part, why in empty.panels.items() if part in target["expr"]), None)
                name = f"{board.uid} / {panel['title']} / {target['refId']}"
                tally.take(name, series, reason)
                if series and panel["type"] != "table":
                    wanted = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) - empty.labels
                    had = {label for one in series for label in one["metric"]}
                    assert wanted <= had, f"{name}: the legend uses {wanted}, there are {had}"
                if panel["type"] == "stat":
                    assert len(series) <= 1, f"{name}: a number must be one"


def run_variables_and_annotations(server: Prometheus, tally: Tally) -> None:
    """The choices of every variable are filled; annotations have no error (there may be nothing to mark)."""
    for board in shipped():
        for variable in board.content["templating"]["list"][1:]:
            asked = re.fullmatch(r"label_values\((.*), (\w+)\)", panels.filled(variable["query"], ""))
            assert asked is not None
            values = server.get(f"/api/v1/label/{asked[2]}/values", **{"match[]": asked[1]})
            reason = "not at AWS" if variable["name"] in {"account", "region"} else None
            tally.take(f"{board.uid} ${variable['name']}", [{"value": [0, one]} for one in values], reason)
        for annotation in board.content["annotations"]["list"]:
            if annotation.get("expr"):
                tally.take(annotation["name"], server.query(panels.filled(annotation["expr"], "")), "nothing to mark")


def run_rules(server: Prometheus, tally: Tally, empty: Empty) -> None:
    """Recording rules, alerts, and what alerts are made of."""
    for rule in rulebook.rules():
        if "record" in rule:
            tally.take(rule["record"], server.query(rule["expr"]), empty.rules.get(rule["record"]))
            continue
        tally.take(rule["alert"], server.query(rule["expr"]), "nothing is wrong")
        for part in parts_of(rule["expr"]):
            why = next((reason for name, reason in {**empty.parts, **empty.rules}.items() if name in part), None)
            tally.take(f"{rule['alert']}: {part}", server.query(part), why)


def run_all(server: Prometheus, empty: Empty, busiest: str) -> Tally:
    """Everything, once. `busiest`: the counter of statements by which the one is chosen that the board of a statement shows."""
    tally = Tally()
    calls = server.query(f'topk(1, sum by (statement) (rate({busiest}{{statement!~"own|other"}}[1m])))')
    run_panels(server, tally, calls[0]["metric"]["statement"] if calls else "none", empty)
    run_variables_and_annotations(server, tally)
    run_rules(server, tally, empty)
    return tally


def told(server: Prometheus, empty: Empty, busiest: str) -> Tally:
    """Run everything until nothing is missing, or PATIENCE_SECONDS are over; the health of the rules is asked too. Fails on an ill rule."""
    until(
        lambda: server.query("count_over_time(tunewright_judged_timestamp_seconds[1m]) >= 2"),
        "two scrapes after judging",
    )
    end = time.monotonic() + PATIENCE_SECONDS
    tally = run_all(server, empty, busiest)
    while tally.missing and time.monotonic() < end:
        time.sleep(3)
        tally = run_all(server, empty, busiest)
    groups = server.get("/api/v1/rules")["groups"]
    ill = [
        (rule["name"], rule.get("lastError")) for group in groups for rule in group["rules"] if rule["health"] != "ok"
    ]
    assert ill == []
    assert sum(len(group["rules"]) for group in groups) == len(rulebook.rules())
    return tally


def printed(tally: Tally, engine: str) -> str:
    """The figures; with TUNEWRIGHT_TELL_EMPTY also what was empty by design, a line each."""
    lines = [
        f"\n{engine}: {tally.ran} expressions run by Prometheus, {len(tally.by_design)} empty by design, {len(tally.missing)} missing"
    ]
    return "\n".join(lines + (tally.by_design if os.environ.get("TUNEWRIGHT_TELL_EMPTY") else []))
