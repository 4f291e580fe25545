"""`tunewright prices update|show`: list prices of a Region by the AWS Price List API, as a file that `[prices] files` takes; and those in force."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tunewright_agent.cli.app import Exit, Format, app, fail, out
from tunewright_agent.clock import now
from tunewright_agent.config.load import ConfigurationError, load
from tunewright_agent.sources.aws.price_list import as_toml, price_list
from tunewright_agent.sources.aws.price_table import PriceFileError, PriceLists, read_lists
from tunewright_agent.sources.aws.session import Door
from tunewright_agent.sources.source import SourceError

prices = typer.Typer(help="List prices by Region, for the checks of cost.", no_args_is_help=True)
app.add_typer(prices, name="prices")
DEADLINE_SECONDS = 120.0
Region = Annotated[str, typer.Option(help="The Region whose prices are wanted.")]


@prices.command("update")
def update(
    region: Region,
    to: Annotated[Path, typer.Option("--out", help="The file to write; name it under [prices] files.", dir_okay=False)],
    role: Annotated[str | None, typer.Option(help="ARN of the role to assume, for another account.")] = None,
    external: Annotated[str | None, typer.Option(help="ExternalId of that role.")] = None,
) -> None:
    """Ask AWS for the prices of a Region and write them to a file. Needs pricing:GetProducts (tunewright iam-policy --prices).

    For example: tunewright prices update --region eu-central-1 --out prices-eu-central-1.toml
    """
    if external is not None and role is None:
        fail("--external is of use with --role only", Exit.USAGE)
    until = time.monotonic() + DEADLINE_SECONDS
    try:
        found = price_list(Door(), region, role, external, now().date(), lambda: until - time.monotonic())
    except SourceError as error:
        fail(error.reason, Exit.UNREACHABLE, error.mend)
    if not found.rows:
        fail(f"the price list has nothing for RDS in {region}: is it a Region?", Exit.INCOMPLETE)
    try:
        to.write_text(as_toml(found), encoding="utf-8")
    except OSError as error:
        fail(f"{to}: {error.strerror}", Exit.USAGE)
    out.print(
        f"{len(found.rows)} prices of {region} of {found.as_of} in {to}; name it under [prices] files.", soft_wrap=True
    )


@prices.command("show")
def show(
    region: Region,
    config: Annotated[Path | None, typer.Option(help="The configuration with [prices].", dir_okay=False)] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """List the prices that a cluster of that Region is judged by, and where they come from. Asks nobody.

    For example: tunewright prices show --region us-east-1
    """
    lists = PriceLists()
    if config is not None:
        try:
            settings = load(config).prices
            lists = read_lists(settings.items, settings.files)
        except (ConfigurationError, PriceFileError) as error:
            fail(str(error), Exit.USAGE)
    found = lists.of(region)
    if form is Format.JSON:
        rows = [
            {"item": row.item, "dollars": row.dollars, "unit": row.unit, "own": row.is_override} for row in found.rows
        ]
        head = {"region": found.region, "as_of": found.as_of.isoformat(), "source": found.source}
        out.print_json(json.dumps({**head, "prices": rows}))
        return
    if not found.rows:
        out.print(
            f"No prices of {region} are known: tunewright prices update --region {region} --out FILE", soft_wrap=True
        )
        return
    table = Table("item", "dollars", "unit", title=f"{found.region}, {found.as_of} ({found.source})")
    for row in found.rows:
        table.add_row(row.item, f"{row.dollars:g}", row.unit + (" (yours)" if row.is_override else ""))
    out.print(table)
