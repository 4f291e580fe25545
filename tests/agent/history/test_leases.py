"""Leases: one agent acts at a time, another takes over, who was paused writes and sends nothing; on both stores, by the store's clock."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from messages import NOW, alert
from tunewright_agent.history import outbox_schema, schema
from tunewright_agent.history.database import Mode
from tunewright_agent.history.leases import Fenced, Guarded, Leases
from tunewright_agent.history.outbox import Observed, Outbox
from tunewright_agent.history.place import Address, Store, database_at
from tunewright_agent.history.retention import Retention
from tunewright_agent.history.upkeep import maintain
from tunewright_alerts.message import Alert
from tunewright_alerts.routing import Plan, Route

pytestmark = pytest.mark.slow  # some seconds together
LONG = 600.0
"""Of leases that nothing but `run_out` ends, however slow the machine is."""
BOTH = frozenset({"shop", "orders"})
Agent = Callable[..., Leases]


@pytest.fixture
def agent(store: Store) -> Iterator[Agent]:
    """Makes agents, each with its own connections to one store."""
    with ExitStack() as opened:

        def make(
            name: str, seconds: float = LONG, monotonic: Callable[[], float] = time.monotonic, settled: float = 4.0
        ) -> Leases:
            database = database_at(store, Mode.OWN)
            database.open()
            opened.callback(database.close)
            return Leases(database, name, seconds, monotonic, settled)

        yield make


def run_out(leases: Leases, ago: float = LONG) -> None:
    """As if the agent had not come since its leases ended so long ago: they are over by the store's clock, and by its own."""
    before, later = leases.monotonic, leases.seconds + ago
    leases.monotonic = lambda: before() + later
    with leases.database.transaction() as connection:
        for table in (schema.leases, schema.agents):
            mine = table.c.holder == leases.holder
            connection.execute(update(table).where(mine).values(expires=table.c.expires - later))


def put(guarded: Guarded, key: str) -> None:
    """Write a row."""
    with guarded.transaction() as connection:
        connection.execute(schema.meta.insert().values(key=key, value="x"))


def keys(leases: Leases) -> set[str]:
    """The rows that were written."""
    with leases.database.reading() as connection:
        return set(connection.execute(select(schema.meta.c.key)).scalars()) - {"version"}


def test_one_holds_and_the_other_stands_by(agent: Agent) -> None:
    one, two = agent("one"), agent("two")
    assert one.keep(BOTH).gained == ("orders", "shop")
    assert two.keep(BOTH).gained == ()
    assert (one.scope(), two.scope()) == (BOTH, frozenset())
    assert one.keep(BOTH) == two.keep(BOTH), "nothing changes"
    assert (one.takeovers, two.takeovers) == ({"orders": 0, "shop": 0}, {})


def test_what_is_let_go_or_no_longer_wanted_is_free_at_once(agent: Agent) -> None:
    one, two = agent("one"), agent("two")
    one.keep(BOTH)
    assert one.keep(frozenset({"shop"})).lost == ("orders",)
    assert two.keep(BOTH).gained == ("orders",)
    one.let_go()
    assert two.keep(BOTH).gained == ("shop",)
    assert two.takeovers == {"orders": 0, "shop": 0}, "nobody had gone silent"


def test_who_goes_silent_loses_it_and_writes_nothing_more(agent: Agent) -> None:
    one, two = agent("one"), agent("two")
    one.keep(BOTH)
    guarded = one.guard("shop")
    put(guarded, "before")
    run_out(one)
    assert not one.is_valid("shop"), "it may have been claimed: nothing is sent"
    put(guarded, "late, and nobody had claimed it")
    assert two.keep(BOTH).gained == ("orders", "shop")
    assert two.takeovers == {"orders": 1, "shop": 1}
    with pytest.raises(Fenced, match="another agent acts for shop"):
        put(guarded, "after")
    assert keys(two) == {"before", "late, and nobody had claimed it"}
    assert one.keep(BOTH).lost == ("orders", "shop")
    with pytest.raises(Fenced):
        one.guard("shop")
    put(two.guard("shop"), "theirs")


