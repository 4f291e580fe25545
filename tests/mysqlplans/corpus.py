"""The schema and the statements whose plans are recorded: each shape that MySQL's and MariaDB's EXPLAIN can print, at sizes that show it."""

from collections.abc import Mapping

SCHEMA = (
    "DROP DATABASE IF EXISTS plan_corpus",
    "CREATE DATABASE plan_corpus CHARACTER SET utf8mb4",
    "USE plan_corpus",
    "CREATE TABLE digits (d INT PRIMARY KEY)",
    "INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
    (
        "CREATE TABLE customers (id INT PRIMARY KEY, email VARCHAR(80) NOT NULL, phone VARCHAR(20) NOT NULL, country CHAR(2) NOT NULL,"
        " joined DATE NOT NULL, score INT NULL, UNIQUE KEY email (email), KEY phone (phone), KEY country (country), KEY score (score))"
    ),
    (
        "CREATE TABLE orders (id INT PRIMARY KEY, customer_id INT NOT NULL, status VARCHAR(12) NOT NULL, created_at DATETIME NOT NULL,"
        " total DECIMAL(10,2) NOT NULL, note VARCHAR(100) NOT NULL DEFAULT '', KEY customer_id (customer_id), KEY created_at (created_at),"
        " KEY status_total (status, total))"
    ),
    "CREATE TABLE order_lines (order_id INT NOT NULL, line_no INT NOT NULL, sku VARCHAR(20) NOT NULL, quantity INT NOT NULL)",
    (
        "CREATE TABLE parts (id INT NOT NULL, region INT NOT NULL, value INT NOT NULL, PRIMARY KEY (id, region))"
        " PARTITION BY LIST (region) (PARTITION north VALUES IN (0, 1), PARTITION south VALUES IN (2, 3))"
    ),
    (
        "INSERT INTO customers SELECT n, CONCAT('user', n, '@example.org'), CONCAT('0', 700000 + n), ELT(1 + n % 5, 'DE', 'FR', 'IT', 'ES', 'PL'),"
        " DATE_ADD('2020-01-01', INTERVAL n % 2000 DAY), IF(n % 7 = 0, NULL, n % 100) FROM"
        " (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n FROM digits a, digits b, digits c, digits e) numbers"
    ),
    (
        "INSERT INTO orders SELECT n, n % 10000, IF(n % 50 = 0, 'open', 'paid'), DATE_ADD('2024-01-01', INTERVAL n * 17 MINUTE), n % 977, ''"
        " FROM (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n FROM digits a, digits b, digits c, digits e, digits f"
        " WHERE f.d < 3) numbers"
    ),
    "INSERT INTO order_lines SELECT id, 1, CONCAT('sku', id % 300), 1 + id % 4 FROM orders WHERE id < 20000",
    "INSERT INTO parts SELECT n, n % 4, n FROM (SELECT a.d + 10 * b.d + 100 * c.d AS n FROM digits a, digits b, digits c) numbers",
    "CREATE VIEW paid AS SELECT customer_id, SUM(total) AS sum_total FROM orders WHERE status = 'paid' GROUP BY customer_id",
    "ANALYZE TABLE customers, orders, order_lines, parts",
)

