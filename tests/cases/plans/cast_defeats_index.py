"""Cases of `plans/cast_defeats_index`."""

from cases.case import Case, gap
from cases.facts import column, index, indexes, schema
from cases.nodes import SUBJECT, plans, scan
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import Cost, Plans
from tunewright_analyzers.facts.relations import Indexes
from tunewright_analyzers.facts.snapshot import Engine


def _scan(filter_text: str, cost: float = 5000.0) -> Plans:
    return plans(scan(filter=filter_text, cost=Cost(0.0, cost)))


CODE = index("orders_code", ("code",))

CASES = (
    Case(
        "numeric against integer",
        "fires",
        (_scan("((code)::numeric = ?)"), indexes(CODE)),
        (SUBJECT,),
        says=("cast the value instead",),
    ),
    Case("varchar to text is harmless", "silent", (_scan("((code)::text = ?::text)"), indexes(CODE))),
    Case("the bare column", "silent", (_scan("(code = ?)"), indexes(CODE))),
    Case("at the cost", "threshold", (_scan("((code)::numeric = ?)", 1000.0), indexes(CODE)), (SUBJECT,)),
    Case("below the cost", "threshold", (_scan("((code)::numeric = ?)", 999.0), indexes(CODE))),
    Case("indexes unread", "gap", (_scan("(code = ?)"),), gaps=(gap(Indexes),)),
    Case(
        "MySQL compares a text column with a number",
        "fires",
        (
            recorded("implicit conversion", "json v1"),
            indexes(index("phone", ("phone",), "customers")),
            schema(column("customers", "phone", "varchar")),
        ),
        (SUBJECT,),
        says=("phone (text) with a number",),
        overrides={"cost_min": 700},
        engine=Engine.MYSQL,
    ),
    Case(
        "a number with a number",
        "silent",
        (
            recorded("implicit conversion", "json v1"),
            indexes(index("phone", ("phone",), "customers")),
            schema(column("customers", "phone", "int")),
        ),
        overrides={"cost_min": 700},
        engine=Engine.MYSQL,
    ),
    Case(
        "the server's own warning",
        "fires",
        (recorded("cast of a join", "mariadb json", refused_indexes=(("phone", "phone"),)), indexes()),
        (SUBJECT,),
        says=("cannot use index phone",),
        engine=Engine.MARIADB,
    ),
    Case(
        "MySQL's DATE() around a column",
        "fires",
        (recorded("function on column", "tree"), indexes(index("created_at", ("created_at",)))),
        (SUBJECT,),
        says=("CAST(created_at AS date)",),
        engine=Engine.MYSQL,
    ),
)
