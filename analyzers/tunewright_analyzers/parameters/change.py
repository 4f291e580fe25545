"""How a parameter of PostgreSQL is changed and changed back, by scope: the statements, and the same for parameter groups.

Called by the checks `parameters/*`, which know what and why. Narrowest scope first: statement, role, table, then global.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tunewright_analyzers.facts.relations import Table
from tunewright_analyzers.facts.settings import RoleSetting, Setting, Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.parameters.flavours import why_not_settable
from tunewright_analyzers.parameters.values import group_form, native_of, shown
from tunewright_analyzers.recommendation import ParameterChange, Scope, Takes
from tunewright_analyzers.sql.identifiers import qualified, quoted

RELOAD = "SELECT pg_reload_conf();"
_SESSION_CONTEXTS = frozenset({"user", "superuser"})


@dataclass(frozen=True, slots=True)
class Tuned:
    """A change ready to be recommended. `note` says where it is made when no SQL can make it (parameter groups), or what it needs."""

    changes: tuple[ParameterChange, ...]
    statements: tuple[str, ...]
    rollback: tuple[str, ...]
    note: str = ""

    @property
    def is_of_a_table(self) -> bool:
        """Whether it is a storage parameter of one table."""
        return all(one.scope is Scope.TABLE for one in self.changes)


def literal(text: str) -> str:
    """A value as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _takes(setting: Setting) -> Takes:
    if setting.context == "postmaster":
        return Takes.RESTART
    return Takes.NEW_SESSIONS if setting.context in {"backend", "superuser-backend"} else Takes.RELOAD


def changed(
    setting: Setting, wanted: float | str, scope: Scope, target: str, takes: Takes, effect: str, now: str | None = None
) -> ParameterChange:
    """The change of one parameter; `wanted` in base units (bytes, seconds) or as a text; `now` where it is not the server's own value."""
    native = native_of(setting, wanted)
    present = setting.value if now is None else now
    return ParameterChange(
        setting.name,
        scope,
        target,
        shown(setting, present) if now is None else now,
        shown(setting, native),
        group_form(setting, present),
        group_form(setting, native),
        takes,
        effect,
    )


def _name(parameter: str) -> str:
    return ".".join(quoted(part) for part in parameter.split("."))


def server_wide(
    settings: Settings, flavour: Flavour, parameter: str, wanted: float | str, *, effect: str
) -> Tuned | None:
    """For the whole server: ALTER SYSTEM, or the parameter group where AWS runs it.

    None where the release has no such parameter, the flavour does not leave it to the user, or it is so already.
    """
    setting = settings.get(parameter)
    if setting is None or why_not_settable(parameter, flavour) is not None:
        return None
    change = changed(setting, wanted, Scope.GLOBAL, "", _takes(setting), effect)
    if change.native == change.native_now:
        return None
    restart = change.takes is Takes.RESTART
    if flavour is not Flavour.SELF_MANAGED:
        kind = "DB cluster parameter group" if flavour is Flavour.AURORA else "DB parameter group"
        when = "after a reboot" if restart else "at once"
        note = f"Set it in the {kind}: {parameter} = {change.native} ({change.advised}; now {change.now}); it takes effect {when}."
        return Tuned((change,), (), (), note)
    reload = () if restart else (RELOAD,)
    back = "RESET " + _name(parameter)
    if setting.source != "default":
        back = f"SET {_name(parameter)} = {literal(change.now)}"
    return Tuned(
        (change,),
        (f"ALTER SYSTEM SET {_name(parameter)} = {literal(change.advised)};", *reload),
        (f"ALTER SYSTEM {back};", *reload),
        "Takes effect at the next restart." if restart else "",
    )


def override_of(settings: Settings, role: str, parameter: str) -> RoleSetting | None:
    """What ALTER ROLE set for the role in all databases, if anything."""
    return next(
        (one for one in settings.roles if one.role == role and one.database is None and one.name == parameter), None
    )


