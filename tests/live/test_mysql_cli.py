"""The command line against MySQL and MariaDB: three accounts, three truthful outputs; the grants script is what they need."""

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import mysql_servers
from mysql_reading import PASSWORD, SECRET, as_account, run, statements
from tunewright_agent.embedded.mysql import EmbeddedMysql

pytestmark = [pytest.mark.live, pytest.mark.slow]
TUNEWRIGHT = Path(sys.executable).parent / "tunewright"


def tunewright(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a user would."""
    return subprocess.run([TUNEWRIGHT, *arguments], capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def shop(mysql_database: str) -> str:
    """Mistakes that the sources see: a table in MyISAM, a key that runs out, text in utf8mb3."""
    run(
        mysql_database,
        "CREATE TABLE log (id int, v varchar(50)) ENGINE=MyISAM DEFAULT CHARSET=utf8mb3",
        "CREATE TABLE counted (id tinyint AUTO_INCREMENT PRIMARY KEY, v varchar(100)) ENGINE=InnoDB AUTO_INCREMENT=120",
        f"INSERT INTO log VALUES (1, '{SECRET}')",
        f"INSERT INTO counted (v) VALUES ('{SECRET}')",
        f"SELECT * FROM counted WHERE v = '{SECRET}'",
    )
    return mysql_database


def once(url: str) -> tuple[subprocess.CompletedProcess[str], dict[str, dict[str, str]], set[str]]:
    """(result, findings by check and subject, checks that were not judged) of one look."""
    result = tunewright("once", "--url", url, "--samples", "1", "--format", "json")
    assert result.returncode in {0, 1}, result.stderr
    judgement = json.loads(result.stdout)
    found: dict[str, dict[str, str]] = {}
    for one in judgement["findings"]:
        found.setdefault(one["check"], {})[str(one["subject"])] = one["summary"]
    return result, found, {one["check"] for one in judgement["not_judged"]}


@pytest.mark.parametrize("kind", ["root", "granted"])
def test_once_finds_the_same_with_root_and_with_the_account_of_grants(
    mysql_family: EmbeddedMysql, shop: str, kind: str
) -> None:
    with as_account(kind, mysql_family) as url:
        result, found, _ = once(url)
    text = result.stdout + result.stderr
    name = urlsplit(shop).path[1:]
    assert any(f"{name}.log" in one for one in found["schema/not_transactional"].values())
    assert any(f"{name}.counted.id" in one for one in found["schema/key_exhaustion"].values())
    assert any(name in one for one in found["schema/charset_utf8mb3"].values())
    assert "security/empty_password" not in found
    assert SECRET not in text
    assert PASSWORD not in text
    assert mysql_family.password not in text
    assert "pg_stat" not in text
    assert "Traceback" not in text


def test_once_with_an_account_that_may_do_nothing_calls_nothing_healthy(mysql_family: EmbeddedMysql, shop: str) -> None:
    """No table, no statement, no account is seen: each is a gap with its GRANT, and what rests on it is not judged."""
    with as_account("stranger", mysql_family) as url:
        user = urlsplit(url).username
        result, found, not_judged = once(url)
    assert result.returncode == 1
    assert {
        "locks/blocking_chain",
        "schema/not_transactional",
        "security/empty_password",
        "parameters/digests_full",
    } <= not_judged
    assert not {"schema/not_transactional", "schema/key_exhaustion"} & found.keys()
    assert f"GRANT SELECT ON performance_schema.* TO '{user}'@'%';" in result.stderr
    assert f"GRANT PROCESS ON *.* TO '{user}'@'%';" in result.stderr


def test_once_tells_the_silent_loss_of_rows_where_the_tables_are_hidden(mysql_family: EmbeddedMysql, shop: str) -> None:
    """The unused indexes of tables that an account may not read vanish without an error: they are counted, and their checks are not judged."""
    name = urlsplit(shop).path[1:]
    with as_account("granted", mysql_family) as url:
        user = urlsplit(url).username
        _, _, before = once(f"{url}{name}")
        run(mysql_family.url(), f"REVOKE REFERENCES ON *.* FROM '{user}'@'%'")
        result, found, not_judged = once(f"{url}{name}")
    assert not {"indexes/redundant", "indexes/duplicate", "schema/not_transactional"} & before
    assert result.returncode == 1
    hidden = re.search(r"(\d+) of \1 tables are hidden from our account", result.stderr)
    assert hidden, "InnoDB's own list knows of its tables only, and of those that other tests left"
    assert f"GRANT SELECT ON `{name}`.* TO '{user}'@'%';" in result.stderr
    assert {"indexes/unused", "indexes/redundant", "indexes/duplicate", "schema/not_transactional"} <= not_judged
    assert not {"schema/not_transactional", "schema/key_exhaustion"} & found.keys()


def test_doctor_names_what_is_missing_and_its_mends_make_it_well(mysql8: EmbeddedMysql) -> None:
    """By the account of grants only the consumer of waits is missing; its statement, and doctor says that all is well.

    On a server of its own: what other tests prepared on the shared one is a gap that no statement mends.
    """
    server = EmbeddedMysql(mysql8.build, settings=mysql_servers.settings(mysql8.build)).start()
    try:
        with as_account("granted", server) as url:
            before = tunewright("doctor", "--url", url, "--format", "json")
            rows = {one["source"]: one for one in json.loads(before.stdout)["sources"]}
            assert {name for name, one in rows.items() if one["state"] != "ok"} == {"activity"}
            (gap,) = rows["activity"]["gaps"]
            run(server.url(), gap["mend"].partition(";")[0])
            after = tunewright("doctor", "--url", url)
    finally:
        server.stop()
    assert before.returncode == 1
    assert after.returncode == 0, after.stdout + after.stderr


def test_the_printed_grants_run_twice_and_suffice(mysql_family: EmbeddedMysql) -> None:
    result = tunewright("grants", "--engine", "mysql", "--role", "watcher")
    assert result.returncode == 0
    script = statements(result.stdout.replace("CHANGE_ME", PASSWORD))
    try:
        run(mysql_family.url(), *script, *script)
        with (
            mysql_servers.connect(mysql_family.url("", "watcher", PASSWORD)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT COUNT(*) FROM tunewright.accounts")
            assert cursor.fetchone() is not None
    finally:
        run(mysql_family.url(), "DROP USER IF EXISTS 'watcher'@'%'", "DROP DATABASE IF EXISTS tunewright")


def test_a_wrong_address_is_one_line(mariadb: EmbeddedMysql) -> None:
    """Exit 3 and one line with the mend where the login is refused; never a part of the password."""
    result = tunewright("once", "--url", mariadb.url("", "root", "wr0ngpassw0rd"))
    assert result.returncode == 3
    assert result.stderr.startswith("error: cluster: login refused")
    assert len(result.stderr.strip().splitlines()) == 1
    assert "wr0ng" not in result.stderr
