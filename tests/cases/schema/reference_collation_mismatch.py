"""Cases of `schema/reference_collation_mismatch`."""

from cases.case import Case, gap
from cases.schema.mysql_columns import column, key, schema
from tunewright_analyzers.facts.columns import Column, Constraint, Schema
from tunewright_analyzers.facts.snapshot import Engine


def _products(collation: str | None) -> tuple[Column | Constraint, ...]:
    return column("products", "sku", "varchar(20)", collation), key("products", "sku")


SUBJECT = "column shop.lines.sku in shop"

CASES = (
    Case("two character sets", "fires", (schema(*_products("utf8mb4_0900_ai_ci"), column("lines", "sku", "varchar(20)", "latin1_swedish_ci")),),
         (SUBJECT,), severity={SUBJECT: "medium"}, says=("has the collation latin1_swedish_ci",), engine=Engine.MYSQL),
    Case("one character set", "fires", (schema(*_products("utf8mb4_general_ci"), column("lines", "sku", "varchar(20)", "utf8mb4_bin")),),
         (SUBJECT,), severity={SUBJECT: "low"}, engine=Engine.MARIADB),
    Case("two names of one", "silent", (schema(*_products("utf8_bin"), column("lines", "sku", "varchar(20)", "utf8mb3_bin")),),
         engine=Engine.MARIADB),
    Case("a number", "silent", (schema(*_products("utf8mb4_bin"), column("lines", "sku", "int")),), engine=Engine.MYSQL),
    Case("a column that refers to nothing", "silent", (schema(*_products("utf8mb4_bin"), column("lines", "note", "text", "latin1_bin")),),
         engine=Engine.MYSQL),
    Case("schema unread", "gap", gaps=(gap(Schema),), engine=Engine.MYSQL),
)  # fmt: skip
