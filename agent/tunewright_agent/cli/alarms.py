"""`tunewright alarms plan|apply`: CloudWatch alarms of a cluster as desired state."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from tunewright_agent.cli.app import Exit, Format, app, err, fail, out
from tunewright_agent.clock import now
from tunewright_agent.config.load import ConfigurationError, load
from tunewright_agent.sources.aws.discovery import Wanted, discover
from tunewright_agent.sources.aws.faults import translate
from tunewright_agent.sources.aws.price_table import PriceFileError, PriceLists, read_lists
from tunewright_agent.sources.aws.reader import Reader, Target
from tunewright_agent.sources.aws.reading import read_once
from tunewright_agent.sources.aws.session import Door, Place
from tunewright_agent.sources.source import SourceError
from tunewright_alerts.alarms import apply as calls
from tunewright_alerts.alarms.plan import Plan, plan
from tunewright_alerts.alarms.rules import PRICE_ITEMS, Options, Unknown, wanted
from tunewright_alerts.alarms.target import target_of
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_cost import Prices
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, CloudTrends
from tunewright_analyzers.facts.cloud_network import ClassNetworks
from tunewright_analyzers.facts.cloud_parameters import ParameterGroups
from tunewright_analyzers.facts.snapshot import Gap

SECTIONS = (CloudClusters, CloudInstances, ParameterGroups, CloudTrends, CloudMetrics, ClassNetworks)
alarms = typer.Typer(help="CloudWatch alarms: what there should be, and the calls that make it so.", no_args_is_help=True)  # fmt: skip
app.add_typer(alarms, name="alarms")

Identifier = Annotated[str | None, typer.Argument(help="Identifier of the DB cluster, or of a stand-alone DB instance.")]  # fmt: skip
Region = Annotated[str | None, typer.Option(help="Its Region.")]
Config = Annotated[
    Path | None,
    typer.Option(help="All clusters of its aws.targets, as its tables alarms and prices say; other options are not read.", dir_okay=False),
]  # fmt: skip
IsInstance = Annotated[bool, typer.Option("--instance", help="It is a stand-alone instance.")]
Role = Annotated[str | None, typer.Option(help="ARN of the role to assume, for another account.")]
External = Annotated[str | None, typer.Option(help="ExternalId of that role.")]
Topic = Annotated[list[str] | None, typer.Option(help="ARN of an SNS topic that is told of ALARM and OK. Repeat for more.")]  # fmt: skip
Prefix = Annotated[str, typer.Option(help="What the names of our alarms begin with.")]
Runbooks = Annotated[str, typer.Option(help="Address of docs/aws-alarms.md as your people reach it.")]
Bands = Annotated[bool, typer.Option(help="Alarms of anomaly bands: three times the price of others.")]
Form = Annotated[Format, typer.Option("--format", help="How to print.")]


@contextmanager
def _answered(region: str, action: str) -> Iterator[None]:
    """AWS' errors become one line with the mend."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        said = translate(error, action, region)
        fail(said.reason, Exit.UNREACHABLE, said.mend)
    except SourceError as error:
        fail(error.reason, Exit.UNREACHABLE, error.mend)


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan of one cluster, what could not be known or read for it, and how to do it."""

    identifier: str
    region: str
    plan: Plan
    unknown: tuple[Unknown, ...]
    gaps: tuple[Gap, ...]
    client: Any
    prices: Prices
    """Of its Region, or of the release's where its own are not known."""

    @property
    def dollars(self) -> float:
        """What all alarms that there should be cost a month."""
        known = {kind: self.prices.get(item) for kind, item in PRICE_ITEMS.items()}
        kept = (*self.plan.create, *(one.alarm for one in self.plan.change), *self.plan.same)
        return sum(price.dollars for row in kept if (price := known[row.kind]) is not None)

    def price_note(self) -> str:
        """Whose prices these are, and how to have the right ones."""
        note = f"list prices of {self.prices.region}, {self.prices.as_of}"
        if self.prices.region == self.region:
            return note
        return (
            f"{note}; those of {self.region} are not known: tunewright prices update --region {self.region} --out FILE"
        )


def _planned(reader: Reader, options: Options, lists: PriceLists) -> Planned:
    place, identifier = reader.target.place, reader.target.identifier
    with _answered(place.region, "cloudwatch:DescribeAlarms"):
        snapshot = read_once(reader, SECTIONS, now())
        target = target_of(snapshot)
        client = reader.door.client("cloudwatch", place)
        there = calls.present(client, options.prefix, identifier)
    if target is None or not target.members:
        why = "; ".join(gap.reason for gap in snapshot.gaps) or "it has no instances"
        fail(f"{identifier}: nothing to make alarms for: {why}", Exit.UNREACHABLE)
    made, unknown = wanted(target, options)
    prices = lists.of_or_listed(place.region, PRICE_ITEMS.values())
    found = plan(made, there, options.prefix, target.name)
    return Planned(identifier, place.region, found, unknown, snapshot.gaps, client, prices)


