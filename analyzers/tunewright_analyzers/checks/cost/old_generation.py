"""`cost/old_generation`: reads CloudInstances, ClassOffers; says which class has a newer one in its place."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.classes import InstanceClass, parse
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.cost.listed import class_prices
from tunewright_analyzers.facts.cloud import CloudInstance, CloudInstances
from tunewright_analyzers.facts.cloud_cost import Prices
from tunewright_analyzers.facts.cloud_lifecycle import ClassOffers
from tunewright_analyzers.finding import Evidence, Severity

OLD = {"t": 3, "r": 5, "m": 5, "x": 1}
"""The last generation of each family that counts as old."""


def _successor(row: CloudInstance, known: InstanceClass, offers: ClassOffers) -> str | None:
    """The newest Graviton class of the same family and size that can be ordered for that engine and version."""
    fits = [
        one
        for offer in offers.rows
        if (offer.engine, offer.version) == (row.engine, row.engine_version)
        and (one := parse(offer.instance_class)) is not None
        and (one.family, one.size, one.variant) == (known.family, known.size, "g")
        and one.generation > known.generation
    ]
    return max(fits, key=lambda one: one.generation).name if fits else None


@check(needs=(CloudInstances, ClassOffers))
def old_generation(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """An instance of an old class where a newer generation of the same size can be ordered.

    Risk: less work for the dollar; old generations are the first that AWS retires.
    Evidence: DBInstanceClass against DescribeOrderableDBInstanceOptions for the engine and version in use.
    Remedy: the Graviton class of the same family and size; readers first, then a failover.
    False positives: reserved instances of the old family that still run; extensions or drivers tied to x86 (none within RDS).
    """
    prices = context.window.section(Prices)
    for row in context.window.need(CloudInstances).rows:
        known = parse(row.instance_class)
        if known is None or known.generation > OLD.get(known.family, 0) or (known.is_graviton and known.family == "t"):
            continue
        target = _successor(row, known, context.window.need(ClassOffers))
        if target is None:
            continue
        found = context.finding(
            subject(row),
            Severity.LOW,
            f"{row.identifier} is a {row.instance_class}; {target} is offered in its place.",
            evidence(row, "DBInstanceClass", row.instance_class),
            Evidence("offered", target, "", "OrderableDBInstanceOption.DBInstanceClass"),
            *class_prices(prices, row.engine, (row.instance_class, target)),
        )  # fmt: skip
        yield found
        yield mended(
            context,
            found,
            modify(row, immediately=False, db_instance_class=target),
            risk="The instance restarts in its maintenance window; a writer fails over.",
            rollback=(modify(row, immediately=False, db_instance_class=row.instance_class),),
            template=desired(row, DBInstanceClass=target),
        )
