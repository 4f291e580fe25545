"""Cases of `schema/charset_utf8mb3`."""

from cases.case import Case, gap
from tunewright_analyzers.facts.columns import Column, Schema
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Engine


def _schema(*collations: str) -> Schema:
    table = RelationName("shop", "shop", "t")
    columns = [
        Column(table, f"c{at}", at, "varchar(20)", "varchar", True, collation=one) for at, one in enumerate(collations)
    ]
    return Schema(tuple(columns), ())


CASES = (
    Case(
        "two columns",
        "fires",
        (_schema("utf8mb3_general_ci", "utf8_bin", "utf8mb4_bin"),),
        ("database shop",),
        says=("2 text columns",),
        engine=Engine.MYSQL,
    ),
    Case("utf8mb4", "silent", (_schema("utf8mb4_0900_ai_ci", "latin1_swedish_ci"),), engine=Engine.MARIADB),
    Case("fewer than wanted", "threshold", (_schema("utf8_bin"),), overrides={"columns_min": 2}, engine=Engine.MYSQL),
    Case("schema unread", "gap", gaps=(gap(Schema),), engine=Engine.MYSQL),
)
