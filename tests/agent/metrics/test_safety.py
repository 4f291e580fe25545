"""`tunewright_setting_safe`: what protects the data, by engine and flavour; the alert SafetySettingOff watches it."""

from dataclasses import replace

import pytest

import exposed
import states
from cases import facts
from cases.mysql_facts import variables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Engine, Flavour


def safe(settings: Settings, engine: Engine, flavour: Flavour = Flavour.SELF_MANAGED) -> dict[object, float]:
    snapshot = replace(states.snapshot(settings), engine=engine, flavour=flavour)
    found = exposed.scrape(states.state_of(states.instance_of(snapshot, exposed.QUIET)))
    return dict(exposed.of(found, "tunewright_setting_safe", "name"))


@pytest.mark.parametrize("engine", [Engine.MYSQL, Engine.MARIADB])
def test_what_mysql_leaves_to_chance_is_0(engine: Engine) -> None:
    weak = variables(innodb_flush_log_at_trx_commit=2, sync_binlog=0, innodb_doublewrite="OFF", innodb_checksum_algorithm="none")  # fmt: skip
    assert set(safe(weak, engine).values()) == {0}
    assert len(safe(weak, engine)) == 4
    sound = variables(innodb_doublewrite="ON", innodb_checksum_algorithm="crc32")
    assert safe(sound, engine) == dict.fromkeys(safe(weak, engine), 1)


def test_without_a_binary_log_none_is_synced() -> None:
    assert "sync_binlog" not in safe(variables(sync_binlog=0, log_bin="OFF"), Engine.MYSQL)


def test_what_auroras_storage_ignores_is_not_told() -> None:
    weak = variables(innodb_flush_log_at_trx_commit=2, innodb_doublewrite="OFF", innodb_checksum_algorithm="none")
    assert safe(weak, Engine.MYSQL, Flavour.AURORA) == {}
    assert "innodb_doublewrite" not in safe(weak, Engine.MYSQL, Flavour.RDS)
    off = facts.settings(fsync="on", full_page_writes="off", autovacuum="off")
    assert safe(off, Engine.POSTGRESQL) == {"fsync": 1, "full_page_writes": 0, "autovacuum": 0}
    assert safe(off, Engine.POSTGRESQL, Flavour.AURORA) == {"autovacuum": 0}
