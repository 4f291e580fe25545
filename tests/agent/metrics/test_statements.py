"""Per-statement and per-relation series: bounded, sticky, and true to Prometheus' rate(), whatever comes and goes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import facts
from cases.facts import MB, ago
from exposed import Scraper, Series, of
from tunewright_agent.metrics.statements import COUNTERS
from tunewright_agent.metrics.sticky import STAY
from tunewright_agent.metrics.tally import Tally
from tunewright_analyzers.facts.statements import Statement, StatementKey, Statements

pytestmark = pytest.mark.slow  # some seconds together

CALLS = "tunewright_statement_calls_total"
SECONDS = "tunewright_statement_exec_seconds_total"
COST = "tunewright_source_server_seconds_total"


def row(identity: str, calls: int, query: str | None = None, **changes: object) -> Statement:
    """A statement; `query` tells rows of one fingerprint apart."""
    made = facts.statement(identity, calls=calls, exec_seconds=calls / 1000, **changes)
    return replace(made, key=StatementKey("shop", "app", query or identity))


def own(source: str, seconds: float, query: str) -> Statement:
    return replace(row(query, 10, own=True, own_source=source), exec_seconds=seconds, plan_seconds=0.0)


def section(*rows: Statement, **coverage: object) -> Statements:
    return facts.statements(*rows, **coverage)


def calls(found: Series) -> dict[str | tuple[str, ...], float]:
    return of(found, CALLS, "statement")


def rate(before: float | None, after: float | None) -> float:
    """What Prometheus' increase() makes of two samples: a first sample counts nothing, a fall is a restart from 0."""
    if before is None or after is None:
        return 0.0
    return after - before if after >= before else after


def test_a_statement_has_its_identity_and_no_text() -> None:
    found = of(Scraper().scrape(section(row("aaaa", 7))), CALLS, "statement", "database", "user", "kind")
    assert found == {("aaaa", "shop", "app", "select"): 7, ("other", "", "", ""): 0}


def test_every_counter_of_a_statement_is_exposed() -> None:
    busy = row(
        "aaaa",
        7,
        rows=8,
        plan_seconds=0.5,
        shared_blocks_hit=9,
        shared_blocks_read=10,
        temp_blocks_written=11,
        wal_bytes=12,
    )
    found = Scraper().scrape(section(busy))
    values = [of(found, name, "statement")["aaaa"] for name in COUNTERS]
    assert values == [7, 0.007, 0.5, 8, 9, 10, 11, 12]


