"""Every expression that we ship, run by a real Prometheus that scrapes a real daemon over a real PostgreSQL.

An error fails. An empty answer fails too, but where the board (Panel.empty) or a list below says why it may be. The numbers are printed.
"""

import os
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

import panels
import rulebook
from prometheus_server import PATIENCE_SECONDS, Prometheus, Tally, parts_of, prometheus, until
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
from tunewright_agent.demo.watched import daemon_over
from tunewright_dashboards import build
from tunewright_dashboards.export import shipped

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(400)]
SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int, note text);
INSERT INTO orders (customer, note) SELECT g % 1000, md5(g::text) FROM generate_series(1, 20000) g;
CREATE INDEX orders_customer ON orders (customer);
CREATE INDEX orders_customer_again ON orders (customer);
CREATE TABLE carts (id int PRIMARY KEY, note text) WITH (autovacuum_enabled = off);
INSERT INTO carts SELECT g, 'x' FROM generate_series(1, 3000) g;
UPDATE carts SET note = 'y';
ANALYZE carts;
"""
SLOT = "test_prometheus"
NO_WEEK = "there is no week of history"
EMPTY_RULES = {
    "server:tunewright_load_waiting:ratio": "no session was active in the sampled minute",
    "server:tunewright_checkpoints_requested:ratio_increase30m": "no checkpoint in 30 minutes",
}
"""Recording rules that a quiet server may leave empty, and why."""
EMPTY_PARTS = {
    "tunewright_aws_": "no cluster of AWS is watched here: test_prometheus_aws.py runs these over one",
    "tunewright_mysql_": "no MySQL or MariaDB is watched",
    "increase(tunewright_log_events_total{": "the log told no event of that kind",
    "tunewright_replica_lag_seconds": "no standby is connected",
    'tunewright_server_info{flavour="aurora"}': "the server is not Aurora",
    "tunewright_standby_lag_seconds": "the server is a primary",
    "tunewright_standby_receiving": "the server is a primary",
    "tunewright_slot_safe_bytes": "no slot has a bound",
    "time() - tunewright_archive_last_timestamp_seconds": "the server does not archive",
    "absent(": "the daemon is there",
    "tunewright_series_dropped_total": "no metric has more series than its cap",
    "checksum_failures": "checksums may be off",
    "server_share_ratio": "known from the second pass of statements on",
    "offset 1w": NO_WEEK,
    "offset 1h": "there is no hour of history",
} | EMPTY_RULES
"""Parts of alerts that may be empty on a sound primary, by what stands in them."""


@contextmanager
def workload(url: str) -> Iterator[None]:
    """Sessions that read, write, wait for a lock and spill, until the end."""
    over = threading.Event()

    def work() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.wait(0.1):
                connection.execute("SELECT count(*) FROM orders WHERE note LIKE '%ab%'")
                connection.execute("SELECT * FROM orders WHERE customer = 7")
                connection.execute("SELECT id FROM orders WHERE id = 9")
                connection.execute("UPDATE carts SET note = 'z' WHERE id = 5")
                connection.execute("SELECT pg_sleep(0.2)")

    def holder() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.is_set():
                connection.execute("BEGIN")
                connection.execute("UPDATE carts SET note = 'h' WHERE id = 1")
                over.wait(0.7)
                connection.execute("ROLLBACK")
                over.wait(0.1)

    def waiter() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.wait(0.1):
                connection.execute("UPDATE carts SET note = 'w' WHERE id = 1")

    threads = [threading.Thread(target=one) for one in (work, holder, waiter)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(20)


@pytest.fixture
def shop(database18: str) -> Iterator[str]:
    with psycopg.connect(database18, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
        connection.execute("VACUUM ANALYZE orders")
        connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", (SLOT,))
        connection.execute("CHECKPOINT")
    try:
        yield database18
    finally:
        with psycopg.connect(database18, autocommit=True) as connection:
            connection.execute("SELECT pg_drop_replication_slot(%s)", (SLOT,))


def settings_for(url: str, folder: Path) -> Settings:
    """As a user would write them, but for short intervals, so that counters move between two scrapes."""
    often = {name: SourceSettings.model_validate({"interval": "3s"}) for name in
             ("databases", "statements", "throughput", "replication", "locks", "sequences", "settings")}  # fmt: skip
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


def run_panels(server: Prometheus, tally: Tally, statement: str) -> None:
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
                name = f"{board.uid} / {panel['title']} / {target['refId']}"
                tally.take(name, series, reason)
                if series and panel["type"] != "table":
                    wanted = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
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
            tally.take(f"{board.uid} ${variable['name']}", [{"value": [0, one]} for one in values], None)
        for annotation in board.content["annotations"]["list"]:
            if annotation.get("expr"):
                tally.take(annotation["name"], server.query(panels.filled(annotation["expr"], "")), "nothing to mark")


def run_rules(server: Prometheus, tally: Tally) -> None:
    """Recording rules, alerts, and what alerts are made of."""
    for rule in rulebook.rules():
        if "record" in rule:
            tally.take(rule["record"], server.query(rule["expr"]), EMPTY_RULES.get(rule["record"]))
            continue
        tally.take(rule["alert"], server.query(rule["expr"]), "nothing is wrong")
        for part in parts_of(rule["expr"]):
            why = next((reason for name, reason in EMPTY_PARTS.items() if name in part), None)
            tally.take(f"{rule['alert']}: {part}", server.query(part), why)


def run_all(server: Prometheus) -> Tally:
    """Everything, once."""
    tally = Tally()
    calls = server.query(
        'topk(1, sum by (statement) (rate(tunewright_statement_blocks_hit_total{statement!~"own|other"}[1m])))'
    )
    run_panels(server, tally, calls[0]["metric"]["statement"] if calls else "none")
    run_variables_and_annotations(server, tally)
    run_rules(server, tally)
    return tally


def test_the_parts_of_an_alert_are_taken_apart() -> None:
    assert parts_of('a > 14.4 * 0.01 and b{x="a > b"} > 2') == ["a", 'b{x="a > b"}']
    assert parts_of('sum(rate(a[1m]) > 0) / b >= on (c, d) e{f="g"}') == ["sum(rate(a[1m]) > 0) / b", 'e{f="g"}']
    assert parts_of("f(a) > 0 unless on (c) time() - b < 900") == ["f(a)", "time() - b"]


def test_every_expression_runs_and_what_must_be_filled_is(
    program: Callable[[str], str], shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    binary = program("prometheus")
    with workload(shop), daemon_over(settings_for(shop, tmp_path)) as assembly:
        target = assembly.address.removeprefix("http://")
        with prometheus(binary, tmp_path, target) as server:
            until(
                lambda: server.query("count_over_time(tunewright_judged_timestamp_seconds[1m]) >= 2"),
                "two scrapes after judging",
            )
            tallies: list[Tally] = []

            def complete() -> bool:
                tallies.append(run_all(server))
                return not tallies[-1].missing

            end = time.monotonic() + PATIENCE_SECONDS
            while not complete() and time.monotonic() < end:
                time.sleep(3)
            told = server.get("/api/v1/rules")
    tally = tallies[-1]
    with capsys.disabled():
        print(
            f"\n{tally.ran} expressions run by Prometheus, {len(tally.by_design)} empty by design, {len(tally.missing)} missing"
        )
        if os.environ.get("TUNEWRIGHT_TELL_EMPTY"):
            print("\n".join(tally.by_design))
    assert not tally.missing, "\n".join(tally.missing)
    assert tally.ran > 450
    ill = [
        (rule["name"], rule.get("lastError"))
        for group in told["groups"]
        for rule in group["rules"]
        if rule["health"] != "ok"
    ]
    assert ill == []
    assert sum(len(group["rules"]) for group in told["groups"]) == len(rulebook.rules())
