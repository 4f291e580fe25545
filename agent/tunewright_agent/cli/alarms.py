"""`tunewright alarms plan|apply`: CloudWatch alarms of a cluster as desired state."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from tunewright_agent.cli.app import Exit, Format, app, err, fail, out
from tunewright_agent.clock import now
from tunewright_agent.sources.aws.faults import translate
from tunewright_agent.sources.aws.prices import listed
from tunewright_agent.sources.aws.reader import Reader, Target
from tunewright_agent.sources.aws.reading import read_once
from tunewright_agent.sources.aws.session import Door, Place
from tunewright_agent.sources.source import SourceError
from tunewright_alerts.alarms import apply as calls
from tunewright_alerts.alarms.alarm import Alarm
from tunewright_alerts.alarms.plan import Plan, plan
from tunewright_alerts.alarms.rules import PRICE_ITEMS, Options, Unknown, wanted
from tunewright_alerts.alarms.target import target_of
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.facts.cloud_parameters import ParameterGroups
from tunewright_analyzers.facts.snapshot import Gap

SECTIONS = (CloudClusters, CloudInstances, ParameterGroups, CloudTrends)
alarms = typer.Typer(help="CloudWatch alarms: what there should be, and the calls that make it so.", no_args_is_help=True)  # fmt: skip
app.add_typer(alarms, name="alarms")

Identifier = Annotated[str, typer.Argument(help="Identifier of the DB cluster, or of a stand-alone DB instance.")]
Region = Annotated[str, typer.Option(help="Its Region.")]
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


def _planned(reader: Reader, options: Options) -> tuple[Plan, tuple[Unknown, ...], tuple[Gap, ...], Any]:
    place = reader.target.place
    with _answered(place.region, "cloudwatch:DescribeAlarms"):
        snapshot = read_once(reader, SECTIONS, now())
        target = target_of(snapshot)
        client = reader.door.client("cloudwatch", place)
        there = calls.present(client, options.prefix, reader.target.identifier)
    if target is None or not target.members:
        why = "; ".join(gap.reason for gap in snapshot.gaps) or "it has no instances"
        fail(f"{reader.target.identifier}: nothing to make alarms for: {why}", Exit.UNREACHABLE)
    made, unknown = wanted(target, options)
    return plan(made, there, options.prefix, target.name), unknown, snapshot.gaps, client


def _dollars(rows: tuple[Alarm, ...]) -> float:
    prices = listed()
    known = {kind: prices.get(item) for kind, item in PRICE_ITEMS.items()}
    return sum(price.dollars for row in rows if (price := known[row.kind]) is not None)


def _kept(planned: Plan) -> tuple[Alarm, ...]:
    return (*planned.create, *(one.alarm for one in planned.change), *planned.same)


def _print(planned: Plan, unknown: tuple[Unknown, ...], gaps: tuple[Gap, ...]) -> None:
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
    for one in unknown:
        out.print(f"? {one.name}: {one.reason}", markup=False)
    for gap in gaps:
        err.print(f"not read: {gap.source}: {gap.reason}" + (f"; {gap.mend}" if gap.mend else ""), markup=False)
    out.print(
        f"{len(planned.create)} to create, {len(planned.change)} to change, {len(planned.delete)} to delete, {len(planned.same)} as they"
        f" should be; about ${_dollars(_kept(planned)):.2f} a month in all (list prices of {listed().region}, {listed().as_of})",
        markup=False,
    )  # fmt: skip


def _shape(planned: Plan, unknown: tuple[Unknown, ...], gaps: tuple[Gap, ...]) -> dict[str, Any]:
    return {
        "create": [one.request() for one in planned.create],
        "change": [
            {"name": one.alarm.name, "differences": [list(each) for each in one.differences]} for one in planned.change
        ],
        "delete": [one.name for one in planned.delete],
        "same": [one.name for one in planned.same],
        "foreign": list(planned.foreign),
        "unknown": [{"name": one.name, "reason": one.reason} for one in unknown],
        "not_read": [{"source": gap.source, "reason": gap.reason, "mend": gap.mend} for gap in gaps],
        "dollars_a_month": round(_dollars(_kept(planned)), 2),
    }


def _reader(identifier: str, region: str, is_instance: bool, role: str | None, external: str | None) -> Reader:
    if external is not None and role is None:
        fail("--external is of use with --role only", Exit.USAGE)
    return Reader(Door(), Target(identifier, Place(region, role, external), not is_instance))


DEFAULTS = Options()


@alarms.command("plan")
def show(
    identifier: Identifier,
    region: Region,
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
    planned, unknown, gaps, _ = _planned(_reader(identifier, region, instance, role, external), options)
    if form is Format.JSON:
        out.print_json(json.dumps(_shape(planned, unknown, gaps)))
    else:
        _print(planned, unknown, gaps)
    raise typer.Exit(int(Exit.INCOMPLETE if gaps else Exit.OK))


@alarms.command("apply")
def make(
    identifier: Identifier,
    region: Region,
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
    planned, unknown, gaps, client = _planned(_reader(identifier, region, instance, role, external), options)
    _print(planned, unknown, gaps)
    if not planned.is_empty:
        if not yes and not typer.confirm("Do this?"):
            raise typer.Exit(int(Exit.USAGE))
        with _answered(region, "cloudwatch:PutMetricAlarm"):
            for line in calls.apply(client, planned, prefix, identifier, time.sleep):
                out.print(line, markup=False)
    raise typer.Exit(int(Exit.INCOMPLETE if gaps else Exit.OK))