def test_a_lease_that_comes_back_does_not_open_the_old_door(agent: Agent) -> None:
    one, two = agent("one"), agent("two")
    one.keep(BOTH)
    old = one.guard("shop")
    run_out(one)
    two.keep(BOTH)
    two.let_go()
    assert one.keep(BOTH).gained == ("orders", "shop")
    with pytest.raises(Fenced):
        put(old, "of the first time")
    put(one.guard("shop"), "of the second")
    assert keys(one) == {"of the second"}


def test_a_lease_is_kept_across_a_time_in_which_nobody_came(agent: Agent) -> None:
    one = agent("one")
    one.keep(BOTH)
    token = one.held()["shop"].token
    run_out(one)
    assert one.scope() == frozenset()
    kept = one.keep(BOTH)
    assert (kept.gained, kept.lost) == ((), ())
    assert one.scope() == BOTH
    assert one.held()["shop"].token == token


def test_time_alone_ends_a_lease(agent: Agent) -> None:
    one, two = agent("one", 0.2), agent("two")
    assert one.keep(BOTH).gained == ("orders", "shop")
    until = time.monotonic() + 120
    while not two.keep(BOTH).gained:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert two.scope() == BOTH
    assert one.scope() == frozenset()


def test_the_clocks_of_the_agents_do_not_matter(agent: Agent) -> None:
    """One machine started a year ago, the other's clock runs backwards: the store's own decides."""
    ahead = agent("ahead", LONG, lambda: time.monotonic() + 365 * 86400)
    behind = agent("behind", LONG, lambda: -time.monotonic())
    ahead.keep(BOTH)
    assert behind.keep(BOTH).gained == ()
    assert ahead.is_valid("shop")
    ahead.let_go()
    assert behind.keep(BOTH).gained == ("orders", "shop")
    assert ahead.keep(BOTH).gained == ()


def test_a_claim_whose_answer_was_lost_is_ours_at_once(agent: Agent) -> None:
    agent("one").keep(BOTH)
    again = agent("one")  # it does not know what it claimed
    assert again.keep(BOTH).gained == ("orders", "shop")
    assert again.takeovers == {"orders": 0, "shop": 0}


