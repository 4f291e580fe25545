"""Cases of `parameters/connections_oversized`."""

from cases.case import Case, gap
from cases.facts import load, settings
from tunewright_analyzers.facts.sessions import ActiveSessions

SUBJECT = "setting max_connections"
THOUSAND = settings(max_connections="1000")

CASES = (
    Case("a tenth is used", "fires", (load(peak_connections=120), THOUSAND), (SUBJECT,), severity={SUBJECT: "info"}, says=("120 of 1000",),
         statements=("ALTER SYSTEM SET max_connections = '200';",)),
    Case("not known how many", "silent", (load(), THOUSAND)),
    Case("just 30 %", "threshold", (load(peak_connections=300), THOUSAND)),
    Case("fewer", "threshold", (load(peak_connections=299), THOUSAND), (SUBJECT,)),
    Case("five hundred", "threshold", (load(peak_connections=50), settings(max_connections="500")), (SUBJECT,)),
    Case("fewer are allowed", "threshold", (load(peak_connections=50), settings(max_connections="499"))),
    Case("an hour is not over", "threshold", (load(peak_connections=50, samples=3599), THOUSAND)),
    Case("samples unread", "gap", (settings(),), gaps=(gap(ActiveSessions),)),
)  # fmt: skip
