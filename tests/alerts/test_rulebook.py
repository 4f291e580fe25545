"""What every rule must have: a page for the person woken, numbers, links, a severity, and metrics that the daemon really exposes."""

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pymysql
import pytest
import yaml

import aws_cli
import mysql_servers
import rulebook
from tunewright_agent.metrics.catalog import BY_NAME

pytestmark = pytest.mark.slow  # some seconds together

PARTS = ("## What it means", "## How bad", "## First look", "## Mend", "## Prevention")
SEVERITIES = {"critical", "warning", "info"}
every_alert = pytest.mark.parametrize("rule", rulebook.alerts(), ids=lambda rule: rule["alert"])


def test_there_are_at_least_forty_alerts_and_no_name_is_given_twice() -> None:
    names = [rule["alert"] for rule in rulebook.alerts()]
    assert len(set(names)) == len(names) >= 40
    recorded = [rule["record"] for rule in rulebook.rules() if "record" in rule]
    assert len(set(recorded)) == len(recorded)


@pytest.mark.parametrize("rule", rulebook.rules(), ids=lambda rule: rule.get("alert") or rule["record"])
def test_it_reads_only_what_the_catalogue_or_a_recording_rule_knows(rule: rulebook.Rule) -> None:
    read = rulebook.metrics_in(rule["expr"])
    assert read or rule["expr"] == "vector(0.05)"
    assert read <= set(BY_NAME) | rulebook.recorded()


def test_the_reader_of_expressions_sees_a_metric_that_nobody_knows() -> None:
    expr = 'tunewright_surprise{name="tunewright_up"} > 1 and server:tunewright_odd:ratio5m'
    assert rulebook.metrics_in(expr) == {"tunewright_surprise", "server:tunewright_odd:ratio5m"}


@pytest.mark.parametrize("rule", rulebook.rules(), ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_counter_stands_under_a_rate(rule: rulebook.Rule) -> None:
    bare = re.sub(r"(rate|increase)\(tunewright_\w+_total(\{[^}]*\})?\[", "", rule["expr"])
    assert "_total" not in bare


@every_alert
def test_it_has_a_severity_a_summary_and_links(rule: rulebook.Rule) -> None:
    assert rule["labels"]["severity"] in SEVERITIES
    assert rule["labels"]["product"] == "tunewright"
    notes = rule["annotations"]
    assert set(notes) == {"summary", "description", "runbook_url", "dashboard"}
    assert len(notes["summary"]) < 140
    assert "$value" in notes["description"] or rule["alert"] == "DaemonAbsent"
    assert notes["runbook_url"] == f"docs/runbooks/{rule['alert']}.md"


@every_alert
def test_it_does_not_flap(rule: rulebook.Rule) -> None:
    """A state must last, unless it is an event; never topk, whose members come and go."""
    assert "topk" not in rule["expr"]
    events = {
        "RoleChanged",
        "ServerRestarted",
        "ChecksumFailures",
        "CloudFailover",
        "LogCorruption",
        "LogServerCrashed",
    }
    assert ("for" in rule) != (rule["alert"] in events)


@every_alert
def test_it_has_a_page_for_the_person_woken(rule: rulebook.Rule) -> None:
    text = (rulebook.RUNBOOKS / f"{rule['alert']}.md").read_text()
    assert text.startswith(f"# {rule['alert']}\n")
    places = [text.find(f"\n{part}\n") for part in PARTS]
    assert places == sorted(places)
    assert places[0] > 0
    first_look = text[places[2] : places[3]]
    assert re.search(r"```(sql|mysql|sh|promql)\n", first_look), "something to type"
    assert rule["labels"]["severity"] in text[: places[0]]


def test_no_page_is_left_without_its_alert() -> None:
    pages = {path.stem for path in rulebook.RUNBOOKS.glob("*.md")} - {"README"}
    assert pages == {rule["alert"] for rule in rulebook.alerts()}


def commands() -> list[tuple[str, str]]:
    """(alert, line) of every tunewright command that a page tells to type."""
    return [
        (path.stem, line)
        for path in sorted(rulebook.RUNBOOKS.glob("*.md"))
        for line in path.read_text().splitlines()
        if line.startswith("tunewright ")
    ]


def test_commands_on_the_pages_exist() -> None:
    from tunewright_agent.cli import app as application

    app = application.app
    from tunewright_agent.cli import advice, changes, daemon, notify, observe, reference  # noqa: F401  # each adds its commands

    known = {one.name or one.callback.__name__ for one in app.registered_commands if one.callback} | {
        group.name for group in app.registered_groups
    }
    assert commands()
    assert {line.split()[1] for _, line in commands()} <= known


def blocks(language: str) -> list[tuple[str, str]]:
    """(alert, code) of every block of this language on the pages."""
    found = []
    for path in sorted(rulebook.RUNBOOKS.glob("*.md")):
        found += [(path.stem, code) for code in re.findall(rf"```{language}\n(.*?)\n```", path.read_text(), re.DOTALL)]
    return found


def test_a_page_shows_the_expression_that_woke() -> None:
    shown = dict(reversed(blocks("promql")))
    for rule in rulebook.alerts():
        assert shown[rule["alert"]] == rule["expr"]


def test_expressions_on_the_pages_are_valid_and_read_known_metrics(
    promtool: Callable[..., str], tmp_path: Path
) -> None:
    lines = [line for _, code in blocks("promql") for line in code.splitlines()]
    for line in lines:
        assert rulebook.metrics_in(line) <= set(BY_NAME) | rulebook.recorded(), line
    rules = [{"record": f"page:line{number}", "expr": line} for number, line in enumerate(lines)]
    written = tmp_path / "rules.yaml"
    written.write_text(yaml.safe_dump({"groups": [{"name": "pages", "rules": rules}]}))
    promtool("check", "rules", written)


def test_the_sql_of_the_pages_runs_and_changes_nothing(database: str) -> None:
    """On both releases, in a read-only transaction, as it stands: nothing to fill in at three in the morning."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        connection.execute("SET default_transaction_read_only = on")
        ran = 0
        for alert, code in blocks("sql"):
            for statement in code.split(";\n"):
                try:
                    connection.execute(statement.encode())
                except psycopg.Error as error:
                    pytest.fail(f"{alert}: {error} in {statement}")
                ran += 1
    assert ran > 60


def test_the_sql_of_the_pages_for_mysql_runs_and_changes_nothing(mysql_database: str) -> None:
    """On MySQL and MariaDB, in a read-only session. `memory_by_thread` is there as it is asked for on a page of Aurora MySQL."""
    ran = 0
    with mysql_servers.connect(mysql_database) as connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        for alert, code in blocks("mysql"):
            for statement in code.split(";\n"):
                try:
                    cursor.execute(statement)
                except pymysql.Error as error:
                    pytest.fail(f"{alert}: {error} in {statement}")
                ran += 1
    assert ran > 40


def aws_lines() -> list[tuple[str, str]]:
    """(alert, line) of every call of the AWS CLI on the pages."""
    return [(alert, line) for alert, code in blocks("sh") for line in code.splitlines() if line.startswith("aws ")]


@pytest.mark.parametrize(("alert", "line"), aws_lines())
def test_the_aws_cli_takes_the_lines_of_the_pages(alert: str, line: str) -> None:
    aws_cli.check(line)
