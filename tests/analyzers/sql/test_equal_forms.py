"""Every statement that a server may hold is asked for its equal forms, in the pass of plans: none may break it."""

import pytest

from cases.queries.facts import SHOP
from tunewright_agent.demo.workload import TASKS
from tunewright_analyzers.sql.names import Names
from tunewright_analyzers.sql.rewrites import equal_forms

NAMES = Names.of(SHOP, "shop")
OTHERS = (
    "DELETE FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)",
    "UPDATE customers SET name = $1 WHERE id NOT IN (SELECT customer_id FROM orders)",
    "INSERT INTO customers SELECT DISTINCT c.* FROM customers c JOIN orders o ON o.customer_id = c.id",
    "MERGE INTO customers c USING orders o ON o.customer_id = c.id WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM orders RETURNING *) SELECT DISTINCT id FROM gone",
    "VALUES ($1), ($2)",
    "SELECT",
    "SELECT $1",
    "TABLE customers",
    "SELECT id FROM customers UNION SELECT id FROM orders",
    "SELECT name INTO copied FROM customers",
    "SELECT * FROM generate_series($1, $2) g",
    "EXPLAIN SELECT $1",
    "VACUUM customers",
    "CREATE TABLE x (i int)",
    "SELECT * FROM customers WHERE name = ?",
    "not SQL at all",
    "SELECT cut off …",
    "",
)


@pytest.mark.parametrize("text", [*OTHERS, *(task.write(1) for task in TASKS)])
def test_no_statement_breaks_it(text: str) -> None:
    assert all(form != text for form in equal_forms(text, NAMES))


def test_a_select_that_has_one_gets_it_and_a_write_none() -> None:
    (form,) = equal_forms("SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)", NAMES)
    assert "NOT EXISTS" in form
    assert equal_forms(OTHERS[0], NAMES) == ()
