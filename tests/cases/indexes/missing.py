"""Cases of `indexes/missing`."""

from cases.case import Case, gap
from cases.indexes.facts import index, indexes, name, table, tables
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import IndexColumn
from tunewright_analyzers.indexes.advice import AdvisedIndex, IndexAdvice, StatementGain, Unjudged
from tunewright_analyzers.indexes.problem import Rejected
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.indexes.write_cost import WriteCost

_INDEX = HypotheticalIndex(
    name("orders"), (IndexColumn("status"), IndexColumn("created_at", None, True, True)), ("total",), "NOT paid"
)
_SUBJECT = f"index {_INDEX} in shop"
_GAIN = StatementGain(StatementId("a1"), "SELECT", 100, 5.0, 2000.0, 10.0)
_OTHER = Rejected(
    HypotheticalIndex(name("orders"), (IndexColumn("status"),)),
    0.1,
    8192,
    "a chosen index starts with the same columns",
)


def _advice(
    ratio: float, of: HypotheticalIndex = _INDEX, *, partitioned: bool = False, unjudged: tuple[Unjudged, ...] = ()
) -> IndexAdvice:
    row = AdvisedIndex(of, 8192, (_GAIN,), ratio, WriteCost(1.0, 0.0, 1.4), (_OTHER,), partitioned)
    return IndexAdvice((row,), unjudged, "twin", 12, 1)


_WHOLE = HypotheticalIndex(name("events"), (IndexColumn("at"),))
_PARTS = tables(
    table("events", 0, kind="p"), table("events_1", parent=name("events")), table("events_2", parent=name("events"))
)

CASES = (
    Case(
        "a covering, partial index",
        "fires",
        (_advice(0.4),),
        (_SUBJECT,),
        {_SUBJECT: "high"},
        ("40% of the statements' load by planner cost", "from cost 2000 to 10"),
        (
            "CREATE INDEX CONCURRENTLY orders_status_created_at_incl_part_idx ON public.orders (status, created_at DESC)",
            "INCLUDE (total) WHERE NOT paid;",
        ),
    ),
    Case("a small gain", "fires", (_advice(0.02),), (_SUBJECT,), {_SUBJECT: "low"}),
    Case(
        "the name is taken",
        "fires",
        (
            _advice(0.1, HypotheticalIndex(name("orders"), (IndexColumn("x"),))),
            indexes(index("orders_x_idx", "items", "x")),
        ),
        ("index public.orders(x) in shop",),
        statements=("CREATE INDEX CONCURRENTLY orders_x_",),
    ),
    Case(
        "a partitioned table: the parent alone, then each part, then attached",
        "fires",
        (_advice(0.1, _WHOLE, partitioned=True), _PARTS),
        ("index public.events(at) in shop",),
        statements=(
            "CREATE INDEX events_at_idx ON ONLY public.events (at);",
            "CREATE INDEX CONCURRENTLY events_2_at_idx ON public.events_2 (at);",
            "ALTER INDEX public.events_at_idx ATTACH PARTITION public.events_1_at_idx;",
        ),
    ),
    Case("no advice", "silent", (IndexAdvice((), (), "twin", 0, 3),)),
    Case(
        "statements that could not be planned",
        "gap",
        (IndexAdvice((), (Unjudged(StatementId("b2"), "shop", "the statement does not parse"),)),),
    ),
    Case("no oracle", "gap", gaps=(gap(IndexAdvice, "no oracle could be started", None),)),
    Case("just one percent", "threshold", (_advice(0.01),), (_SUBJECT,)),
    Case("below one percent", "silent", (_advice(0.0099),)),
)
