"""One failing source or check never costs another its data, and says so."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cases.indexes.invalid import CASES
from tunewright_agent.latest import Identity, Latest
from tunewright_agent.pipeline import Rules, collect, judge
from tunewright_agent.sources.source import Collected, Denied, Source
from tunewright_analyzers.check import discover
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.settings import Extensions, Settings
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Window

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def _source(name: str, work: Callable[[], Collected]) -> Source[None]:
    kind = {"settings": Settings, "extensions": Extensions}[name]
    return Source(name, (kind,), 60, 5, lambda _reader, _at: work())


def _denied() -> Collected:
    raise Denied("settings: permission denied", "GRANT pg_read_all_settings TO tunewright")


def _broken() -> Collected:
    raise ZeroDivisionError("secret 'literal' in the text")


def _latest() -> Latest:
    return Latest(ClusterId("shop"), InstanceId("db1"))


def test_a_denied_source_leaves_a_gap_with_the_mend_and_others_their_data() -> None:
    latest = _latest()
    collect(_source("extensions", lambda: Collected((Extensions(()),))), None, latest, lambda: NOW)
    assert collect(_source("settings", _denied), None, latest, lambda: NOW) is None
    snapshot = latest.snapshot()
    assert snapshot.section(Extensions) == Extensions(())
    assert snapshot.section(Settings) is None
    assert [(gap.source, gap.mend, gap.sections) for gap in snapshot.gaps] == [
        ("settings", "GRANT pg_read_all_settings TO tunewright", ("settings",))
    ]


def test_a_gap_remembers_since_when_and_ends_with_the_next_success() -> None:
    latest = _latest()
    collect(_source("settings", _denied), None, latest, lambda: NOW)
    collect(_source("settings", _denied), None, latest, lambda: NOW + timedelta(minutes=1))
    assert [gap.since for gap in latest.snapshot().gaps] == [NOW]
    collect(_source("settings", lambda: Collected((Settings(()),))), None, latest, lambda: NOW + timedelta(minutes=2))
    assert latest.snapshot().gaps == ()
    (run,) = latest.runs
    assert (run.passes, run.failures, run.error) == (3, 2, None)


def test_a_source_with_a_bug_is_a_gap_that_does_not_repeat_the_exceptions_text() -> None:
    latest = _latest()
    collect(_source("settings", _broken), None, latest, lambda: NOW)
    (gap,) = latest.snapshot().gaps
    assert "ZeroDivisionError" in gap.reason
    assert "literal" not in gap.reason


def test_another_server_behind_the_name_forgets_the_old_ones_facts() -> None:
    latest = _latest()
    assert not latest.identify(Identity(Engine.POSTGRESQL, 180000, Flavour.SELF_MANAGED, "a"))
    collect(_source("settings", lambda: Collected((Settings(()),))), None, latest, lambda: NOW)
    assert not latest.identify(Identity(Engine.POSTGRESQL, 180000, Flavour.SELF_MANAGED, "a"))
    assert latest.identify(Identity(Engine.POSTGRESQL, 180000, Flavour.SELF_MANAGED, "b"))
    assert latest.snapshot().section(Settings) is None


def test_judging_runs_every_check_and_honours_the_users_rules() -> None:
    window = CASES[0].window()
    judgement = judge(window, Rules(), NOW)
    assert [str(one.subject) for one in judgement.findings if one.check == "indexes/invalid"] == [
        "index public.Orders status in shop"
    ]
    disabled = judge(window, Rules.of({"indexes/invalid": {"enabled": False}}), NOW)
    assert [one.because for one in disabled.not_judged if one.check == "indexes/invalid"] == [
        "disabled in the configuration"
    ]
    assert not [one for one in disabled.findings if one.check == "indexes/invalid"]


def test_a_check_that_breaks_costs_only_itself() -> None:
    window = CASES[0].window()
    judgement = judge(window, Rules({"indexes/invalid": {"no_such_threshold": 1.0}}), NOW)
    assert ["TypeError" in one.because for one in judgement.not_judged if one.check == "indexes/invalid"] == [True]


def test_a_check_of_another_engine_is_neither_run_nor_called_unjudged() -> None:
    """On MySQL nothing is heard of PostgreSQL's checks, not even that they lack their facts; those of all engines say what they lack."""
    latest = Latest(ClusterId("shop"), InstanceId("db1"), Engine.MYSQL)
    judgement = judge(Window(ClusterId("shop"), NOW, NOW, latest.snapshot()), Rules(), NOW)
    unjudged = {one.check for one in judgement.not_judged}
    assert judgement.findings == ()
    assert "locks/blocking_chain" in unjudged
    assert not [one.id for one in discover() if Engine.MYSQL not in one.engines and one.id in unjudged]
    assert any(Engine.MYSQL not in one.engines for one in discover())
