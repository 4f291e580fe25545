"""Cases of `schema/reference_type_mismatch`."""

from cases.case import Case, gap
from cases.schema.mysql_columns import column, foreign, key, schema
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.snapshot import Engine

PARENT = (column("customers", "id", "bigint unsigned"), key("customers", "id"))
SUBJECT = "column shop.orders.customer_id in shop"

CASES = (
    Case("text against a number, by the names", "fires", (schema(*PARENT, column("orders", "customer_id", "varchar(20)")),), (SUBJECT,),
         severity={SUBJECT: "medium"}, says=("is varchar(20), shop.customers.id that it refers to is bigint unsigned",), engine=Engine.MYSQL),
    Case("narrower than the key", "fires", (schema(*PARENT, column("orders", "customer_id", "int")),), (SUBJECT,), severity={SUBJECT: "medium"},
         says=("it ends at 2,147,483,647",), engine=Engine.MARIADB),
    Case("wider than the key", "fires", (schema(column("categories", "id"), key("categories", "id"), column("goods", "category_id", "bigint")),),
         ("column shop.goods.category_id in shop",), severity={"column shop.goods.category_id in shop": "low"}, engine=Engine.MYSQL),
    Case("a key of its own name", "fires", (schema(column("products", "sku", "varchar(20)"), key("products", "sku"), column("lines", "sku", "int")),),
         ("column shop.lines.sku in shop",), engine=Engine.MYSQL),
    Case("declared while foreign_key_checks were off", "fires",
         (schema(*PARENT, column("orders", "buyer", "int"), foreign("orders", "buyer", "customers", "id")),),
         ("column shop.orders.buyer in shop",), engine=Engine.MYSQL),
    Case("alike", "silent", (schema(*PARENT, column("orders", "customer_id", "bigint unsigned")),), engine=Engine.MYSQL),
    Case("text of another length", "silent",
         (schema(column("products", "sku", "varchar(20)"), key("products", "sku"), column("lines", "sku", "char(30)")),), engine=Engine.MYSQL),
    Case("each table's own id", "silent", (schema(*PARENT, column("orders", "id", "int"), key("orders", "id")),), engine=Engine.MYSQL),
    Case("two tables that could be meant", "silent",
         (schema(*PARENT, column("customer", "id", "bigint"), key("customer", "id"), column("orders", "customer_id", "int")),), engine=Engine.MYSQL),
    Case("a key of two columns is nobody's name", "silent",
         (schema(column("lines", "sku", "varchar(20)"), column("lines", "n"), key("lines", "sku", "n"), column("stock", "sku", "int")),),
         engine=Engine.MYSQL),
    Case("schema unread", "gap", gaps=(gap(Schema),), engine=Engine.MYSQL),
)  # fmt: skip