STATEMENTS: Mapping[str, str] = {
    "full scan": "SELECT * FROM orders WHERE note = 'gift'",
    "full index scan": "SELECT customer_id FROM orders ORDER BY customer_id",
    "by key": "SELECT * FROM customers WHERE id = 77",
    "by unique": "SELECT id FROM customers WHERE email = 'user77@example.org'",
    "range": "SELECT * FROM orders WHERE created_at BETWEEN '2024-02-01' AND '2024-02-03'",
    "rows thrown away": "SELECT * FROM orders WHERE status = 'paid' AND note = 'gift'",
    "filesort": "SELECT * FROM orders WHERE note <> 'gift' ORDER BY total DESC, note",
    "group temporary": "SELECT note, COUNT(*) FROM orders GROUP BY note ORDER BY COUNT(*) DESC",
    "distinct": "SELECT DISTINCT c.country, o.status FROM customers c JOIN orders o ON o.customer_id = c.id",
    "index merge union": "SELECT * FROM customers WHERE phone = '0700077' OR score = 99",
    "index merge intersect": "SELECT * FROM customers WHERE country = 'DE' AND score = 55",
    "range per row": "SELECT COUNT(*) FROM customers a JOIN customers b ON b.score < a.id AND b.phone < a.phone WHERE a.id < 20",
    "implicit conversion": "SELECT * FROM customers WHERE phone = 700077",
    "function on column": "SELECT * FROM orders WHERE DATE(created_at) = '2024-02-01'",
    "cast of a join": "SELECT COUNT(*) FROM orders o JOIN customers c ON c.phone = o.customer_id WHERE o.id < 50",
    "dependent subquery": "SELECT c.id, (SELECT COUNT(*) FROM order_lines l WHERE l.order_id = c.id) AS n FROM customers c WHERE c.id < 20",
    "dependent exists": "SELECT id FROM customers c WHERE c.score > (SELECT AVG(o.total) FROM orders o WHERE o.customer_id = c.id) AND c.id < 400",
    "derived": "SELECT c.email, t.n FROM customers c JOIN (SELECT customer_id, COUNT(*) AS n FROM orders GROUP BY customer_id) t"
    " ON t.customer_id = c.id WHERE c.country = 'FR'",
    "view": "SELECT * FROM paid WHERE sum_total > 900",
    "common table": "WITH big AS (SELECT customer_id, MAX(total) AS m FROM orders GROUP BY customer_id)"
    " SELECT a.m, b.m FROM big a JOIN big b ON a.customer_id = b.customer_id + 1",
    "recursive": "WITH RECURSIVE seq AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM seq WHERE n < 20) SELECT * FROM seq",
    "unindexed join": "SELECT COUNT(*) FROM orders o JOIN order_lines l ON l.order_id = o.id + 1 WHERE o.status = 'open'",
    "nested loop": "SELECT c.email, o.total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.country = 'IT' AND o.status = 'open'",
    "left join": "SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.total > 900 WHERE o.id IS NULL AND c.id < 500",
    "deep offset": "SELECT * FROM orders ORDER BY created_at LIMIT 15000, 10",
    "limit walks index": "SELECT * FROM orders WHERE note = 'gift' ORDER BY created_at LIMIT 5",
    "union": "SELECT id FROM orders WHERE status = 'open' UNION SELECT id FROM customers WHERE country = 'PL'",
    "union all": "SELECT id FROM orders WHERE status = 'open' UNION ALL SELECT id FROM customers WHERE country = 'PL'",
    "window": "SELECT id, SUM(total) OVER (PARTITION BY customer_id ORDER BY created_at) FROM orders WHERE id < 1000",
    "semi join": "SELECT * FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'open')",
    "anti join": "SELECT * FROM customers WHERE id NOT IN (SELECT order_id FROM order_lines WHERE sku = 'sku7')",
    "impossible": "SELECT * FROM orders WHERE id = 5 AND id = 6",
    "no table": "SELECT 1",
    "optimised away": "SELECT MIN(created_at) FROM orders",
    "long list": f"SELECT * FROM orders WHERE note IN ({', '.join(repr(f'n{one}') for one in range(1200))})",
    "partitions": "SELECT * FROM parts WHERE region = 2 AND value > 10",
    "product": "SELECT COUNT(*) FROM parts a, parts b WHERE a.value < 500 AND b.value < 400",
    "rollup": "SELECT country, score, COUNT(*) FROM customers GROUP BY country, score WITH ROLLUP",
    "quoted literal": "SELECT * FROM orders WHERE note = 'it\\'s \"quoted\" -- (cost=1 rows=2)' AND status = 'paid'",
    "skewed estimate": "SELECT * FROM orders WHERE note = '' AND total < 970 AND customer_id % 2 = 0",
}
"""Name -> statement. Only SELECT: they are executed where the format needs it."""

WRITES: Mapping[str, str] = {
    "update": "UPDATE orders SET note = 'late' WHERE status = 'open' AND total > 10",
    "delete": "DELETE FROM orders WHERE created_at < '2024-01-05'",
    "insert select": "INSERT INTO order_lines SELECT id, 2, 'x', 1 FROM orders WHERE status = 'open'",
    "update join": "UPDATE orders o JOIN customers c ON c.id = o.customer_id SET o.note = 'x' WHERE c.country = 'DE'",
}
"""Explained only, never with ANALYZE."""
