"""What a check is, how checks are found, and how one is run.

A check is one decorated generator in `checks/GROUP/NAME.py`; its id is `GROUP/NAME`. It declares the Sections it needs; the
runner reports `NotJudged` where one is missing, so that a check is never silent for want of data. Called by the agent's pipeline,
by `tunewright checks` and by the tests.
"""

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Generic, TypeVar

from tunewright_analyzers.facts.ids import CheckId, FindingId, RecommendationId
from tunewright_analyzers.facts.origins import origin
from tunewright_analyzers.facts.snapshot import Engine, Gap, Section, Snapshot, View, Window
from tunewright_analyzers.finding import Evidence, Finding, NotJudged, Severity, Subject, stable_id
from tunewright_analyzers.parameters.change import Tuned
from tunewright_analyzers.recommendation import Action, Expectation, Form, ParameterChange, Recommendation

ThresholdsT = TypeVar("ThresholdsT")

Verdict = Finding | Recommendation | NotJudged
PARTLY = "could be read in part only"
"""In what a NotJudged says where the check did look, but not everywhere."""
EVERY_ENGINE = frozenset(Engine)
POSTGRESQL = frozenset({Engine.POSTGRESQL})
MYSQL_FAMILY = frozenset({Engine.MYSQL, Engine.MARIADB})
DOC_PARTS = ("Risk", "Evidence", "Remedy", "False positives")


def threshold(default: float | int | bool, unit: str, doc: str) -> Any:
    """A field of a Thresholds dataclass: its default, its unit (`bytes`, `seconds`, `ratio`, `rows`, `count`) and what it means."""
    return dataclasses.field(default=default, metadata={"unit": unit, "doc": doc})


@dataclass(frozen=True, slots=True)
class NoThresholds:
    """For checks that have nothing to set."""


@dataclass(frozen=True, slots=True)
class Context(Generic[ThresholdsT]):
    """What a check is given: the window, its thresholds, and the makers of findings and recommendations with stable ids."""

    check: CheckId
    window: Window
    thresholds: ThresholdsT

    def finding(self, subject: Subject, severity: Severity, summary: str, *evidence: Evidence) -> Finding:
        """A Finding of this check. At least one Evidence is required: raises ValueError without."""
        if not evidence:
            raise ValueError(f"{self.check}: a finding without evidence: {summary}")
        engine = self.window.latest.engine
        if engine is not Engine.POSTGRESQL:
            evidence = tuple(dataclasses.replace(one, source=origin(one.source, engine)) for one in evidence)
        return Finding(
            FindingId(stable_id(self.check, self.window.cluster, subject)),
            self.check,
            subject,
            severity,
            summary,
            tuple(evidence),
            self.window.cluster,
        )

    def recommendation(
        self,
        finding: Finding,
        action: Action,
        statements: tuple[str, ...],
        *,
        risk: str,
        rollback: tuple[str, ...],
        subject: Subject | None = None,
        expectation: Expectation | None = None,
        evidence: tuple[Evidence, ...] | None = None,
        caution: str | None = None,
        form: Form = Form.SQL,
        template: str = "",
        changes: tuple[ParameterChange, ...] = (),
    ) -> Recommendation:
        """What to do about `finding`; `subject` where it differs from the finding's (the index to make, not the table).

        Its evidence is the finding's unless given.
        """
        about = subject or finding.subject
        return Recommendation(
            RecommendationId(stable_id(self.check, self.window.cluster, about)),
            finding.id,
            self.check,
            about,
            action,
            statements,
            expectation,
            risk,
            rollback,
            finding.evidence if evidence is None else evidence,
            caution,
            self.window.cluster,
            form,
            template,
            changes,
        )

    def parameters(
        self,
        finding: Finding,
        tuned: Tuned | None,
        *,
        risk: str,
        expectation: Expectation | None = None,
        caution: str | None = None,
        subject: Subject | None = None,
    ) -> Iterator[Recommendation]:
        """The recommendation to change parameters; nothing where the flavour leaves the user nothing to change (`tuned` None)."""
        if tuned is None:
            return
        told = " ".join(part for part in (tuned.note, caution) if part)
        yield self.recommendation(
            finding,
            Action.ALTER_TABLE if tuned.is_of_a_table else Action.SET_PARAMETER,
            tuned.statements,
            risk=risk,
            rollback=tuned.rollback,
            subject=subject,
            expectation=expectation,
            caution=told or None,
            changes=tuned.changes,
        )


