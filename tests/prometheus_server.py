"""A real Prometheus with our rules that scrapes one address, and the count of what its answers held. For the live tests of expressions."""

import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

import rulebook
from tunewright_agent.embedded.port import free_port

PATIENCE_SECONDS = 150.0


@dataclass
class Prometheus:
    """The running Prometheus' HTTP API."""

    port: int

    def get(self, path: str, **parameters: str) -> Any:
        """The `data` of an answer. Fails the test where Prometheus says that it is an error."""
        url = f"http://127.0.0.1:{self.port}{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            pytest.fail(f"{parameters}: {error.read().decode()}")

    def query(self, expr: str) -> list[dict[str, Any]]:
        """The series of an instant query; a scalar counts as one without labels."""
        data = self.get("/api/v1/query", query=expr)
        return data["result"] if data["resultType"] == "vector" else [{"metric": {}, "value": data["result"]}]

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=20) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def prometheus(program: str, folder: Path, target: str) -> Iterator[Prometheus]:
    """A Prometheus that scrapes one address every two seconds, with our rules loaded."""
    port = free_port()
    config = {
        "global": {"scrape_interval": "2s", "evaluation_interval": "2s"},
        "rule_files": [str(rulebook.RULES / "*.yaml")],
        "scrape_configs": [{"job_name": "tunewright", "static_configs": [{"targets": [target]}]}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    told = [
        program,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    with (folder / "prometheus.log").open("w") as log:
        process = subprocess.Popen(["nice", "-n", "10", *told], stdout=log, stderr=log)
        try:
            running = Prometheus(port)
            until(running.ready, "Prometheus is ready")
            yield running
        finally:
            process.terminate()
            process.wait(20)


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition; fails the test after PATIENCE_SECONDS."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE_SECONDS:g} s: {what}"
        time.sleep(0.5)


@dataclass
class Tally:
    """What was run, what was empty by design, what was empty and must not be."""

    ran: int = 0
    by_design: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def take(self, name: str, series: list[dict[str, Any]], reason: str | None) -> None:
        """Count one expression; `reason`: why it may be empty."""
        self.ran += 1
        full = any(one["value"][1] != "NaN" for one in series)
        if not full:
            (self.by_design if reason else self.missing).append(f"{name}: {reason or 'EMPTY'}")


def parts_of(expr: str) -> list[str]:
    """The operands of an alert without its thresholds, which must have data for it to be able to fire: an empty join is found so."""
    found, depth, start = [], 0, 0
    cuts = r"\s(?:and|or|unless)\s(?:on \([^)]*\)\s)?|\s(?:>=?|<=?|==)\s(?:on \([^)]*\)\s)?"
    for match in re.finditer(rf"[({{\[]|[)}}\]]|{cuts}", expr):
        if match[0] in "({[":
            depth += 1
        elif match[0] in ")}]":
            depth -= 1
        elif depth == 0:
            found.append(expr[start : match.start()])
            start = match.end()
    parts = [one.strip() for one in (*found, expr[start:])]
    return [one for one in parts if not re.fullmatch(r"[0-9.e]+( \* [0-9.e]+)?", one)]
