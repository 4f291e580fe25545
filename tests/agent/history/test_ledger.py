"""The ledger: a state is the fold of events, ids stay, dismissals are temporary, applied is seen, withdrawn needs a check that could look."""

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

import states
from cases import facts
from cases.case import DAY, NOW
from tunewright_agent.history import schema
from tunewright_agent.history.codec import SnapshotError
from tunewright_agent.history.database import Database
from tunewright_agent.history.judgements import FORGOTTEN, newest, without
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.lives import LedgerEvent, Life, NoSuchRecommendation, NotPossible, fold
from tunewright_agent.history.stores.sqlite import SqliteFile
from tunewright_agent.state import Judgement
from tunewright_analyzers.facts.effects import Change, Effect, Outcome, What
from tunewright_analyzers.facts.ids import CheckId, ClusterId, FindingId, RecommendationId
from tunewright_analyzers.facts.relations import Indexes
from tunewright_analyzers.facts.snapshot import Section, Window
from tunewright_analyzers.finding import Evidence, Finding, NotJudged, Severity, Subject, stable_id
from tunewright_analyzers.recommendation import Action, Recommendation

SHOP = ClusterId("shop")
CHECK = CheckId("indexes/missing")


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A ledger in a fresh store."""
    return Ledger(database)


def at(hours: float) -> datetime:
    """So many hours after NOW."""
    return NOW + timedelta(hours=hours)


def finding(table: str = "orders", check: CheckId = CHECK, database: str | None = "shop") -> Finding:
    """Something about a table."""
    subject = Subject("table", f"public.{table}", database)
    identity = FindingId(stable_id(check, SHOP, subject))
    return Finding(identity, check, subject, Severity.HIGH, f"{table} is slow", (Evidence("n", 1),))


def advice(
    table: str = "orders",
    column: str = "status",
    check: CheckId = CHECK,
    action: Action = Action.CREATE_INDEX,
    statements: tuple[str, ...] | None = None,
) -> Recommendation:
    """An index to make on a table, for the finding about it."""
    subject = Subject("index", f"public.{table}({column})", "shop")
    made = (f"CREATE INDEX CONCURRENTLY {table}_{column} ON public.{table} ({column})",)
    return Recommendation(
        RecommendationId(stable_id(check, SHOP, subject)),
        finding(table, check).id,
        check,
        subject,
        action,
        made if statements is None else statements,
        None,
        "it takes room",
        (),
        (),
    )


DROP = advice(
    column="old",
    check=CheckId("indexes/unused"),
    action=Action.DROP_INDEX,
    statements=("DROP INDEX public.orders_old",),
)


def judgement(hours: float, *recommendations: Recommendation, not_judged: tuple[NotJudged, ...] = ()) -> Judgement:
    """Those recommendations with their findings."""
    found = {one.finding: finding(one.subject.name.split("(")[0][7:], one.check) for one in recommendations}
    return Judgement(at(hours), tuple(found.values()), recommendations, not_judged)


def seen(*sections: Section) -> Window:
    """The window that was judged."""
    return Window(SHOP, DAY.start, DAY.end, states.snapshot(*sections))


def catalogue(*names: str, keys: tuple[str, ...] = ("status",), is_valid: bool = True) -> Window:
    """A window whose catalogue has these indexes on public.orders."""
    return seen(facts.indexes(*(facts.index(name, keys, is_valid=is_valid) for name in names)))


BLIND = seen()


def judge(
    ledger: Ledger,
    hours: float,
    *recommendations: Recommendation,
    window: Window = BLIND,
    not_judged: tuple[NotJudged, ...] = (),
) -> Judgement:
    """Book a judgement."""
    return ledger.judged(SHOP, "db1:5432", judgement(hours, *recommendations, not_judged=not_judged), window)


def life(ledger: Ledger, one: Recommendation, hours: float = 10**6) -> list[str]:
    """The states it went through, and what it is then."""
    entry = ledger.find(one.id)
    return [*(str(event.state) for event in entry.events), f"now {entry.state(at(hours))}"]


RETENTION = replace(
    advice("shop", check=CheckId("backup/retention_short"), action=Action.MODIFY_RESOURCE),
    statements=(
        "aws rds modify-db-instance --db-instance-identifier shop-1 --db-instance-class db.r8g.large --region eu-west-1",
    ),
)


@pytest.mark.parametrize(
    ("changed", "gone", "state"), [(10, 11, "applied"), (10, 10, "applied"), (10, 100, "withdrawn"), (-5, 11, "withdrawn")]
)  # fmt: skip
def test_a_field_that_went_another_way_is_what_ended_the_advice_only_shortly_before_its_end(
    ledger: Ledger, changed: int, gone: int, state: str
) -> None:
    """Advised each hour from 0 on; the class is changed, but not to what was advised; at `gone` it is advised no more."""
    name = "instance shop-1: DBInstanceClass"
    change = Change(
        "c", What.RESOURCE, name, name, None, None, at(changed), at(changed), before="db.r5.large", now="db.r7g.large"
    )
    for hour in range(gone):
        ledger.judged(SHOP, "aws", judgement(hour, RETENTION), BLIND)
    ledger.judged(SHOP, "aws", judgement(gone), BLIND, (change,))
    assert life(ledger, RETENTION) == ["open", state, f"now {state}"]


# --- the fold


EVENTS = st.lists(
    st.builds(
        lambda state, hours, until: LedgerEvent(
            RecommendationId("x"),
            state,
            at(hours),
            "me",
            "because",
            at(until) if until is not None and state is Life.DISMISSED else None,
        ),
        st.sampled_from(Life),
        st.integers(0, 100),
        st.none() | st.integers(0, 100),
    )
)


@settings(deadline=None)
@given(EVENTS, st.integers(0, 100))
def test_the_state_is_that_of_the_last_event_unless_its_day_has_come(events: list[LedgerEvent], hours: int) -> None:
    state = fold(events, at(hours))
    if not events:
        assert state is Life.OPEN
        return
    last = events[-1]
    ended = last.state is Life.DISMISSED and last.until is not None and last.until <= at(hours)
    assert state is (Life.OPEN if ended else last.state)
    assert fold(events[-1:], at(hours)) is state, "the past does not matter"
    if last.state is not Life.DISMISSED:
        assert fold(events, at(10**6)) is fold(events, at(-(10**6))), "only a dismissal ends by itself"


ADVICE = (advice(), advice("carts"), advice(column="total"), DROP)
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("judge"),
            st.sets(st.integers(0, 3)),
            st.sampled_from(["blind", "made", "plain"]),
            st.booleans(),
        ),
        st.tuples(st.just("dismiss"), st.integers(0, 3), st.none() | st.integers(1, 5)),
        st.tuples(st.just("reopen"), st.integers(0, 3)),
    ),
    min_size=1,
    max_size=12,
)
MADE = seen(
    facts.indexes(
        *(
            facts.index(f"{table}_{column}", (column,), table)
            for table, column in (("orders", "status"), ("carts", "status"))
        )
    )
)
PLAIN = seen(facts.indexes(facts.index("orders_old", ("old",))))


@dataclass
class Model:
    """What should be, by number of advice: the state, and the hour in which a dismissal ends."""

    states: dict[int, tuple[Life, int | None]] = field(default_factory=dict)

    def state(self, number: int, hour: int) -> Life | None:
        """None: never advised."""
        state, until = self.states.get(number, (None, None))
        return Life.OPEN if until is not None and until <= hour else state

    def judge(self, advised: set[int], what: str, could_look: bool, hour: int) -> None:
        """What is advised is open unless dismissed, or applied and still to be seen.

        What is open and not advised is applied, withdrawn or could not be looked at.
        """
        for number, one in enumerate(ADVICE):
            state = self.state(number, hour)
            if number in advised and state is Life.APPLIED and what == "made" and number in (0, 1, 3):
                continue
            if number in advised and state is not Life.DISMISSED:
                self.states[number] = (Life.OPEN, None)
            elif number not in advised and state is Life.OPEN:
                if what == "made" and number in (0, 1, 3):
                    self.states[number] = (Life.APPLIED, None)
                elif could_look or one.check != CHECK:
                    self.states[number] = (Life.WITHDRAWN, None)

    def asked(self, number: int, to: Life, until: int | None, hour: int) -> type[Exception] | None:
        """What a person's wish must raise; None where it is granted."""
        state = self.state(number, hour)
        if state is None:
            return NoSuchRecommendation
        if state is not Life.DISMISSED and (state, to) != (Life.OPEN, Life.DISMISSED):
            return NotPossible
        self.states[number] = (to, until)
        return None