def test_of_many_that_come_at_once_one_gets_each(agent: Agent) -> None:
    clusters = frozenset(f"c{number}" for number in range(12))
    agents = [agent(f"a{number}", LONG) for number in range(4)]
    first = agent("gone")
    first.keep(clusters)
    run_out(first)
    gate = threading.Barrier(len(agents))

    def claim(one: Leases) -> None:
        gate.wait()
        one.keep(clusters)

    threads = [threading.Thread(target=claim, args=(one,)) for one in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(name for one in agents for name in one.scope()) == sorted(clusters)
    assert {lease.token for one in agents for lease in one.held().values()} == {2}


@pytest.mark.live
def test_a_claim_waits_for_who_is_writing_under_the_lease(shared_store: Address) -> None:
    """Between its confirmation and its commit a writer cannot be overtaken."""
    databases = [database_at(shared_store, Mode.OWN) for _ in range(2)]
    for database in databases:
        database.open()
    one, two = Leases(databases[0], "one", LONG), Leases(databases[1], "two", LONG)
    one.keep(BOTH)
    run_out(one)
    gained: list[tuple[str, ...]] = []
    claim = threading.Thread(target=lambda: gained.append(two.keep(BOTH).gained))
    with databases[0].transaction() as connection:
        connection.execute(schema.meta.insert().values(key="mine", value="x"))
        one.confirm(connection, "shop")
        claim.start()
        claim.join(0.5)
        assert claim.is_alive(), "it waits"
        assert gained == []
    claim.join(60)
    assert gained == [("orders", "shop")]
    assert keys(two) == {"mine"}
    for database in databases:
        database.close()


# --- the outbox in several hands


def see(outbox: Outbox, cluster: str, *alerts: Alert) -> None:
    """One look at a cluster."""
    outbox.observe(Observed("incident", cluster, "primary", NOW, alerts, lambda _: True), 0.0)


@pytest.fixture
def hands(shared_store: Address) -> Iterator[Callable[[str], tuple[Leases, Outbox]]]:
    """Makes agents with an outbox in the shared store."""
    with ExitStack() as opened:

        def make(name: str) -> tuple[Leases, Outbox]:
            database = database_at(shared_store, Mode.OWN)
            database.open()
            opened.callback(database.close)
            leases = Leases(database, name, LONG)
            outbox = Outbox(shared_store, leases=leases)
            outbox.open()
            opened.callback(outbox.close)
            return leases, outbox

        yield make


PLAN = Plan((Route("chat", wait_seconds=0, group_by=("check",)),))
CHANNELS = frozenset({"chat"})


@pytest.mark.live
def test_messages_are_of_one_cluster_and_of_its_agent(hands: Callable[[str], tuple[Leases, Outbox]]) -> None:
    (mine, one), (theirs, two) = hands("one"), hands("two")
    mine.keep(frozenset({"shop"}))
    theirs.keep(frozenset({"orders"}))
    see(one, "shop", alert("a", cluster="shop"))
    see(two, "orders", alert("b", cluster="orders"))
    with pytest.raises(Fenced):
        see(one, "orders", alert("c", cluster="orders"))
    assert (one.plan(PLAN, NOW), two.plan(PLAN, NOW)) == (1, 1)
    assert (one.plan(PLAN, NOW), two.plan(PLAN, NOW)) == (0, 0)
    first, second = one.claim("chat", NOW), two.claim("chat", NOW)
    assert first is not None
    assert second is not None
    assert [one.cluster for one in first.message.alerts] == ["shop"]
    assert [one.cluster for one in second.message.alerts] == ["orders"]
    one.sent(first, NOW)
    assert (one.counts(), two.counts()) == ({("chat", "sent"): 1}, {("chat", "sending"): 1})


@pytest.mark.live
def test_who_takes_over_knows_what_was_told_and_sends_what_was_on_its_way(
    hands: Callable[[str], tuple[Leases, Outbox]],
) -> None:
    (mine, one), (theirs, two) = hands("one"), hands("two")
    mine.keep(frozenset({"shop"}))
    see(one, "shop", alert("a", cluster="shop"))
    assert one.plan(PLAN, NOW) == 1
    claimed = one.claim("chat", NOW)
    assert claimed is not None
    assert two.claim("chat", NOW) is None, "it is not theirs"
    run_out(mine)
    assert not one.may_send(claimed), "paused in between: it does not leave"
    theirs.keep(frozenset({"shop"}))
    two.take_over("shop", CHANNELS, NOW)
    see(two, "shop", alert("a", cluster="shop"))
    assert two.plan(PLAN, NOW + timedelta(seconds=9)) == 0, "it is told already"
    again = two.claim("chat", NOW)
    assert again is not None
    assert (again.doubtful, again.message.key) == (True, claimed.message.key)
    with pytest.raises(Fenced):
        one.sent(claimed, NOW)
    with pytest.raises(Fenced):
        one.again(claimed, "doubtful", NOW)
    two.sent(again, NOW)
    assert [state for _, _, state in two.events()] == ["sent"]


@pytest.mark.live
def test_what_goes_to_channels_that_the_new_agent_has_not_is_given_up(
    hands: Callable[[str], tuple[Leases, Outbox]],
) -> None:
    (mine, one), (theirs, two) = hands("one"), hands("two")
    mine.keep(frozenset({"shop"}))
    see(one, "shop", alert("a", cluster="shop"))
    one.plan(PLAN, NOW)
    mine.let_go()
    theirs.keep(frozenset({"shop"}))
    two.take_over("shop", frozenset({"pager"}), NOW)
    assert [state for _, _, state in two.events()] == ["given_up"]
    with theirs.database.reading() as connection:
        assert connection.execute(select(outbox_schema.told)).all() == []


# --- several agents share the load


EIGHT = frozenset(f"c{number}" for number in range(8))


def test_a_newcomer_is_given_its_share_a_few_at_a_time_and_no_more(agent: Agent) -> None:
    one, two = agent("one", settled=0.0), agent("two", settled=0.0)
    assert len(one.keep(EIGHT | {"*report"}).gained) == 9
    assert two.keep(EIGHT | {"*report"}).gained == (), "nothing is free"
    given = one.keep(EIGHT | {"*report"})
    assert (given.given, given.lost) == (("c0", "c1", "c2", "c3"), ())
    assert two.keep(EIGHT | {"*report"}).gained == given.given
    for _ in range(3):
        assert one.keep(EIGHT | {"*report"}) == two.keep(EIGHT | {"*report"}), "nothing changes"
    assert one.scope() == (EIGHT - frozenset(given.given)) | {"*report"}
    assert two.takeovers == dict.fromkeys(given.given, 0), "nobody had gone silent"


def test_one_that_has_just_come_is_given_nothing(agent: Agent) -> None:
    one, two = agent("one"), agent("two")
    one.keep(EIGHT)
    two.keep(EIGHT)
    assert one.keep(EIGHT).given == (), "it may start and die again and again"


def test_the_clusters_of_a_dead_one_are_spread_over_the_living(agent: Agent) -> None:
    dead, two, three = agent("dead"), agent("two"), agent("three")
    dead.keep(EIGHT)
    two.keep(EIGHT)
    three.keep(EIGHT)
    run_out(dead, 1.0)
    assert len(two.keep(EIGHT).gained) == 4
    assert len(three.keep(EIGHT).gained) == 4
    assert two.scope() | three.scope() == EIGHT
    assert not two.scope() & three.scope()
    assert all(count == 1 for one in (two, three) for count in one.takeovers.values())


def test_what_another_should_take_and_does_not_is_not_left_alone(agent: Agent) -> None:
    dead, one, hung = agent("dead"), agent("one"), agent("hung")
    dead.keep(EIGHT)
    one.keep(EIGHT)
    hung.keep(EIGHT)
    run_out(dead, 1.0)
    assert len(one.keep(EIGHT).gained) == 4, "the rest is left to the other"
    run_out(dead, one.waits.patience)
    assert len(one.keep(EIGHT).gained) == 4, "who does not come"
    assert one.scope() == EIGHT


def test_what_only_we_want_is_ours_whatever_our_share(agent: Agent) -> None:
    one, two = agent("one"), agent("two")
    one.keep(frozenset({"shared"}))
    two.keep(frozenset({"shared", "a", "b"}))
    assert two.scope() == {"a", "b"}
    one.let_go()
    assert two.keep(frozenset({"shared", "a", "b"})).gained == ("shared",)


def test_one_that_was_not_heard_of_for_long_is_forgotten_and_one_that_lives_is_not(agent: Agent) -> None:
    one, dead, late = agent("one"), agent("dead"), agent("late")
    for each in (one, dead, late):
        each.keep(BOTH)
    run_out(dead, 700.0)
    run_out(late, 500.0)
    maintain(one.database, Retention(), NOW + timedelta(days=1000), one.scope())
    with one.database.reading() as connection:
        assert set(connection.execute(select(schema.agents.c.holder)).scalars()) == {"one", "late"}


def test_an_agent_that_stops_is_not_counted_any_more(agent: Agent) -> None:
    one, two = agent("one"), agent("two")
    one.keep(EIGHT)
    two.keep(EIGHT)
    one.let_go()
    assert len(two.keep(EIGHT).gained) == 8
