"""Cases of `security/unused_superuser`."""

from cases.case import Case, gap
from cases.facts import ago, settings
from cases.security.duties import SHOP, guarded, ran
from cases.security.facts import role, roles
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.roles import Roles
from tunewright_analyzers.facts.statements import Statements

SUBJECT = "role app"
BOSS = roles(role(is_superuser=True))
READS, WRITES = "SELECT total FROM orders WHERE id = $1", "UPDATE customers SET name = $1 WHERE id = $2"
REST = (guarded(), SHOP, settings())

CASES = (
    Case("queries and writes only", "fires", (BOSS, ran(READS, WRITES, "BEGIN", "SET work_mem = $1", "RESET ROLE"), *REST), (SUBJECT,),
         severity={SUBJECT: "low"},
         says=("none of its 5 different statements of 60 days", "reads 1 tables and writes 1"),
         statements=("GRANT USAGE ON SCHEMA public TO app;", "GRANT SELECT ON public.orders TO app;",
                     "GRANT SELECT, INSERT, UPDATE, DELETE ON public.customers TO app;", "ALTER ROLE app NOSUPERUSER;")),
    Case("it makes tables", "silent", (BOSS, ran(READS, "CREATE TABLE t (id int)"), *REST)),
    Case("it reads a file", "silent", (BOSS, ran("COPY orders FROM PROGRAM 'x'"), *REST)),
    Case("it ends sessions", "silent", (BOSS, ran(READS, "SELECT pg_terminate_backend($1)"), *REST)),
    Case("it reads passwords", "silent", (BOSS, ran(READS, "SELECT rolpassword FROM pg_authid"), *REST)),
    Case("it becomes another", "silent", (BOSS, ran(READS, "SET ROLE x"), *REST)),
    Case("it sets what only superusers may", "silent", (BOSS, ran(READS, "SET log_min_duration_statement = $1"), *REST)),
    Case("row security does not hold it back", "silent", (BOSS, ran(READS), guarded("orders"), SHOP, settings())),
    Case("a text is missing", "silent", (BOSS, ran(READS, None), *REST)),
    Case("a text is cut off", "silent", (BOSS, ran(READS, "SELECT id FROM ord…"), *REST)),
    Case("it writes we know not where", "silent", (BOSS, ran(READS, "INSERT INTO hidden VALUES ($1)"), *REST)),
    Case("it runs nothing", "silent", (BOSS, ran(READS, user="other"), *REST)),
    Case("no superuser", "silent", (roles(role()), ran(READS), *REST)),
    Case("the first superuser", "silent", (roles(role("postgres", is_superuser=True)), ran(READS, user="postgres"), *REST)),
    Case("a month", "threshold", (BOSS, ran(READS, reset_at=ago(days=30)), *REST), (SUBJECT,)),
    Case("less than a month", "gap", (BOSS, ran(READS, reset_at=ago(days=29)), *REST)),
    Case("utility statements uncounted", "gap",
         (BOSS, ran(READS), guarded(), SHOP, settings(**{"pg_stat_statements.track_utility": "off"}))),
    Case("roles unread", "gap", (ran(READS), *REST), gaps=(gap(Roles),)),
    Case("statements unread", "gap", (BOSS, *REST), gaps=(gap(Statements),)),
    Case("schema unread", "gap", (BOSS, ran(READS), guarded(), settings()), gaps=(gap(Schema),)),
)  # fmt: skip
