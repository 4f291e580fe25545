"""The report on schedule: made once it is due, handed to every place, tried again there until a day has passed. One lane, its own.

What was handed over is kept in the history, so that a daemon that starts again sends nothing twice; a place that fails costs no other
its report.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select

from tunewright_agent.clock import Clock
from tunewright_agent.config.secrets import SecretError
from tunewright_agent.config.settings import Settings
from tunewright_agent.history import schema
from tunewright_agent.history.codec import SnapshotError
from tunewright_agent.history.database import Database, HistoryError
from tunewright_agent.history.stores.upsert import insert
from tunewright_agent.lanes import Job, Lane
from tunewright_agent.notify.channels import notifier_of
from tunewright_agent.reporting.calendar import due_at
from tunewright_agent.reporting.deliver import file_name, letter, to_bucket, to_folder
from tunewright_agent.reporting.forms import Form, made
from tunewright_agent.reporting.gather import place_of, weeks_of
from tunewright_agent.reporting.pdf import PdfError
from tunewright_agent.reports.weekly.build import report
from tunewright_agent.reports.weekly.summary import to_do
from tunewright_agent.week import Week
from tunewright_alerts.delivery import DeliveryError
from tunewright_alerts.notifiers.ses import Ses
from tunewright_alerts.notifiers.slack import Slack
from tunewright_alerts.notifiers.smtp import Smtp
from tunewright_analyzers.facts.snapshot import Period

_log = structlog.get_logger("report")
TICK_SECONDS = 60.0
KEPT = timedelta(days=90)
_MOST_CLUSTERS = 20
"""Of which a letter speaks."""


def summary_lines(weeks: tuple[Week, ...], period: Period, at: datetime) -> tuple[str, ...]:
    """The five sentences of each cluster, the weakest first, and its three things to do."""
    told = report(weeks, period, at)
    by_name = {(week.cluster, week.instance): week for week in weeks}
    names = {one.name: one for one in told.clusters}
    lines: list[str] = []
    for one in told.clusters[:_MOST_CLUSTERS]:
        lines.append(f"{one.name}: {' '.join(one.summary)}")
        week = next(
            (each for each in by_name.values() if one.name in (each.cluster, f"{each.cluster} / {each.instance}")), None
        )
        things = to_do(week) if week is not None else ()
        lines += [
            f"{number}. {finding.severity}: {finding.summary[:300]}"
            for number, (finding, _) in enumerate(things, start=1)
        ]
    if (more := len(names) + len(told.left_out) - _MOST_CLUSTERS) > 0:
        lines.append(f"{more} more clusters: see the report.")
    return tuple(lines)


@dataclass(slots=True)
class Reporter:
    """The schedule of one assembly."""

    settings: Settings
    database: Database
    now: Callable[[], datetime]
    ours: Callable[[], bool] | None = None
    """Whether it is for us to send it, where several agents share the history; None where it is ours alone."""
    _lane: Lane = field(init=False, default_factory=lambda: Lane("report"))
    _failing: dict[str, str] = field(init=False, default_factory=dict)

    def start(self, clock: Clock) -> None:
        """Look every minute whether one is due."""
        self._lane.start()
        job = Job("report", lambda: self.tick(), self._broke)
        clock.every("report", TICK_SECONDS, lambda: _offer(self._lane, job), first_in_seconds=TICK_SECONDS)

    def stop(self, deadline_seconds: float) -> bool:
        """Let what is being made end. False where it was cut; it is made again at the next start."""
        return self._lane.close(deadline_seconds)

    def places(self) -> tuple[str, ...]:
        """Where it goes."""
        wanted = self.settings.report
        found = ["folder"] if wanted.folder is not None else []
        found += ["bucket"] if wanted.bucket is not None else []
        return (*found, *(f"channel {name}" for name in wanted.channels))

    def tick(self) -> tuple[str, ...]:
        """Make what is due and hand it to the places that have not had it; the answer is those that took it now. Never raises."""
        wanted = self.settings.report
        due = due_at(wanted.day, wanted.time, wanted.timezone, self.now())
        if due is None or (self.ours is not None and not self.ours()):
            return ()
        try:
            waiting = [one for one in self.places() if one not in self._had(due)]
            if not waiting:
                return ()
            end = due.replace(minute=0, second=0, microsecond=0)
            period = Period(end - timedelta(seconds=wanted.since), end)
            weeks = weeks_of(place_of(self.settings), period)
        except (HistoryError, SnapshotError) as error:
            self._tell("history", str(error))
            return ()
        if not weeks:
            return ()
        took = tuple(one for one in waiting if self._hand_over(one, weeks, period, due))
        self._note(due, took)
        return took

    def _hand_over(self, place: str, weeks: tuple[Week, ...], period: Period, due: datetime) -> bool:
        wanted = self.settings.report
        try:
            if place in {"folder", "bucket"}:
                files = {file_name(due, form): made(form, weeks, period, due) for form in wanted.forms}
                if place == "folder" and wanted.folder is not None:
                    to_folder(wanted.folder, files, wanted.keep)
                elif wanted.bucket is not None:
                    to_bucket(wanted.bucket, wanted.region, files)
            else:
                self._post(place.removeprefix("channel "), weeks, period, due)
        except DeliveryError as error:
            self._tell(place, error.reason)
            return False
        except (PdfError, SecretError) as error:
            self._tell(place, str(error))
            return False
        self._failing.pop(place, None)
        _log.info("reported", place=place, due=due.isoformat())
        return True

    def _post(self, name: str, weeks: tuple[Week, ...], period: Period, due: datetime) -> None:
        channel = next(one for one in self.settings.notifications.channels if one.name == name)
        box = notifier_of(channel)
        html: Form = "html"
        whole = made(html, weeks, period, due)
        title = report(weeks, period, due).title
        sent = letter(due, title, summary_lines(weeks, period, due), whole, self.settings.notifications.page_url)
        if isinstance(box, Smtp | Ses | Slack):
            box.deliver(sent)

    def _had(self, due: datetime) -> frozenset[str]:
        table = schema.report_sendings
        with self.database.reading() as connection:
            rows = connection.execute(select(table.c.place).where(table.c.due == due.timestamp())).scalars().all()
        return frozenset(rows)

    def _note(self, due: datetime, places: tuple[str, ...]) -> None:
        table, at = schema.report_sendings, self.now()
        try:
            with self.database.transaction() as connection:
                for one in places:
                    values = {"due": due.timestamp(), "place": one, "at": at.timestamp()}
                    connection.execute(insert(connection, table).values(**values).on_conflict_do_nothing())
                connection.execute(delete(table).where(table.c.at < (at - KEPT).timestamp()))
        except HistoryError as error:
            self._tell("history", str(error))

    def _tell(self, place: str, reason: str) -> None:
        """Told once when it begins to fail, and when it fails otherwise."""
        if self._failing.get(place) != reason:
            _log.warning("report_failed", place=place, reason=reason, again_in_seconds=TICK_SECONDS)
        self._failing[place] = reason

    @staticmethod
    def _broke(error: Exception) -> None:
        _log.error("report_failed", error=type(error).__name__)


def _offer(lane: Lane, job: Job) -> None:
    lane.offer(job)
