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
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstance, CloudInstances
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
    """Of another class, of a standby more or less, of a member more or less."""
    name, _, field = change.name.removeprefix("instance ").partition(": ")
    clusters, instances = latest.section(CloudClusters), latest.section(CloudInstances)
    row = instances.get(name) if instances is not None else None
    cluster = clusters.rows[0] if clusters is not None and clusters.rows else None
    engine = row.engine if row is not None else cluster.engine if cluster is not None else ""
    factor = _factor(row, cluster, prices)
    if not engine or factor is None:
        return None
    if field == "MultiAZ" and row is not None:
        classes, factors = (
            (row.instance_class,) * 2,
            tuple(2.0 if one == "true" else 1.0 for one in (change.before, change.now)),
        )
    else:
        classes, factors = (change.before or NONE, change.now or NONE), (factor, factor)
    known = [0.0 if one == NONE else _hourly(prices, class_item(engine, one)) for one in classes]
    if None in known:
        return None
    before, after = (float(price or 0.0) * times * HOURS_A_MONTH for price, times in zip(known, factors, strict=True))
    return Cost(before, after, f"list price of {prices.region}, {prices.as_of}")


def _hourly(prices: Prices, item: str) -> float | None:
    price = prices.get(item)
    return None if price is None else price.dollars


def _factor(row: CloudInstance | None, cluster: CloudCluster | None, prices: Prices) -> float | None:
    """How often the price of its class is paid: twice with a standby, more on I/O-Optimized; None where the latter has no price."""
    if cluster is not None and cluster.is_aurora:
        return _hourly(prices, "aurora:iopt:class-factor") if cluster.storage_type == OPTIMIZED else 1.0
    return 2.0 if row is not None and row.is_multi_zone else 1.0


def cost(change: Change, latest: Snapshot) -> Cost | None:
    """What the resource cost before and costs now by the table of prices; None where nothing of it is priced, or for another Region."""
    prices = latest.section(Prices)
    if prices is None or prices.region != region(latest):
        return None
    of_a_member = change.name.startswith("instance ") and (
        ": " not in change.name or change.name.endswith((": DBInstanceClass", ": MultiAZ"))
    )
    if of_a_member:
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
