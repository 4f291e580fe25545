"""Cases of `security/row_security_bypass`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import relation
from cases.security.facts import group, role, roles
from tunewright_analyzers.facts.roles import GuardedTable, Privileges, Roles

GUARDED = GuardedTable(relation("orders"), "app", False, 2)


def guarded(table: GuardedTable = GUARDED) -> Privileges:
    """The section, of one table with row security."""
    return Privileges(guarded=(table,))


CASES = (
    Case("the application owns the table", "fires", (roles(role(), group()), guarded()), ("table public.orders in shop",),
         severity={"table public.orders in shop": "low"}, statements=("ALTER TABLE public.orders FORCE ROW LEVEL SECURITY;",)),
    Case("the application has BYPASSRLS", "fires", (roles(role("web", bypasses_row_security=True), group("web")), guarded()), ("role web",)),
    Case("forced", "silent", (roles(role(), group()), guarded(replace(GUARDED, is_forced=True)))),
    Case("the owner has no sessions", "silent", (roles(role(), role("web"), group("web")), guarded())),
    Case("BYPASSRLS, and no row security", "silent", (roles(role("web", bypasses_row_security=True), group("web")), Privileges())),
    Case("privileges unread", "gap", (roles(),), gaps=(gap(Privileges),)),
    Case("roles unread", "gap", (guarded(),), gaps=(gap(Roles),)),
)  # fmt: skip