GAP = NotJudged(CHECK, Subject("database", "shop"), "permission denied")


def _step(ledger: Ledger, model: Model, step: tuple[Any, ...], hour: int) -> None:
    if step[0] == "judge":
        _, advised, what, could_look = step
        window = {"blind": BLIND, "made": MADE, "plain": PLAIN}[what]
        ones = tuple(ADVICE[number] for number in sorted(advised))
        shown = judge(ledger, hour, *ones, window=window, not_judged=() if could_look else (GAP,))
        model.judge(advised, what, could_look, hour)
        assert {one.id for one in shown.recommendations} == {
            ADVICE[number].id for number in advised if model.state(number, hour) is not Life.DISMISSED
        }
        assert {one.finding for one in shown.recommendations} == {one.id for one in shown.findings}
        return
    kind, number, *rest = step
    until = hour + rest[0] if rest and rest[0] is not None else None
    to = Life.DISMISSED if kind == "dismiss" else Life.OPEN
    expected = model.asked(number, to, until, hour)
    with pytest.raises(expected) if expected is not None else nullcontext():
        if kind == "dismiss":
            ledger.dismiss(ADVICE[number].id, "me", "why", at(hour), None if until is None else at(until))
        else:
            ledger.reopen(ADVICE[number].id, "me", at(hour))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_the_ledger_follows_its_diagram_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Any, ...]]
) -> None:
    database = SqliteFile(tmp_path_factory.mktemp("ledger") / "h.db")
    database.open()
    ledger, model, before = Ledger(database), Model(), dict[str, tuple[LedgerEvent, ...]]()
    for hour, step in enumerate(steps, start=1):
        _step(ledger, model, step, hour)
        entries = {one.recommendation.id: one for one in ledger.entries()}
        assert {identity: one.state(at(hour)) for identity, one in entries.items()} == {
            ADVICE[number].id: model.state(number, hour) for number in model.states
        }
        for identity, events in before.items():
            assert entries[RecommendationId(identity)].events[: len(events)] == events, "events are only appended"
        before = {identity: one.events for identity, one in entries.items()}
    database.close()


