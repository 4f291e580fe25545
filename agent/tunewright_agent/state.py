"""What the daemon knows now, as passed from the pipeline to metrics, pages, reports and the command line. Immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Snapshot, Window
from tunewright_analyzers.finding import Finding, NotJudged
from tunewright_analyzers.recommendation import Recommendation


@dataclass(frozen=True, slots=True)
class SourceRun:
    """The last pass of one source, and its totals since the daemon started.

    `server_seconds` is what our own statements of this source cost the server over the last statements window (None: not known).
    """

    source: str
    at: datetime
    seconds: float
    error: str | None
    passes: int
    failures: int
    skipped: int
    """Ticks that found the source still running."""
    interval_seconds: float
    """The interval now: the governor lengthens it when a source costs too much."""
    lag_seconds: float = 0.0
    server_seconds: float | None = None
    unanswered: bool = False
    """Whether it failed because the server did not answer; one that refuses us is up."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the checks and advisers said of one window."""

    judged_at: datetime
    findings: tuple[Finding, ...]
    recommendations: tuple[Recommendation, ...]
    not_judged: tuple[NotJudged, ...]


@dataclass(frozen=True, slots=True)
class InstanceState:
    """One server: its newest snapshot, the window that was judged last, the verdicts, and how the sources fare."""

    cluster: ClusterId
    instance: InstanceId
    snapshot: Snapshot | None
    window: Window | None
    judgement: Judgement | None
    runs: tuple[SourceRun, ...]
    last_events: Mapping[str, datetime] = field(default_factory=dict)
    """When an event of each kind happened last."""


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One channel of notifications: messages of the last week by state, and how long the oldest unsent one waits."""

    name: str
    messages: Mapping[str, int]
    waiting_seconds: float


@dataclass(frozen=True, slots=True)
class LeaseState:
    """Whether we act for a cluster, where several agents share the history. `since` only while we do."""

    cluster: ClusterId
    held: bool
    since: datetime | None
    takeovers: int
    """How often it was taken over from an agent that had gone silent, since the start."""


@dataclass(frozen=True, slots=True)
class AwsState:
    """How we fare with AWS: requests since the start by (action, region), what they cost, and where discovery fails."""

    requests: Mapping[tuple[str, str], int]
    metrics_requested: int
    dollars: float
    failures: Mapping[tuple[str, str], str]
    """Why discovery fails, by region and account."""
    places: tuple[tuple[str, str], ...] = ()
    """Regions and accounts that are looked at, whether it works or not."""


@dataclass(frozen=True, slots=True)
class State:
    """All instances, and the daemon itself. `ready` once every instance had its first pass (or failed it)."""

    started_at: datetime
    now: datetime
    instances: tuple[InstanceState, ...]
    history_bytes: int = 0
    history_error: str | None = None
    ready: bool = False
    channels: tuple[ChannelState, ...] = ()
    aws: AwsState | None = None
    history_waiting: int = 0
    """Passes that wait to be written, of all instances."""
    history_dropped: int = 0
    """Passes that went unwritten for want of room, since the start."""
    leases: tuple[LeaseState, ...] = ()
    """One for each cluster that we would act for; none where the history is ours alone."""
