"""The newest facts of an instance: replaced by each pass, gone with a failure, forgotten with a failover, safe between threads."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cases import facts
from tunewright_agent.latest import Identity, Latest, unknown
from tunewright_agent.sources.source import Collected, Denied, Source, Unavailable
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.relations import Indexes, Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Gap

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RELATIONS: Source[None] = Source("relations", (Tables, Indexes), 60, 5, lambda _reader, _at: Collected(()))
ONE = Identity(Engine.POSTGRESQL, 180001, Flavour.SELF_MANAGED, "one")


def latest() -> Latest:
    """Of an instance that nobody has connected to."""
    return Latest(ClusterId("shop"), InstanceId("db1:5432"))


def at(minutes: float) -> datetime:
    """So many minutes after NOW."""
    return NOW + timedelta(minutes=minutes)


def test_before_the_first_connection_nothing_is_known() -> None:
    snapshot = latest().snapshot()
    assert (snapshot.version, snapshot.sections, snapshot.gaps) == (0, (), ())
    assert snapshot.taken_at.year == 1970
    assert latest().identity == unknown(Engine.POSTGRESQL)


def test_a_pass_replaces_the_one_before_and_no_other_sources() -> None:
    known = latest()
    known.take("relations", Collected((facts.tables(facts.table("a")), facts.indexes())), at(0))
    known.take("settings", Collected((facts.settings(),)), at(1))
    known.take("relations", Collected((facts.tables(facts.table("b")), facts.indexes())), at(2))
    snapshot = known.snapshot()
    assert snapshot.section(Tables) == facts.tables(facts.table("b"))
    assert snapshot.section(Settings) == facts.settings()
    assert snapshot.taken_at == at(2)
    known.take("settings", Collected((facts.settings(),)), at(-5))
    assert known.snapshot().taken_at == at(2), "a clock that went back takes nothing back"


def test_what_a_pass_did_not_bring_is_not_shown_from_the_one_before() -> None:
    known = latest()
    known.take("relations", Collected((facts.tables(), facts.indexes())), at(0))
    part = Gap("relations", "no indexes", at(1), None, None, ("indexes",))
    known.take("relations", Collected((facts.tables(),), (part,)), at(1))
    snapshot = known.snapshot()
    assert snapshot.section(Tables) is not None
    assert snapshot.section(Indexes) is None
    assert snapshot.gaps == (part,)


def test_a_failure_takes_its_sections_and_says_since_when() -> None:
    known = latest()
    known.take("relations", Collected((facts.tables(), facts.indexes())), at(0))
    known.take("settings", Collected((facts.settings(),)), at(0))
    known.miss(RELATIONS, Denied("permission denied", "GRANT x"), at(1))
    known.miss(RELATIONS, Unavailable("refused", None), at(2))
    snapshot = known.snapshot()
    assert (snapshot.section(Tables), snapshot.section(Indexes)) == (None, None)
    assert snapshot.section(Settings) is not None
    assert snapshot.gaps == (Gap("relations", "refused", at(1), None, None, ("tables", "indexes")),)
    assert snapshot.taken_at == at(2)


def test_a_failure_after_a_partial_one_begins_then() -> None:
    known = latest()
    part = RELATIONS.gap(Denied("permission denied", None), at(0), "archive")
    known.take("relations", Collected((facts.tables(),), (part,)), at(0))
    known.miss(RELATIONS, Unavailable("refused", None), at(5))
    assert [(gap.since, gap.database) for gap in known.snapshot().gaps] == [(at(5), None)]


def test_another_server_forgets_facts_and_the_same_one_does_not() -> None:
    known = latest()
    assert not known.identify(ONE)
    known.take("settings", Collected((facts.settings(),)), at(0))
    assert not known.identify(replace(ONE, version=180002))
    assert known.snapshot().section(Settings) is not None
    assert known.identify(replace(ONE, server="two", flavour=Flavour.AURORA))
    snapshot = known.snapshot()
    assert (snapshot.sections, snapshot.flavour, known.identity.server) == ((), Flavour.AURORA, "two")


def test_every_source_accounts_for_itself() -> None:
    known = latest()
    known.ran("settings", lambda run: replace(run, passes=run.passes + 1, at=at(1)))
    known.ran("relations", lambda run: replace(run, failures=1))
    known.ran("settings", lambda run: replace(run, passes=run.passes + 1))
    assert [(run.source, run.passes, run.failures) for run in known.runs] == [("relations", 0, 1), ("settings", 2, 0)]
    known.costs({"settings": 0.25, "unknown": 9.0})
    assert [(run.source, run.server_seconds) for run in known.runs] == [("relations", 0.0), ("settings", 0.25)]


def test_threads_lose_no_account_and_see_no_half_of_a_pass() -> None:
    """A pass brings tables and indexes of one number; no snapshot may mix two passes."""
    known, mixed = latest(), []

    def write(base: int) -> None:
        for number in range(base, base + 200):
            pass_ = (
                facts.tables(facts.table(live_rows=number)),
                facts.indexes(facts.index(scans=number)),
            )
            known.take("relations", Collected(pass_), at(number))
            known.ran("relations", lambda run: replace(run, passes=run.passes + 1))

    def read() -> None:
        for _ in range(400):
            snapshot = known.snapshot()
            tables, indexes = snapshot.section(Tables), snapshot.section(Indexes)
            if tables is not None and (indexes is None or tables.rows[0].live_rows != indexes.rows[0].scans):
                mixed.append(snapshot)

    threads = [threading.Thread(target=write, args=(base,)) for base in (0, 1000, 2000)]
    threads += [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert mixed == []
    assert known.runs[0].passes == 600