Judge = Callable[[Context[Any]], Iterator[Verdict]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check as the runner, the documentation and the configuration know it."""

    id: CheckId
    judge: Judge
    needs: tuple[type[Section], ...]
    thresholds: type[Any]
    controls: tuple[str, ...] = ()
    """Ids of the same control in lists that users compare with: `RDS.3` (AWS Security Hub), `prowler:rds_…`."""
    engines: frozenset[Engine] = EVERY_ENGINE
    """For which engines it holds; on the others it is not applicable: nothing is said of it, least of all 'healthy'."""

    def judges(self, target: Snapshot) -> bool:
        """Whether it is applicable to what this snapshot was read of."""
        return self.view is target.view and target.engine in self.engines

    @property
    def view(self) -> View:
        """Which targets it judges: it is not applicable to the others, and nothing is said of it there."""
        return View.CLOUD if any(kind.view is View.CLOUD for kind in self.needs) else View.ENGINE

    @property
    def group(self) -> str:
        """`indexes` of `indexes/unused`."""
        return self.id.partition("/")[0]

    @property
    def title(self) -> str:
        """First line of its docstring."""
        return (inspect.getdoc(self.judge) or "").partition("\n")[0]

    @property
    def documentation(self) -> dict[str, str]:
        """The docstring by part: Risk, Evidence, Remedy, False positives."""
        parts: dict[str, str] = {}
        current = ""
        for line in (inspect.getdoc(self.judge) or "").splitlines()[1:]:
            head, colon, rest = line.partition(":")
            if colon and head in DOC_PARTS:
                current, parts[head] = head, rest.strip()
            elif current and line.strip():
                parts[current] = f"{parts[current]} {line.strip()}".strip()
        return parts

    @property
    def threshold_fields(self) -> tuple[dataclasses.Field[Any], ...]:
        """Its thresholds with default, unit and doc (in `metadata`)."""
        return dataclasses.fields(self.thresholds)


def check(
    *,
    needs: tuple[type[Section], ...],
    thresholds: type[Any] = NoThresholds,
    controls: tuple[str, ...] = (),
    engines: frozenset[Engine] = EVERY_ENGINE,
) -> Callable[[Judge], Check]:
    """Make a Check of a generator in `checks/GROUP/NAME.py`; the id comes from the module's place. `engines`: for which it holds."""

    def decorate(judge: Judge) -> Check:
        group, name = judge.__module__.rsplit(".", 2)[-2:]
        return Check(CheckId(f"{group}/{name}"), judge, needs, thresholds, controls, engines)

    return decorate


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not info.ispkg:
            yield importlib.import_module(info.name)


@cache
def discover() -> tuple[Check, ...]:
    """All checks, by id. Raises ImportError where a module of `checks/` holds no check: a forgotten one would be silent."""
    package = importlib.import_module("tunewright_analyzers.checks")
    found = []
    for module in _modules(package):
        checks = [
            value
            for value in vars(module).values()
            if isinstance(value, Check) and value.judge.__module__ == module.__name__
        ]
        if len(checks) != 1:
            raise ImportError(f"{module.__name__} must hold exactly one @check, it holds {len(checks)}")
        found.append(checks[0])
    return tuple(sorted(found, key=lambda one: one.id))


def _because(kind: type[Section], gaps: tuple[Gap, ...], read: str = "could not be read") -> str:
    reasons = "; ".join(gap.reason + (f" (mend: {gap.mend})" if gap.mend else "") for gap in gaps)
    if reasons:
        return f"{kind.name} {read}: {reasons}"
    return f"{kind.name} was not read from this target" + (f" (mend: {kind.mend})" if kind.mend else "")


def run(one: Check, window: Window, overrides: Mapping[str, float] | None = None) -> tuple[Verdict, ...]:
    """Judge `window` by one check.

    Where a needed Section is missing the answer is a single NotJudged; where a section lacks some databases, those are
    named as NotJudged beside the findings for the others. Raises TypeError for an unknown threshold in `overrides`.
    """
    missing = [kind for kind in one.needs if window.section(kind) is None]
    if missing:
        because = "; ".join(_because(kind, window.gaps_of(kind)) for kind in missing)
        return (NotJudged(one.id, Subject("cluster", window.cluster), because, window.cluster),)
    context = Context(one.id, window, one.thresholds(**(overrides or {})))
    verdicts = [
        dataclasses.replace(verdict, cluster=window.cluster) if isinstance(verdict, NotJudged) else verdict
        for verdict in one.judge(context)
    ]
    for kind in one.needs:
        for gap in window.gaps_of(kind):
            subject = Subject("database", gap.database) if gap.database else Subject("cluster", window.cluster)
            partly = NotJudged(one.id, subject, _because(kind, (gap,), PARTLY), window.cluster)
            if partly not in verdicts:
                verdicts.append(partly)
    return tuple(verdicts)