# --- one by one


def test_new_advice_opens_once_and_keeps_its_id_first_time_and_newest_form(ledger: Ledger) -> None:
    judge(ledger, 0, advice())
    reworded = replace(
        advice(), risk="it takes 3 GB", statements=("CREATE INDEX other_name ON public.orders (status)",)
    )
    judge(ledger, 1, reworded)
    (entry,) = ledger.entries(SHOP)
    assert entry.recommendation == reworded
    assert (entry.first_seen, entry.last_seen) == (at(0), at(1))
    assert [(event.state, event.by, event.reason, event.at) for event in entry.events] == [
        (Life.OPEN, "tunewright", "found", at(0))
    ]
    assert ledger.entries(ClusterId("other")) == ()


@pytest.mark.parametrize("names", [("orders_status",), ("made_by_hand_under_another_name",)])
def test_applied_is_seen_in_the_catalogue_under_any_name(ledger: Ledger, names: tuple[str, ...]) -> None:
    judge(ledger, 0, advice(), window=catalogue("orders_id", keys=("id",)))
    judge(ledger, 1, window=catalogue(*names))
    assert life(ledger, advice()) == ["open", "applied", "now applied"]


def test_applied_is_never_claimed(ledger: Ledger) -> None:
    """Neither by an index that is invalid, nor where the catalogue of that database was not read."""
    judge(ledger, 0, advice())
    judge(ledger, 1, window=catalogue("orders_status", is_valid=False))
    assert life(ledger, advice())[-1] == "now withdrawn"
    judge(ledger, 2, advice())
    elsewhere = replace(facts.indexes(facts.index("orders_status")), databases=("other",))
    judge(ledger, 3, window=seen(elsewhere))
    assert life(ledger, advice())[-1] == "now withdrawn"