def test_at_most_top_statements_enter_and_the_rest_is_one_series() -> None:
    scraper = Scraper(top=5)
    found = scraper.scrape(section(*(row(f"{number:04}", number) for number in range(1, 201))))
    assert set(calls(found)) == {"0196", "0197", "0198", "0199", "0200", "other"}
    for number in range(1, 60):  # a new five lead in every scrape
        rows = [row(f"{one:04}", one + (10**6 * number if one // 5 == number % 40 else 0)) for one in range(1, 201)]
        found = scraper.scrape(section(*rows))
        assert len(calls(found)) <= 2 * 5 + 1


def test_relations_are_bounded_too() -> None:
    scraper = Scraper(top=5)
    tables = facts.tables(
        *(facts.table(f"t{number}", size_bytes=number * MB, dead_rows=10_000 - number) for number in range(300))
    )
    indexes = facts.indexes(*(facts.index(f"i{number}", size_bytes=number * MB) for number in range(300)))
    found = scraper.scrape(tables, indexes)
    assert set(of(found, "tunewright_table_size_bytes", "table")) == {
        f"t{number}" for number in (0, 1, 2, 3, 4, 295, 296, 297, 298, 299)
    }
    assert set(of(found, "tunewright_index_size_bytes", "index")) == {f"i{number}" for number in range(290, 300)}
    whole = of(found, "tunewright_relations_bytes", "kind")
    assert whole == {"table": sum(range(300)) * MB, "index": sum(range(300)) * MB}


def test_the_window_says_what_is_large_now() -> None:
    total = section(row("past", 10**9), row("present", 500))
    found = Scraper(top=1).windowed([total], [section(row("past", 0), row("present", 400))])
    assert calls(found) == {"present": 500, "other": 0}, "the level is the server's, the rank the window's"


def test_a_statement_keeps_its_place_for_a_while() -> None:
    scraper = Scraper(top=1)
    assert set(calls(scraper.scrape(section(row("aaaa", 100), row("bbbb", 1))))) == {"aaaa", "other"}
    overtaken = section(row("aaaa", 101), row("bbbb", 900))
    assert set(calls(scraper.scrape(overtaken))) == {"aaaa", "bbbb", "other"}
    assert set(calls(scraper.scrape(overtaken, later=STAY - timedelta(minutes=2)))) == {"aaaa", "bbbb", "other"}
    assert set(calls(scraper.scrape(overtaken, later=timedelta(minutes=2)))) == {"bbbb", "other"}


def test_a_table_keeps_its_place_for_a_while() -> None:
    scraper = Scraper(top=1)

    def shown(orders: int, carts: int) -> set[object]:
        tables = facts.tables(facts.table("orders", size_bytes=orders), facts.table("carts", size_bytes=carts))
        return set(of(scraper.scrape(tables), "tunewright_table_size_bytes", "table"))

    assert shown(MB, 0) == {"orders"}
    assert shown(MB, 2 * MB) == {"orders", "carts"}


def test_an_evicted_statement_has_no_series_at_once() -> None:
    scraper = Scraper()
    scraper.scrape(section(row("aaaa", 100), row("bbbb", 50)))
    assert set(calls(scraper.scrape(section(row("bbbb", 51))))) == {"bbbb", "other"}


def test_an_evicted_row_takes_nothing_from_the_statement_s_other_rows() -> None:
    """One fingerprint, two query ids (two schemas): where one is thrown out, the sum must not fall, since a fall means a restart from 0."""
    scraper = Scraper()
    assert calls(scraper.scrape(section(row("aaaa", 1000, "1"), row("aaaa", 500, "2"))))["aaaa"] == 1500
    assert calls(scraper.scrape(section(row("aaaa", 502, "2"))))["aaaa"] == 1502
    assert calls(scraper.scrape(section(row("aaaa", 502, "2"), row("aaaa", 3, "1"))))["aaaa"] == 1505, "back, from 0"


def test_our_own_statements_are_one_series_that_evictions_do_not_lower() -> None:
    scraper = Scraper()
    found = scraper.scrape(section(own("statements", 2.0, "1"), own("activity", 1.0, "2"), row("aaaa", 10**6)))
    assert of(found, SECONDS, "statement")["own"] == 3.0
    assert of(found, COST, "source") == {"statements": 2.0, "activity": 1.0}
    found = scraper.scrape(section(own("statements", 2.5, "1"), own("statements", 0.5, "3")))
    assert of(found, SECONDS, "statement")["own"] == 4.0
    assert of(found, COST, "source") == {"statements": 3.0}
    found = scraper.scrape(section(own("statements", 1.5, "3")))
    assert of(found, COST, "source") == {"statements": 4.0}


def test_nested_statements_are_not_counted_twice() -> None:
    nested = replace(row("bbbb", 100), key=StatementKey("shop", "app", "bbbb", toplevel=False))
    assert calls(Scraper().scrape(section(row("aaaa", 100), nested))) == {"aaaa": 100, "other": 0}


def test_a_reset_begins_anew_as_the_server_does() -> None:
    scraper = Scraper()
    scraper.scrape(section(row("aaaa", 1000), row("bbbb", 10), reset_at=ago(days=9)))
    after = scraper.scrape(section(row("aaaa", 4), reset_at=ago(minutes=1)))
    assert calls(after)["aaaa"] == 4


def test_our_restart_counts_nothing_twice() -> None:
    """A new process exposes what the old one did, and `other` from 0: Prometheus sees no increase."""
    rows = section(*(row(f"{number:04}", 1000 + number) for number in range(50)))
    old, new = Scraper(top=5), Scraper(top=5)
    before, old_other = calls(old.scrape(rows)), calls(old.scrape(rows))
    after = calls(new.scrape(rows))
    assert sum(rate(old_other.get(key), after.get(key)) for key in {*before, *after}) == 0


def test_coverage_is_published() -> None:
    found = Scraper().scrape(section(row("aaaa", 1), evicted=4, max_entries=5000, time_ratio=0.97))
    for name, value in (("held", 1), ("max", 5000), ("evictions_total", 4), ("time_ratio", 0.97)):
        assert of(found, f"tunewright_statements_{name}", "server") == {"db1:5432": value}


Scrapes = list[dict[str, int]]
STEPS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 50), max_size=8)


def levels(steps: Scrapes) -> Iterable[dict[str, int]]:
    """Counters after each step: a statement not named in a step is evicted, and starts from 0 when it is back."""
    now: dict[str, int] = {}
    for step in steps:
        now = {name: now.get(name, 0) + more for name, more in step.items()}
        yield now


@settings(max_examples=25, deadline=None)
@given(st.lists(STEPS, min_size=2, max_size=12), st.integers(1, 3))
def test_no_series_falls_while_it_lives_and_the_rates_add_up(steps: Scrapes, top: int) -> None:
    """Two query ids a fingerprint (`a` and `e` are one statement, …), any of them evicted at any time."""
    scraper = Scraper(top=top)
    earlier: dict[str | tuple[str, ...], float] = {}
    true, seen, first = 0.0, 0.0, True
    before: dict[str, int] = {}
    for now in levels(steps):
        rows = [row("abcd"["abcdefgh".index(name) % 4], value, name) for name, value in now.items()]
        found = calls(scraper.scrape(section(*rows)))
        for key in found.keys() & earlier.keys():
            assert found[key] >= earlier[key]
        if not first:
            true += sum(rate(before.get(name, 0), value) for name, value in now.items())
            seen += sum(rate(earlier.get(key), value) for key, value in found.items())
        earlier, before, first = found, now, False
    assert seen == pytest.approx(true)


@given(st.lists(st.dictionaries(st.tuples(st.integers(0, 3), st.sampled_from("xy")), st.integers(0, 100)), max_size=10))
def test_a_sum_never_falls_while_one_of_its_rows_is_there(readings: list[dict[tuple[int, str], int]]) -> None:
    tally: Tally[int, str] = Tally()
    earlier: dict[str, float] = {}
    for reading in readings:
        sums = tally.update({place: float(value) for place, value in reading.items()})
        assert sums.keys() == {key for _, key in reading}
        assert all(sums[key] >= earlier.get(key, 0.0) for key in sums)
        earlier = sums