def _print(one: Planned) -> None:
    planned = one.plan
    out.print(f"{one.identifier} ({one.region})", markup=False)
    for alarm in planned.create:
        out.print(f"+ {alarm.name}: {alarm.description.partition('. ')[0]}", markup=False)
    for change in planned.change:
        out.print(f"~ {change.alarm.name}", markup=False)
        for field, is_now, should in change.differences:
            out.print(f"    {field}: {is_now} -> {should}", markup=False)
    for alarm in planned.delete:
        out.print(f"- {alarm.name}", markup=False)
    for name in planned.foreign:
        out.print(f"! {name}: it bears our name and not our tags; it is left alone", markup=False)
    for each in one.unknown:
        out.print(f"? {each.name}: {each.reason}", markup=False)
    for gap in one.gaps:
        err.print(f"not read: {gap.source}: {gap.reason}" + (f"; {gap.mend}" if gap.mend else ""), markup=False)
    out.print(
        f"{len(planned.create)} to create, {len(planned.change)} to change, {len(planned.delete)} to delete, {len(planned.same)} as they"
        f" should be; about ${one.dollars:.2f} a month in all ({one.price_note()})",
        markup=False,
    )  # fmt: skip


def _shape(one: Planned) -> dict[str, Any]:
    planned = one.plan
    return {
        "identifier": one.identifier,
        "region": one.region,
        "create": [each.request() for each in planned.create],
        "change": [{"name": each.alarm.name, "differences": [list(row) for row in each.differences]} for each in planned.change],
        "delete": [each.name for each in planned.delete],
        "same": [each.name for each in planned.same],
        "foreign": list(planned.foreign),
        "unknown": [{"name": each.name, "reason": each.reason} for each in one.unknown],
        "not_read": [{"source": gap.source, "reason": gap.reason, "mend": gap.mend} for gap in one.gaps],
        "dollars_a_month": round(one.dollars, 2),
        "prices": {"region": one.prices.region, "as_of": one.prices.as_of.isoformat(), "source": one.prices.source},
    }  # fmt: skip


def _configured(path: Path, identifier: str | None) -> tuple[tuple[Reader, ...], Options, PriceLists]:
    """What [[aws.targets]] of the file name (of these, `identifier` alone where it is given), its [alarms] and its [prices]."""
    try:
        settings = load(path)
        lists = read_lists(settings.prices.items, settings.prices.files)
    except (ConfigurationError, PriceFileError) as error:
        fail(str(error), Exit.USAGE)
    door, readers = Door(), []
    for target in settings.aws.targets:
        place = Place(target.region, target.role_arn, target.external_id)
        with _answered(target.region, "rds:DescribeDBClusters"):
            found = discover(door, Wanted(place, target.cluster, tuple(target.tags.items()), target.exclude))
        readers += [Reader(door, one.target) for one in found if identifier in (None, one.target.identifier)]
    if not readers:
        fail(
            f"{path}: its [[aws.targets]] lead to no cluster{f' called {identifier}' if identifier else ''}", Exit.USAGE
        )
    mine = settings.alarms
    return tuple(readers), Options(mine.prefix, mine.topics, mine.runbooks, mine.bands), lists


def _one(
    identifier: str | None, region: str | None, is_instance: bool, role: str | None, external: str | None
) -> Reader:
    if identifier is None or region is None:
        fail("name a cluster and its --region, or a --config with [[aws.targets]]", Exit.USAGE)
    if external is not None and role is None:
        fail("--external is of use with --role only", Exit.USAGE)
    return Reader(Door(), Target(identifier, Place(region, role, external), not is_instance))


DEFAULTS = Options()


def _plans(
    config: Path | None,
    identifier: str | None,
    region: str | None,
    place: tuple[bool, str | None, str | None],
    options: Options,
) -> tuple[tuple[Planned, ...], Options]:
    """The plan of each cluster, and the options that they were made with: the file's where there is one."""
    lists = PriceLists()
    if config is not None:
        readers, options, lists = _configured(config, identifier)
    else:
        readers = (_one(identifier, region, *place),)
    return tuple(_planned(reader, options, lists) for reader in readers), options


def _left(plans: tuple[Planned, ...]) -> typer.Exit:
    return typer.Exit(int(Exit.INCOMPLETE if any(one.gaps for one in plans) else Exit.OK))


@alarms.command("plan")
def show(
    identifier: Identifier = None,
    region: Region = None,
    config: Config = None,
    instance: IsInstance = False,
    role: Role = None,
    external: External = None,
    topic: Topic = None,
    prefix: Prefix = DEFAULTS.prefix,
    runbooks: Runbooks = DEFAULTS.runbooks,
    bands: Bands = True,
    form: Form = Format.TABLE,
) -> None:
    """Show what `apply` would create, change and delete, and what it costs a month. Nothing is changed."""
    options = Options(prefix, tuple(topic or ()), runbooks, bands)
    plans, _ = _plans(config, identifier, region, (instance, role, external), options)
    if form is Format.JSON:
        out.print_json(json.dumps({"clusters": [_shape(one) for one in plans]}))
    else:
        for one in plans:
            _print(one)
    raise _left(plans)


@alarms.command("apply")
def make(
    identifier: Identifier = None,
    region: Region = None,
    config: Config = None,
    instance: IsInstance = False,
    role: Role = None,
    external: External = None,
    topic: Topic = None,
    prefix: Prefix = DEFAULTS.prefix,
    runbooks: Runbooks = DEFAULTS.runbooks,
    bands: Bands = True,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Create, change and delete alarms as `plan` shows: only those that bear our prefix and our tags."""
    options = Options(prefix, tuple(topic or ()), runbooks, bands)
    plans, options = _plans(config, identifier, region, (instance, role, external), options)
    for one in plans:
        _print(one)
    if not all(one.plan.is_empty for one in plans) and not yes and not typer.confirm("Do this?"):
        raise typer.Exit(int(Exit.USAGE))
    for one in plans:
        with _answered(one.region, "cloudwatch:PutMetricAlarm"):
            for line in calls.apply(one.client, one.plan, options.prefix, one.identifier, time.sleep):
                out.print(line, markup=False)
    raise _left(plans)
