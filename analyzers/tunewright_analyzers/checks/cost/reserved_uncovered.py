"""`cost/reserved_uncovered`: reads CloudInstances, Reservations; says which classes run all the year at the hourly price."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.cloud import CloudInstances
from tunewright_analyzers.facts.cloud_cost import Reservations
from tunewright_analyzers.finding import Evidence, Severity, Subject

_PRODUCTS = {"postgres": "postgresql"}
"""ProductDescription where it is not the engine's name."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a reservation is worth a thought."""

    age_days: float = threshold(90, "days", "Age of the instances: younger ones may not stay.")


@check(needs=(CloudInstances, Reservations), thresholds=Thresholds)
def reserved_uncovered(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Instances that run for months without a reservation for their class.

    Risk: a year reserved costs about a third less than the hourly price; reservations without an instance cost all the same.
    Evidence: DescribeReservedDBInstances (active) against all running instances of the account and Region, by class and engine.
    Remedy: reserve what will run for a year; not for classes that cost/old_generation or cost/over_provisioned would change.
        No command: a purchase binds for a year.
    False positives: size-flexible reservations of the same family cover other sizes too; Database Savings Plans are not seen here.
    """
    reservations, now = context.window.need(Reservations), context.window.end
    old = now - timedelta(days=context.thresholds.age_days)
    mine = {
        (row.instance_class, row.engine)
        for row in context.window.need(CloudInstances).rows
        if not row.is_serverless and row.created_at is not None and row.created_at <= old
    }
    running = {(name, engine): many for name, engine, many in reservations.running}
    for name, engine in sorted(mine):
        product = _PRODUCTS.get(engine, engine)
        active = [one for one in reservations.rows if one.state == "active"]
        reserved = sum(one.count for one in active if (one.instance_class, one.engine) == (name, product))
        many = running.get((name, engine), 0)
        if many <= reserved:
            continue
        yield context.finding(
            Subject("class", f"{name} of {engine}"),
            Severity.LOW,
            f"{many} instances of {name} ({engine}) run in this account and Region; {reserved} are reserved.",
            Evidence("running", many, "count", "DescribeDBInstances of the account and Region"),
            Evidence("reserved", reserved, "count", "ReservedDBInstance.DBInstanceCount, active"),
        )
