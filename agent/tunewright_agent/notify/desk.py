"""The desk: takes what the watches judged, keeps the outbox, plans what is due, and runs the senders. Made by wiring, one an assembly.

A full judgement speaks for all checks but the incidents'; the quick lane (Incidents of each watch) for those.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from tunewright_agent.clock import Clock
from tunewright_agent.config.notifications import NotificationSettings
from tunewright_agent.history.codec import SnapshotError
from tunewright_agent.history.database import HistoryError
from tunewright_agent.history.judgements import could_look
from tunewright_agent.history.leases import Fenced
from tunewright_agent.history.outbox import STATES, Observed, Outbox
from tunewright_agent.lanes import Job, Lane
from tunewright_agent.notify.alerts import alerts_of
from tunewright_agent.notify.channels import notifier_of, plan_of
from tunewright_agent.notify.sending import Sender
from tunewright_agent.pipeline import DISABLED
from tunewright_agent.state import ChannelState, Judgement
from tunewright_alerts.message import Alert
from tunewright_analyzers.check import PARTLY
from tunewright_analyzers.facts.ids import CheckId, ClusterId, InstanceId
from tunewright_analyzers.finding import NotJudged

_log = structlog.get_logger("notify")
PLAN_SECONDS, PLAN_SHARED_SECONDS = 2.0, 5.0
"""In a shared store every agent asks; what is judged new is planned at once in both."""
PRUNE_SECONDS = 3600.0
JUDGED, INCIDENT = "judged", "incident"


@dataclass(slots=True)
class Desk:
    """All of the notifications of one assembly."""

    outbox: Outbox
    settings: NotificationSettings
    now: Callable[[], datetime]
    _senders: tuple[Sender, ...] = field(init=False)
    _lane: Lane = field(init=False, default_factory=lambda: Lane("notify"))
    _failing: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._senders = tuple(
            Sender(one, self.outbox, notifier_of, self.now, self.settings.give_up_after)
            for one in self.settings.channels
        )

    def open(self, clusters: frozenset[str]) -> None:
        """Open the outbox; what was being sent when the last daemon ended is taken up again. Raises HistoryError."""
        self.outbox.open()
        self.outbox.forget(clusters, frozenset(one.name for one in self.settings.channels), self.now())

    def take_over(self, cluster: str) -> None:
        """A cluster is ours now: its unsent messages too. Never raises."""
        channels = frozenset(one.name for one in self.settings.channels)
        self._tried(lambda: self.outbox.take_over(cluster, channels, self.now()))
        for sender in self._senders:
            sender.wake()

    def start(self, clock: Clock) -> None:
        """Start the senders and the planning."""
        for sender in self._senders:
            sender.start()
        self._lane.start()
        plan, prune = Job("plan", self._plan, self._broke), Job("prune", self._prune, self._broke)
        every = PLAN_SHARED_SECONDS if self.outbox.shared else PLAN_SECONDS
        clock.every("notify/plan", every, lambda: _offer(self._lane, plan))
        clock.every("notify/prune", PRUNE_SECONDS, lambda: _offer(self._lane, prune), first_in_seconds=PLAN_SECONDS)

    def judged(self, cluster: ClusterId, instance: InstanceId, judgement: Judgement, *, incident: bool) -> None:
        """What one judgement of one instance found. Never raises: a full disk costs no watch its work."""
        mine = frozenset(self.settings.incidents)
        kept = replace(judgement, findings=tuple(one for one in judgement.findings if (one.check in mine) == incident))
        at = judgement.judged_at

        blind = tuple(one for one in judgement.not_judged if _hides(one, incident=incident))

        def looked(alert: Alert) -> bool:
            return could_look(CheckId(alert.check), alert.database, blind)

        lane = INCIDENT if incident else JUDGED
        seen = Observed(lane, cluster, instance, at, alerts_of(cluster, instance, kept, at), looked)
        self._tried(lambda: self.outbox.observe(seen, self.settings.settle if incident else 0.0))
        if incident:
            self._lane.offer(Job("plan", self._plan, self._broke))

    def _plan(self) -> None:
        def work() -> None:
            if self.outbox.plan(plan_of(self.settings), self.now()):
                for sender in self._senders:
                    sender.wake()

        self._tried(work)

    def _prune(self) -> None:
        self._tried(lambda: self.outbox.prune(self.now()))

    def _tried(self, work: Callable[[], None]) -> None:
        """Told once when it begins to fail and once when it works again."""
        try:
            work()
        except Fenced as error:
            _log.info("not_ours_to_tell", reason=str(error))
        except (HistoryError, SnapshotError) as error:
            if str(error) != self._failing:
                _log.error("outbox_failed", reason=str(error))
            self._failing = str(error)
        else:
            if self._failing is not None:
                _log.info("outbox_works_again")
            self._failing = None

    @staticmethod
    def _broke(error: Exception) -> None:
        _log.error("notify_failed", error=type(error).__name__)

    def states(self) -> tuple[ChannelState, ...]:
        """How each channel fares; none where the outbox cannot be read."""
        counts: dict[tuple[str, str], int] = {}
        since: dict[str, datetime] = {}

        def read() -> None:
            counts.update(self.outbox.counts())
            since.update(self.outbox.waiting_since())

        self._tried(read)
        at = self.now()
        return tuple(
            ChannelState(
                one.name,
                {state: counts.get((one.name, state), 0) for state in STATES},
                max(0.0, (at - since.get(one.name, at)).total_seconds()),
            )
            for one in self.settings.channels
        )

    def stop(self, deadline_seconds: float) -> bool:
        """Let what is being sent end. False where something was cut; it is sent again at the next start."""
        ended = [self._lane.close(deadline_seconds)]
        ended += [sender.stop(deadline_seconds) for sender in self._senders]
        self.outbox.close()
        return all(ended)


def _hides(one: NotJudged, *, incident: bool) -> bool:
    """Whether what was seen before may still be there unseen. Not behind a check that was switched off; nor, of the moment, where the
    same part as ever could be read: a role that sees half of the sessions would never hear that a chain is gone."""
    return one.because != DISABLED and not (incident and PARTLY in one.because)


def _offer(lane: Lane, job: Job) -> None:
    lane.offer(job)
