"""Commands that print what Tunewright knows: `checks`, `grants`, `example-config`, `version`."""

import json
from importlib.metadata import version as installed_version
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tunewright_agent.cli.app import Exit, Format, app, fail, out
from tunewright_agent.config.example import example
from tunewright_agent.engines.engine import engine_named, engines
from tunewright_analyzers.check import EVERY_ENGINE, Check, discover


def _described(check: Check) -> dict[str, object]:
    return {
        "id": check.id,
        "group": check.group,
        "title": check.title,
        "needs": [kind.name for kind in check.needs],
        "thresholds": [
            {"name": field.name, "default": field.default, "unit": field.metadata["unit"], "doc": field.metadata["doc"]}
            for field in check.threshold_fields
        ],
        "documentation": check.documentation,
        "controls": list(check.controls),
        "engines": sorted(check.engines),
    }


def _print_one(check: Check) -> None:
    out.print(f"[bold]{check.id}[/]  {escape(check.title)}")
    out.print(f"needs: {', '.join(kind.name for kind in check.needs)}")
    if check.engines != EVERY_ENGINE:
        out.print(f"only for: {', '.join(sorted(check.engines))}")
    if check.controls:
        out.print(f"the same control elsewhere: {', '.join(check.controls)}", markup=False)
    for part, text in check.documentation.items():
        out.print(f"\n[bold]{part}[/]\n{escape(text)}")
    if check.threshold_fields:
        out.print("\n[bold]Thresholds[/]")
    for field in check.threshold_fields:
        out.print(f"  {field.name} = {field.default} ({field.metadata['unit']}): {field.metadata['doc']}", markup=False)


@app.command()
def checks(
    name: Annotated[
        str | None, typer.Argument(help="A check such as indexes/unused, or a group such as indexes; all without it.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """List every check: what it looks for, what it needs, its thresholds and its documentation."""
    chosen = [check for check in discover() if name is None or name in (check.id, check.group)]
    if not chosen:
        fail(f"no check or group is called '{name}'", Exit.USAGE, "`tunewright checks` lists them all")
    if form is Format.JSON:
        out.print_json(json.dumps({"checks": [_described(check) for check in chosen]}))
    elif len(chosen) == 1:
        _print_one(chosen[0])
    else:
        has_controls = any(check.controls for check in chosen)
        table = Table(box=None, pad_edge=False)
        table.add_column("check", no_wrap=True)
        for head in ("looks for", "needs", *(("controls",) if has_controls else ())):
            table.add_column(head)
        for check in chosen:
            sections = ", ".join(kind.name for kind in check.needs)
            hub = ", ".join(
                one for one in check.controls if ":" not in one
            )  # prowler's long names: of one check, and in JSON
            table.add_row(check.id, escape(check.title), sections, *((hub,) if has_controls else ()))
        out.print(table)


@app.command()
def grants(
    engine: Annotated[str, typer.Option(help="Which engine: postgres or mysql (MariaDB too).")] = "postgres",
    role: Annotated[str, typer.Option(help="The monitoring role's name.")] = "tunewright",
) -> None:
    """Print the SQL that makes the least-privilege monitoring role. Run it as an administrator in each database to watch.

    For example: tunewright grants | psql -d shop
    """
    found = engine_named(engine)
    if found is None:
        known = " or ".join(f"--engine {one.name}" for one in reversed(engines()))
        fail(f"no grants are known for the engine '{engine}'", Exit.USAGE, f"write {known}")
    out.print(found.grants(role), markup=False, soft_wrap=True)


@app.command("example-config")
def example_config() -> None:
    """Print an annotated configuration file with every key, its meaning and its default."""
    out.print(example(), end="", markup=False, soft_wrap=True)


@app.command()
def version() -> None:
    """Print the version."""
    out.print(f"tunewright {installed_version('tunewright')}")
