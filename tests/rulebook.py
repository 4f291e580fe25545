"""The shipped Prometheus rules, read for the tests: rules and alerts, the files that hold them, the metrics that an expression names."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
RULES = ROOT / "alerts" / "tunewright_alerts" / "rules"
CASES = ROOT / "tests" / "alerts" / "cases"
RUNBOOKS = ROOT / "docs" / "runbooks"
Rule = dict[str, Any]
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_METRIC = re.compile(r"\b(?:[a-z]+:)?tunewright[a-z_]*(?::[a-z0-9_]+)*")


def _rules(path: Path) -> list[Rule]:
    return [rule for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


def rules() -> list[Rule]:
    """Every rule of every file."""
    return [rule for path in sorted(RULES.glob("*.yaml")) for rule in _rules(path)]


def alerts() -> list[Rule]:
    """Every alert."""
    return [rule for rule in rules() if "alert" in rule]


def recorded() -> set[str]:
    """Names of the recorded series."""
    return {rule["record"] for rule in rules() if "record" in rule}


def file_of(alert: str) -> Path:
    """The file that holds an alert."""
    return next(path for path in sorted(RULES.glob("*.yaml")) if any(one.get("alert") == alert for one in _rules(path)))


def metrics_in(expr: str) -> set[str]:
    """The metrics and recorded series that a PromQL expression reads."""
    return set(_METRIC.findall(_STRING.sub('""', expr)))
