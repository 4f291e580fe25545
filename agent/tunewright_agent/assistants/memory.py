"""Answers from the daemon's history: findings, recommendations, statements over time, plans.

In come a Recollection (the history file's path, whose clusters may be asked about) and what is asked, out go plain values for JSON. All of it was
redacted before it was stored: no literal can be in an answer. The file is opened for reading at each question, so that the daemon's newest word is
heard and nothing is held. Raises Unanswerable with a line for people.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tunewright_agent.history.codec import SnapshotError
from tunewright_agent.history.database import HistoryError, Mode
from tunewright_agent.history.effects import effects_of
from tunewright_agent.history.judgements import newest
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.lives import NoSuchRecommendation
from tunewright_agent.history.place import Store
from tunewright_agent.history.store import History
from tunewright_agent.reports.shapes import effect_shape, judgement_shape, recommendation_shape
from tunewright_agent.reports.visible import visible
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.finding import Severity
from tunewright_analyzers.plans.render import render

MOST_ROWS = 50
LONGEST_TEXT = 4_000
_ORDERS = {
    "time": lambda one: one.exec_seconds,
    "calls": lambda one: float(one.calls),
    "rows": lambda one: float(one.rows),
    "reads": lambda one: float(one.shared_blocks_read),
}


class Unanswerable(Exception):
    """What was asked cannot be answered; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Recollection:
    """One history and the clusters that may be asked about (None: all in it)."""

    store: Store
    clusters: frozenset[ClusterId] | None

    @contextmanager
    def _open(self) -> Iterator[History]:
        try:
            with History(self.store, mode=Mode.READ) as history:
                yield history
        except NoSuchRecommendation as error:
            raise Unanswerable(f"{visible(error)}; the tool recommendations lists them") from error
        except (HistoryError, SnapshotError) as error:
            raise Unanswerable(str(error)) from error

    def _cluster(self, name: str) -> ClusterId:
        cluster = ClusterId(name)
        if self.clusters is not None and cluster not in self.clusters:
            raise Unanswerable(f"no cluster is called '{visible(name)}'; known are {', '.join(sorted(self.clusters))}")
        return cluster

    def _instances(self, history: History, cluster: ClusterId) -> list[InstanceId]:
        judged = newest(history.database, frozenset({cluster}))
        if not judged:
            raise Unanswerable(f"nothing of {visible(cluster)} has been judged yet: is the daemon running?")
        return sorted({one.instance for one in judged})

    def findings(self, at: datetime, least: Severity, group: str | None) -> dict[str, Any]:
        """The newest judgement of every cluster: findings at least so severe, and what could not be judged and why."""
        with self._open() as history:
            judgement = Ledger(history.database).latest(at, self.clusters)
        if judgement is None:
            raise Unanswerable("nothing has been judged yet: is the daemon running?")
        shape = judgement_shape(judgement)
        kept = {
            str(one.id)
            for one in judgement.findings
            if one.severity.rank >= least.rank and (group is None or group in (one.check, one.check.partition("/")[0]))
        }
        shape["findings"] = [one for one in shape["findings"] if one["id"] in kept]
        shape["recommendations"] = [
            {"id": one["id"], "action": one["action"], "finding": one["finding"]}
            for one in shape["recommendations"]
            if one["finding"] in kept
        ]
        return shape

    def recommendations(self, at: datetime, state: str | None) -> list[dict[str, Any]]:
        """All recommendations (of that state), shortest form."""
        with self._open() as history:
            entries = Ledger(history.database).entries()
        return [
            {
                "id": one.recommendation.id,
                "cluster": one.cluster,
                "state": one.state(at).value,
                "check": one.recommendation.check,
                "action": f"{one.recommendation.action}: {one.recommendation.subject}",
                "first_seen": one.first_seen.isoformat(),
            }
            for one in entries
            if (self.clusters is None or one.cluster in self.clusters) and state in (None, one.state(at).value)
        ]

    def recommendation(self, at: datetime, identity: str) -> dict[str, Any]:
        """One recommendation in full: evidence, statements, expectation, risk, rollback, life, and what it brought where that was measured."""
        with self._open() as history:
            entry = Ledger(history.database).find(identity)
            if self.clusters is not None and entry.cluster not in self.clusters:
                raise Unanswerable("that recommendation is of another configuration's cluster")
            effects = effects_of(history.database, entry.cluster, at).rows
        life = [
            {"state": one.state.value, "at": one.at.isoformat(), "by": one.by, "reason": one.reason}
            for one in entry.events
        ]
        return {
            **recommendation_shape(entry.recommendation),
            "cluster": entry.cluster,
            "state": entry.state(at).value,
            "life": life,
            "effects": [effect_shape(one) for one in effects if one.recommendation == entry.recommendation.id],
        }

    def statements(self, cluster: str, start: datetime, end: datetime, order: str, most: int) -> dict[str, Any]:
        """The statements with most of something between two times, by instance; counters as the history holds them."""
        if order not in _ORDERS:
            raise Unanswerable(f"order is one of {', '.join(_ORDERS)}")
        wanted, found = self._cluster(cluster), []
        with self._open() as history:
            for instance in self._instances(history, wanted):
                section = history.merged(wanted, instance, start, end).get(Statements.name)
                if not isinstance(section, Statements):
                    continue
                rows = sorted((one for one in section.rows if not one.own), key=_ORDERS[order], reverse=True)
                total = sum(one.exec_seconds for one in section.rows if not one.own)
                shown = [
                    _statement_shape(one, one.text or history.text(one.id), total)
                    for one in rows[: max(1, min(most, MOST_ROWS))]
                ]
                period = {"start": section.period.start.isoformat(), "end": section.period.end.isoformat()}
                found.append({"instance": instance, "period": period, "statements": shown, "of": len(rows)})
        if not found:
            raise Unanswerable("the history holds no statement counters of that time")
        return {"cluster": wanted, "order": order, "instances": found}

    def statement(self, cluster: str, identity: str, start: datetime, end: datetime) -> dict[str, Any]:
        """One statement over time, and its newest plans."""
        wanted, statement, found = self._cluster(cluster), StatementId(identity), []
        with self._open() as history:
            text = history.text(statement)
            if text is None:
                raise Unanswerable(
                    f"no statement has the id '{visible(identity)}'; the tool statements tells ids in full"
                )
            for instance in self._instances(history, wanted):
                points = history.series(wanted, instance, statement, start, end)
                plans = history.newest(wanted, instance, Plans)
                shown = [
                    {
                        "taken_at": one.taken_at.isoformat(),
                        "origin": one.origin.value,
                        "shape": one.plan.shape,
                        "lines": render(one.plan),
                    }
                    for one in (plans.rows if plans is not None else ())
                    if one.statement_id == statement
                ]
                series = [
                    {
                        "start": period.start.isoformat(),
                        "seconds": period.seconds,
                        "calls": calls,
                        "exec_seconds": spent,
                    }
                    for period, calls, spent in points
                ]
                found.append({"instance": instance, "series": series, "plans": shown})
        return {"cluster": wanted, "statement": statement, "text": text[:LONGEST_TEXT], "instances": found}


def _statement_shape(one: Statement, text: str | None, total: float) -> dict[str, Any]:
    return {
        "statement": one.id,
        "database": one.key.database,
        "user": one.key.user,
        "text": (text or "")[:LONGEST_TEXT],
        "calls": one.calls,
        "exec_seconds": one.exec_seconds,
        "mean_seconds": one.mean_exec_seconds,
        "share_of_time": one.exec_seconds / total if total > 0 else 0.0,
        "rows": one.rows,
        "shared_blocks_read": one.shared_blocks_read,
        "temp_blocks_written": one.temp_blocks_written,
    }


def span(end: datetime, hours: float) -> tuple[datetime, datetime]:
    """The last so many hours (at most 31 days). Raises Unanswerable."""
    if not 0 < hours <= 31 * 24:
        raise Unanswerable("hours must lie between 0 and 744 (31 days)")
    return end - timedelta(hours=hours), end
