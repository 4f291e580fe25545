"""MySQL's SQL: redaction, identity across digest text and sample, the SELECT equal to a write, predicates, and what the EXPLAIN guard refuses."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.sql.access import PredicateError, Use
from tunewright_analyzers.sql.catalogue import Catalogue
from tunewright_analyzers.sql.mysql.fingerprint import fingerprint, statement_kind
from tunewright_analyzers.sql.mysql.guard import Refused, explainable
from tunewright_analyzers.sql.mysql.parse import ParseFault, parse
from tunewright_analyzers.sql.mysql.predicates import predicates, tables_by_alias
from tunewright_analyzers.sql.mysql.redact import redact_expression, redact_statement
from tunewright_analyzers.sql.mysql.selects import equal_select


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("SELECT * FROM t WHERE a = 'x' AND b = \"y\" AND c = 5", "SELECT * FROM t WHERE a = ? AND b = ? AND c = ?"),
        ("SELECT `it's` FROM t -- secret\nWHERE a=0x41 # secret", "SELECT `it's` FROM t WHERE a=?"),
        ("SELECT /* secret */ 1e5, -2.5, .5, b'01', _utf8mb4'z', N'z'", "SELECT ?, -?"),
        ("INSERT INTO t VALUES (1,'a'), (2,'b')", "INSERT INTO t VALUES (?), (?)"),
        ("SELECT * FROM t WHERE a = 'it''s' AND b IN (1,2,3)", "SELECT * FROM t WHERE a = ? AND b IN (?)"),
        ("SELECT 'a\\'b', secret", "SELECT ?"),
        ("SELECT 'open, secret", "SELECT ?"),
        ("ALTER USER u IDENTIFIED BY 'secret' PASSWORD EXPIRE", "ALTER USER u IDENTIFIED BY ? PASSWORD ?"),
        ("SELECT * FROM `a` WHERE `id` IN (...) LIMIT ?, ...", "SELECT * FROM `a` WHERE `id` IN (...) LIMIT ?"),
    ],
)
def test_statements_lose_every_literal(text: str, safe: str) -> None:
    assert redact_statement(text) == safe
    assert redact_statement(safe) == safe


def test_expressions_keep_what_is_no_literal() -> None:
    printed = "((`s`.`t`.`a` = 'it\\'s') and (t.b > (select #2)) and (t.c1 in (1,2)) and (x = concat('a','b')))"
    assert (
        redact_expression(printed)
        == "((`s`.`t`.`a` = ?) and (t.b > (select #2)) and (t.c1 in (?)) and (x = concat(?)))"
    )


@example("--#")
@example("--#\nfoo")
@given(st.text(alphabet="ab'\"\\`#-/* ,=?(1\n", max_size=40))
def test_redaction_of_anything_is_stable(text: str) -> None:
    once = redact_statement(text)
    assert redact_statement(once) == once


@pytest.mark.parametrize(
    ("sample", "digest"),
    [
        ("SELECT * FROM orders WHERE id = 5", "SELECT * FROM `orders` WHERE `id` = ?"),
        ("select count(*) from orders where status in ('a') limit 5, 10", "SELECT COUNT ( * ) FROM `orders` WHERE `status` IN (...) LIMIT ?, ..."),
        ("INSERT INTO t (a, b) VALUES (1, 'x'), (2, NULL)", "INSERT INTO `t` ( `a` , `b` ) VALUES (...) /* , ... */"),
        ("SELECT a FROM t WHERE b = -5 AND c IS NOT NULL", "SELECT `a` FROM `t` WHERE `b` = ? AND `c` IS NOT NULL"),
        ("UPDATE t SET a = a + 1 WHERE b BETWEEN 1 AND 2;", "UPDATE `t` SET `a` = `a` + ? WHERE `b` BETWEEN ? AND ?"),
    ],
)  # fmt: skip
def test_a_sample_and_its_digest_are_one_statement(sample: str, digest: str) -> None:
    assert fingerprint(sample) == fingerprint(digest)


def test_different_statements_differ() -> None:
    texts = (
        "SELECT a FROM t",
        "SELECT b FROM t",
        "SELECT a FROM t WHERE b = 1",
        "SELECT a FROM t WHERE b IN (1)",
        "DELETE FROM t",
    )
    assert len({fingerprint(text) for text in texts}) == len(texts)


def test_kinds() -> None:
    kinds = {
        "(SELECT 1)": "select",
        "with x as (select 1) select 1": "select",
        "REPLACE INTO t SELECT 1": "insert",
        "SHOW TABLES": "utility",
    }
    assert {text: statement_kind(text) for text in kinds} == kinds
    assert statement_kind("") == "unknown"


@pytest.mark.parametrize(
    ("write", "select"),
    [
        ("UPDATE orders SET note = 'x' WHERE id = 5 LIMIT 3", "SELECT `orders`.* FROM orders WHERE id = 5 LIMIT 3"),
        (
            "UPDATE orders o JOIN customers c ON c.id = o.customer_id SET o.note = 'x' WHERE c.country = 'DE'",
            "SELECT `o`.* FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE c.country = 'DE'",
        ),
        ("DELETE FROM orders WHERE id < 5 ORDER BY id", "SELECT `orders`.* FROM orders WHERE id < 5 ORDER BY id"),
        ("DELETE a, b FROM a JOIN b ON a.x = b.x", "SELECT `a`.*, `b`.* FROM a JOIN b ON a.x = b.x"),
        ("INSERT INTO t SELECT x FROM u WHERE y = 1", "SELECT x FROM u WHERE y = 1"),
        ("REPLACE INTO t SELECT x FROM u", "SELECT x FROM u"),
        ("SELECT * FROM t WHERE a = 1 FOR UPDATE", "SELECT * FROM t WHERE a = 1"),
        ("SELECT * FROM t WHERE a = 1", "SELECT * FROM t WHERE a = 1"),
        ("INSERT INTO t VALUES (1)", None),
    ],
)
def test_a_write_is_explained_as_the_select_that_reads_the_same(write: str, select: str | None) -> None:
    assert equal_select(write) == select


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM o USING orders o JOIN c ON c.id = o.id",
        "SELECT 1 INTO @x",
        "CALL p()",
        "SELECT 1; SELECT 2",
        "DROP TABLE t",
    ],
)
def test_what_has_no_equal_select_is_refused(text: str) -> None:
    with pytest.raises(ParseFault):
        equal_select(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT f(1)",
        "SELECT split(a) FROM t",
        "SELECT * FROM t WHERE id = shop.next_id()",
        "SELECT * FROM t WHERE id = `next_id` (1)",
        "SELECT SLEEP(5)",
        "SELECT GET_LOCK('x', 1)",
        "SELECT LOAD_FILE('/etc/passwd')",
        "SELECT * INTO OUTFILE '/tmp/x' FROM t",
        "SELECT @a := 5",
        "SELECT NEXT VALUE FOR s",
        "SELECT NEXTVAL(s)",
        "SELECT 1 /*! , f(2) */",
        "SELECT 1; DELETE FROM t",
        "SELECT * FROM t WHERE a = ?",
        "SELECT * FROM t WHERE a = 1 AND ...",
        "CALL p()",
        "ANALYZE UPDATE t SET a = 1",
        "EXPLAIN ANALYZE SELECT 1",
        "SET GLOBAL x = 1",
        "INSERT INTO t VALUES (f(1))",
        "DELETE FROM t WHERE id = f(3)",
        "SELECT a FROM t PROCEDURE ANALYSE()",
        "",
    ],
)
def test_the_guard_refuses(text: str) -> None:
    with pytest.raises(Refused) as refused:
        explainable(text, "shop")
    assert "/etc" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT COUNT(*), MAX(a) FROM t WHERE b IN (1, 2) AND DATE(c) = '2024-01-01' GROUP BY d HAVING COUNT(*) > 1",
        "SELECT * FROM t WHERE a = 'f(1)' AND b = 'x; y' AND c = '?'",
        "WITH c AS (SELECT 1 AS n) SELECT * FROM c JOIN (SELECT 2 AS m) d ON d.m > c.n",
        "SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) FROM t USE INDEX (i) WHERE EXISTS (SELECT 1 FROM u)",
        "UPDATE t SET a = IFNULL(b, 0) WHERE c = 5",
        "SELECT CAST(a AS DECIMAL(10, 2)), JSON_EXTRACT(b, '$.x') FROM t;",
    ],
)
def test_the_guard_lets_harmless_reads_through(text: str) -> None:
    assert explainable(text, "shop").text.upper().startswith(("SELECT", "WITH"))


SHOP = Catalogue(
    "shop",
    {
        ("shop", "orders"): ("id", "customer_id", "status", "created_at", "total"),
        ("shop", "customers"): ("id", "email", "country"),
        ("crm", "leads"): ("id", "email"),
    },
)


def _uses(text: str) -> dict[tuple[str, str], Use]:
    return {
        (one.alias, condition.key.column or ""): condition.use
        for one in predicates(text, SHOP, "shop").accesses
        for condition in one.conditions
    }


def test_conditions_of_a_digest_text() -> None:
    text = (
        "SELECT `o` . `id` , `c` . `email` FROM `orders` `o` JOIN `customers` `c` ON `c` . `id` = `o` . `customer_id` "
        "WHERE `status` IN (...) AND `created_at` >= ? AND `country` = ? ORDER BY `created_at` DESC LIMIT ?, ..."
    )
    found = predicates(text, SHOP, "shop")
    assert _uses(text) == {
        ("o", "status"): Use.LIST,
        ("o", "created_at"): Use.RANGE,
        ("o", "customer_id"): Use.JOIN,
        ("c", "country"): Use.EQUAL,
        ("c", "id"): Use.JOIN,
    }
    orders = next(one for one in found.accesses if one.alias == "o")
    assert [str(one) for one in orders.sort] == ["created_at desc"]
    assert orders.columns == {"id", "customer_id", "status", "created_at"}
    assert found.has_limit


def test_alternatives_subqueries_and_unindexable_conditions() -> None:
    text = "SELECT * FROM orders WHERE (status = 'a' OR total > 5) AND DATE(created_at) = '2024-01-01' AND id = customer_id + 1"
    found = predicates(text, SHOP, "shop").accesses[0]
    assert [(one.key.column, one.alternative) for one in found.conditions] == [("status", True), ("total", True)]
    assert found.whole_row
    nested = "SELECT COUNT(*) FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.total > 5)"
    assert _uses(nested) == {("o", "customer_id"): Use.JOIN, ("c", "id"): Use.JOIN, ("o", "total"): Use.RANGE}
    assert not any(one.whole_row for one in predicates(nested, SHOP, "shop").accesses)


def test_groups_distinct_other_schemas_and_writes() -> None:
    grouped = predicates("SELECT status, COUNT(*) AS n FROM orders GROUP BY status ORDER BY n", SHOP, "shop").accesses[
        0
    ]
    assert (grouped.group, grouped.sort) == (("status",), ())
    assert (
        predicates("SELECT email FROM crm.leads WHERE email LIKE 'a%'", SHOP, "shop").accesses[0].conditions[0].use
        is Use.PREFIX
    )
    written = predicates(
        "UPDATE orders SET status = 'x', total = total + 1 WHERE customer_id = 5", SHOP, "shop"
    ).accesses[0]
    assert (written.written, written.is_target) == ({"status", "total"}, True)
    assert [one.key.column for one in written.conditions] == ["customer_id"]
    inserted = predicates(
        "INSERT INTO orders (id) SELECT id FROM customers WHERE country = 'DE'", SHOP, "shop"
    ).accesses
    assert [(one.table.name, one.is_target) for one in inserted] == [("orders", True), ("customers", False)]


def test_what_is_not_known_is_named() -> None:
    assert "nowhere" in predicates("SELECT * FROM nowhere", SHOP, "shop").unresolved[0]
    with pytest.raises(PredicateError):
        predicates("SELECT * FROM orders WHERE status = ? AND ...", SHOP, "shop")


def test_aliases_that_stand_for_one_table() -> None:
    text = "WITH w AS (SELECT 1) SELECT * FROM orders o, crm.leads, w, (SELECT * FROM customers o2) x WHERE EXISTS (SELECT 1 FROM customers c)"
    names = {alias: str(name) for alias, name in tables_by_alias(text, "shop").items()}
    assert names == {"o": "shop.orders", "leads": "crm.leads", "o2": "shop.customers", "c": "shop.customers"}


def test_the_parser_prints_no_statement(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("SHOW secret tables", "ALTER TABLE secret DISCARD TABLESPACE", "SELECT 'secret", "CALL secret('x')"):
        with pytest.raises(ParseFault):
            parse(text)
    assert "secret" not in caplog.text + "".join(capsys.readouterr())


def test_names_carry_their_schema_as_database() -> None:
    assert tables_by_alias("SELECT * FROM orders", "shop") == {"orders": RelationName("shop", "shop", "orders")}