def test_a_dropped_index_is_seen_by_its_absence_where_one_could_look(ledger: Ledger) -> None:
    gap = NotJudged(DROP.check, Subject("database", "shop"), "indexes could not be read")
    judge(ledger, 0, DROP, window=catalogue("orders_old"))
    judge(ledger, 1, window=seen(Indexes(DAY, (), ("other",))), not_judged=(gap,))
    assert life(ledger, DROP) == ["open", "now open"]
    judge(ledger, 2, window=catalogue("orders_old"))
    assert life(ledger, DROP)[-1] == "now withdrawn"
    judge(ledger, 3, DROP, window=catalogue("orders_old"))
    judge(ledger, 4, window=catalogue("orders_status"))
    assert life(ledger, DROP) == ["open", "withdrawn", "open", "applied", "now applied"]


@pytest.mark.parametrize(
    ("subject", "check", "expected"),
    [
        (Subject("cluster", "shop"), CHECK, "now open"),
        (Subject("instance", "db1"), CHECK, "now open"),
        (Subject("database", "shop"), CHECK, "now open"),
        (Subject("database", "other"), CHECK, "now withdrawn"),
        (Subject("cluster", "shop"), CheckId("indexes/unused"), "now withdrawn"),
    ],
)
def test_withdrawn_only_where_the_check_could_look(
    ledger: Ledger, subject: Subject, check: CheckId, expected: str
) -> None:
    judge(ledger, 0, advice())
    judge(ledger, 1, not_judged=(NotJudged(check, subject, "permission denied"),))
    assert life(ledger, advice())[-1] == expected


def test_advised_again_it_is_open_again(ledger: Ledger) -> None:
    judge(ledger, 0, advice())
    judge(ledger, 1, window=catalogue("orders_status"))
    judge(ledger, 2, advice(), window=catalogue("other", keys=("id",)))
    judge(ledger, 3)
    judge(ledger, 4, advice())
    assert life(ledger, advice()) == ["open", "applied", "open", "withdrawn", "open", "now open"]
    assert [event.reason for event in ledger.find(advice().id).events][2] == "found again"


def test_what_is_dismissed_vanishes_with_its_finding_and_comes_back_on_its_day(ledger: Ledger) -> None:
    other = advice("carts")
    judge(ledger, 0, advice(), other)
    ledger.dismiss(advice().id, "alice", "  not before March ", at(1), at(10))
    shown = judge(ledger, 2, advice(), other)
    assert (shown.recommendations, [one.subject.name for one in shown.findings]) == ((other,), ["public.carts"])
    latest = ledger.latest(at(2))
    assert latest is not None
    assert latest.recommendations == (other,)
    event = ledger.find(advice().id).events[-1]
    assert (event.by, event.reason, event.until) == ("alice", "not before March", at(10))
    later = ledger.latest(at(10))
    assert later is not None
    assert set(later.recommendations) == {advice(), other}
    assert len(judge(ledger, 11, advice(), other).findings) == 2


def test_a_finding_with_other_advice_stays(ledger: Ledger) -> None:
    second = advice(column="total")
    judge(ledger, 0, advice(), second)
    ledger.dismiss(advice().id, "alice", "no", at(1))
    shown = judge(ledger, 2, advice(), second)
    assert (shown.recommendations, len(shown.findings)) == ((second,), 1)
    ledger.dismiss(second.id, "alice", "no", at(2))
    assert judge(ledger, 3, advice(), second).findings == ()


def test_findings_without_any_advice_are_never_silenced() -> None:
    alone = replace(judgement(0), findings=(finding("alone"),))
    assert without(alone, {advice().id}) == alone


def test_a_dismissal_outlives_withdrawal_and_ends_in_it_where_nothing_is_advised(ledger: Ledger) -> None:
    judge(ledger, 0, advice())
    ledger.dismiss(advice().id, "alice", "no", at(1), at(5))
    judge(ledger, 2)
    assert life(ledger, advice(), 2)[-1] == "now dismissed"
    judge(ledger, 6)
    assert life(ledger, advice())[-1] == "now withdrawn"


def test_reopening(ledger: Ledger) -> None:
    judge(ledger, 0, advice())
    with pytest.raises(NotPossible, match="is open, not dismissed"):
        ledger.reopen(advice().id, "bob", at(1))
    ledger.dismiss(advice().id, "alice", "no", at(1))
    entry = ledger.reopen(advice().id[:6], "bob", at(2))
    assert entry.state(at(2)) is Life.OPEN
    assert [(event.state, event.by) for event in ledger.find(advice().id).events] == [
        (Life.OPEN, "tunewright"),
        (Life.DISMISSED, "alice"),
        (Life.OPEN, "bob"),
    ]
    assert judge(ledger, 3, advice()).recommendations == (advice(),)


