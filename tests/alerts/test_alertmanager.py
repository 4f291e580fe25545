"""The Alertmanager example as the real amtool reads it: valid, and every severity reaches whom it should."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import rulebook

EXAMPLE = rulebook.ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
PROMETHEUS = rulebook.ROOT / "deploy" / "prometheus" / "prometheus.yml"
Tool = Callable[..., str]


def test_amtool_accepts_it(amtool: Tool) -> None:
    said = amtool("check-config", EXAMPLE)
    assert "SUCCESS" in said
    assert "3 inhibit rules" in said
    assert "2 receivers" in said


@pytest.mark.parametrize(("severity", "receivers"), [("critical", "pager,chat"), ("warning", "chat"), ("info", "chat")])
def test_a_severity_reaches_its_people(severity: str, receivers: str, amtool: Tool) -> None:
    said = amtool("config", "routes", "test", f"--config.file={EXAMPLE}", "product=tunewright", f"severity={severity}")
    assert said.splitlines()[0] == receivers  # a warning follows on stderr


def test_the_severities_and_names_in_it_are_those_of_the_rules() -> None:
    text = EXAMPLE.read_text()
    alerts = {rule["alert"] for rule in rulebook.alerts()}
    assert set(re.findall(r'alertname!?="(\w+)"', text)) <= alerts
    assert set(re.findall(r'severity="(\w+)"', text)) == {rule["labels"]["severity"] for rule in rulebook.alerts()}


def test_no_secret_stands_in_it() -> None:
    receivers = yaml.safe_load(EXAMPLE.read_text())["receivers"]
    keys = {
        key
        for one in receivers
        for kind, configs in one.items()
        if kind != "name"
        for config in configs
        for key in config
    }
    assert not {"routing_key", "service_key", "api_url", "auth_password"} & keys


def test_prometheus_accepts_its_example(promtool: Tool, tmp_path: Path) -> None:
    (tmp_path / "rules").symlink_to(rulebook.RULES)
    config = tmp_path / "prometheus.yml"
    config.write_text(PROMETHEUS.read_text())
    said = promtool("check", "config", config)
    assert f"{len(list(rulebook.RULES.glob('*.yaml')))} rule files found" in said
