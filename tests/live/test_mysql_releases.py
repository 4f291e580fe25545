"""Newer releases of the family, MySQL 9.7 and MariaDB 11.8: every source reads, or says by name what it cannot; `once` judges."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import mysql_servers
from mysql_reading import PASSWORD, SECRET, Prepared, as_account, run
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_agent.history.codec import dump_section, load_section
from tunewright_agent.sources.mysql.session import PACKAGE, Reader
from tunewright_agent.sources.source import discover
from tunewright_analyzers.facts.statements import Statements

pytestmark = [pytest.mark.live, pytest.mark.slow]
TUNEWRIGHT = Path(sys.executable).parent / "tunewright"
CONSUMER = "events_waits_current"
"""Off by default in MySQL: the one gap that the account of `grants` is left with."""


@pytest.mark.parametrize("release", ["mysql9", "mariadb11"])
def test_every_source_reads_and_once_judges(release: str, start_mysql: Callable[[str], EmbeddedMysql]) -> None:
    """No source fails for the account of `grants`, each gap names its mend, each section survives the history, and mistakes are found."""
    server = start_mysql(release)
    for url in mysql_servers.fresh(server):
        run(
            url,
            "CREATE TABLE log (id int, v varchar(50)) ENGINE=MyISAM DEFAULT CHARSET=utf8mb3",
            "CREATE TABLE counted (id tinyint AUTO_INCREMENT PRIMARY KEY, v varchar(100)) ENGINE=InnoDB AUTO_INCREMENT=120",
            f"INSERT INTO log VALUES (1, '{SECRET}')",
            f"INSERT INTO counted (v) VALUES ('{SECRET}')",
            f"SELECT * FROM counted WHERE v = '{SECRET}'",
        )
        with mysql_servers.connect(url) as connection:
            prepared = Prepared(connection, "SELECT id FROM counted WHERE v IS NOT NULL AND id > 0")
            for _ in range(7):
                prepared.execute()
        with as_account("granted", server) as account:
            reader = Reader(account)
            sections, gaps, ran = set(), [], 0
            for one in discover(PACKAGE):
                found = one.collect(reader, mysql_servers.now())  # a SourceError would fail the test
                gaps += found.gaps
                for part in found.sections:
                    assert load_section(part.name, dump_section(part)) == part
                    sections.add(part.name)
                    if isinstance(part, Statements):
                        rows = [row for row in part.rows if "`v` is not null" in (row.text or "").lower()]
                        ran = sum(row.calls for row in rows if row.kind == "select")
            reader.close()
            result = subprocess.run(
                [TUNEWRIGHT, "once", "--url", account, "--samples", "1", "--format", "json"],
                capture_output=True, text=True, timeout=120, check=False,
            )  # fmt: skip
    assert {"statements", "tables", "indexes", "settings", "server_status", "sessions", "replication"} <= sections
    prepared_gaps = [gap.reason for gap in gaps if "prepared statements" in gap.reason]
    assert (ran, len(prepared_gaps)) == ((7, 0) if release == "mysql9" else (0, 1))
    assert [gap.reason for gap in gaps if CONSUMER not in f"{gap.reason} {gap.mend}"] == prepared_gaps
    assert all(gap.mend for gap in gaps)
    assert result.returncode == 1, result.stderr  # something was found
    checks = {one["check"] for one in json.loads(result.stdout)["findings"]}
    assert {"schema/not_transactional", "schema/key_exhaustion"} <= checks
    said = result.stdout + result.stderr
    assert "Traceback" not in said
    assert SECRET not in said
    assert PASSWORD not in said