def test_what_a_person_may_not_ask(ledger: Ledger) -> None:
    judge(ledger, 0, advice())
    with pytest.raises(NotPossible, match="needs a reason"):
        ledger.dismiss(advice().id, "alice", " \n", at(1))
    with pytest.raises(NotPossible, match=r"2026-11-24 12:30 UTC is in the past"):
        ledger.dismiss(advice().id, "alice", "no", at(1), at(0.5))
    judge(ledger, 2)
    with pytest.raises(NotPossible, match="is withdrawn, not dismissed or open"):
        ledger.dismiss(advice().id, "alice", "no", at(3))
    assert life(ledger, advice()) == ["open", "withdrawn", "now withdrawn"]


def test_ids_may_be_shortened_as_long_as_they_are_unique(ledger: Ledger) -> None:
    ids = ("aabbcc", "aabbdd", "aabb")
    judge(ledger, 0, *(replace(advice(column=name), id=RecommendationId(name)) for name in ids))
    assert ledger.find("aabbc").recommendation.id == "aabbcc"
    assert ledger.find("aabb").recommendation.id == "aabb", "a whole id is never ambiguous"
    with pytest.raises(NoSuchRecommendation, match=r"3 recommendations begin with 'aa' \(.*aabbcc.*\)"):
        ledger.find("aa")
    for wrong in ("zz", "%", "", "aabbccd"):
        with pytest.raises(NoSuchRecommendation, match="no recommendation has the id"):
            ledger.find(wrong)


# --- findings, judgements


def _resolved(ledger: Ledger) -> dict[str, bool]:
    with ledger.database.reading() as connection:
        rows = connection.execute(select(schema.findings.c.id, schema.findings.c.resolved_at)).all()
    return {row.id: row.resolved_at is not None for row in rows}


def test_a_finding_is_resolved_where_it_is_gone_and_never_where_nobody_could_look(ledger: Ledger) -> None:
    judge(ledger, 0, advice(), DROP)
    judge(ledger, 1, not_judged=(NotJudged(CHECK, Subject("database", "shop"), "permission denied"),))
    unseen, gone = finding().id, finding(check=DROP.check).id
    assert _resolved(ledger) == {unseen: False, gone: True}
    judge(ledger, 2)
    judge(ledger, 3, DROP)
    assert _resolved(ledger) == {unseen: True, gone: False}


def test_the_newest_judgement_of_every_instance_is_one(ledger: Ledger) -> None:
    assert ledger.latest(at(0)) is None
    carts = advice("carts")
    ledger.judged(SHOP, "db1", judgement(0, advice()), BLIND)
    ledger.judged(SHOP, "db2", judgement(1, advice(), carts), BLIND)
    ledger.judged(ClusterId("other"), "db9", judgement(2, advice("far")), BLIND)
    latest = ledger.latest(at(2))
    assert latest is not None
    assert latest.judged_at == at(0)
    assert {one.id for one in latest.recommendations} == {advice().id, carts.id, advice("far").id}
    assert len(latest.findings) == 3, "what two instances say is said once"
    mine = ledger.latest(at(2), frozenset({SHOP}))
    assert mine is not None
    assert {one.id for one in mine.recommendations} == {advice().id, carts.id}
    assert ledger.latest(at(2), frozenset({ClusterId("none")})) is None


def test_an_instance_that_is_watched_no_more_is_forgotten(ledger: Ledger) -> None:
    hours = FORGOTTEN.total_seconds() / 3600
    ledger.judged(SHOP, "old name", judgement(0, advice()), BLIND)
    ledger.judged(SHOP, "new name", judgement(hours, advice("carts")), BLIND)
    assert [one.instance for one in newest(ledger.database)] == ["new name", "old name"]
    ledger.judged(SHOP, "new name", judgement(hours + 0.1, advice("carts")), BLIND)
    assert [one.instance for one in newest(ledger.database)] == ["new name"]
    latest = ledger.latest(at(100))
    assert latest is not None
    assert [one.id for one in latest.recommendations] == [advice("carts").id]


