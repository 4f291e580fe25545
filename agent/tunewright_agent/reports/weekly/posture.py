"""Incidents of a week, and what the checks say of security, backup, availability and cost; what could not be judged, and the method. Pure."""

from collections import Counter

from tunewright_agent.reports.shapes import by_check, by_severity
from tunewright_agent.reports.views import cut, moment, span
from tunewright_agent.reports.weekly.document import Block, Items, Limits, Part, Table, Text
from tunewright_agent.reports.weekly.scores import AREAS, WEIGHTS, blind_checks, group_of
from tunewright_agent.week import Week

INCIDENTS = ("availability", "replication", "locks")
_LONGEST = 600
_NOTES = (
    "The health of a cluster is the mean of the areas that could be judged.",
    "Statements are told without their literals; our own are left out. What was counted between a crash and the reading before it is lost.",
    "A statement is slower or faster where the mean time of a call differs by a fifth with 100 calls in both weeks.",
    "What a change did is told by ranks over comparable hours before and after it; a planner's cost is never called a time.",
    "Money is execution time as a share of the processors at the price in the settings: saved only where the instance is made smaller.",
    "Tunewright reads, judges and advises; nothing told here was changed by it.",
)
_EVENTS = {"plan_changed"}
"""Told elsewhere."""


def incidents_part(week: Week, limits: Limits) -> Part:
    """What opened and was resolved, events, messages."""
    blocks: list[Block] = []
    opened = [one for one in week.findings if week.period.start <= one.first_seen < week.period.end]
    resolved = [
        one
        for one in week.findings
        if one.resolved_at is not None and week.period.start <= one.resolved_at < week.period.end
    ]
    urgent = [one for one in opened if group_of(one.check) in INCIDENTS]
    blocks.append(
        Text(
            f"{len(opened)} findings opened this week and {len(resolved)} were resolved; "
            f"{len(urgent)} of those opened are of availability, replication or locks."
        )
    )
    if urgent:
        rows = tuple(
            (moment(one.first_seen), moment(one.resolved_at) if one.resolved_at else "still stands", one.severity or "not kept", one.check,
             cut(one.summary or one.subject, _LONGEST))
            for one in urgent[: limits.rows]
        )  # fmt: skip
        blocks.append(
            Table("Incidents", ("from", "to", "severity", "check", "what"), rows, max(0, len(urgent) - limits.rows))
        )
    events = [one for one in week.events if one.kind not in _EVENTS]
    if events:
        told = tuple(
            (moment(one.at), one.kind.replace("_", " "), cut(f"{one.subject} {one.detail}".strip(), _LONGEST))
            for one in events[: limits.rows]
        )
        blocks.append(Table("Events", ("when", "kind", "what"), told, max(0, len(events) - limits.rows)))
    blocks.append(_messages(week))
    return Part(
        "incidents",
        "Incidents and alerts",
        span(week.period),
        "the ledger's findings, events seen between readings, the outbox",
        tuple(blocks),
    )


def _messages(week: Week) -> Block:
    if week.messages is None:
        return Text("Notifications: no outbox was read.")
    if not week.messages:
        return Text("Notifications: none was made.")
    rows = tuple((channel, state.replace("_", " "), f"{number:,}") for channel, state, number in week.messages)
    return Table("Notifications of the last week, by channel and state", ("channel", "state", "messages"), rows)


def posture_part(week: Week, limits: Limits, area: str, title: str, checks: frozenset[str]) -> Part:
    """The findings that stand in one area; 'not read' where no check of it could look."""
    window = moment(week.judgement.judged_at) if week.judgement is not None else "never judged"
    blocks = area_blocks(week, limits, area, checks)
    return Part(area, title, window, f"checks of {', '.join(AREAS[area])}", blocks)


def area_blocks(week: Week, limits: Limits, area: str, checks: frozenset[str]) -> tuple[Block, ...]:
    """What the checks of one area say."""
    groups = AREAS[area]
    known = sorted(check for check in checks if group_of(check) in groups)
    judgement = week.judgement
    if not known:
        return (Text(f"Not read: no check of {area} judges this kind of target."),)
    if judgement is None:
        return (Text("Not read: nothing has been judged yet."),)
    blind = blind_checks(judgement.not_judged)
    could = [check for check in known if check not in blind]
    found = by_severity(one for one in judgement.findings if group_of(one.check) in groups)
    if not could and not found:
        reasons = sorted({one.because for one in judgement.not_judged if group_of(one.check) in groups})
        told = Items(tuple(cut(one, _LONGEST) for one in reasons[: limits.rows]))
        return Text(f"Not read: none of the {len(known)} checks of {area} could look."), told
    if not found:
        return (Text(f"{len(could)} of {len(known)} checks of {area} could look, and found nothing."),)
    rows = tuple((str(one.severity), one.check, cut(one.summary, _LONGEST)) for one in found[: limits.rows])
    caption = f"Findings of {area} that stand; {len(could)} of {len(known)} checks could look"
    return (Table(caption, ("severity", "check", "what"), rows, max(0, len(found) - limits.rows)),)


def blind_part(week: Week, limits: Limits) -> Part:
    """What could not be judged and why; what the history lacks."""
    blocks: list[Block] = []
    judgement = week.judgement
    if judgement is None:
        blocks.append(Text("Nothing has been judged yet."))
    elif judgement.not_judged:
        together: dict[tuple[str, str], list[str]] = {}
        for one in by_check(judgement.not_judged):
            together.setdefault((str(one.subject), one.because), []).append(one.check)
        rows = tuple(
            (cut(", ".join(checks), _LONGEST), cut(subject, 300), cut(because, _LONGEST))
            for (subject, because), checks in together.items()
        )
        number = len({one.check for one in judgement.not_judged})
        blocks.append(
            Text(
                f"{number} {'check' if number == 1 else 'checks'} could not look, or not everywhere. That is not the same as healthy."
            )
        )
        blocks.append(
            Table("Not judged", ("checks", "about", "because"), rows[: limits.rows], max(0, len(rows) - limits.rows))
        )
    else:
        blocks.append(Text("Every check could look."))
    if week.unread:
        blocks.append(Items(week.unread))
    return Part(
        "blind",
        "What could not be judged",
        moment(judgement.judged_at) if judgement else "never judged",
        "the newest judgement, and the history",
        tuple(blocks),
    )


def method_part(week: Week) -> Part:
    """How the numbers came about."""
    weights = ", ".join(f"{one} {weight}" for one, weight in WEIGHTS.items() if weight)
    counted = Counter(one.kind for one in week.events)
    events = ", ".join(f"{number} {kind}" for kind, number in sorted(counted.items())) or "none"
    notes = (
        *_NOTES,
        f"Scores: each area begins at 100 and loses for every finding that stands: {weights}.",
        f"Events: {events}.",
    )
    when = f"Every span is in UTC. The week is {span(week.period)}; it is compared with {span(week.previous)}."
    blocks = (Items((when, *notes)),)
    return Part("method", "Method", span(week.period), "docs/report.md", blocks)
