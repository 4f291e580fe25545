"""Cases of `security/unused_write_grants`."""

from cases.case import Case, gap
from cases.facts import ago, settings
from cases.security.duties import SHOP, granted, ran
from cases.security.facts import role, roles
from tunewright_analyzers.facts.roles import TableGrants
from tunewright_analyzers.facts.statements import Statements

SUBJECT = "role app in shop"
READS = "SELECT total FROM orders WHERE id = $1"
JOINED = "SELECT c.name FROM customers c JOIN orders o ON o.customer_id = c.id"
WITHIN = "WITH d AS (DELETE FROM orders RETURNING id) SELECT id FROM d"
APP = roles(role())
REST = (SHOP, settings())
TEAM = roles(role("team", can_login=False), role(member_of=("team",)), role("other", member_of=("app",)))

CASES = (
    Case("it only reads", "fires", (APP, granted("orders", "customers"), ran(READS), *REST), (SUBJECT,), severity={SUBJECT: "low"},
         says=("may write to 1 tables of shop that its 1 statements of 60 days only read",),
         statements=("REVOKE INSERT, UPDATE, DELETE ON public.orders FROM app;",)),
    Case("by group of rights", "fires",
         (APP, granted("orders", "customers", privileges=("INSERT",)), ran(JOINED), *REST),
         (SUBJECT,), statements=("REVOKE INSERT ON public.orders, public.customers FROM app;",)),
    Case("granted to its group, and nobody of it writes", "fires", (TEAM, granted("orders", to="team"), ran(READS), *REST), ("role team in shop",)),
    Case("somebody of the group writes", "silent",
         (TEAM, granted("orders", to="team"), ran("INSERT INTO orders (id) VALUES ($1)", READS, user="other"), *REST)),
    Case("it writes", "silent", (APP, granted("orders"), ran(READS, "UPDATE orders SET total = $1 WHERE id = $2"), *REST)),
    Case("it writes in a WITH", "silent", (APP, granted("orders"), ran(READS, WITHIN), *REST)),
    Case("it copies into it", "silent", (APP, granted("orders"), ran(READS, "COPY orders (id) FROM STDIN"), *REST)),
    Case("it empties it", "silent", (APP, granted("orders"), ran(READS, "TRUNCATE orders"), *REST)),
    Case("it locks rows", "silent", (APP, granted("orders"), ran("SELECT total FROM orders WHERE id = $1 FOR UPDATE"), *REST)),
    Case("it neither reads nor writes", "silent", (APP, granted("customers"), ran(READS), *REST)),
    Case("a text is missing", "silent", (APP, granted("orders"), ran(READS, None), *REST)),
    Case("it runs nothing", "silent", (APP, granted("orders"), ran(READS, user="x"), *REST)),
    Case("no grants", "silent", (APP, granted(), ran(READS), *REST)),
    Case("a week", "threshold", (APP, granted("orders"), ran(READS, reset_at=ago(days=7)), *REST), (SUBJECT,)),
    Case("less than a week", "gap", (APP, granted("orders"), ran(READS, reset_at=ago(days=6)), *REST)),
    Case("utility statements uncounted", "gap",
         (APP, granted("orders"), ran(READS), SHOP, settings(**{"pg_stat_statements.track_utility": "off"}))),
    Case("grants unread", "gap", (APP, ran(READS), *REST), gaps=(gap(TableGrants),)),
    Case("statements unread", "gap", (APP, granted("orders"), *REST), gaps=(gap(Statements),)),
)  # fmt: skip
