"""Collect, judge: one pass of one source, and one judgement of one window. Called by lanes (daemon) and by `once`, `doctor`, `replay`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

import structlog

from tunewright_agent.lanes import attempt
from tunewright_agent.latest import Latest
from tunewright_agent.sources.source import Collected, Overrun, Source, SourceError, Unavailable
from tunewright_agent.state import Judgement
from tunewright_analyzers.check import Check, Verdict, discover, run
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.finding import Finding, NotJudged, Subject
from tunewright_analyzers.recommendation import Recommendation

_log = structlog.get_logger("pipeline")
ReaderT = TypeVar("ReaderT")
DISABLED = "disabled in the configuration"
"""Why a check that the user switched off has not judged."""


def collect(
    source: Source[ReaderT],
    reader: ReaderT,
    latest: Latest,
    now: Callable[[], datetime],
    monotonic: Callable[[], float] = time.monotonic,
) -> Collected | None:
    """One pass of one source: its sections or its Gap go to `latest`, its account too. None where it failed; never raises."""
    at, begun = now(), monotonic()
    result: list[Collected] = []
    failures: list[SourceError] = []

    def work() -> None:
        try:
            result.append(source.collect(reader, at))
        except SourceError as error:
            failures.append(error)

    def unexpected(error: Exception) -> None:
        failures.append(SourceError(f"{source.name}: internal error {type(error).__name__}; please report it"))

    attempt(work, unexpected)
    error = failures[0] if failures else None
    _tell(latest, source.name, error)
    if error is not None:
        latest.miss(source, error, at)
    else:
        latest.take(source.name, result[0], at)
    taken = monotonic() - begun
    latest.ran(
        source.name,
        lambda before: replace(
            before,
            at=at,
            seconds=taken,
            error=error.reason if error else None,
            unanswered=isinstance(error, (Unavailable, Overrun)),
            passes=before.passes + 1,
            failures=before.failures + (error is not None),
        ),
    )
    return result[0] if result else None


def _tell(latest: Latest, source: str, error: SourceError | None) -> None:
    """A line when a source begins to fail, fails otherwise than before, or works again: not one a second."""
    before = next((run.error for run in latest.runs if run.source == source), None)
    if error is not None and error.reason != before:
        _log.warning(
            "source_failed",
            source=source,
            cluster=latest.cluster,
            instance=latest.instance,
            reason=error.reason,
            mend=error.mend,
        )
    elif error is None and before is not None:
        _log.info("source_works_again", source=source, cluster=latest.cluster, instance=latest.instance)


@dataclass(frozen=True, slots=True)
class Rules:
    """Which checks run, and with which thresholds: the user's `[checks]`."""

    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    disabled: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Mapping[str, Mapping[str, Any]]) -> "Rules":
        """From the settings' table `checks`."""
        return cls(
            {
                name: {key: value for key, value in values.items() if key != "enabled"}
                for name, values in settings.items()
            },
            frozenset(name for name, values in settings.items() if values.get("enabled") is False),
        )


def _judged(check: Check, window: Window, rules: Rules) -> tuple[Verdict, ...]:
    cluster = Subject("cluster", window.cluster)
    if check.id in rules.disabled:
        return (NotJudged(check.id, cluster, DISABLED, window.cluster),)
    verdicts: list[Verdict] = []

    def work() -> None:
        verdicts.extend(run(check, window, rules.thresholds.get(check.id)))

    def broken(error: Exception) -> None:
        verdicts.clear()
        verdicts.append(
            NotJudged(check.id, cluster, f"the check itself failed ({type(error).__name__}); please report it")
        )

    attempt(work, broken)
    return tuple(verdicts)


def judge(window: Window, rules: Rules, at: datetime, only: frozenset[str] | None = None) -> Judgement:
    """Run every check that is applicable to the target (or `only` those) over it. A check that breaks costs only itself and says so."""
    checks = [check for check in discover() if check.judges(window.latest) and (only is None or check.id in only)]
    verdicts = [verdict for check in checks for verdict in _judged(check, window, rules)]
    findings = [one for one in verdicts if isinstance(one, Finding)]
    return Judgement(
        at,
        tuple(sorted(findings, key=lambda one: (-one.severity.rank, one.check, str(one.subject)))),
        tuple(one for one in verdicts if isinstance(one, Recommendation)),
        tuple(one for one in verdicts if isinstance(one, NotJudged)),
    )
