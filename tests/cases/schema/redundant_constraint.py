"""Cases of `schema/redundant_constraint`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import constraint, foreign_key, schema
from tunewright_analyzers.facts.columns import Schema

KEY = constraint("orders", "p", ("id",), definition="PRIMARY KEY (id)")
AGAIN = constraint("orders", "u", ("id",), definition="UNIQUE (id)")
REFERENCE = replace(
    foreign_key("orders", "customer_id", "customers"), definition="FOREIGN KEY (customer_id) REFERENCES customers(id)"
)
SECOND = replace(REFERENCE, name="orders_customer_again")
SUBJECT = "constraint public.orders.orders_id_u in shop"

CASES = (
    Case("unique over the primary key", "fires", (schema(KEY, AGAIN),), (SUBJECT,), severity={SUBJECT: "low"},
         statements=("ALTER TABLE public.orders DROP CONSTRAINT orders_id_u;",)),
    Case("two foreign keys", "fires", (schema(REFERENCE, SECOND),), ("constraint public.orders.orders_customer_id_f in shop",),
         says=("demands what orders_customer_again already does",)),
    Case("two checks without literals", "fires",
         (schema(constraint("orders", "c", ("a", "b"), name="one", definition="CHECK ((a < b))"),
                 constraint("orders", "c", ("a", "b"), name="two", definition="CHECK ((a < b))")),),
         ("constraint public.orders.two in shop",)),
    Case("two checks whose literals are not read", "silent",
         (schema(constraint("orders", "c", ("a",), name="one", definition="CHECK ((a > ?))"),
                 constraint("orders", "c", ("a",), name="two", definition="CHECK ((a > ?))")),)),
    Case("other columns", "silent", (schema(KEY, constraint("orders", "u", ("id", "code"))),)),
    Case("other rules", "silent", (schema(REFERENCE, replace(SECOND, on_delete="c")),)),
    Case("the kept one is deferrable", "silent", (schema(replace(KEY, is_deferrable=True), AGAIN),)),
    Case("of another table", "silent", (schema(KEY, constraint("customers", "u", ("id",), definition="UNIQUE (id)")),)),
    Case("schema unread", "gap", gaps=(gap(Schema),)),
)  # fmt: skip
