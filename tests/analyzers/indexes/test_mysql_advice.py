"""The model of MySQL's index advice: what it proposes for which digests, and what it leaves alone."""

from dataclasses import replace

import pytest

from cases.case import DAY
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import Index, IndexColumn, RelationName
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements
from tunewright_analyzers.indexes.mysql.choose import Limits, advise
from tunewright_analyzers.indexes.mysql.facts import DigestStatement, Facts, Rung, TableFacts
from tunewright_analyzers.indexes.mysql.model import EQUALITY, Model
from tunewright_analyzers.indexes.mysql.statements import build_of, hide, index_name
from tunewright_analyzers.indexes.mysql.workload import of_file, of_history, split_mysql
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.indexes.workload_file import FileStatement, WorkloadError, parse_workload

ORDERS, CUSTOMERS = RelationName("shop", "shop", "orders"), RelationName("shop", "shop", "customers")


def _index(table: RelationName, name: str, *columns: str, **changes: object) -> Index:
    keys = tuple(IndexColumn(one) for one in columns)
    plain = Index(
        RelationName("shop", "shop", name), table, "btree", keys, (), None, "", 0, name == "PRIMARY", name == "PRIMARY"
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def _tables(*more: Index) -> tuple[TableFacts, ...]:
    orders = ("id", "customer_id", "status", "created_at", "total", "note")
    customers = ("id", "email", "country")
    return (
        TableFacts(
            ORDERS, 100_000, 10_000_000, orders, {"note": "text"}, (_index(ORDERS, "PRIMARY", "id"), *more),
            {("id",): 100_000, ("customer_id",): 10_000, ("status",): 2, ("created_at",): 90_000},
        ),
        TableFacts(
            CUSTOMERS, 10_000, 1_000_000, customers, {}, (_index(CUSTOMERS, "PRIMARY", "id"),), {("id",): 10_000, ("country",): 5}
        ),
    )  # fmt: skip


def _digest(text: str, calls: int = 100, sent: int = 100, affected: int = 0, number: int = 1) -> DigestStatement:
    return DigestStatement(StatementId(f"{number:016x}"), "shop", text, calls, 1.0, calls * 100_000, sent, affected)


def _proposed(*statements: DigestStatement, more: tuple[Index, ...] = ()) -> list[str]:
    facts = Facts(Engine.MYSQL, _tables(*more), statements)
    return [str(one.index) for one in advise(facts).proposals]


def test_an_equality_without_an_index_gets_one() -> None:
    statement = _digest("SELECT * FROM `orders` WHERE `customer_id` = ?", sent=1000)
    assert _proposed(statement) == ["shop.orders(customer_id)"]
    only = advise(Facts(Engine.MYSQL, _tables(), (statement,))).proposals[0]
    assert only.rung is Rung.MODEL
    assert only.helped[0].rows_before == 100_000
    assert only.helped[0].rows_after < 50


def test_what_an_index_serves_already_is_left_alone() -> None:
    statement = _digest("SELECT * FROM `orders` WHERE `customer_id` = ?", sent=1000)
    assert _proposed(statement, more=(_index(ORDERS, "wide", "customer_id", "status"),)) == []
    assert _proposed(_digest("SELECT * FROM `orders` WHERE `id` = ?")) == []


def test_an_invisible_index_serves_nobody() -> None:
    statement = _digest("SELECT * FROM `orders` WHERE `customer_id` = ?", sent=1000)
    assert _proposed(statement, more=(_index(ORDERS, "hidden", "customer_id", is_valid=False),)) == [
        "shop.orders(customer_id)"
    ]


def test_equalities_come_before_the_sort() -> None:
    text = "SELECT `id` , `total` FROM `orders` WHERE `customer_id` = ? ORDER BY `created_at` DESC LIMIT ?"
    assert _proposed(_digest(text))[0].startswith("shop.orders(customer_id, created_at")


def test_an_unselective_condition_is_worth_no_index() -> None:
    assert _proposed(_digest("SELECT * FROM `orders` WHERE `status` = ?", sent=5_000_000)) == []


def test_text_needs_a_prefix_and_is_not_proposed() -> None:
    assert _proposed(_digest("SELECT * FROM `orders` WHERE `note` = ?", sent=1)) == []


def test_the_inner_side_of_a_join_is_proposed() -> None:
    text = "SELECT * FROM `customers` `c` JOIN `orders` `o` ON `o` . `customer_id` = `c` . `id` WHERE `c` . `id` = ?"
    assert _proposed(_digest(text)) == ["shop.orders(customer_id)"]


def test_writes_that_cost_more_than_the_reading_gains_keep_an_index_away() -> None:
    read = _digest("SELECT * FROM `orders` WHERE `customer_id` = ?", calls=2, sent=20)
    write = _digest(
        "INSERT INTO `orders` ( `customer_id` ) VALUES (...)", calls=1_000_000, sent=0, affected=1_000_000, number=2
    )
    assert _proposed(read) == ["shop.orders(customer_id)"]
    assert _proposed(read, write) == []


def test_the_digests_tell_how_selective_a_column_is_that_no_index_knows() -> None:
    facts = Facts(
        Engine.MYSQL, _tables(), (_digest("SELECT `id` FROM `customers` WHERE `email` = ?", calls=50, sent=50),)
    )
    advice = advise(facts)
    assert [str(one.index) for one in advice.proposals] == ["shop.customers(email)"]
    assert next(one for one in advice.tables if one.name == CUSTOMERS).distinct["email",] == 10_000


def test_an_unknown_column_counts_as_mysql_counts_it() -> None:
    table = _tables()[1]
    assert Model({CUSTOMERS: table}).share(table, ("email",)) == EQUALITY


def test_what_cannot_be_judged_is_named() -> None:
    advice = advise(
        Facts(
            Engine.MYSQL,
            _tables(),
            (_digest("SELECT * FROM `nowhere`"), _digest("SELECT * FROM `orders` WHERE ...", number=2)),
        )
    )
    assert [one.because.split(" ")[0] for one in advice.unjudged] == ["nowhere", "the"]
    assert advice.judged == 0


def test_names_statements_and_the_way_back() -> None:
    index = HypotheticalIndex(ORDERS, (IndexColumn("customer_id"), IndexColumn("created_at")))
    build = build_of(index, Engine.MYSQL, ("CUSTOMER_ID_CREATED_AT_IDX",))
    assert build.statements[0].startswith("ALTER TABLE `shop`.`orders` ADD INDEX `customer_id_created_at_")
    assert "ALGORITHM=INPLACE, LOCK=NONE" in build.statements[0]
    assert (
        len(index_name(HypotheticalIndex(ORDERS, tuple(IndexColumn(f"column_number_{one}") for one in range(6))))) <= 64
    )
    assert hide(ORDERS, "x", Engine.MARIADB) == (
        "ALTER TABLE `shop`.`orders` ALTER INDEX `x` IGNORED;",
        "ALTER TABLE `shop`.`orders` ALTER INDEX `x` NOT IGNORED;",
    )


def test_a_sample_is_not_shown() -> None:
    assert "secret" not in repr(replace(_digest("SELECT ?"), sample="SELECT 'secret'"))


def test_the_budget_and_the_limits_hold_and_only_the_tables_asked_for_get_an_index() -> None:
    work = (
        _digest("SELECT * FROM `orders` WHERE `customer_id` = ?", sent=1000),
        _digest("SELECT `id` FROM `customers` WHERE `email` = ?", sent=100, number=2),
    )
    facts = Facts(Engine.MYSQL, _tables(), work)
    both = advise(facts)
    assert {str(one.index) for one in both.proposals} == {"shop.orders(customer_id)", "shop.customers(email)"}
    sizes = {str(one.index): one.size_bytes for one in both.proposals}
    small = sizes["shop.customers(email)"]
    assert small < sizes["shop.orders(customer_id)"]
    assert [str(one.index) for one in advise(facts, Limits(budget_bytes=small)).proposals] == ["shop.customers(email)"]
    assert advise(facts, Limits(budget_bytes=small - 1)).proposals == ()
    assert len(advise(facts, Limits(budget_bytes=sum(sizes.values()))).proposals) == 2
    assert len(advise(facts, Limits(most=1)).proposals) == 1
    for name in ("customers", "shop.customers"):
        assert [str(one.index) for one in advise(facts, only=(name,)).proposals] == ["shop.customers(email)"]


def test_one_index_a_table_at_most() -> None:
    work = (
        _digest("SELECT * FROM `orders` WHERE `customer_id` = ?", sent=1000),
        _digest("SELECT * FROM `orders` WHERE `created_at` = ?", sent=100, number=2),
    )
    assert len(_proposed(*work)) == 2
    assert len(advise(Facts(Engine.MYSQL, _tables(), work), Limits(most_per_table=1)).proposals) == 1


def test_a_file_teaches_nothing_of_distinct_values() -> None:
    """Rows that nobody counted are not none: a digest that sends none is selective, a statement of a file is not known to be."""
    text = "SELECT * FROM `orders` WHERE `total` = 5"
    (counted,) = advise(Facts(Engine.MYSQL, _tables(), (_digest(text, sent=0),))).tables[:1]
    assert counted.distinct["total",] == 100_000
    (filed,) = advise(Facts(Engine.MYSQL, _tables(), of_file((FileStatement(text, 3.0),), "shop"))).tables[:1]
    assert ("total",) not in filed.distinct


def test_a_script_of_mysql_is_split_as_mysql_reads_it() -> None:
    script = '-- weight: 12\nSELECT \'it\\\'s; here\' FROM t;\n# a ; comment\nSELECT `a;b` FROM t; /* ; */ SELECT "x;""y" FROM t;\n-- the end\n'
    found = parse_workload(script, split_mysql)
    assert [(one.weight, one.text.splitlines()[-1].strip()) for one in found] == [
        (12.0, "SELECT 'it\\'s; here' FROM t"),
        (1.0, "SELECT `a;b` FROM t"),
        (1.0, '/* ; */ SELECT "x;""y" FROM t'),
    ]
    with pytest.raises(WorkloadError, match="line 2") as caught:
        parse_workload("SELECT 1;\nSELECT 'secret", split_mysql)
    assert "secret" not in str(caught.value)


def test_what_the_history_counted_is_the_work_without_our_own() -> None:
    rows = (
        Statement(StatementKey("shop", "", "d1"), StatementId("1"), "SELECT * FROM `orders` WHERE `total` = ?", "select", 5, 2.0, 7),
        Statement(StatementKey("shop", "", "d2"), StatementId("2"), "DELETE FROM `orders` WHERE `id` = ?", "delete", 4, 3.0, 4),
        Statement(StatementKey("shop", "", "d3"), StatementId("3"), "SELECT 1", "select", 5, 9.0, 7, own=True),
        Statement(StatementKey("else", "", "d4"), StatementId("4"), "SELECT 1", "select", 5, 9.0, 7),
        Statement(StatementKey("shop", "", "d5"), StatementId("5"), "COMMIT", "utility", 5, 9.0, 0),
    )  # fmt: skip
    counted = Statements(DAY, rows, Coverage(5, 100, 0, None))
    known = replace(_digest("SELECT", number=1), id=StatementId("1"), sample="SELECT * FROM orders WHERE total = 5")
    found = of_history(counted, {"shop"}, (known,))
    assert [(one.id, one.calls, one.rows_sent, one.rows_affected, one.sample) for one in found] == [
        ("2", 4, 0, 4, None),
        ("1", 5, 7, 0, known.sample),
    ]
