"""Cases of `queries/n_plus_one`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import statement, statements
from cases.queries.facts import SHOP
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.facts.statements import Statement, Statements

SUBJECT = "statement aaaaaaaaaaaaaaaa in shop"
LIST = statement("bbbbbbbbbbbbbbbb", text="SELECT id, customer_id FROM orders WHERE total > $1", calls=100, rows=2000)


def lookup(calls: int, text: str = "SELECT name FROM customers WHERE id = $1") -> Statement:
    """The statement that may be repeated for each order."""
    return statement("aaaaaaaaaaaaaaaa", text=text, calls=calls, rows=calls)


def _in_shop(name: RelationName) -> RelationName:
    return RelationName("shop", "shop", name.name)


MYSQL_SHOP = Schema(
    tuple(replace(one, table=_in_shop(one.table)) for one in SHOP.columns),
    tuple(
        replace(
            one,
            table=_in_shop(one.table),
            referenced_table=None if one.referenced_table is None else _in_shop(one.referenced_table),
        )
        for one in SHOP.constraints
    ),
)


def _digests(calls: int) -> tuple[Statement, ...]:
    """The list and the look-up as MySQL's digests have them, of no user."""
    texts = (
        (LIST, "SELECT `id` , `customer_id` FROM `orders` WHERE `total` > ?"),
        (lookup(calls), "SELECT `name` FROM `customers` WHERE `id` = ?"),
    )
    return tuple(replace(one, text=text, key=replace(one.key, user="")) for one, text in texts)


CASES = (
    Case("a customer for each order", "fires", (statements(LIST, lookup(2000)), SHOP), (SUBJECT,), severity={SUBJECT: "low"},
         says=("is called 2,000 times, once for each of the 2,000 rows",)),
    Case("the orders of each customer", "fires",
         (statements(statement("bbbbbbbbbbbbbbbb", text="SELECT id FROM customers", calls=10, rows=2000),
                     lookup(2000, "SELECT total FROM orders WHERE customer_id = $1")), SHOP), (SUBJECT,)),
    Case("no foreign key between them", "silent", (statements(LIST, lookup(2000, "SELECT name FROM customers WHERE code = $1")), SHOP)),
    Case("one row a call", "silent",
         (statements(statement("bbbbbbbbbbbbbbbb", text="SELECT id FROM orders WHERE id = $1", calls=2000, rows=2000), lookup(2000)), SHOP)),
    Case("so it was a week ago", "fires", (statements(LIST, lookup(2000)), SHOP), (SUBJECT,),
         baseline=(statements(replace(LIST, rows=3000), lookup(3100)),)),
    Case("a week ago the counts had nothing to do with each other", "silent", (statements(LIST, lookup(2000)), SHOP),
         baseline=(statements(replace(LIST, rows=3000), lookup(9000)),)),
    Case("a week ago one of them hardly ran", "fires", (statements(LIST, lookup(2000)), SHOP), (SUBJECT,),
         baseline=(statements(replace(LIST, rows=30), lookup(900)),)),
    Case("a week ago there was no such statement", "fires", (statements(LIST, lookup(2000)), SHOP), (SUBJECT,), baseline=(statements(LIST),)),
    Case("MySQL's digests", "fires", (statements(*_digests(2000)), MYSQL_SHOP), (SUBJECT,), engine=Engine.MYSQL, version=80045,
         says=("is called 2,000 times, once for each of the 2,000 rows",)),
    Case("MariaDB's digests that have nothing to do with each other", "silent", (statements(*_digests(9000)), MYSQL_SHOP), engine=Engine.MARIADB,
         version=101100),
    Case("a fifth more", "threshold", (statements(LIST, lookup(2400)), SHOP), (SUBJECT,)),
    Case("more than a fifth", "threshold", (statements(LIST, lookup(2401)), SHOP)),
    Case("fewer calls", "threshold", (statements(LIST, lookup(2000)), SHOP), overrides={"calls_min": 2001}),
    Case("statements unread", "gap", (SHOP,), gaps=(gap(Statements),)),
)  # fmt: skip
