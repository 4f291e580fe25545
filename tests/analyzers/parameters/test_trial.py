"""Which plans flip under a setting: only the statements in reach are asked, and a flip is told with both costs and never as a gain."""

from collections.abc import Sequence
from dataclasses import replace

from cases.facts import MB, settings, statement, statements
from cases.nodes import scan
from tunewright_analyzers.facts.plans import Cost, NodeKind, Plan
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.facts.statements import StatementKey
from tunewright_analyzers.parameters.change import Tuned, for_role, for_statement, server_wide
from tunewright_analyzers.parameters.trial import Trial, tried
from tunewright_analyzers.plans.shape import shape
from tunewright_analyzers.recommendation import ParameterChange

REPORT = statement("aaaaaaaaaaaaaaaa", key=StatementKey("shop", "report", "1"), text="SELECT 1", exec_seconds=9.0)
WEB = statement("bbbbbbbbbbbbbbbb", text="SELECT 2", exec_seconds=5.0)
CUT = statement("cccccccccccccccc", text=None)
DDL = statement("dddddddddddddddd", kind="utility", text="VACUUM")
WORK = statements(REPORT, WEB, CUT, DDL, replace(WEB, own=True, id=REPORT.id))


def _plan(kind: NodeKind, cost: float) -> Plan:
    root = replace(scan(kind), label=kind.value, cost=Cost(0.0, cost))
    return Plan(root, shape(root))


def _ask(asked: list[str], *, flips: str = "SELECT 2", breaks: str = "") -> object:
    def ask(database: str, text: str, wanted: Sequence[tuple[str, str]]) -> Plan | None:
        asked.append(text)
        if text == breaks:
            return None
        return _plan(NodeKind.INDEX_SCAN, 60.0) if wanted and text == flips else _plan(NodeKind.SEQUENTIAL_SCAN, 100.0)

    return ask


def _tried(tuned: Tuned | None, **options: str) -> tuple[Trial | None, list[str]]:
    assert tuned is not None
    asked: list[str] = []
    return tried(_ask(asked, **options), WORK, tuned.changes), asked  # type: ignore[arg-type]


def test_a_setting_of_the_server_reaches_every_statement_that_can_be_explained() -> None:
    trial, _ = _tried(server_wide(settings(), Flavour.SELF_MANAGED, "random_page_cost", 1.1, effect="x"))
    assert trial is not None
    assert trial.settings == (("random_page_cost", "1.1"),)
    assert (trial.same, trial.unasked, trial.cheaper) == (1, 1, 1)
    (flip,) = trial.flips
    assert (flip.statement, flip.cost_before, flip.cost_after) == (WEB.id, 100.0, 60.0)
    assert flip.shape_before != flip.shape_after


def test_of_a_role_only_its_own_statements() -> None:
    trial, asked = _tried(for_role(settings(), "report", "work_mem", 64.0 * MB, effect="x"))
    assert trial is not None
    assert (trial.same, trial.flips, set(asked)) == (1, (), {"SELECT 1"})


def test_of_a_statement_only_that() -> None:
    trial, asked = _tried(for_statement(settings(), WEB.id, "jit", "off", effect="x"))
    assert trial is not None
    assert (len(trial.flips), set(asked)) == (1, {"SELECT 2"})


def test_what_cannot_be_planned_is_counted_and_not_called_the_same() -> None:
    trial, _ = _tried(
        server_wide(settings(), Flavour.SELF_MANAGED, "random_page_cost", 1.1, effect="x"), breaks="SELECT 1"
    )
    assert trial is not None
    assert (trial.same, trial.unasked) == (0, 2)


def test_what_the_planner_does_not_ask_is_not_tried() -> None:
    trial, asked = _tried(server_wide(settings(), Flavour.SELF_MANAGED, "max_wal_size", 4096.0 * MB, effect="x"))
    assert trial is None
    assert asked == []


def test_the_costliest_first_and_no_more_than_asked_for() -> None:
    made = server_wide(settings(), Flavour.SELF_MANAGED, "random_page_cost", 1.1, effect="x")
    assert made is not None
    asked: list[str] = []
    changes: tuple[ParameterChange, ...] = made.changes
    trial = tried(_ask(asked), WORK, changes, most=1)  # type: ignore[arg-type]
    assert trial is not None
    assert set(asked) == {"SELECT 1"}
