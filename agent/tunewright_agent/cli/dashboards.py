"""`tunewright dashboards export|publish`: the Grafana dashboards as files, or straight into a Grafana."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tunewright_agent.cli.app import Exit, Format, app, fail, out
from tunewright_dashboards.export import Reads
from tunewright_dashboards.export import export as export_files
from tunewright_dashboards.grafana import Grafana, PublishError
from tunewright_dashboards.publish import Folder, Outcome
from tunewright_dashboards.publish import publish as publish_to

dashboards = typer.Typer(
    help="Grafana dashboards over Tunewright's metrics in Prometheus: as files, or published into a Grafana.",
    no_args_is_help=True,
)
app.add_typer(dashboards, name="dashboards")
ReadsOption = Annotated[
    Reads, typer.Option("--reads", help="The set: over our metrics in Prometheus, or over CloudWatch directly.")
]


@dashboards.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write them; made where it is missing.", file_okay=False)],
    reads: ReadsOption = Reads.PROMETHEUS,
) -> None:
    """Write every dashboard as JSON, for Grafana's file provisioning (deploy/grafana) or its import page."""
    try:
        written = export_files(folder, reads)
    except OSError as error:
        fail(f"cannot write into {folder}: {error.strerror}", Exit.USAGE, "choose another folder")
    for path in written:
        out.print(str(path), markup=False)


@dashboards.command()
def publish(
    grafana: Annotated[str, typer.Option(help="Grafana's address, as in https://grafana.example.org.")],
    token_file: Annotated[
        Path | None,
        typer.Option(
            help="File with a service account's token (role Editor); GRAFANA_TOKEN does as well.", dir_okay=False
        ),
    ] = None,
    folder: Annotated[str, typer.Option(help="Title of Grafana's folder.")] = "Tunewright",
    folder_uid: Annotated[str, typer.Option(help="Its uid.")] = "tunewright",
    datasource: Annotated[
        str | None, typer.Option(help="uid of the Prometheus data source to show first; Grafana's default without it.")
    ] = None,
    reads: ReadsOption = Reads.PROMETHEUS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """Bring every dashboard into a Grafana, by its API. What is there already and equal is left alone.

    For example: GRAFANA_TOKEN=… tunewright dashboards publish --grafana https://grafana.example.org --dry-run
    """
    target = Grafana(grafana, _token(token_file))
    try:
        outcomes = publish_to(target, Folder(folder_uid, folder), datasource, dry_run=dry_run, reads=reads)
    except PublishError as error:
        fail(str(error), Exit.UNREACHABLE)
    _print(outcomes, form, dry_run=dry_run)


def _token(path: Path | None) -> str | None:
    if path is None:
        return os.environ.get("GRAFANA_TOKEN") or None
    try:
        return path.read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        fail(f"cannot read the token from {path}", Exit.USAGE, "give a file that holds nothing but the token")


def _print(outcomes: tuple[Outcome, ...], form: Format, *, dry_run: bool) -> None:
    if form is Format.JSON:
        rows = [{"uid": one.uid, "title": one.title, "done": one.done.value} for one in outcomes]
        out.print_json(json.dumps({"dry_run": dry_run, "dashboards": rows}))
        return
    table = Table("dashboard", "would be" if dry_run else "is", box=None, pad_edge=False)
    for one in outcomes:
        table.add_row(one.title, one.done.value)
    out.print(table)
