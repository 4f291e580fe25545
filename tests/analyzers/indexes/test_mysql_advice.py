"""The model of MySQL's index advice: what it proposes for which digests, and what it leaves alone."""

from dataclasses import replace

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import Index, IndexColumn, RelationName
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.indexes.mysql.choose import advise
from tunewright_analyzers.indexes.mysql.facts import DigestStatement, Facts, Rung, TableFacts
from tunewright_analyzers.indexes.mysql.model import EQUALITY, Model
from tunewright_analyzers.indexes.mysql.statements import build_of, hide, index_name
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

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
