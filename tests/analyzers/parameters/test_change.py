"""How parameters are changed and changed back: by scope, by flavour, with units, with names that need quoting."""

import pglast
import pytest

from cases.facts import GB, MB, settings, table
from tunewright_analyzers.facts.settings import RoleSetting
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.parameters.change import Tuned, for_role, for_table, server_wide, together
from tunewright_analyzers.parameters.flavours import why_not_settable
from tunewright_analyzers.parameters.values import bytes_of, native_of, power_of_two_mb, shown, size_text, time_text
from tunewright_analyzers.recommendation import Scope, Takes


def _made(tuned: Tuned | None) -> Tuned:
    assert tuned is not None
    for text in (*tuned.statements, *tuned.rollback):
        assert pglast.parse_sql(text)
    return tuned


def test_a_size_is_given_in_the_units_of_all_forms() -> None:
    made = _made(server_wide(settings(), Flavour.SELF_MANAGED, "work_mem", 64.0 * MB, effect="x"))
    (change,) = made.changes
    assert (change.now, change.advised, change.native_now, change.native) == ("4MB", "64MB", "4096", "65536")
    assert (change.scope, change.takes) == (Scope.GLOBAL, Takes.RELOAD)
    assert made.statements == ("ALTER SYSTEM SET work_mem = '64MB';", "SELECT pg_reload_conf();")
    assert made.rollback == ("ALTER SYSTEM RESET work_mem;", "SELECT pg_reload_conf();")


def test_what_was_set_comes_back_by_the_rollback() -> None:
    made = _made(server_wide(settings(work_mem="8192"), Flavour.SELF_MANAGED, "work_mem", 64.0 * MB, effect="x"))
    assert made.rollback[0] == "ALTER SYSTEM SET work_mem = '8MB';"


def test_a_restart_is_said_and_nothing_is_reloaded() -> None:
    made = _made(server_wide(settings(), Flavour.SELF_MANAGED, "shared_buffers", float(GB), effect="x"))
    assert made.statements == ("ALTER SYSTEM SET shared_buffers = '1GB';",)
    assert (made.changes[0].takes, made.changes[0].native) == (Takes.RESTART, "131072")
    assert "restart" in made.note


def test_on_aurora_the_parameter_group_is_named_with_its_own_unit() -> None:
    made = _made(server_wide(settings(jit="on"), Flavour.AURORA, "jit", "off", effect="x"))
    assert made.statements == made.rollback == ()
    assert "DB cluster parameter group" in made.note
    assert (made.changes[0].native_now, made.changes[0].native) == ("1", "0")


@pytest.mark.parametrize(
    ("parameter", "self_managed", "rds", "aurora"),
    [
        ("work_mem", True, True, True),
        ("max_wal_size", True, True, False),
        ("checkpoint_completion_target", True, True, False),
        ("wal_compression", True, True, False),
        ("bgwriter_lru_maxpages", True, True, False),
        ("huge_pages", True, False, False),
        ("fsync", True, False, False),
        ("shared_buffers", True, False, False),
        ("max_connections", True, False, False),
        ("wal_sender_timeout", True, True, True),
    ],
)
def test_what_each_flavour_leaves_to_the_user(parameter: str, self_managed: bool, rds: bool, aurora: bool) -> None:
    flavours = (Flavour.SELF_MANAGED, Flavour.RDS, Flavour.AURORA)
    assert [why_not_settable(parameter, one) is None for one in flavours] == [self_managed, rds, aurora]


def test_nothing_is_changed_that_is_so_already_or_does_not_exist() -> None:
    now = settings()
    assert server_wide(now, Flavour.SELF_MANAGED, "work_mem", 4.0 * MB, effect="x") is None
    assert server_wide(now, Flavour.SELF_MANAGED, "no_such_parameter", "on", effect="x") is None
    assert for_role(now, "app", "max_connections", 10.0, effect="x") is None
    assert for_table(table(options=(("fillfactor", "80"),)), now, {"fillfactor": "80"}, effect="x") is None
    assert together(None, None) is None


def test_a_role_with_a_hostile_name_and_a_value_of_its_own() -> None:
    role = 'Re"port; DROP'
    now = settings(RoleSetting(None, role, "work_mem", "8MB"))
    made = _made(for_role(now, role, "work_mem", 64.0 * MB, effect="x"))
    assert made.statements == ('ALTER ROLE "Re""port; DROP" SET work_mem = \'64MB\';',)
    assert made.rollback == ('ALTER ROLE "Re""port; DROP" SET work_mem = \'8MB\';',)
    assert len(pglast.parse_sql(made.statements[0])) == 1


def test_a_tables_options_are_kept_apart_for_the_rollback() -> None:
    made = _made(
        for_table(
            table("Big One", options=(("fillfactor", "90"),)),
            settings(),
            {"fillfactor": "80", "autovacuum_vacuum_scale_factor": "0.02"},
            effect="x",
        )
    )
    assert made.statements == (
        'ALTER TABLE public."Big One" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);',
    )
    assert made.rollback == (
        'ALTER TABLE public."Big One" SET (fillfactor = 90);',
        'ALTER TABLE public."Big One" RESET (autovacuum_vacuum_scale_factor);',
    )
    assert [one.now for one in made.changes] == ["90", "0.2"]


def test_several_changes_reload_once() -> None:
    now = settings()
    one = server_wide(now, Flavour.SELF_MANAGED, "work_mem", 64.0 * MB, effect="x")
    two = server_wide(now, Flavour.SELF_MANAGED, "random_page_cost", 1.1, effect="x")
    made = _made(together(one, None, two))
    assert [text for text in made.statements if "reload" in text] == ["SELECT pg_reload_conf();"]
    assert made.statements[-1] == "SELECT pg_reload_conf();"
    assert len(made.changes) == 2


def test_values_are_shown_as_the_server_shows_them() -> None:
    assert [size_text(one) for one in (1024, 64 * MB, 3 * GB, 1536 * MB)] == ["1kB", "64MB", "3GB", "1536MB"]
    assert [time_text(one) for one in (0.5, 90, 900, 86400)] == ["500ms", "90s", "15min", "1d"]
    found = settings().get("log_temp_files")
    assert found is not None
    assert (shown(found, "-1"), shown(found, "10240"), native_of(found, 10.0 * MB)) == ("-1", "10MB", "10240")
    assert power_of_two_mb(33 * MB) == 64 * MB
    assert [bytes_of(one, 1.0) for one in ("64MB", "4096", "1GB", "nonsense")] == [64.0 * MB, 4.0 * MB, float(GB), 1.0]
