"""How a variable of MySQL or MariaDB is changed and changed back: SET PERSIST, SET GLOBAL with my.cnf, or a parameter group; and who may.

Source of what each flavour leaves to the user: AWS's lists of parameters of Aurora MySQL 3 and RDS for MySQL; Aurora's storage has no redo
log, no doublewrite and no page cleaner of its own, so that what rules them is ignored there.
"""

from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Setting, Settings
from tunewright_analyzers.facts.snapshot import Engine, Flavour
from tunewright_analyzers.parameters.change import Tuned
from tunewright_analyzers.recommendation import ParameterChange, Scope, Takes

MB = 1024**2
LEAST_SECONDS = 600.0
"""Counters of a shorter time say nothing of an hour: a server that has just started is loading its caches."""
_AURORA_IGNORES = frozenset(
    {
        "innodb_redo_log_capacity", "innodb_log_file_size", "innodb_log_buffer_size", "innodb_io_capacity", "innodb_io_capacity_max",
        "innodb_flush_log_at_trx_commit", "sync_binlog", "thread_cache_size", "innodb_doublewrite", "innodb_flush_method",
    }
)  # fmt: skip
_FORMULAS = frozenset({"innodb_buffer_pool_size", "max_connections", "table_open_cache"})
"""AWS derives them from the instance class: sized with the class."""
_RESTART = {
    Engine.MYSQL: frozenset(
        {"innodb_log_file_size", "innodb_log_files_in_group", "table_open_cache_instances", "performance_schema"}
    ),
    Engine.MARIADB: frozenset({"innodb_log_buffer_size", "performance_schema"}),
}


def why_not_settable(parameter: str, flavour: Flavour) -> str | None:
    """Why the user of this flavour cannot or should not set it; None where it is theirs."""
    if flavour is Flavour.AURORA and parameter in _AURORA_IGNORES:
        return f"Aurora has no use for {parameter}"
    if flavour is not Flavour.SELF_MANAGED and parameter in _FORMULAS:
        return f"AWS computes {parameter} from the instance class"
    return None


def number(settings: Settings, parameter: str) -> float | None:
    """A numeric variable in its own unit (bytes, seconds, count); None where there is none of that name or it is no number."""
    setting = settings.get(parameter)
    try:
        return None if setting is None else float(setting.value)
    except ValueError:
        return None


def too_short(status: ServerStatus) -> str | None:
    """Why rates cannot be judged; None where they were counted long enough."""
    if status.period.seconds >= LEAST_SECONDS:
        return None
    return f"the server's counters cover {status.period.seconds:.0f} s only, {LEAST_SECONDS:.0f} are needed before a rate means something"


def is_on(settings: Settings, parameter: str) -> bool:
    """Whether a switch is on: MySQL prints ON, some releases 1."""
    return settings.text(parameter).upper() in {"ON", "1", "YES"}


def _takes(setting: Setting, engine: Engine) -> Takes:
    restart = setting.context == "postmaster" or setting.name in _RESTART.get(engine, frozenset())
    return Takes.RESTART if restart else Takes.AT_ONCE


def server_wide(
    settings: Settings, engine: Engine, flavour: Flavour, parameter: str, wanted: int | str, *, effect: str
) -> Tuned | None:
    """For the whole server. None where there is no such variable, the flavour does not leave it to the user, or it is so already."""
    setting = settings.get(parameter)
    if setting is None or why_not_settable(parameter, flavour) is not None or setting.value == str(wanted):
        return None
    takes = _takes(setting, engine)
    value = str(wanted)
    change = ParameterChange(parameter, Scope.GLOBAL, "", setting.value, value, setting.value, value, takes, effect)
    if flavour is not Flavour.SELF_MANAGED:
        kind = "DB cluster parameter group" if flavour is Flavour.AURORA else "DB parameter group"
        when = "after a reboot" if takes is Takes.RESTART else "at once"
        note = f"Set it in the {kind}: {parameter} = {value} (now {setting.value}); it takes effect {when}."
        return Tuned((change,), (), (), note)
    if takes is Takes.RESTART:
        return Tuned(
            (change,), (), (), f"Write {parameter} = {value} to the option file (now {setting.value}) and restart."
        )
    if engine is Engine.MARIADB:
        note = "SET GLOBAL lasts until the next start: write it to the option file too."
        return Tuned(
            (change,), (f"SET GLOBAL {parameter} = {value};",), (f"SET GLOBAL {parameter} = {setting.value};",), note
        )
    return Tuned((change,), (f"SET PERSIST {parameter} = {value};",), (f"SET PERSIST {parameter} = {setting.value};",))


def doubled(value: float, most: float) -> int:
    """Twice the value, in whole megabytes where it is that large, at most `most`."""
    return int(min(value * 2, most))
