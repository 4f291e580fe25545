"""Cases of `parameters/autovacuum_off`."""

from cases.case import Case, gap
from cases.facts import settings, table, tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour

OFF = table(options=(("autovacuum_enabled", "false"),))

CASES = (
    Case("for the server", "fires", (settings(autovacuum="off"), tables()), ("setting autovacuum",), severity={"setting autovacuum": "high"},
         statements=("ALTER SYSTEM SET autovacuum = 'on';",)),
    Case("for a table", "fires", (settings(), tables(OFF)), ("table public.orders in shop",),
         statements=("ALTER TABLE public.orders RESET (autovacuum_enabled);",)),
    Case("on RDS the parameter group decides", "fires", (settings(autovacuum="off"), tables()), ("setting autovacuum",), flavour=Flavour.RDS),
    Case("on", "silent", (settings(), tables(table()))),
    Case("settings unread", "gap", (tables(),), gaps=(gap(Settings),)),
)  # fmt: skip
