"""MySQL's log_events over files as servers write them: counts, nothing twice, rotation, what is held back. Lines are those of running servers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mysql_deadlocks import MYSQL
from tunewright_agent.config.settings import ClusterSettings
from tunewright_agent.engines.engine import engine_of
from tunewright_agent.history.codec import dump_section
from tunewright_agent.sources.mysql import log_tail
from tunewright_agent.sources.mysql.log_events import LogReading
from tunewright_agent.sources.mysql.session import Reader
from tunewright_agent.sources.source import Collected, Unavailable
from tunewright_analyzers.facts.log_events import LogEvents

NOW = datetime(2026, 1, 2, 4, tzinfo=UTC)
SLOW_START = "/usr/sbin/mysqld, Version: 8.0.45 (MySQL Community Server - GPL). started with:\nTime                 Id Command    Argument\n"
READY = "2026-01-02T03:00:00.000000Z 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '8.0.45'  socket: 's3cr3t'\n"
DENIED = "2026-01-02T03:05:00.000000Z 9 [Note] [MY-010926] [Server] Access denied for user 's3cr3t'@'10.0.0.1' (using password: YES)\n"
MARIADB_READY = "2026-01-02  3:00:00 0 [Note] mysqld: ready for connections.\n"


def slow(second: int, statement: str, use: str = "") -> str:
    """One entry that began at that second of 03:04 and took half a second."""
    return (
        f"# Time: 2026-01-02T03:04:{second:02}.500000Z\n# User@Host: app[app] @ web-1 [10.0.0.1]  Id:    42\n"
        "# Query_time: 0.500000  Lock_time: 0.250000 Rows_sent: 3  Rows_examined: 99\n"
        f"{use}SET timestamp={1767323040 + second};\n{statement}\n"
    )


@pytest.fixture
def reader() -> Iterator[Reader]:
    """A reader of a server that is not there: the logs are read all the same."""
    made = Reader("mysql://nobody@127.0.0.1:1")
    yield made
    made.close()


def counted(collected: Collected) -> dict[tuple[str, str, str | None], int]:
    """Events by category, kind and database."""
    (section,) = collected.sections
    assert isinstance(section, LogEvents)
    found: dict[tuple[str, str, str | None], int] = {}
    for row in section.rows:
        key = (row.category, row.kind, row.database)
        found[key] = found.get(key, 0) + row.count
    return found


def test_both_logs_are_counted_once_and_without_literals(tmp_path: Path, reader: Reader) -> None:
    errors, slows = tmp_path / "error.log", tmp_path / "slow.log"
    errors.write_text(READY + DENIED)
    slows.write_text(SLOW_START + slow(5, "SELECT * FROM t WHERE a = 's3cr3t';", "use shop;\n"))
    reading = LogReading((errors, slows))
    first = reading.collect(reader, NOW)
    expected = {
        ("server", "started", None): 1,
        ("authentication", "password_failed", None): 1,
        ("slow_statement", "finished", "shop"): 1,
    }
    assert counted(first) == expected
    assert counted(reading.collect(reader, NOW)) == expected
    with slows.open("a") as more:
        more.write(slow(6, "SELECT * FROM t WHERE a = 's3cr3t-too';"))
    last = reading.collect(reader, NOW)
    assert counted(last) == expected | {("slow_statement", "finished", "shop"): 2}
    (section,) = last.sections
    assert isinstance(section, LogEvents)
    (row,) = section.of("slow_statement")
    assert (row.count, row.seconds, row.sample) == (2, 1.0, "SELECT * FROM t WHERE a = ?;")
    assert section.read_to == datetime(2026, 1, 2, 3, 5, tzinfo=UTC)
    assert "s3cr3t" not in dump_section(section).decode()


def test_a_slow_statement_is_held_back_until_it_has_ended(tmp_path: Path, reader: Reader) -> None:
    file = tmp_path / "slow.log"
    whole = slow(6, "SELECT 2\nFROM t;")
    file.write_text(slow(5, "SELECT 1;") + whole[:-8])
    reading = LogReading((file,))
    assert counted(reading.collect(reader, NOW)) == {("slow_statement", "finished", None): 1}
    file.write_text(slow(5, "SELECT 1;") + whole)
    after = reading.collect(reader, NOW)
    assert counted(after) == {("slow_statement", "finished", None): 2}
    (section,) = after.sections
    assert isinstance(section, LogEvents)
    assert {row.sample for row in section.rows} == {"SELECT ?;", "SELECT ? FROM t;"}


def test_rotation_and_truncation_lose_nothing_that_can_be_had(tmp_path: Path, reader: Reader) -> None:
    file = tmp_path / "slow.log"
    file.write_text(slow(1, "SELECT 1;"))
    reading = LogReading((file,))
    reading.collect(reader, NOW)
    with file.open("a") as more:
        more.write(slow(2, "SELECT 2;"))
    file.rename(tmp_path / "slow.log.1")
    file.write_text(slow(3, "SELECT 3;"))
    assert counted(reading.collect(reader, NOW)) == {("slow_statement", "finished", None): 3}
    file.write_text(slow(4, "SELECT 40;"))  # another beginning in the same inode: copytruncate
    assert counted(reading.collect(reader, NOW)) == {("slow_statement", "finished", None): 4}


def test_what_an_earlier_run_counted_is_not_counted_again(tmp_path: Path, reader: Reader) -> None:
    slows, errors = tmp_path / "slow.log", tmp_path / "error.log"
    slows.write_text(slow(5, "SELECT 1;") + slow(9, "SELECT 2;"))
    errors.write_text(MARIADB_READY)
    reading = LogReading((errors, slows), lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert counted(reading.collect(reader, NOW)) == {("slow_statement", "finished", None): 1}
    with errors.open("a") as more:
        more.write("2026-01-02  4:00:00 0 [Note] mysqld: Shutdown complete\n" + MARIADB_READY)
    assert counted(reading.collect(reader, NOW)) == {
        ("slow_statement", "finished", None): 1,
        ("server", "shut_down", None): 1,
        ("server", "started", None): 1,
    }


def test_of_a_long_log_the_end_is_read_and_the_rest_told(
    tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_tail, "MOST_BYTES", 1000)
    file = tmp_path / "slow.log"
    file.write_text("".join(slow(second, f"SELECT {second};") for second in range(20)))
    reading = LogReading((file,))
    collected = reading.collect(reader, NOW)
    (section,) = collected.sections
    assert isinstance(section, LogEvents)
    assert section.dropped_bytes == file.stat().st_size - 1000
    assert 4 <= counted(collected)[("slow_statement", "finished", None)] <= 5


def test_a_file_that_is_missing_is_a_gap_and_no_file_an_error(tmp_path: Path, reader: Reader) -> None:
    here, missing = tmp_path / "error.log", tmp_path / "slow.log"
    here.write_text(READY)
    collected = LogReading((here, missing)).collect(reader, NOW)
    assert counted(collected) == {("server", "started", None): 1}
    (gap,) = collected.gaps
    assert "does not exist" in gap.reason
    assert "slow_query_log_file" in str(gap.mend)
    with pytest.raises(Unavailable):
        LogReading((missing,)).collect(reader, NOW)


def test_the_settings_make_the_source(tmp_path: Path) -> None:
    url = "mysql://tunewright@localhost"
    engine = engine_of(url)
    (table,) = engine.configured(ClusterSettings(name="shop", url=url), None)
    assert table.name == "log_events", "without a file MySQL's own table of its error log is read"
    (one,) = engine.configured(ClusterSettings(name="shop", url=url, slow_log_file=tmp_path / "slow.log"), None)
    assert one.name == "log_events"


def test_a_deadlock_is_told_once_whole_however_its_dump_arrives(tmp_path: Path, reader: Reader) -> None:
    """A dump that has not ended is waited for; one that never ends is counted at the next pass, without its particulars."""
    file = tmp_path / "error.log"
    cut = MYSQL.index("*** (2) TRANSACTION")
    file.write_text(READY + MYSQL[:cut])
    reading = LogReading((file,))
    expected = {("server", "started", None): 1}
    assert counted(reading.collect(reader, NOW)) == expected
    with file.open("a") as more:
        more.write(MYSQL[cut:])
    last = reading.collect(reader, NOW)
    (section,) = last.sections
    assert isinstance(section, LogEvents)
    assert len(section.of("lock", "deadlock")) == 1
    (found,) = section.deadlocks
    assert len(found.waiters) == 2
    assert found.at == datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=UTC)
    assert "s3cr3t" not in dump_section(section).decode()
    with file.open("a") as more:
        more.write(MYSQL[:cut])
    reading.collect(reader, NOW)
    last = reading.collect(reader, NOW)
    assert counted(last)["lock", "deadlock", "shop"] == 1
    assert counted(last)["lock", "deadlock", None] == 1
    (section,) = last.sections
    assert isinstance(section, LogEvents)
    assert len(section.deadlocks) == 1
