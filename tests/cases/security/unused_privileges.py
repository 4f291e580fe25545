"""Cases of `security/unused_privileges`."""

from cases.case import Case, gap
from cases.facts import ago, settings, statement, statements
from cases.security.facts import role, roles
from tunewright_analyzers.facts.roles import Roles
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statements

SUBJECT = "role app"
BOTH = roles(role(creates_databases=True, creates_roles=True))
ON = settings()


def ran(*texts: str | None) -> Statements:
    """Statements of the role app."""
    return statements(*(statement(f"{at}", text=text) for at, text in enumerate(("SELECT 1", *texts))))


CASES = (
    Case("neither used", "fires", (BOTH, ran(), ON), (SUBJECT,), severity={SUBJECT: "low"}, says=("CREATEDB and CREATEROLE",),
         statements=("ALTER ROLE app NOCREATEDB NOCREATEROLE;",)),
    Case("one used", "fires", (BOTH, ran("create  database x"), ON), (SUBJECT,), statements=("ALTER ROLE app NOCREATEROLE;",)),
    Case("both used", "silent", (BOTH, ran("DROP DATABASE x", "ALTER USER x SET y = $1"), ON)),
    Case("it grants, perhaps a role", "silent", (roles(role(creates_roles=True)), ran("GRANT a TO b"), ON)),
    Case("a text is missing", "silent", (BOTH, ran(None), ON)),
    Case("it has neither", "silent", (roles(role()), ran(), ON)),
    Case("a superuser needs no attribute", "silent", (roles(role(is_superuser=True, creates_roles=True)), ran(), ON)),
    Case("it runs nothing at all", "silent", (roles(role("idle", creates_roles=True)), ran(), ON)),
    Case("a month", "threshold", (BOTH, statements(statement(), reset_at=ago(days=30)), ON), (SUBJECT,)),
    Case("less than a month", "gap", (BOTH, statements(statement(), reset_at=ago(days=29)), ON)),
    Case("utility statements uncounted", "gap", (BOTH, ran(), settings(**{"pg_stat_statements.track_utility": "off"}))),
    Case("roles unread", "gap", (ran(), ON), gaps=(gap(Roles),)),
    Case("statements unread", "gap", (BOTH, ON), gaps=(gap(Statements),)),
    Case("settings unread", "gap", (BOTH, ran()), gaps=(gap(Settings),)),
)  # fmt: skip