def test_the_judgement_is_kept_whole_and_only_the_newest(ledger: Ledger) -> None:
    gap = NotJudged(CHECK, Subject("cluster", "shop"), "no")
    for hours in range(3):
        judge(ledger, hours, advice(), DROP, not_judged=(gap,))
    assert ledger.latest(at(3)) == judgement(2, advice(), DROP, not_judged=(gap,))
    with ledger.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(schema.judgements)).scalar() == 1


def test_advice_that_cannot_be_read_costs_itself_and_keeps_its_dismissal(ledger: Ledger) -> None:
    judge(ledger, 0, advice(), DROP)
    ledger.dismiss(advice().id, "alice", "no", at(1))
    table = schema.recommendations
    with ledger.database.transaction() as connection:
        connection.execute(update(table).where(table.c.id == advice().id).values(payload=b"?"))
    assert [one.recommendation for one in ledger.entries()] == [DROP]
    assert judge(ledger, 2, advice(), DROP).recommendations == (DROP,)
    assert life(ledger, advice()) == ["open", "dismissed", "now dismissed"]


def test_a_judgement_that_cannot_be_read_is_said(ledger: Ledger) -> None:
    judge(ledger, 0, advice())
    with ledger.database.transaction() as connection:
        connection.execute(update(schema.judgements).values(payload=b"?"))
    with pytest.raises(SnapshotError, match="damaged"):
        ledger.latest(at(1))


# --- followed


def test_what_the_catalogue_still_shows_is_not_opened_again_by_advice_that_is_stale(ledger: Ledger) -> None:
    judge(ledger, 0, advice())
    judge(ledger, 1, window=catalogue("orders_status"))
    judge(ledger, 2, advice(), window=catalogue("orders_status"))
    assert life(ledger, advice()) == ["open", "applied", "now applied"]
    judge(ledger, 3, advice(), window=catalogue("orders_id", keys=("id",)))
    assert life(ledger, advice()) == ["open", "applied", "open", "now open"]


def change(what: What, hours: float, name: str = "orders_status", column: str = "status") -> Change:
    """An index of public.orders that came or went."""
    made = f"public.orders({column})"
    return Change(f"{what}{hours}", what, f"public.{name}", made, "shop", facts.relation(), at(hours - 1), at(hours))


def effect(of: Change, outcome: Outcome, hours: float, kept: bool | None) -> Effect:
    """Measured, for the advice."""
    return Effect(of, outcome, "of 1 statement …", at(hours), advice().id, CHECK, kept=kept)


@pytest.mark.parametrize(
    ("outcome", "kept", "expected"),
    [
        (Outcome.HELPED, True, "verified"),
        (Outcome.HURT, False, "hurt"),
        (Outcome.UNCHANGED, False, "applied"),
        (Outcome.HELPED, None, "applied"),
        (Outcome.UNDECIDED, None, "applied"),
    ],
)
def test_measured_and_taken_back(ledger: Ledger, outcome: Outcome, kept: bool | None, expected: str) -> None:
    judge(ledger, 0, advice())
    made, back = change(What.INDEX_CREATED, 1), change(What.INDEX_DROPPED, 9)
    ledger.seen(SHOP, made, ())
    for hours in (5, 6):
        ledger.measured(SHOP, effect(made, outcome, hours, kept))
    steps = ["open", "applied"] + ([expected] if expected != "applied" else [])
    assert life(ledger, advice())[:-1] == steps, "once, however often it is measured"
    ledger.seen(SHOP, back, (made, back))
    assert life(ledger, advice()) == [*steps, "reverted", "now reverted"]
    ledger.measured(SHOP, effect(made, outcome, 10, kept))
    judge(ledger, 11, advice())
    assert life(ledger, advice()) == [*steps, "reverted", "open", "now open"]


def test_a_change_of_something_else_is_nobodys(ledger: Ledger) -> None:
    judge(ledger, 2, advice())
    ledger.seen(SHOP, change(What.INDEX_CREATED, 3, "orders_total", "total"), ())
    ledger.seen(SHOP, change(What.INDEX_DROPPED, 3), ())
    ledger.seen(ClusterId("other"), change(What.INDEX_CREATED, 3), ())
    ledger.seen(SHOP, change(What.INDEX_CREATED, 1), ())
    assert life(ledger, advice()) == ["open", "now open"], "nor what was there before it was advised"
