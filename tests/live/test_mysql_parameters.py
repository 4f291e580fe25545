"""`advise parameters` on real MySQL and MariaDB: what a young server's counters do not allow is said, and nothing is changed."""

import json

import pytest
from typer.testing import CliRunner

import mysql_reading
import tunewright_agent.cli.advise_parameters
from tunewright_agent.cli.app import app
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Engine, Flavour
from tunewright_analyzers.parameters.safety import protects

pytestmark = pytest.mark.live
assert tunewright_agent.cli.advise_parameters.ParameterForm is not None  # it adds its command when it is imported

RATES = {"redo_log_small", "thread_cache_small", "temporary_tables_on_disk", "join_buffer_large", "buffer_pool_small"}


def test_a_server_that_has_just_started_is_not_judged_by_its_rates(mysql_database: str) -> None:
    uptime = int(
        str(
            mysql_reading.value(
                mysql_database,
                "SELECT variable_value FROM performance_schema.global_status WHERE variable_name = 'UPTIME'",
            )
        )
    )
    before = mysql_reading.value(mysql_database, "SELECT @@GLOBAL.join_buffer_size")
    result = CliRunner().invoke(
        app, ["advise", "parameters", "--url", mysql_database, "--memory", "8GB", "--samples", "1", "--format", "json"]
    )
    assert result.exit_code in {0, 1}, result.output  # 1: something (a consumer that is off) could not be seen
    answer = json.loads(result.stdout)
    not_judged = {one["check"].removeprefix("parameters/"): one["because"] for one in answer["not_judged"]}
    if uptime < 500:
        assert set(not_judged) >= RATES
        assert "600 are needed" in not_judged["redo_log_small"]
    assert mysql_reading.value(mysql_database, "SELECT @@GLOBAL.join_buffer_size") == before


def test_what_protects_the_data_is_read_by_the_names_that_servers_have(
    mysql_family: EmbeddedMysql, mysql_database: str
) -> None:
    engine = Engine.MARIADB if mysql_family.build.mariadb else Engine.MYSQL
    read = mysql_reading.section(mysql_reading.collect(mysql_database, "settings"), Settings)
    verdicts = protects(read, engine, Flavour.SELF_MANAGED)
    checksums = {"innodb_log_checksums": True} if engine is Engine.MYSQL else {}
    assert (
        verdicts.items()
        >= {
            "innodb_flush_log_at_trx_commit": False,  # the suite's servers are thrown away
            "innodb_doublewrite": False,
            "innodb_checksum_algorithm": True,
            **checksums,
        }.items()
    )
    assert protects(read, engine, Flavour.AURORA) == {}
