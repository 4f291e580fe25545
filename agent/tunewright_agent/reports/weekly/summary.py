"""Five sentences for whoever reads no further, and the three things to do this week. Pure."""

from tunewright_agent.reports.quantities import bytes_text, seconds_text
from tunewright_agent.reports.shapes import by_severity
from tunewright_agent.reports.views import cut, moment, span
from tunewright_agent.reports.weekly.advice import dollars_a_month, made_in, open_advice, standing
from tunewright_agent.reports.weekly.document import AreaScore, Block, Part, Sql, Table, Text
from tunewright_agent.reports.weekly.performance import average_load, is_comparable, more, moved, totals
from tunewright_agent.reports.weekly.scores import blind_checks
from tunewright_agent.reports.weekly.storage import trend
from tunewright_agent.week import Week
from tunewright_analyzers.facts.effects import Outcome
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.recommendation import Recommendation

THINGS = 3
_LONGEST = 300


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _health(areas: tuple[AreaScore, ...], score: int | None, before: int | None) -> str:
    if score is None:
        return "Its health is not known: nothing could be judged."
    known = [one for one in areas if one.score is not None]
    worst = min(known, key=lambda one: (one.score or 0, one.area))
    against = "" if before is None else f" (a week before {before})"
    if (worst.score or 0) == 100:
        return f"Its health is {score} of 100{against}: nothing was found in the areas that could be judged."
    return (
        f"Its health is {score} of 100{against}; the weakest area is {worst.area} with {worst.score}: {worst.made_of}."
    )


def _load(week: Week) -> str:
    both = totals(week)
    now, before = average_load(week, week.period), average_load(week, week.previous)
    load = f"On average {now:.3g} sessions were active" if now is not None else "The load was not sampled"
    compared = is_comparable(week)
    if now is not None and compared and (told := more(before, now)):
        load += f" ({told})"
    if not both.calls:
        return f"{load}, and no statement counters were recorded."
    mean = f"statements took {seconds_text(both.seconds)} in {both.calls:,} calls, {seconds_text(both.mean)} each"
    if compared and (told := more(both.before_mean, both.mean)):
        mean += f" ({told})"
    return f"{load}; {mean}{' (in brackets: against the week before)' if compared else ''}."


def _statements(week: Week) -> str:
    if not is_comparable(week):
        return "What changed among the statements is not known: the week before is not recorded as a whole."
    found = moved(week)
    return (
        f"Among the statements {len(found.slower)} became slower by a fifth or more, {len(found.faster)} faster, "
        f"{_count(len(found.new), 'is', 'are')} new and {_count(len(found.gone), 'is', 'are')} gone."
    )


def _gains(week: Week) -> str:
    lately = made_in(week)
    followed = sum(1 for one in lately if one.recommendation is not None)
    hurt = sum(1 for one in week.effects if one.outcome is Outcome.HURT and one.undone_at is None)
    net = sum(one.saved_seconds_a_day for one in standing(week))
    money = dollars_a_month(net, week.price)
    worth = f" ({money:,.0f} dollars a month)" if money is not None else ""
    advised = _count(len(open_advice(week)), "recommendation is", "recommendations are")
    text = f"{_count(len(lately), 'change was', 'changes were')} seen, {followed} as advised; {advised} open"
    if standing(week):
        text += f"; the changes that stand {'save' if net >= 0 else 'cost'} {seconds_text(abs(net))} of execution a day{worth}"
    return text + (f", and {hurt} of them still {'hurts' if hurt == 1 else 'hurt'}." if hurt else ".")


def _outlook(week: Week) -> str:
    line = trend([one for one in week.sizes if one.at >= week.period.start])
    grows = (
        "How the databases grow is not known yet"
        if line is None
        else f"The databases hold {bytes_text(line.last)} and change by {'+' if line.a_day >= 0 else '-'}{bytes_text(abs(line.a_day))} a day"
    )
    blind = len(blind_checks(week.judgement.not_judged)) if week.judgement is not None else None
    seen = (
        "nothing has been judged yet"
        if blind is None
        else "every check could look"
        if not blind
        else _count(blind, "check", "checks") + " could not look"
    )
    return f"{grows}; {seen}."


def sentences(week: Week, areas: tuple[AreaScore, ...], score: int | None, before: int | None) -> tuple[str, ...]:
    """Health, load, statements, changes, outlook."""
    return _health(areas, score, before), _load(week), _statements(week), _gains(week), _outlook(week)


def to_do(week: Week) -> tuple[tuple[Finding, Recommendation | None], ...]:
    """The three findings to mend first, the worst, those with advice first; each with its first recommendation."""
    if week.judgement is None:
        return ()
    dismissed = {one.recommendation.id for one in week.advice if one.state == "dismissed"}
    advice: dict[str, Recommendation] = {}
    silenced = set()
    for one in week.judgement.recommendations:
        if one.id in dismissed:
            silenced.add(one.finding)
        else:
            advice.setdefault(one.finding, one)
    findings = [one for one in by_severity(week.judgement.findings) if one.id in advice or one.id not in silenced]
    ordered = sorted(findings, key=lambda one: (-one.severity.rank, one.id not in advice, one.check != "changes/hurt"))
    return tuple((one, advice.get(one.id)) for one in ordered if one.severity.rank > 0)[:THINGS]


def summary_part(week: Week, areas: tuple[AreaScore, ...], told: tuple[str, ...]) -> Part:
    """The five sentences, the three things, the scores."""
    blocks: list[Block] = [Text(" ".join(told))]
    things = to_do(week)
    blocks.append(
        Text(
            "Three things to do this week:"
            if len(things) == THINGS
            else "To do this week:"
            if things
            else "There is nothing to do this week."
        )
    )
    for number, (finding, advice) in enumerate(things, start=1):
        blocks.append(Text(f"{number}. {finding.severity}: {cut(finding.summary, _LONGEST)} ({finding.check})"))
        if advice is not None and advice.statements:
            blocks.append(Sql("SQL to run", tuple(cut(one, 4000) for one in advice.statements[:3])))
    rows = tuple(
        (
            one.area,
            "not judged" if one.score is None else str(one.score),
            "" if one.before is None else str(one.before),
            cut(one.made_of, _LONGEST),
            f"{one.judged} of {one.judged + one.blind}",
        )
        for one in areas
    )
    blocks.append(
        Table("Health by area, 0 to 100", ("area", "now", "a week before", "made of", "checks that could look"), rows)
    )
    at = moment(week.judgement.judged_at) if week.judgement is not None else "never"
    return Part(
        "summary", "Summary", f"{span(week.period)}; findings as judged {at}", "all that follows", tuple(blocks)
    )
