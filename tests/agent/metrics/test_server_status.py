"""MySQL's series: the server's counters under our names, the redo log's fill by either server's words, threads of replication."""

import pytest

import states
from cases.mysql import status
from exposed import Scraper, of, scrape
from tunewright_agent.metrics.server_status import redo_fill_ratio


def test_what_a_mysql_counts_is_exposed() -> None:
    exposed = scrape(states.mysql())
    assert of(exposed, "tunewright_mysql_history_list_length", "server") == {"db1:5432": 4000}
    assert of(exposed, "tunewright_mysql_buffer_pool_reads_total", "server") == {"db1:5432": 1000}
    assert of(exposed, "tunewright_mysql_redo_fill_ratio", "server") == {"db1:5432": 0.25}
    assert of(exposed, "tunewright_mysql_metadata_lock_waits", "server") == {"db1:5432": 1}
    assert of(exposed, "tunewright_mysql_replication_running", "operation") == {"fetch": 1, "apply": 0}
    assert of(exposed, "tunewright_replica_lag_seconds", "replica") == {"of db1:3306": 12}
    assert of(exposed, "tunewright_mysql_buffer_pool_bytes", "state")["free"] == 28 * 16384


@pytest.mark.parametrize(
    ("gauges", "ratio"),
    [
        ({"innodb_checkpoint_age": 30.0, "innodb_checkpoint_max_age": 60.0}, 0.5),
        (
            {
                "innodb_redo_log_current_lsn": 90.0,
                "innodb_redo_log_checkpoint_lsn": 80.0,
                "innodb_redo_log_capacity_resized": 100.0,
            },
            0.1,
        ),
        ({"innodb_redo_log_current_lsn": 90.0}, None),
        ({}, None),
    ],
)
def test_how_full_the_redo_log_is(gauges: dict[str, float], ratio: float | None) -> None:
    assert redo_fill_ratio(status(gauges=gauges)) == ratio


def by_name(scraper: Scraper, **counters: float) -> dict[str, float]:
    """The series of all databases together after a scrape with these counters."""
    found = scraper.scrape(status(counters))
    names = ("commits", "rollbacks", "blocks_hit", "blocks_read", "deadlocks")
    series = {name: of(found, f"tunewright_database_{name}_total", "database") for name in names}
    return {name: values["(all)"] for name, values in series.items() if values}


def test_what_mysql_counts_for_the_server_has_postgresqls_names() -> None:
    found = by_name(
        Scraper(), transactions=100, com_commit=30, com_rollback=20, handler_rollback=50, innodb_buffer_pool_read_requests=1000,
        innodb_buffer_pool_reads=10, lock_deadlocks=3,
    )  # fmt: skip
    assert found == {"commits": 80, "rollbacks": 20, "blocks_hit": 990, "blocks_read": 10, "deadlocks": 3}


def test_without_counted_transactions_commits_are_statements_and_what_is_unknown_has_no_series() -> None:
    assert by_name(Scraper(), com_commit=30, com_rollback=20) == {"commits": 30, "rollbacks": 20}


def test_a_rollback_that_undid_nothing_is_none() -> None:
    """Pools of connections send ROLLBACK at every return: 500 of them, 2 transactions undone."""
    found = by_name(Scraper(), transactions=500, com_commit=498, com_rollback=500, handler_rollback=2)
    assert found == {"commits": 498, "rollbacks": 2}


def test_a_difference_does_not_fall_but_where_the_server_started_anew() -> None:
    scraper = Scraper()
    told = [
        by_name(scraper, transactions=whole, com_commit=0, com_rollback=part, handler_rollback=part)["commits"]
        for whole, part in ((100, 10), (100, 12), (101, 12), (150, 12), (5, 0), (6, 0))
    ]
    assert told == [90, 90, 90, 138, 5, 6]
