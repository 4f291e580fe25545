"""The exposition as scrapers read it: prometheus_client's parser and promtool; hostile names, lost servers, bounds."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

import states
from cases import facts
from cases.case import NOW, gap
from exposed import QUIET, Scraper, of, scrape, series
from tunewright_agent.metrics.prometheus import TunewrightCollector, exposition
from tunewright_agent.metrics.sheet import LONGEST_LABEL, Sheet, label
from tunewright_agent.state import SourceRun, State
from tunewright_analyzers.check import discover
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.replication import Replica, Replication
from tunewright_analyzers.finding import Severity

PROMTOOL = shutil.which("promtool")
STATES = {"shop": states.shop, "empty": states.empty, "healthy": states.healthy, "hostile": states.hostile}
GROUPS = {check.group for check in discover()}
HOSTILE_VALUES = ['quo"te', "back\\slash", "trailing\\", "new\nline", "car\rriage", "nul\0", "lone \udcff surrogate", "x" * 10_000,
                  "a,b={}", "é\u202e\u2028", "", "#", "NaN"]  # fmt: skip


def run(source: str, error: str | None = None, passes: int = 5, failures: int = 0, ago: float = 0.0) -> SourceRun:
    at = NOW - timedelta(seconds=ago)
    return SourceRun(source, at, 0.1, error, passes, failures, 0, 60.0, unanswered=error not in {None, "denied"})


@pytest.mark.parametrize("name", STATES)
def test_it_parses_and_no_series_is_there_twice(name: str) -> None:
    body = exposition(STATES[name])()
    assert len(series(body)) >= 11
    assert body.endswith(b"\n")


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not here (Debian: prometheus)")
@pytest.mark.parametrize("name", STATES)
def test_promtool_finds_nothing_to_say(name: str) -> None:
    assert PROMTOOL is not None
    body = exposition(STATES[name])()
    said = subprocess.run([PROMTOOL, "check", "metrics"], input=body, capture_output=True, timeout=60, check=False)
    assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")


@pytest.mark.parametrize("name", STATES)
def test_helps_and_types_stand_before_every_metric(name: str) -> None:
    lines = exposition(STATES[name])().decode().split("\n")
    said = {line.split(" ")[2] for line in lines if line.startswith("# HELP ")}
    typed = {line.split(" ")[2] for line in lines if line.startswith("# TYPE ")}
    written = {line.partition("{")[0].partition(" ")[0] for line in lines if line and not line.startswith("#")}
    assert written == said == typed


@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=[ascii(value[:20]) for value in HOSTILE_VALUES])
def test_a_hostile_name_reaches_the_reader_whole(value: str) -> None:
    row = facts.database(value)
    found = of(Scraper().scrape(facts.databases(row)), "tunewright_connections", "database")
    expected = value.replace("\0", "?").replace("\udcff", "?")
    assert found == {expected if len(value) <= LONGEST_LABEL else "x" * (LONGEST_LABEL - 1) + "…": 5}


def test_labels_of_any_length_and_kind_are_bounded() -> None:
    assert label(None) == ""
    assert label(5) == "5"
    assert len(label("é" * 10_000)) == LONGEST_LABEL


def test_rows_with_equal_labels_are_one_series() -> None:
    """Two standbys that both call themselves walreceiver; two databases whose names differ in what a label cannot hold."""
    standby = Replica("walreceiver", None, None, "streaming", "async", 0, 100, None, None, 1.0)
    found = Scraper().scrape(
        Replication(False, (replace(standby, replay_lag_seconds=7.0), standby), ()),
        facts.databases(
            facts.database("a\udc80", commits=1, connections=2), facts.database("a\udc81", commits=2, connections=9)
        ),
    )
    assert of(found, "tunewright_replica_lag_seconds", "replica") == {"walreceiver": 7}, "the worse of two gauges"
    assert of(found, "tunewright_database_commits_total", "database") == {"a?": 3}, "counters are added"
    assert of(found, "tunewright_connections", "database") == {"a?": 9}


def test_two_servers_of_one_name_do_not_break_the_scrape() -> None:
    shop = states.shop()
    found = scrape(replace(shop, instances=shop.instances * 2))
    assert of(found, "tunewright_up", "cluster") == {"shop": 1}


def test_what_is_not_known_leaves_no_series() -> None:
    row = facts.table(bloat_bytes=None, last_vacuum=None, last_autovacuum=None)
    found = Scraper().scrape(facts.tables(row), facts.databases(facts.database(size_bytes=None)))
    assert of(found, "tunewright_table_size_bytes", "table") == {"orders": row.size_bytes}
    for name in ("table_bloat_bytes", "table_last_vacuum_timestamp_seconds", "database_size_bytes"):
        assert not of(found, f"tunewright_{name}", "cluster")


def test_a_label_too_many_or_an_unknown_metric_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="tunewright_up has the labels"):
        Sheet().add("tunewright_up", 1, "shop")
    with pytest.raises(KeyError):
        Sheet().add("tunewright_surprise", 1)


@pytest.mark.parametrize(
    ("runs", "up"),
    [
        ((run("activity"), run("columns", "denied")), 1),
        ((run("activity", "refused", 5, 2), run("databases", "refused"), run("settings", "refused")), 0),
        ((run("activity", "refused", ago=9), run("databases")), 1),
        ((run("activity", "refused"), run("databases", ago=200)), 0),
        ((run("activity", "denied"), run("databases", "refused", ago=200)), 1),
        ((run("activity", "refused"), run("machine")), 0),
        ((run("statements", "refused"),), 0),
        ((run("columns", "denied"), run("statements")), 1),
        ((), 1),
    ],
    ids=[
        "a probe answers",
        "none does",
        "the newest does",
        "the newest does not, an older one did",
        "the newest is refused us by a server that is up",
        "the host alone",
        "no probe, and none answers",
        "no probe, one answers",
        "no run yet",
    ],
)
def test_up_says_whether_the_server_answers(runs: tuple[SourceRun, ...], up: int) -> None:
    read = states.snapshot(facts.databases(facts.database()))
    found = scrape(states.state_of(states.instance_of(read, QUIET, runs)))
    assert of(found, "tunewright_up", "server") == {"db1:5432": up}


def test_a_server_that_was_never_reached_is_down_and_says_why() -> None:
    empty = states.empty().instances[0]
    found = scrape(states.state_of(replace(empty, runs=(run("activity", "connection refused", 0, 3),))))
    assert of(found, "tunewright_up", "server") == {"db1:5432": 0}
    assert of(found, "tunewright_source_failures_total", "source") == {"activity": 3}
    assert of(found, "tunewright_source_failing", "source") == {"activity": 1}
    assert not of(found, "tunewright_server_info", "version")
    assert not of(found, "tunewright_findings", "group"), "nothing was judged: no zeros that look healthy"


def test_series_of_what_is_gone_vanish() -> None:
    scraper = Scraper()
    two = facts.databases(facts.database("shop"), facts.database("old"))
    one = facts.databases(facts.database("shop"))
    tables = facts.tables(facts.table("orders"), facts.table("dropped"))
    assert set(of(scraper.scrape(two, tables), "tunewright_connections", "database")) == {"shop", "old"}
    later = scraper.scrape(one, facts.tables(facts.table("orders")))
    assert set(of(later, "tunewright_connections", "database")) == {"shop"}
    assert set(of(later, "tunewright_table_size_bytes", "table")) == {"orders"}, "sticky, but not beyond its table"
    failed = scraper.scrape(facts.tables(facts.table("orders")))
    assert not of(failed, "tunewright_connections", "database"), "its source failed: a gap, no old number"
    gone = scraper.of_state(states.state_of())
    assert {name for name, _ in gone if "process" not in name} == {
        "tunewright_ready",
        "tunewright_history_bytes",
        "tunewright_history_error",
        "tunewright_history_waiting_passes",
        "tunewright_history_dropped_passes_total",
        "tunewright_build_info",
    }


def test_findings_are_counted_with_their_zeros() -> None:
    healthy = of(scrape(states.healthy()), "tunewright_findings", "group", "severity")
    assert set(healthy) == {(group, severity) for group in GROUPS for severity in Severity}
    assert set(healthy.values()) == {0}
    shop = states.shop()
    judgement = shop.instances[0].judgement
    assert judgement is not None
    found = of(scrape(shop), "tunewright_findings", "group", "severity")
    assert set(found) == set(healthy)
    assert sum(found.values()) == len(judgement.findings)
    assert found[("indexes", "high")] == sum(
        one.check.startswith("indexes/") and one.severity == "high" for one in judgement.findings
    )


def test_what_was_not_judged_is_counted_by_checks() -> None:
    found = of(scrape(states.healthy()), "tunewright_checks_not_judged", "group")
    assert found == {group: int(group == "indexes") for group in GROUPS}


def test_each_source_publishes_how_it_fares_and_what_it_costs() -> None:
    found = scrape(states.shop())
    sources = {one.source for one in states.shop().instances[0].runs}
    for name in ("passes_total", "failures_total", "skipped_total", "failing", "duration_seconds", "interval_seconds"):
        assert set(of(found, f"tunewright_source_{name}", "source")) == sources
    assert of(found, "tunewright_source_failing", "source")["columns"] == 1
    assert of(found, "tunewright_source_server_seconds_total", "source") == {"statements": 0.9}
    assert of(found, "tunewright_server_share_ratio", "server") == {"db1:5432": pytest.approx(0.02 * 36 / 60)}


def test_gaps_are_counted_by_source() -> None:
    one = states.instance_of(states.snapshot(gaps=(gap(Databases, "denied"), gap(Databases, "denied too"))), QUIET)
    assert set(of(scrape(states.state_of(one)), "tunewright_source_gaps", "source").values()) == {2}


def test_a_flood_is_capped_and_counted() -> None:
    flood = facts.databases(*(facts.database(f"d{number}") for number in range(30)))
    one = states.state_of(states.instance_of(states.snapshot(flood), QUIET))
    collector = TunewrightCollector(lambda: one, most_series=20)
    for scrapes in (1, 2):
        families = {family.name: family.samples for family in collector.collect()}
        assert {sample.labels["database"] for sample in families["tunewright_connections"]} == {
            f"d{number}" for number in range(20)
        }
        dropped = {sample.labels["metric"]: sample.value for sample in families["tunewright_series_dropped"]}
        assert dropped["tunewright_connections"] == 10 * scrapes, "summed over scrapes"


def test_the_history_s_failure_and_readiness_are_seen() -> None:
    broken: State = replace(states.shop(), history_error="disk full", ready=False)
    found = scrape(broken)
    assert of(found, "tunewright_history_error", *()) == {(): 1}
    assert of(found, "tunewright_ready", *()) == {(): 0}
    assert of(found, "tunewright_process_resident_memory_bytes", *())[()] > 10**6


def test_scrapes_at_the_same_time_do_not_disturb_each_other() -> None:
    expose = exposition(states.shop)
    with ThreadPoolExecutor(4) as pool:
        bodies = list(pool.map(lambda _: expose(), range(8)))
    assert len({frozenset(series(body)) for body in bodies}) == 1


def test_a_scrape_long_after_the_last_one_is_no_different() -> None:
    scraper = Scraper()
    rows = facts.statements(facts.statement())
    first = scraper.scrape(rows)
    assert set(scraper.scrape(rows, later=timedelta(days=40))) == set(first)
