"""Cases of `security/public_table_grants`."""

from cases.case import Case, gap
from cases.security.facts import public
from tunewright_analyzers.facts.roles import DefaultGrant, Privileges

SUBJECT = "table public.orders in shop"
DEFAULT = "default privileges of owner in app in shop"

CASES = (
    Case("everybody writes", "fires", (public("SELECT", "UPDATE"),), (SUBJECT,), severity={SUBJECT: "medium"},
         statements=("REVOKE SELECT, UPDATE ON public.orders FROM PUBLIC;",)),
    Case("everybody reads", "fires", (public("SELECT"),), (SUBJECT,), severity={SUBJECT: "low"}),
    Case("new tables are everybody's", "fires", (Privileges(defaults=(DefaultGrant("shop", "owner", "app", ("SELECT",)),)),), (DEFAULT,),
         severity={DEFAULT: "low"},
         statements=("ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA app REVOKE SELECT ON TABLES FROM PUBLIC;",)),
    Case("no grants", "silent", (Privileges(),)),
    Case("a schema", "silent", (public("CREATE", kind="schema", name=None),)),
    Case("privileges unread", "gap", gaps=(gap(Privileges),)),
)  # fmt: skip
