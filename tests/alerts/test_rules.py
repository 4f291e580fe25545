"""The Prometheus rules as Prometheus itself runs them: every alert fires, stays silent and resolves in `promtool test rules`.

cases/FILE.yaml holds the cases of rules/FILE.yaml, one an alert: `bad` and `calm` are series (name and own labels: values in promtool's
notation, a sample every `interval`, 1m unless told) of two servers, `plain` such of none. At `quiet` nothing fires yet, at `fires` the
alert fires for the server `bad` alone (so `calm`, just below the threshold or without the other half of the condition, is the silent case),
at `still` (where keep_firing_for holds it) it does although its cause is gone, at `resolved` it is over.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import rulebook

CASES = {
    name: case
    for one in sorted(rulebook.CASES.glob("*.yaml"))
    for name, case in yaml.safe_load(one.read_text()).items()
}
RECORDING = ("tunewright-recording", "tunewright-objectives-recording")
"""The groups that the others read; left to itself promtool evaluates groups in any order."""
Promtool = Callable[..., str]
pytestmark = pytest.mark.slow


def series(case: dict[str, Any]) -> list[dict[str, str]]:
    """The input of promtool: `bad` and `calm` get their server's labels."""
    found = [{"series": name, "values": values} for name, values in case.get("plain", {}).items()]
    for server in ("bad", "calm"):
        for name, values in case.get(server, {}).items():
            metric, _, labels = name.rstrip("}").partition("{")
            own = f"{labels}," if labels else ""
            found.append({"series": f'{metric}{{{own}cluster="shop",server="{server}"}}', "values": values})
    return found


def firing(alert: str, at: str, labels: str | None) -> dict[str, Any]:
    """That at this time the alert fires once for these labels, or (None) for nothing."""
    expr = f'count by (server) (ALERTS{{alertname="{alert}", alertstate="firing"}})'
    return {"expr": expr, "eval_time": at, "exp_samples": [] if labels is None else [{"labels": labels, "value": 1}]}


def unit_test(alert: str, case: dict[str, Any]) -> dict[str, Any]:
    """The whole file for `promtool test rules`."""
    labels = case.get("firing_labels", '{server="bad"}')
    expected = [("quiet", None), ("fires", labels), ("still", labels), ("resolved", None)]
    return {
        "rule_files": [str(rulebook.RULES / "recording.yaml"), str(rulebook.file_of(alert))],
        "evaluation_interval": case.get("interval", "1m"),
        "group_eval_order": [*RECORDING, f"tunewright-{rulebook.file_of(alert).stem}"],
        "tests": [
            {
                "interval": case.get("interval", "1m"),
                "input_series": series(case),
                "promql_expr_test": [firing(alert, case[when], who) for when, who in expected if when in case],
            }
        ],
    }


def test_every_alert_has_a_case_and_every_case_an_alert() -> None:
    assert set(CASES) == {rule["alert"] for rule in rulebook.alerts()}
    for name, case in CASES.items():
        assert {"quiet", "fires", "resolved"} <= set(case), name
        assert "plain" in case or "calm" in case, f"{name}: who stays silent?"
    held = {rule["alert"] for rule in rulebook.alerts() if "keep_firing_for" in rule}
    assert held == {name for name, case in CASES.items() if "still" in case}


@pytest.mark.parametrize("alert", CASES)
def test_it_fires_says_its_numbers_stays_silent_and_resolves(alert: str, promtool: Promtool, tmp_path: Path) -> None:
    """promtool compares annotations whole; told to expect no alert when it fires, it prints the one that it got, and fails with that alone."""
    case = unit_test(alert, CASES[alert])
    case["tests"][0]["alert_rule_test"] = [{"eval_time": CASES[alert]["fires"], "alertname": alert, "exp_alerts": []}]
    written = tmp_path / "case.yaml"
    written.write_text(yaml.safe_dump(case))
    said = promtool("test", "rules", written, fails=True)
    assert "expr:" not in said, said
    assert "error expanding" not in said
    assert "<no value>" not in said
    description = re.search(r'description="(.*?)", runbook_url="docs/runbooks/(\w+)\.md"', said)
    assert description is not None, said
    assert re.search(r"\d", description[1]), "numbers"
    assert description[2] == alert


def test_without_any_data_only_the_daemon_s_absence_fires(promtool: Promtool, tmp_path: Path) -> None:
    written = tmp_path / "case.yaml"
    expected = {"expr": 'count by (alertname) (ALERTS{alertstate="firing"})', "eval_time": "30m"}
    samples = [{"labels": '{alertname="DaemonAbsent"}', "value": 1}]
    test = {"interval": "1m", "input_series": [], "promql_expr_test": [expected | {"exp_samples": samples}]}
    files = [str(one) for one in sorted(rulebook.RULES.glob("*.yaml"))]
    written.write_text(yaml.safe_dump({"rule_files": files, "evaluation_interval": "1m", "tests": [test]}))
    promtool("test", "rules", written)


def test_recording_rules_and_alerts_are_valid(promtool: Promtool) -> None:
    assert "FAILED" not in promtool("check", "rules", *sorted(rulebook.RULES.glob("*.yaml")))
