"""`cost/io_optimized`: reads CloudClusters, CloudInstances, CloudTrends, Prices; says which storage configuration is the cheaper one."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.cost.aurora import OPTIMIZED, StorageBill, bill
from tunewright_analyzers.cost.listed import Missing, table
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_cost import Prices
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.finding import Evidence, NotJudged, Severity
from tunewright_analyzers.recommendation import Expectation


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a switch is worth it."""

    days_min: float = threshold(7, "days", "Days of requests that must have been measured; 14 are better.")
    saving_ratio: float = threshold(0.05, "ratio", "Share of the bill that the other configuration must save.")
    saving_dollars: float = threshold(10, "dollars a month", "Dollars a month that it must save.")


def _evidence(row: CloudCluster, money: StorageBill, prices: Prices) -> tuple[Evidence, ...]:
    source = table(prices)
    return (
        Evidence("instances", round(money.instances, 2), "dollars a month", source),
        Evidence("storage at Standard", round(money.storage, 2), "dollars a month", source),
        Evidence("requests at Standard", round(money.requests, 2), "dollars a month", f"VolumeReadIOPs + VolumeWriteIOPs of {money.hours:.0f} h"),
        Evidence("Standard", round(money.standard, 2), "dollars a month", "C + S + I"),
        Evidence("I/O-Optimized", round(money.optimized, 2), "dollars a month", f"{money.class_factor:.2f} C + {money.storage_factor:.2f} S"),
        Evidence("requests at the break-even", round(money.break_even, 2), "dollars a month", "computed"),
        evidence(row, "StorageType", row.storage_type),
    )  # fmt: skip


def _verdicts(context: Context[Thresholds], row: CloudCluster, money: StorageBill) -> Iterator[Verdict]:
    limits, prices = context.thresholds, context.window.need(Prices)
    is_optimized = row.storage_type == OPTIMIZED
    now, other = (money.optimized, money.standard) if is_optimized else (money.standard, money.optimized)
    saving, target = now - other, "aurora" if is_optimized else OPTIMIZED
    if saving < limits.saving_dollars or saving < limits.saving_ratio * now:
        return
    name = "Aurora Standard" if is_optimized else "I/O-Optimized"
    found = context.finding(
        subject(row),
        Severity.LOW,
        f"{name} would cost ${other:,.0f} instead of ${now:,.0f} a month for {row.identifier}: ${saving:,.0f} less.",
        *_evidence(row, money, prices),
    )
    yield found
    waits = row.io_optimized_allowed_at
    late = (
        f" Not before {waits:%Y-%m-%d}."
        if waits is not None and waits > context.window.end and not is_optimized
        else ""
    )
    yield mended(
        context,
        found,
        modify(row, storage_type=target),
        risk="No downtime. I/O-Optimized can be chosen once in 30 days, Standard at any time.",
        rollback=(modify(row, storage_type=row.storage_type),),
        template=desired(row, StorageType=target),
        expectation=Expectation("bill", round(now, 2), round(other, 2), "dollars a month", "list prices and measured requests"),
        caution=f"List prices: reserved instances and discounts shift the balance.{late}",
    )  # fmt: skip


@check(needs=(CloudClusters, CloudInstances, CloudTrends, Prices), thresholds=Thresholds)
def io_optimized(context: Context[Thresholds]) -> Iterator[Verdict]:
    """An Aurora cluster for which the other storage configuration is cheaper.

    Risk: requests of Aurora Standard can cost more than the instances; I/O-Optimized costs 30 % more for instances that do little I/O.
    Evidence: VolumeReadIOPs and VolumeWriteIOPs of up to 14 days, VolumeBytesUsed, classes and mean ACU, at dated list prices.
    Remedy: modify StorageType; both directions go without downtime.
    False positives: a load that has changed lately; reserved instances, which cover Standard and I/O-Optimized differently.
    """
    trends, prices = context.window.need(CloudTrends), context.window.need(Prices)
    for row in context.window.need(CloudClusters).rows:
        if not row.is_aurora or not row.members or row.engine_mode == "serverless":
            continue
        money = bill(row, context.window.need(CloudInstances), trends, prices)
        if isinstance(money, Missing):
            yield NotJudged(context.check, subject(row), money.reason)
        elif money.hours < context.thresholds.days_min * 24:
            reason = (
                f"only {money.hours:.0f} h of requests are known, {context.thresholds.days_min:.0f} days are needed"
            )
            yield NotJudged(context.check, subject(row), reason)
        else:
            yield from _verdicts(context, row, money)