def for_role(settings: Settings, role: str, parameter: str, wanted: float | str, *, effect: str) -> Tuned | None:
    """For the sessions of one role, in all databases. None where there is no such parameter, a session may not set it, or it is so already."""
    setting = settings.get(parameter)
    if setting is None or setting.context not in _SESSION_CONTEXTS:
        return None
    before = override_of(settings, role, parameter)
    change = changed(
        setting, wanted, Scope.ROLE, role, Takes.NEW_SESSIONS, effect, None if before is None else before.value
    )
    if change.advised == change.now:
        return None
    who, name = f"ALTER ROLE {quoted(role)}", _name(parameter)
    back = f"RESET {name}" if before is None else f"SET {name} = {literal(before.value)}"
    return Tuned((change,), (f"{who} SET {name} = {literal(change.advised)};",), (f"{who} {back};",))


def for_statement(
    settings: Settings, statement: str, parameter: str, wanted: float | str, *, effect: str
) -> Tuned | None:
    """For one statement, within its transaction."""
    setting = settings.get(parameter)
    if setting is None or setting.context not in _SESSION_CONTEXTS:
        return None
    change = changed(setting, wanted, Scope.STATEMENT, statement, Takes.AT_ONCE, effect)
    if change.advised == change.now:
        return None
    name = _name(parameter)
    note = "SET LOCAL belongs into the transaction that runs the statement, just before it."
    return Tuned((change,), (f"SET LOCAL {name} = {literal(change.advised)};",), (f"RESET {name};",), note)


def for_session(
    settings: Settings, statement: str, parameter: str, wanted: float | str, *, effect: str
) -> Tuned | None:
    """For one utility statement, in its session: not every one may stand in a transaction (CREATE INDEX CONCURRENTLY)."""
    tuned = for_statement(settings, statement, parameter, wanted, effect=effect)
    if tuned is None:
        return None
    plain = tuple(text.replace("SET LOCAL ", "SET ", 1) for text in tuned.statements)
    return replace(tuned, statements=plain, note="SET in the session that runs the statement, just before it.")


def for_table(table: Table, settings: Settings, wanted: Mapping[str, str], *, effect: str) -> Tuned | None:
    """Storage parameters of one table. `wanted` by name, in the option's own unit. None where all are so already."""
    before = dict(table.options)
    new = {name: value for name, value in wanted.items() if before.get(name) != value}
    if not new:
        return None
    changes = []
    for name, value in new.items():
        inherited = settings.get(name)
        now = before.get(name, inherited.value if inherited is not None else "default")
        changes.append(
            ParameterChange(name, Scope.TABLE, str(table.name), now, value, now, value, Takes.AT_ONCE, effect)
        )
    who = f"ALTER TABLE {qualified(table.name)}"
    kept = ", ".join(f"{name} = {before[name]}" for name in new if name in before)
    reset = ", ".join(name for name in new if name not in before)
    rollback = ((f"{who} SET ({kept});",) if kept else ()) + ((f"{who} RESET ({reset});",) if reset else ())
    listed = ", ".join(f"{name} = {value}" for name, value in new.items())
    return Tuned(tuple(changes), (f"{who} SET ({listed});",), rollback)


def together(*given: Tuned | None) -> Tuned | None:
    """Several changes as one recommendation, in their order; one reload at the end. None where none is left."""
    parts = [one for one in given if one is not None]
    if not parts:
        return None

    def once(texts: list[str]) -> tuple[str, ...]:
        return tuple(text for text in texts if text != RELOAD) + ((RELOAD,) if RELOAD in texts else ())

    return Tuned(
        tuple(change for one in parts for change in one.changes),
        once([text for one in parts for text in one.statements]),
        once([text for one in parts for text in one.rollback]),
        " ".join(dict.fromkeys(one.note for one in parts if one.note)),
    )
