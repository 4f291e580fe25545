"""Cases of `security/definer_search_path`."""

from cases.case import Case, gap
from cases.security.facts import function
from tunewright_analyzers.facts.roles import Privileges

SUBJECT = "function public.pay(amount numeric) in shop"

CASES = (
    Case("a superuser's, for everybody", "fires", (Privileges(functions=(function(),)),), (SUBJECT,), severity={SUBJECT: "high"},
         statements=("ALTER FUNCTION public.pay(amount numeric) SET search_path = pg_catalog, public, pg_temp;",)),
    Case("another's, for everybody", "fires", (Privileges(functions=(function(owner_is_superuser=False),)),), (SUBJECT,),
         severity={SUBJECT: "medium"}),
    Case("for some", "fires", (Privileges(functions=(function(public_may_execute=False),)),), (SUBJECT,), severity={SUBJECT: "low"}),
    Case("a procedure with an odd name", "fires", (Privileges(functions=(function(is_procedure=True, name="Pay", arguments="IN a text"),)),),
         ("function public.Pay(IN a text) in shop",), statements=('ALTER PROCEDURE public."Pay"(IN a text) SET search_path',)),
    Case("with a path", "silent", (Privileges(functions=(function(has_search_path=True),)),)),
    Case("none", "silent", (Privileges(),)),
    Case("privileges unread", "gap", gaps=(gap(Privileges),)),
)  # fmt: skip
