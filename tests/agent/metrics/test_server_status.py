"""MySQL's series: the server's counters under our names, the redo log's fill by either server's words, threads of replication."""

import pytest

import states
from cases.mysql import status
from exposed import of, scrape
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
