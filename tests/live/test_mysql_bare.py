"""Without performance_schema (MariaDB's default) each source says what it does not see, and the command line calls nothing healthy."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mysql_servers
from mysql_reading import as_account
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_agent.sources.mysql.session import PACKAGE, Reader
from tunewright_agent.sources.source import SourceError, discover
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.facts.roles import Roles

pytestmark = [pytest.mark.live, pytest.mark.slow]
OF_PERFORMANCE_SCHEMA = {"statements", "accounts", "activity", "relations"}
"""Sources that read less without it. What `databases` lacks then is named in the section (uncounted), not a gap."""


@pytest.fixture
def bare(mysql_family: EmbeddedMysql) -> Iterator[EmbeddedMysql]:
    settings = mysql_servers.settings(mysql_family.build)
    kept = {name: value for name, value in settings.items() if not name.startswith("performance_schema")}
    with EmbeddedMysql(mysql_family.build, settings=kept | {"performance_schema": "OFF"}) as server:
        yield server


def test_without_performance_schema_nothing_is_called_healthy(bare: EmbeddedMysql) -> None:
    told: dict[str, list[str]] = {}
    with as_account("granted", bare) as url:
        reader = Reader(url)
        sections = []
        for one in discover(PACKAGE):
            try:
                collected = one.collect(reader, mysql_servers.now())
                gaps = collected.gaps
                sections += collected.sections
            except SourceError as error:
                gaps = (one.gap(error, mysql_servers.now()),)
            told[one.name] = [gap.reason for gap in gaps if "performance_schema" in f"{gap.reason} {gap.mend}"]
        reader.close()
        answer = subprocess.run(
            [Path(sys.executable).parent / "tunewright", "once", "--url", url, "--samples", "1", "--format", "json"],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert {name for name, reasons in told.items() if reasons} >= OF_PERFORMANCE_SCHEMA
    (accounts,) = [one for one in sections if isinstance(one, Accounts)]
    (roles,) = [one for one in sections if isinstance(one, Roles)]
    assert accounts.rows, "who may log in is known without it"
    assert all(one.user_connections is None for one in accounts.rows)
    assert roles.sessions == ()
    assert answer.returncode == 1, answer.stderr
    judgement = json.loads(answer.stdout)
    not_judged = {one["check"] for one in judgement["not_judged"]}
    assert {
        "security/unencrypted_sessions",
        "security/superuser_sessions",
        "indexes/unused",
        "queries/dominant",
    } <= not_judged
    assert "performance_schema = ON" in answer.stderr
