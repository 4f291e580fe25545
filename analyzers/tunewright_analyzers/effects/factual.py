"""What a change of a cloud's resource did, by facts: findings that went or came with it, and list prices before and after. Pure.

In come the Change, the advice that it answers, the advice that is new since, and dollars; out comes an Effect. Nothing here is estimated:
no statement is timed. A finding that came with the change and stands is a change that hurt; advice whose finding is gone was kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tunewright_analyzers.cloud.resources import region
from tunewright_analyzers.cost.aurora import HOURS_A_MONTH, OPTIMIZED, bill
from tunewright_analyzers.cost.listed import Missing, class_item
from tunewright_analyzers.effects.resources import NONE
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_cost import Prices
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.facts.effects import Change, Effect, Outcome, What
from tunewright_analyzers.facts.snapshot import Snapshot
from tunewright_analyzers.recommendation import Recommendation

FOLLOWED = timedelta(days=7)
"""After that the effect stands."""
BROUGHT = timedelta(hours=1)
"""A finding that is new so soon after a change of the field that its mend speaks of came with it: facts are read at different intervals."""
METHOD = "findings and list prices before and after; no statement is timed"


@dataclass(frozen=True, slots=True)
class Answered:
    """The advice that the change answers, and whether its finding is gone."""

    advice: Recommendation
    is_gone: bool


@dataclass(frozen=True, slots=True)
class Cost:
    """Dollars a month before and after, and by what they are known."""

    before: float
    after: float
    source: str

    def __str__(self) -> str:
        return f"${self.before:,.0f} a month before, ${self.after:,.0f} after ({self.source})"


def _class_cost(change: Change, latest: Snapshot, prices: Prices) -> Cost | None:
    """Of another class, a member more or a member less."""
    kind, _, rest = change.name.partition(" ")
    clusters, instances = latest.section(CloudClusters), latest.section(CloudInstances)
    name = rest.partition(":")[0]
    row = instances.get(name) if instances is not None else None
    engine = (
        row.engine if row is not None else clusters.rows[0].engine if clusters is not None and clusters.rows else ""
    )
    if kind != "instance" or not engine:
        return None
    dollars = [
        0.0
        if value == NONE
        else price.dollars * HOURS_A_MONTH
        if (price := prices.get(class_item(engine, value)))
        else None
        for value in (change.before or NONE, change.now or NONE)
    ]
    before, after = dollars
    if before is None or after is None:
        return None
    return Cost(before, after, f"list price of {prices.region}, {prices.as_of}")


def cost(change: Change, latest: Snapshot) -> Cost | None:
    """What the resource cost before and costs now by the table of prices; None where nothing of it is priced, or for another Region."""
    prices = latest.section(Prices)
    if prices is None or prices.region != region(latest):
        return None
    if change.name.endswith(": DBInstanceClass") or (change.name.startswith("instance ") and ": " not in change.name):
        return _class_cost(change, latest, prices)
    clusters, instances, trends = (
        latest.section(CloudClusters),
        latest.section(CloudInstances),
        latest.section(CloudTrends),
    )
    if not change.name.endswith(": StorageType") or not clusters or not instances or not trends:
        return None
    row = clusters.get(change.name.removeprefix("cluster ").partition(":")[0])
    money = bill(row, instances, trends, prices) if row is not None and row.is_aurora else Missing("no Aurora cluster")
    if isinstance(money, Missing):
        return None
    both = money.standard, money.optimized
    before, after = both if change.now == OPTIMIZED else both[::-1]
    return Cost(
        before, after, f"list prices of {prices.region}, {prices.as_of}, at the requests of {money.hours:.0f} h"
    )


def is_factual(change: Change) -> bool:
    """Whether it is judged here and not by its statements."""
    return change.what is What.RESOURCE


def judge(
    change: Change,
    answered: Answered | None,
    brought: Iterable[str],
    money: Cost | None,
    undone_at: datetime | None,
    now: datetime,
) -> Effect:
    """The effect as it can be told now. `brought`: findings that came with the change and stand, in words."""
    over = now >= change.at + FOLLOWED
    came = tuple(brought)
    if came:
        outcome, kept = Outcome.HURT, False if answered is not None else None
        because = f"it brought {'a finding' if len(came) == 1 else f'{len(came)} findings'}: {'; '.join(came)}"
    elif answered is not None and answered.is_gone:
        outcome, kept, because = Outcome.HELPED, True, f"the finding {answered.advice.check} is gone"
    elif answered is not None:
        outcome, kept = (Outcome.UNCHANGED, False) if over else (Outcome.MEASURING, None)
        because = f"the finding {answered.advice.check} still stands"
    else:
        outcome, kept = Outcome.UNCHANGED if now >= change.at + BROUGHT else Outcome.MEASURING, None
        because = "no finding came or went with it"
    found = Effect(
        change, outcome, because, now, method=METHOD, kept=kept, undone_at=undone_at, is_final=over or undone_at is not None,
        recommendation=answered.advice.id if answered else None, check=answered.advice.check if answered else None,
    )  # fmt: skip
    return found if money is None else _with(found, money, answered)


def _with(found: Effect, money: Cost, answered: Answered | None) -> Effect:
    """With what it costs, and what was promised of that."""
    found = replace(
        found, because=f"{found.because}; {money}", saved_dollars_a_month=round(money.before - money.after, 2)
    )
    promise = answered.advice.expectation if answered is not None else None
    if promise is None or promise.unit != "dollars a month" or promise.baseline <= 0 or money.before <= 0:
        return found
    return replace(
        found, promised=promise.predicted / promise.baseline, promised_metric=promise.metric, measured=money.after / money.before
    )  # fmt: skip


def is_news(found: Effect, last: Effect | None) -> bool:
    """Whether it says anything that the last one did not."""
    if last is None:
        return True
    said = [(one.outcome, one.kept, one.undone_at, one.is_final, one.recommendation) for one in (found, last)]
    return said[0] != said[1]
