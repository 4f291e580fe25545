"""Cases of `schema/nullable_unique`."""

from cases.case import Case, gap
from cases.facts import column, index, indexes, schema
from tunewright_analyzers.facts.relations import Indexes

SUBJECT = "index public.orders_code in shop"
COLUMNS = schema(column("orders", "shop", not_null=True), column("orders", "code"))
RULE = {"is_unique": True, "constraint": "orders_code"}

CASES = (
    Case("one column may be null", "fires", (COLUMNS, indexes(index("orders_code", ("shop", "code"), **RULE))), (SUBJECT,),
         severity={SUBJECT: "low"}, says=("but code may be NULL",)),
    Case("not null", "silent", (schema(column("orders", "shop", not_null=True), column("orders", "code", not_null=True)),
                                indexes(index("orders_code", ("shop", "code"), **RULE)))),
    Case("nulls not distinct", "silent", (COLUMNS, indexes(index("orders_code", ("shop", "code"), nulls_not_distinct=True, **RULE)))),
    Case("a single column", "silent", (COLUMNS, indexes(index("orders_code", ("code",), **RULE)))),
    Case("partial", "silent", (COLUMNS, indexes(index("orders_code", ("shop", "code"), predicate="code IS NOT NULL", **RULE)))),
    Case("not unique", "silent", (COLUMNS, indexes(index("orders_code", ("shop", "code"))))),
    Case("indexes unread", "gap", (COLUMNS,), gaps=(gap(Indexes),)),
)  # fmt: skip
