"""Source `machine` on the machine that runs the tests."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

from tunewright_agent.sources.host import machine
from tunewright_agent.sources.source import Source, discover
from tunewright_analyzers.facts.host import Host


def _host(source: Source[None]) -> Host:
    section = source.collect(None, datetime.now(UTC)).sections[0]
    assert isinstance(section, Host)
    return section


def test_the_machine_is_read() -> None:
    host = _host(machine.source())
    assert host.memory_bytes == psutil.virtual_memory().total
    assert 0 < host.memory_available_bytes < host.memory_bytes
    assert 1 <= host.cores <= (psutil.cpu_count() or 1)
    assert 0 <= host.cpu_ratio <= 1
    assert not host.is_database_host


def test_it_is_the_databases_own_only_where_the_user_said_so() -> None:
    assert _host(machine.source(is_database_host=True)).is_database_host


def test_the_share_is_that_of_the_time_since_the_pass_before() -> None:
    source = machine.source()
    _host(source)
    stop = threading.Event()
    burner = threading.Thread(target=_burn, args=(stop,))
    burner.start()
    time.sleep(0.5)
    stop.set()
    burner.join()
    # One busy thread of all cores is at least half of its share, whatever else runs.
    assert _host(source).cpu_ratio >= 0.5 / (psutil.cpu_count() or 1)


def _burn(stop: threading.Event) -> None:
    while not stop.is_set():
        sum(range(1000))


def test_it_is_discovered() -> None:
    assert [one.name for one in discover("tunewright_agent.sources.host")] == ["machine"]


def test_page_tables_are_linux_s_word_or_unknown(tmp_path: Path) -> None:
    told = tmp_path / "meminfo"
    assert machine._page_tables(told) is None
    told.write_text("MemTotal:       24045056 kB\nPageTables:      12384 kB\n", encoding="ascii")
    assert machine._page_tables(told) == 12384 * 1024
    told.write_text("PageTables: many\n", encoding="ascii")
    assert machine._page_tables(told) is None
