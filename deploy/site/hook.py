"""The reference pages of the site, made from the code while MkDocs builds it: checks, metrics, alerts, settings, commands.

Nothing of them is committed, so that none can be out of date. Called by MkDocs (mkdocs.yml); tests/deploy/test_site.py builds the site.
"""

import html
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import typer
import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import tunewright_agent.cli
import tunewright_alerts
from tunewright_agent.cli.app import app
from tunewright_agent.config.example import example
from tunewright_agent.metrics.catalog import CATALOG
from tunewright_analyzers.check import discover

RULES = Path(tunewright_alerts.__file__).parent / "rules"


def _cell(text: object) -> str:
    """As text in a table: what Markdown and HTML would act on stands as it is."""
    return html.escape(str(text), quote=False).replace("|", "\\|").replace("\n", " ").replace("*", "\\*")


def checks() -> Iterator[str]:
    """Every check with its documentation and thresholds."""
    found = discover()
    yield f"# Checks\n\n{len(found)} checks. `tunewright checks NAME` prints the same.\n"
    for check in found:
        yield f"\n## {check.id}\n\n{_cell(check.title)}\n\nNeeds: {', '.join(f'`{kind.name}`' for kind in check.needs)}.\n"
        for part, text in check.documentation.items():
            yield f"\n**{part}.** {_cell(text)}\n"
        if check.threshold_fields:
            yield "\n| threshold | default | unit | meaning |\n|---|---|---|---|\n"
            for field in check.threshold_fields:
                meta = field.metadata
                yield f"| `{field.name}` | {_cell(field.default)} | {meta['unit']} | {_cell(meta['doc'])} |\n"


def metrics() -> Iterator[str]:
    """Every Prometheus metric."""
    yield f"# Metrics\n\n{len(CATALOG)} metrics on `/metrics`.\n\n| name | kind | labels | meaning |\n|---|---|---|---|\n"
    for metric in CATALOG:
        yield f"| `{metric.name}` | {metric.kind} | {', '.join(metric.labels)} | {_cell(metric.help)} |\n"


def alerts() -> Iterator[str]:
    """Every Prometheus alert, with its expression and runbook."""
    yield "# Alerts\n\nThe rules are in `alerts/tunewright_alerts/rules`.\n"
    for path in sorted(RULES.glob("*.yaml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                if "alert" not in rule:
                    continue
                name = rule["alert"]
                yield f"\n## {name}\n\n{_cell(rule['annotations']['summary'])}\n\n"
                yield f"Severity {rule['labels'].get('severity', 'none')}, for {rule.get('for', '0s')}; [runbook](../runbooks/{name}.md).\n\n"
                yield "```promql\n" + str(rule["expr"]).strip() + "\n```\n"


def settings() -> Iterator[str]:
    """The annotated configuration."""
    yield f"# Settings\n\nAs `tunewright example-config` prints them.\n\n```toml\n{example()}```\n"


def _commands(command: Any, name: str) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    yield f"\n## {name}\n\n{_cell(command.help or '')}\n\n"
    options = [one for one in command.params if not getattr(one, "hidden", False) and one.name != "help"]
    if options:
        yield "| option | meaning | default |\n|---|---|---|\n"
        for one in options:
            written = ", ".join(one.opts) if one.param_type_name == "option" else str(one.name).upper()
            default = "" if one.default is None or callable(one.default) else one.default
            yield f"| `{written}` | {_cell(getattr(one, 'help', None) or '')} | {_cell(default)} |\n"
    for below in sorted(getattr(command, "commands", {}).items()):
        yield from _commands(below[1], f"{name} {below[0]}")
    context.close()


def commands() -> Iterator[str]:
    """Every command with its options."""
    for module in pkgutil.iter_modules(tunewright_agent.cli.__path__):
        importlib.import_module(f"tunewright_agent.cli.{module.name}")
    yield "# Commands\n"
    yield from _commands(typer.main.get_command(app), "tunewright")


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "reference/checks.md": checks,
    "reference/metrics.md": metrics,
    "reference/alerts.md": alerts,
    "reference/settings.md": settings,
    "reference/commands.md": commands,
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """MkDocs' event: the list of pages, to which ours are added."""
    for name, make in PAGES.items():
        files.append(File.generated(config, name, content="".join(make())))
    return files
