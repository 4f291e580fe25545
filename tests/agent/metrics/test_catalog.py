"""The catalogue keeps Prometheus' conventions: prefix, base units, suffixes, helps, and labels from a closed list."""

import re

import states
from cloud_states import cloud_state
from exposed import of, scrape
from tunewright_agent.metrics.catalog import BY_NAME, CATALOG, Kind

UNITS = ("seconds", "bytes", "ratio")
"""Base units, last in a name (but for `_total`)."""
COUNTED = {
    "age", "blocks", "calls", "checkpoints", "commits", "conflicts", "connections", "deadlocks", "evictions", "failures", "fds", "notifications",
    "files", "findings", "fetched", "full", "gaps", "held", "hit", "images", "judged", "max", "passes", "read", "recommendations",
    "records", "reserved", "returned", "inserted", "updated", "deleted", "rollbacks", "rows", "scans", "sessions", "skipped", "dropped",
    "transactions", "written", "workers", "changes", "promises", "cores", "replicas", "invalid",
    "events",
    "acu", "alerts", "clusters", "created", "credits", "dollars", "length", "maintenance", "rate", "reads", "requested", "requests", "used", "writes",
    "takeovers", "questions", "queries", "waits", "tables", "misses", "connects", "threads",
}  # fmt: skip
"""What a metric without a unit counts: a plural noun, or a noun with its participle."""
STATES = {
    "running",
    "up",
    "ready",
    "active",
    "failing",
    "error",
    "info",
    "restart",
    "setting",
    "receiving",
    "safe",
    "writes",
    "state",
}
"""Gauges that are 0 or 1 (and the one metric whose unit the help names)."""
LABELS = {
    "cluster", "server", "database", "schema", "table", "index", "statement", "user", "kind", "source", "engine", "version", "flavour",
    "role", "wait_type", "wait_event", "state", "name", "replica", "slot", "cause", "by", "backend_type", "object", "operation",
    "group", "severity", "check", "metric", "python", "holder", "sequence", "channel",
    "category",
    "account", "action", "bound", "class", "component", "configuration", "dimension", "region", "resource", "status", "storage_type", "zone",
}  # fmt: skip
RESERVED = {"instance", "job", "le", "quantile"}
WRONG_UNITS = ("ms", "millis", "milliseconds", "minutes", "hours", "kb", "mb", "gb", "percent", "pct", "microseconds")


def test_a_name_has_our_prefix_and_ends_in_a_base_unit_or_in_what_it_counts() -> None:
    for metric in CATALOG:
        assert re.fullmatch(r"tunewright(_[a-z]+)+", metric.name), metric.name
        words = metric.name.split("_")
        last = words[-2] if metric.kind is Kind.COUNTER else words[-1]
        assert last in UNITS or last in COUNTED or last in STATES, metric.name
        assert not set(words) & set(WRONG_UNITS), metric.name
        for unit in UNITS:
            assert unit not in words[:-1] or words[-1] == "total", f"{metric.name}: the unit stands last"


def test_a_counter_alone_ends_in_total() -> None:
    for metric in CATALOG:
        assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER), metric.name


def test_what_it_measures_in_seconds_says_whether_it_is_a_time_of_day() -> None:
    for metric in CATALOG:
        if re.search(r"\b(When|Start time)\b", metric.help) and "_timestamp_" not in metric.name:
            assert metric.name == "tunewright_process_start_time_seconds", (
                f"{metric.name}: prometheus_client's own name"
            )


def test_a_help_is_a_sentence() -> None:
    for metric in CATALOG:
        assert metric.help.endswith("."), metric.name
        assert metric.help[0].isupper() or metric.help[0].isdigit(), metric.name
        assert 10 < len(metric.help) < 150, metric.name
        assert metric.help.isprintable(), metric.name


def test_labels_are_few_and_from_a_closed_list() -> None:
    for metric in CATALOG:
        assert set(metric.labels) <= LABELS, metric.name
        assert not set(metric.labels) & RESERVED, f"{metric.name}: a target's own label would be renamed to exported_…"
        assert len(set(metric.labels)) == len(metric.labels) <= 7, metric.name


def test_names_and_helps_are_not_given_twice() -> None:
    assert len(BY_NAME) == len(CATALOG)


def test_no_state_brings_a_series_that_the_catalogue_does_not_know() -> None:
    for state in (states.shop(), states.hostile(), states.empty(), states.mysql(), cloud_state()):
        for name, pairs in scrape(state):
            assert set(BY_NAME[name].labels) == {label for label, _ in pairs}


def test_the_shop_fills_nearly_all_of_the_catalogue() -> None:
    """A metric that nothing ever writes is a promise not kept."""
    found = {
        name
        for state in (states.shop(), states.in_the_cloud(), states.mysql(), cloud_state())
        for name, _ in scrape(state)
    }
    unfilled = {metric.name for metric in CATALOG} - found
    assert unfilled == {
        "tunewright_archive_last_timestamp_seconds",
        "tunewright_database_active_seconds_total",
        "tunewright_database_checksum_failures_total",
        "tunewright_series_dropped_total",
        "tunewright_slot_safe_bytes",
        "tunewright_statements_time_ratio",
    }
    assert of(scrape(states.shop()), "tunewright_up", "server") == {"db1:5432": 1}
