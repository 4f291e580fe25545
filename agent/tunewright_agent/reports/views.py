"""What the templates show, worked out beforehand: State in, small frozen views out. No HTML here, and no arithmetic there."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlparse
from sqlparse.exceptions import SQLParseError

from tunewright_agent.reports.charts import LoadRow, Segment, load_rows, load_segments
from tunewright_agent.reports.shapes import by_check, by_finding, by_severity, whole_judgement
from tunewright_agent.state import InstanceState, State
from tunewright_analyzers.facts.plans import PlanRefusal, Plans, StatementPlan
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.snapshot import Gap, Period, Snapshot
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Finding, NotJudged, Severity
from tunewright_analyzers.plans.render import render
from tunewright_analyzers.recommendation import Recommendation

MOST_CARDS = 300
"""Findings on one page; the rest is in the JSON, and the page says so."""
MOST_PLANS = 25
MOST_ROWS = 300
"""Rows of what was not judged, not read, or not explained."""
MOST_CARD_CHARACTERS = 1_000_000
"""Of the text of all cards together, before anything is escaped."""
MOST_FACTS = 60
"""Rows of evidence, or statements, in one card."""
LONGEST_SQL = 6000
LONGEST_TEXT = 2000
MOST_PLAN_LINES = 160
ENGINES = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}


def cut(text: str, most: int = LONGEST_TEXT) -> str:
    """`text`, or its beginning and how much is missing."""
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most:,} more characters)"


@lru_cache(maxsize=512)  # the printer takes up to 0.1 s for one text, and a page is asked for again and again
def pretty_sql(text: str) -> str:
    """A query over several lines; as it is where the printer cannot read it or it is too long to be worth it."""
    if len(text) > LONGEST_SQL or len(text) < 60:
        return cut(text, LONGEST_SQL)
    try:
        return str(sqlparse.format(text, reindent=True, keyword_case="upper")).strip()
    except SQLParseError:
        return text


def moment(at: datetime) -> str:
    """`24 Nov 2026 12:00 UTC`."""
    return f"{at.day} {at:%b %Y %H:%M} UTC"


def span(period: Period) -> str:
    """`23 Nov 2026 12:00 UTC to 24 Nov 2026 12:00 UTC`."""
    return f"{moment(period.start)} to {moment(period.end)}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one page shows of what may be any number."""

    cards: int = MOST_CARDS
    plans: int = MOST_PLANS
    rows: int = MOST_ROWS
    facts: int = MOST_FACTS
    characters: int = MOST_CARD_CHARACTERS

    def halved(self) -> "Limits":
        """Half of everything, at least 1."""
        halves = (max(1, each // 2) for each in (self.cards, self.plans, self.rows, self.facts, self.characters))
        return Limits(*halves)


@dataclass(frozen=True, slots=True)
class Card:
    """A finding with what to do about it. `finding` is None for advice whose finding is not shown."""

    finding: Finding | None
    advice: tuple[Recommendation, ...]

    @property
    def cluster(self) -> str:
        """Whose it is; empty where it was made without a window."""
        return self.finding.cluster if self.finding is not None else self.advice[0].cluster


@dataclass(frozen=True, slots=True)
class Group:
    """The cards of one cluster, worst first; `anchor` is its place on the page."""

    cluster: str
    anchor: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """A slow statement and the lines of its plan."""

    row: StatementPlan
    sql: str | None
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoadView:
    """DB load of one server."""

    section: ActiveSessions
    segments: tuple[Segment, ...]
    rows: tuple[LoadRow, ...]


@dataclass(frozen=True, slots=True)
class Method:
    """Where one kind of facts came from and over what time."""

    name: str
    when: str


@dataclass(frozen=True, slots=True)
class Server:
    """One server: what it is, its load, plans and what could not be read."""

    name: str
    kind: str
    read_at: str
    window: str
    load: LoadView | None
    plans: tuple[PlanView, ...]
    plans_left_out: int
    refused: tuple[PlanRefusal, ...]
    refused_left_out: int
    gaps: tuple[Gap, ...]
    gaps_left_out: int
    methods: tuple[Method, ...]
    coverage: str | None


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Checks that could not look, for one and the same reason."""

    checks: tuple[str, ...]
    subject: str
    because: str


@dataclass(frozen=True, slots=True)
class Page:
    """All of it."""

    servers: tuple[Server, ...]
    servers_left_out: int
    findings: int
    cards: tuple[Card, ...]
    cards_left_out: int
    facts: int
    counts: tuple[tuple[Severity, int], ...]
    recommendations: int
    unjudged: tuple[Unjudged, ...]
    unjudged_left_out: int
    unjudged_checks: int
    judged_at: str | None

    @property
    def groups(self) -> tuple[Group, ...]:
        """The cards by cluster, that of the worst finding first; one group without a name where there is one cluster only."""
        found: dict[str, list[Card]] = {}
        for card in self.cards:
            found.setdefault(card.cluster, []).append(card)
        if len(found) < 2:
            return (Group("", "", self.cards),)
        named = enumerate(found.items(), start=1)
        return tuple(Group(name or "no cluster", f"c-{number}", tuple(cards)) for number, (name, cards) in named)


def _cards(findings: tuple[Finding, ...], recommendations: tuple[Recommendation, ...]) -> tuple[Card, ...]:
    advice: dict[str, list[Recommendation]] = {}
    for one in by_finding(recommendations, findings):
        advice.setdefault(one.finding, []).append(one)
    cards = [Card(one, tuple(advice.pop(one.id, ()))) for one in by_severity(findings)]
    return (*cards, *(Card(None, tuple(rest)) for rest in advice.values()))


def _weight(card: Card, facts: int) -> int:
    """About how many characters of text the card shows."""
    texts = [card.finding.summary] if card.finding else []
    evidence = list(card.finding.evidence[:facts]) if card.finding else []
    for one in card.advice[:facts]:
        texts += (one.risk, one.caution or "", *one.statements[:facts], *one.rollback[:facts])
        evidence += one.evidence[:facts]
    texts += (text for one in evidence for text in (one.label, str(one.value), one.source))
    return sum(min(len(text), LONGEST_TEXT) for text in texts)


def _fitting(cards: tuple[Card, ...], limits: Limits) -> tuple[Card, ...]:
    """The first of them, as many as may be shown."""
    whole = 0
    for number, card in enumerate(cards[: limits.cards]):
        whole += _weight(card, limits.facts)
        if whole > limits.characters and number:
            return cards[:number]
    return cards[: limits.cards]


def _unjudged(not_judged: tuple[NotJudged, ...]) -> tuple[Unjudged, ...]:
    together: dict[tuple[str, str], list[str]] = {}
    for one in by_check(not_judged):
        together.setdefault((str(one.subject), one.because), []).append(one.check)
    return tuple(Unjudged(tuple(checks), subject, because) for (subject, because), checks in together.items())


def _plans(section: Plans | None, most: int) -> tuple[PlanView, ...]:
    if section is None:
        return ()
    slowest = sorted(section.rows, key=lambda row: (-row.exec_seconds, row.statement_id, row.database))[:most]
    views = []
    for row in slowest:
        lines = render(row.plan)
        if len(lines) > MOST_PLAN_LINES:
            lines = (*lines[:MOST_PLAN_LINES], f"… {len(lines) - MOST_PLAN_LINES} more lines")
        shown = tuple(cut(line, 600) for line in lines)
        views.append(PlanView(row, pretty_sql(row.text) if row.text else None, shown))
    return tuple(views)


def _methods(snapshot: Snapshot) -> tuple[Method, ...]:
    rows = []
    for section in sorted(snapshot.sections, key=lambda one: one.name):
        period = getattr(section, "period", None)
        when = f"counted {span(period)}" if isinstance(period, Period) else "state at the latest pass"
        rows.append(Method(section.name, when))
    return tuple(rows)


def _coverage(section: Statements | None) -> str | None:
    if section is None:
        return None
    known = section.coverage
    text = f"{known.entries:,} of at most {known.max_entries:,} statements held, {known.evicted:,} eviction rounds"
    return text + (f", {known.time_ratio:.0%} of the active time" if known.time_ratio is not None else "")


def version_text(snapshot: Snapshot) -> str:
    """`PostgreSQL 18.1, self-managed`."""
    number = f"{snapshot.version // 10000}.{snapshot.version % 10000}" if snapshot.version else "of unknown version"
    return f"{ENGINES[snapshot.engine]} {number}, {snapshot.flavour}"


def _server(one: InstanceState, limits: Limits) -> Server:
    name = f"{one.cluster} / {one.instance}"
    snapshot = one.snapshot
    if snapshot is None:
        return Server(name, "not read yet", "", "", None, (), 0, (), 0, (), 0, (), None)
    window = one.window
    section = (window.section if window else snapshot.section)(ActiveSessions)
    plans = snapshot.section(Plans)
    return Server(
        name=name,
        kind=version_text(snapshot),
        read_at=moment(snapshot.taken_at),
        window=span(Period(window.start, window.end)) if window else "",
        load=LoadView(section, load_segments(section), load_rows(section)) if section else None,
        plans=_plans(plans, limits.plans),
        plans_left_out=max(0, len(plans.rows) - limits.plans) if plans else 0,
        refused=plans.refused[: limits.rows] if plans else (),
        refused_left_out=max(0, len(plans.refused) - limits.rows) if plans else 0,
        gaps=snapshot.gaps[: limits.rows],
        gaps_left_out=max(0, len(snapshot.gaps) - limits.rows),
        methods=_methods(snapshot),
        coverage=_coverage(snapshot.section(Statements)),
    )


def page_of(state: State, limits: Limits) -> Page:
    """What is known, ready to be shown, and how much of it had to be left out."""
    whole = whole_judgement(state)
    cards = _cards(whole.findings, whole.recommendations)
    shown = _fitting(cards, limits)
    unjudged = _unjudged(whole.not_judged)
    counted = Counter(one.severity for one in whole.findings)
    return Page(
        servers=tuple(_server(one, limits) for one in state.instances[: limits.rows]),
        servers_left_out=max(0, len(state.instances) - limits.rows),
        findings=len(whole.findings),
        cards=shown,
        cards_left_out=len(cards) - len(shown),
        facts=limits.facts,
        counts=tuple((severity, counted[severity]) for severity in reversed(Severity) if counted[severity]),
        recommendations=len(whole.recommendations),
        unjudged=unjudged[: limits.rows],
        unjudged_left_out=max(0, len(unjudged) - limits.rows),
        unjudged_checks=len({one.check for one in whole.not_judged}),
        judged_at=moment(whole.judged_at) if any(one.judgement for one in state.instances) else None,
    )
