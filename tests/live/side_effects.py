"""Statements that could run code of the users' when they are merely explained: the corpus of test_explain_guard.py. Data only.

Every act goes through witness.act(): it takes a session's advisory lock, which no rollback and no READ ONLY takes back, then acts, and
swallows what READ ONLY refuses, so that its call is counted in pg_stat_user_functions all the same. A function that is not volatile
may not write by itself, but may call one that does.
"""

from dataclasses import dataclass

EVERY = frozenset({15, 18})

WITNESS = """
CREATE EXTENSION dblink;
CREATE SCHEMA witness;
CREATE TABLE witness.log (what text);
CREATE SEQUENCE witness.counter;
CREATE FUNCTION witness.act(how text DEFAULT 'insert') RETURNS int LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $f$
BEGIN
  PERFORM pg_advisory_lock_shared(4711);
  BEGIN
    IF how = 'insert' THEN INSERT INTO witness.log VALUES ('ran');
    ELSIF how = 'notify' THEN NOTIFY witness;
    ELSIF how = 'lock' THEN PERFORM pg_advisory_lock_shared(4712);
    ELSIF how = 'nextval' THEN PERFORM nextval('witness.counter');
    ELSIF how = 'setval' THEN PERFORM setval('witness.counter', 99);
    ELSIF how = 'role' THEN EXECUTE format('CREATE ROLE %I', 'witness_' || current_database());
    ELSIF how = 'lo' THEN PERFORM lo_create(0);
    ELSIF how = 'file' THEN
      EXECUTE format('COPY (SELECT 1) TO %L', current_setting('data_directory') || '/witness_' || current_database());
    ELSIF how = 'read' THEN INSERT INTO witness.log SELECT pg_read_file('PG_VERSION');
    ELSIF how = 'setting' THEN PERFORM set_config('witness.set', 'yes', false);
    ELSIF how = 'dblink' THEN
      PERFORM dblink_exec(format('host=%s port=%s dbname=%s user=postgres', split_part(current_setting('unix_socket_directories'), ',', 1),
        current_setting('port'), current_database()), 'INSERT INTO witness.log VALUES (''over dblink'')');
    END IF;
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  RETURN 1;
END $f$;
CREATE SCHEMA app;
CREATE TABLE public.t (id int PRIMARY KEY, a int, v text);
INSERT INTO public.t SELECT i, i % 3, 'v' || i FROM generate_series(1, 300) i;
ANALYZE public.t;
"""


@dataclass(frozen=True, slots=True)
class Case:
    """`runs`: the releases on which a plain EXPLAIN by a superuser runs something. `refused`: whether the guard must refuse."""

    name: str
    setup: str
    statement: str
    runs: frozenset[int] = frozenset()
    refused: bool = True
    since: int = 0


def acting(
    signature: str,
    returns: str = "int",
    value: str = "1",
    *,
    kind: str = "IMMUTABLE",
    how: str = "insert",
    more: str = "",
) -> str:
    """CREATE FUNCTION in PL/pgSQL that acts and returns `value`."""
    return (
        f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql {kind} {more} "
        f"AS $f$ BEGIN PERFORM witness.act('{how}'); RETURN {value}; END $f$;"
    )


F = acting("public.f(x int DEFAULT 1)")
"""An immutable function that acts."""
IS_ONE = acting("public.is_one(x int)", "bool", "true")
PAIR = "CREATE TYPE public.pair AS (x int, y int); CREATE TABLE public.pairs (p public.pair);"
TO_PAIR = acting("public.to_pair(x int)", "public.pair", "ROW(1, 1)::public.pair")
DOMAIN = IS_ONE + "CREATE DOMAIN public.d AS int CHECK (public.is_one(VALUE));"
EQUAL = acting("app.equal(a int, b text)", "bool", "true")


def _operator(name: str, left: str = "int", right: str = "text", more: str = "") -> str:
    return f"CREATE OPERATOR app.{name} (FUNCTION = app.equal, LEFTARG = {left}, RIGHTARG = {right} {more});"


FUNCTIONS = (
    Case("immutable plpgsql", F, "SELECT f(1)", EVERY),
    Case("immutable without arguments", F, "SELECT f()", EVERY),
    Case(
        "immutable sql",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT witness.act()'",
        "SELECT f()",
        EVERY,
    ),
    Case(
        "immutable sql, body parsed",
        "CREATE FUNCTION f() RETURNS int IMMUTABLE RETURN witness.act()",
        "SELECT f()",
        EVERY,
    ),
    Case("immutable with a search_path", acting("f()", more="SET search_path = app"), "SELECT f()", EVERY),
    Case("stable in WHERE", acting("f()", kind="STABLE"), "SELECT * FROM t WHERE a = f()", EVERY),
    Case("volatile in WHERE", acting("f()", kind="VOLATILE"), "SELECT * FROM t WHERE a = f()"),
    Case("volatile in SELECT", "", "SELECT witness.act()"),
    Case("security definer", acting("f()", how="role", more="SECURITY DEFINER"), "SELECT f()", EVERY),
    Case("NOTIFY", acting("f()", how="notify"), "SELECT f()", EVERY),
    Case("advisory lock", acting("f()", how="lock"), "SELECT f()", EVERY),
    Case("nextval", acting("f()", how="nextval"), "SELECT f()", EVERY),
    Case("setval", acting("f()", how="setval"), "SELECT f()", EVERY),
    Case("large object", acting("f()", how="lo"), "SELECT f()", EVERY),
    Case("writes a file", acting("f()", how="file"), "SELECT f()", EVERY),
    Case("reads a file", acting("f()", how="read"), "SELECT f()", EVERY),
    Case("set_config", acting("f()", how="setting"), "SELECT f()", EVERY),
    Case("over dblink", acting("f()", how="dblink"), "SELECT f()", EVERY),
    Case("in another schema", acting("app.f()"), "SELECT app.f()", EVERY),
    Case("in another schema by its bare name", acting("app.f()"), "SELECT f()"),
    Case("quoted name", acting('public."F x"()'), 'SELECT "F x"()', EVERY),
    Case("name in unicode escapes", F, r'SELECT U&"\0066"(1)', EVERY),
    Case("comment before the brackets", F, "SELECT f/* ( */(1)", EVERY),
    Case("variadic", acting("f(VARIADIC x int[])"), "SELECT f(1, 2, 3)", EVERY),
    Case("polymorphic", acting("f(x anyelement)"), "SELECT f('x'::text)", EVERY),
    Case(
        "default of an argument",
        F + "CREATE FUNCTION g(x int DEFAULT f(1)) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x'",
        "SELECT g()",
        EVERY,
    ),
    Case("as a field of a row", acting("f(x t)"), "SELECT t.f FROM t"),
    Case("as a field of an expression", acting("f(x t)"), "SELECT (NULL::t).f", EVERY),
    Case("in place of lower", acting("lower(x int)"), "SELECT lower(1)", EVERY),
    Case("in place of now", acting("app.now(x int)"), "SELECT now(1)"),
    Case(
        "in place of SQL/JSON",
        acting('"json_value"(x jsonb, y text)'),
        "SELECT json_value('1'::jsonb, '$')",
        frozenset({15}),
    ),
    Case("grammar as function", acting("app.overlay(a int, b int, c int)"), "SELECT overlay(1 placing 2 from 3)"),
)

PLACES = (
    Case("in FROM", F, "SELECT * FROM f(1)", EVERY),
    Case("in LATERAL", F, "SELECT * FROM t, LATERAL (SELECT f(1) + t.id) x", EVERY),
    Case("in VALUES", F, "VALUES (f(1)), (2)", EVERY),
    Case("in LIMIT", F, "SELECT * FROM t LIMIT f(1)", EVERY),
    Case("in OFFSET", F, "SELECT * FROM t OFFSET f(1)", EVERY),
    Case("in ORDER BY", F, "SELECT * FROM t ORDER BY id + f(1)", EVERY),
    Case("in HAVING", F, "SELECT a FROM t GROUP BY a HAVING count(*) > f(1)", EVERY),
    Case("in a window", F, "SELECT sum(f(1)) OVER (PARTITION BY a) FROM t", EVERY),
    Case("in FILTER", F, "SELECT count(*) FILTER (WHERE a = f(1)) FROM t", EVERY),
    Case("in a sample", F, "SELECT * FROM t TABLESAMPLE system (f(1))", EVERY),
    Case("in EXISTS", F, "SELECT * FROM t WHERE EXISTS (SELECT FROM t b WHERE b.a = f(1))", EVERY),
    Case("in an argument", F, "SELECT generate_series(f(1), 3)", EVERY),
    Case("in INSERT", F, "INSERT INTO t VALUES (1000, f(1))", EVERY),
    Case("in UPDATE", F, "UPDATE t SET a = f(1)", EVERY),
    Case("in DELETE", F, "DELETE FROM t WHERE id = f(1)", EVERY),
    Case("in RETURNING", F, "INSERT INTO t VALUES (1000) RETURNING f(1)", EVERY),
    Case("in ON CONFLICT", F, "INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = f(1)", EVERY),
    Case("in MERGE", F, "MERGE INTO t USING t s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = f(1)", EVERY),
    Case("in a CTE", F, "WITH x AS (SELECT f(1) AS a) SELECT * FROM x", EVERY),
    Case("in a CTE that writes", F, "WITH x AS (INSERT INTO t VALUES (1000, f(1)) RETURNING *) SELECT * FROM x", EVERY),
    Case("in UNION", F, "SELECT 1 UNION ALL SELECT f(1)", EVERY),
    Case(
        "aggregate",
        acting("public.add(s int, x int)") + "CREATE AGGREGATE public.total(int) (SFUNC = public.add, STYPE = int)",
        "SELECT total(id) FROM t",
    ),
    Case(
        "aggregate named like one of the server's",
        DOMAIN
        + "CREATE FUNCTION public.add(s d, x point) RETURNS d LANGUAGE sql IMMUTABLE AS 'SELECT s';"
        + "CREATE AGGREGATE app.max(point) (SFUNC = public.add, STYPE = d, INITCOND = '1')",
        "SELECT max(point(id, a)) FROM t",
    ),
    Case(
        "window aggregate",
        acting("public.add(s int, x int)") + "CREATE AGGREGATE public.total(int) (SFUNC = public.add, STYPE = int)",
        "SELECT total(id) OVER (ORDER BY a) FROM t",
    ),
)

BEHIND_RELATIONS = (
    Case("view", F + "CREATE VIEW w AS SELECT f(1) AS x", "SELECT * FROM w", EVERY),
    Case("view's WHERE", F + "CREATE VIEW w AS SELECT * FROM t WHERE a = f(1)", "SELECT v FROM w", EVERY),
    Case("view, by TABLE", F + "CREATE VIEW w AS SELECT f(1) AS x", "TABLE w", EVERY),
    Case(
        "view over views",
        F + "CREATE VIEW app.w AS SELECT f(1) AS x; CREATE VIEW x AS SELECT * FROM app.w; CREATE VIEW y AS SELECT * FROM x",
        "SELECT * FROM y",
        EVERY,
    ),
    Case("view of another schema", F + "CREATE VIEW app.w AS SELECT f(1) AS x", "SELECT * FROM app.w", EVERY),
    Case("view written to", F + "CREATE VIEW w AS SELECT * FROM t WHERE a = f(1)", "UPDATE w SET v = 'x'", EVERY),
    Case(
        "view with check option",
        F + "CREATE VIEW w AS SELECT * FROM t WHERE a = f(1) WITH CHECK OPTION",
        "INSERT INTO w VALUES (1000, 1, 'x')",
        EVERY,
    ),
    Case(
        "view with the invoker's rights",
        F + "CREATE VIEW w WITH (security_invoker) AS SELECT f(1) AS x",
        "SELECT * FROM w",
        EVERY,
    ),
    Case("materialised view", F + "CREATE MATERIALIZED VIEW m AS SELECT f(1) AS x WITH NO DATA", "SELECT * FROM m"),
    Case(
        "index of a materialised view",
        F + "CREATE MATERIALIZED VIEW m AS SELECT 1 AS x; CREATE INDEX ON m ((x + f(1)))",
        "SELECT * FROM m WHERE x = 1",
        EVERY,
    ),
    Case(
        "rule that also inserts",
        F + "CREATE RULE r AS ON INSERT TO t DO ALSO INSERT INTO witness.log VALUES (f(1)::text)",
        "INSERT INTO t VALUES (1000)",
        EVERY,
    ),
    Case(
        "rule in place of UPDATE",
        F + "CREATE RULE r AS ON UPDATE TO t DO INSTEAD SELECT f(1)",
        "UPDATE t SET a = 1",
        EVERY,
    ),
    Case("rule's WHERE", F + "CREATE RULE r AS ON DELETE TO t WHERE f(1) = 2 DO INSTEAD NOTHING", "DELETE FROM t", EVERY),
    Case("default", F + "ALTER TABLE t ALTER a SET DEFAULT f(1)", "INSERT INTO t (id) VALUES (1000)", EVERY),
    Case("default of a domain", F + "CREATE DOMAIN e AS int DEFAULT f(1); CREATE TABLE u (a e, b int)", "INSERT INTO u (b) VALUES (1)", EVERY),
    Case("generated column", F + "CREATE TABLE u (a int, b int GENERATED ALWAYS AS (a + f(1)) STORED)", "INSERT INTO u VALUES (1)"),
    Case("policy", F + "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (a = f(1))", "SELECT * FROM t"),
    Case(
        "policy's check",
        F + "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t WITH CHECK (a = f(1))",
        "INSERT INTO t VALUES (1000, 1)",
    ),
    Case(
        "policy over a view",
        F + "CREATE VIEW w AS SELECT f(1) AS x; ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY p ON t USING (a IN (SELECT x FROM w))",
        "SELECT * FROM t",
    ),
    Case("index expression", F + "CREATE INDEX ON t ((a + f(1)))", "SELECT * FROM t WHERE id = 1", EVERY),
    Case("index predicate", F + "CREATE INDEX ON t (a) WHERE id > f(1)", "SELECT * FROM t WHERE id = 1", EVERY),
    Case("CHECK", F + "ALTER TABLE t ADD CHECK (a < 5 + f(1)); ALTER DATABASE {database} SET constraint_exclusion = on",
         "SELECT * FROM t WHERE a = 1", EVERY),
    Case("CHECK of a child", F + "CREATE TABLE child (CHECK (a < 5 + f(1))) INHERITS (t)", "SELECT * FROM t WHERE a = 1", EVERY),
    Case("partition key", F + "CREATE TABLE p (a int) PARTITION BY RANGE ((a + f(1)));"
         "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)", "SELECT * FROM p WHERE a = 1", EVERY),
    Case("partition key of the parent", F + "CREATE TABLE p (a int) PARTITION BY RANGE ((a + f(1)));"
         "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)", "SELECT * FROM p1 WHERE a = 1"),
    Case("default of a partition", F + "CREATE TABLE p (a int, b int) PARTITION BY LIST (a);"
         "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); ALTER TABLE p1 ALTER b SET DEFAULT f(1)", "SELECT * FROM p"),
    Case("partition bound, a constant by now", F + "CREATE TABLE p (a int) PARTITION BY RANGE (a);"
         "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (f(1)) TO (10); TRUNCATE witness.log", "SELECT * FROM p WHERE a = 1", refused=False),
    Case("extended statistics", F + "CREATE STATISTICS s ON (a + f(1)), v FROM t", "SELECT * FROM t WHERE id = 1", EVERY),
    Case("trigger, which EXPLAIN does not fire", "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS "
         "'BEGIN PERFORM witness.act(); RETURN NEW; END'; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
         "INSERT INTO t VALUES (1000)", refused=False),
    Case("event trigger, which EXPLAIN does not fire", "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS "
         "'BEGIN PERFORM witness.act(); END'; CREATE EVENT TRIGGER {database} ON ddl_command_start EXECUTE FUNCTION f()",
         "SELECT * FROM t", refused=False),
    Case("foreign table", "CREATE EXTENSION file_fdw; CREATE SERVER s FOREIGN DATA WRAPPER file_fdw;"
         "CREATE FOREIGN TABLE u (a text) SERVER s OPTIONS (program 'touch witness_{database}')", "SELECT * FROM u"),
)  # fmt: skip

BEHIND_TYPES = (
    Case("implicit cast", PAIR + TO_PAIR + "CREATE CAST (int AS pair) WITH FUNCTION to_pair AS IMPLICIT",
         "SELECT * FROM pairs WHERE p IN (1)"),
    Case("implicit cast in INSERT", PAIR + TO_PAIR + "CREATE CAST (int AS pair) WITH FUNCTION to_pair AS IMPLICIT",
         "INSERT INTO pairs VALUES (1)", EVERY),
    Case("assignment cast", PAIR + TO_PAIR + "CREATE CAST (int AS pair) WITH FUNCTION to_pair AS ASSIGNMENT",
         "UPDATE pairs SET p = 1", EVERY),
    Case("explicit cast", PAIR + TO_PAIR + "CREATE CAST (int AS pair) WITH FUNCTION to_pair", "SELECT 1::pair", EVERY),
    Case("cast as a function call", DOMAIN, "SELECT d('1')"),
    Case("cast between the server's types", acting("app.days(x date)") + "CREATE CAST (date AS int) WITH FUNCTION app.days(date) AS IMPLICIT",
         "SELECT DATE '2020-01-01' / 2", EVERY),
    Case("cast of a row", acting("app.number(x t)") + "CREATE CAST (t AS int) WITH FUNCTION app.number(t)", "SELECT (NULL::t)::int", EVERY),
    Case("cast to json", PAIR + acting("app.j(x pair)", "json", "'1'::json") + "CREATE CAST (pair AS json) WITH FUNCTION app.j(pair)",
         "SELECT to_json(p) FROM pairs"),
    Case("domain", DOMAIN, "SELECT '1'::d"),
    Case("domain, by CAST of text", DOMAIN, "SELECT CAST('1'::text AS public.d)"),
    Case("domain of a column", DOMAIN + "CREATE TABLE u (a d)", "INSERT INTO u VALUES (1)"),
    Case("domain of a parameter", DOMAIN + "CREATE TABLE u (a d)", "INSERT INTO u VALUES ($1)"),
    Case("domain over a domain", DOMAIN + "CREATE DOMAIN e AS d", "SELECT '1'::e"),
    Case("array of a domain", DOMAIN, "SELECT '{1}'::d[]", EVERY),
    Case("array of a domain, by its own name", DOMAIN, "SELECT '{1}'::_d", EVERY),
    Case("domain in a composite type", DOMAIN + "CREATE TYPE c AS (x d)", "SELECT '(1)'::c", EVERY),
    Case("domain in a row type", DOMAIN + "CREATE TABLE u (a d)", "SELECT '(1)'::u", EVERY),
    Case("domain in a range", DOMAIN + "CREATE TYPE r AS RANGE (subtype = d)", "SELECT '[1,2]'::r", EVERY),
    Case("domain in a multirange", DOMAIN + "CREATE TYPE r AS RANGE (subtype = d)", "SELECT '{[1,2]}'::r_multirange"),
    Case("domain behind json", DOMAIN + "CREATE TYPE c AS (x d)",
         """SELECT * FROM t WHERE a = (json_populate_record(NULL::c, '{"x": 1}')).x""", EVERY),
    Case("domain in a list of columns", DOMAIN, """SELECT * FROM json_to_record('{"x": 1}') AS r (x d)"""),
    Case("domain through its input function", DOMAIN, "SELECT * FROM t WHERE a = domain_in('1', 'd'::regtype::oid, -1)::text::int"),
    Case("array through its input function", DOMAIN, "SELECT array_in('{1}', 'd'::regtype::oid, -1)"),
    Case("domain named in a literal", DOMAIN, "SELECT * FROM t WHERE (a = 1) = pg_input_is_valid('1', 'd')", frozenset({18}), since=16),
    Case("domain in XMLTABLE", DOMAIN, "SELECT * FROM xmltable('/r' PASSING '<r/>' COLUMNS x d)"),
    Case("operator", EQUAL + _operator("==="), "SELECT 1 === 'x'::text", EVERY),
    Case("operator with its schema", EQUAL + _operator("==="), "SELECT 1 OPERATOR(app.===) 'x'::text", EVERY),
    Case("operator named =", EQUAL + _operator("="), "SELECT 1 = 'x'::text", EVERY),
    Case("operator named = behind IN", EQUAL + _operator("="), "SELECT 1 IN ('x'::text)", EVERY),
    Case("operator named = behind NULLIF", EQUAL + _operator("="), "SELECT nullif(1, 'x'::text)", EVERY),
    Case("operator named = behind CASE", EQUAL + _operator("="), "SELECT CASE 1 WHEN 'x'::text THEN 2 END", EVERY),
    Case("operator named = behind DISTINCT FROM", EQUAL + _operator("="), "SELECT 1 IS DISTINCT FROM 'x'::text", EVERY),
    Case("operator named = behind USING", EQUAL + _operator("="), "SELECT * FROM t JOIN (SELECT 'x'::text AS id) s USING (id)"),
    Case("operator named <= behind BETWEEN", EQUAL + _operator("<=") + _operator(">="), "SELECT 1 BETWEEN 'x'::text AND 'y'::text", EVERY),
    Case("operator named ~~ behind LIKE", EQUAL + _operator("~~"), "SELECT 1 LIKE 'x'::text", EVERY),
    Case("prefix operator", acting("app.neg(x text)") + "CREATE OPERATOR app.- (FUNCTION = app.neg, RIGHTARG = text)", "SELECT - 'x'::text", EVERY),
    Case("operator over a list", EQUAL + _operator("==="), "SELECT 1 === ANY (ARRAY['x'::text])", EVERY),
    Case("operator, by its estimate", acting("app.equal(a int, b int)", "bool", "true") + _operator("===", right="int", more=", RESTRICT = eqsel"),
         "SELECT * FROM t WHERE a === 1", EVERY),
    Case("operator class of an index", acting("app.compare(a int, b int)")
         + "CREATE OPERATOR CLASS app.ops FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, "
         "FUNCTION 1 app.compare(int, int); CREATE INDEX ON t (a app.ops)", "SELECT * FROM t WHERE a = 1"),
    Case("operator class of a partition key", acting("app.compare(a int, b int)")
         + "CREATE OPERATOR CLASS app.ops FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, "
         "FUNCTION 1 app.compare(int, int); CREATE TABLE p (a int) PARTITION BY LIST (a app.ops);"
         "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)", "SELECT * FROM p WHERE a = 1", EVERY),
    Case("operator class of a type", "CREATE TYPE e AS ENUM ('x', 'y'); " + acting("app.compare(a e, b e)")
         + "CREATE OPERATOR CLASS app.ops DEFAULT FOR TYPE e USING btree AS FUNCTION 1 app.compare(e, e);"
         "CREATE TABLE u (a e)", "SELECT * FROM u ORDER BY a"),
    Case("operator class for a type of the server's", acting("app.compare(a json, b json)")
         + "CREATE OPERATOR CLASS app.ops DEFAULT FOR TYPE json USING btree AS FUNCTION 1 app.compare(json, json)",
         "SELECT GREATEST('1'::json, '2'::json)", EVERY),
)  # fmt: skip

TRAP = "CREATE VIEW public.trap AS SELECT witness.act() AS x;"
XML = frozenset({15})
"""The embedded server is built without libxml."""
SERVERS_OWN = (
    Case("query_to_xml", "", "SELECT query_to_xml('INSERT INTO witness.log VALUES (1)', true, true, '')"),
    Case("table_to_xml", TRAP, "SELECT * FROM t WHERE v = table_to_xml('trap', true, true, '')::text", XML),
    Case("table_to_xml in a view", TRAP + "CREATE VIEW w AS SELECT * FROM t WHERE v = table_to_xml('trap', true, true, '')::text",
         "SELECT * FROM w", XML),
    Case("schema_to_xml", TRAP, "SELECT * FROM t WHERE v = schema_to_xml('public', true, true, '')::text", XML),
    Case("schema_to_xml in a policy", TRAP + "ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
         "CREATE POLICY p ON t USING (v = schema_to_xml('public', true, true, '')::text)", "SELECT * FROM t"),
    Case("ts_stat", "", "SELECT * FROM ts_stat('SELECT witness.act()::text::tsvector')"),
    Case("pg_read_file", "", "SELECT pg_read_file('PG_VERSION')"),
    Case("pg_notify", "", "SELECT pg_notify('witness', 'x')"),
    Case("pg_advisory_lock", "", "SELECT pg_advisory_lock(4712)"),
    Case("lo_create", "", "SELECT lo_create(0)"),
    Case("set_config by name", "", "SELECT set_config('witness.set', 'yes', false)"),
    Case("pg_terminate_backend", "", "SELECT pg_terminate_backend(0)"),
    Case("nextval by name, which is never folded", "", "SELECT nextval('witness.counter')", refused=False),
    Case("dblink by name", "", "SELECT dblink_exec('dbname=x', 'SELECT 1')"),
    Case("information_schema", "", "SELECT * FROM information_schema.tables"),
)  # fmt: skip

INSERT = "INSERT INTO witness.log VALUES ('smuggled')"
SMUGGLED = tuple(
    Case(f"smuggled: {name}", setup, text)
    for name, setup, text in (
        ("second statement", "", f"SELECT 1; {INSERT}"),
        ("second statement first", "", f"{INSERT}; SELECT 1"),
        ("behind a comment", "", f"SELECT 1 /* ; */; {INSERT}"),
        ("behind a nested comment", "", f"SELECT 1 /* /* ; */ */; {INSERT}"),
        ("behind a line comment", "", f"SELECT 1 -- ; \n; {INSERT}"),
        ("in a comment that ends early", "", f"SELECT 1 /* '*/; {INSERT}; /*' */"),
        ("behind a dollar quote", "", f"SELECT $x$;$x$; {INSERT}"),
        ("a dollar quote that is none on an older server", "", f"SELECT 0x1a$$; {INSERT}; --$$"),
        ("behind an escape", "", rf"SELECT E'\''; {INSERT}; --'"),
        ("in an escape, where strings do not conform", "ALTER DATABASE {database} SET standard_conforming_strings = off",
         rf"SELECT '\'; {INSERT}; --'"),
        ("behind a unicode escape", "", rf"SELECT U&'\003B'; {INSERT}"),
        ("many semicolons", "", f";;; {INSERT};;;"),
        ("ROLLBACK", "", f"SELECT 1; ROLLBACK; BEGIN READ WRITE; {INSERT}; COMMIT"),
        ("EXPLAIN ANALYZE", "", f"EXPLAIN ANALYZE {INSERT}"),
        ("ANALYZE", "", f"ANALYZE {INSERT}"),
        ("options", "", f"(ANALYZE) {INSERT}"),
        ("PREPARE", "", f"PREPARE x AS {INSERT}"),
        ("EXECUTE", "", "EXECUTE x"),
        ("DECLARE", "", "DECLARE c CURSOR WITH HOLD FOR SELECT witness.act()"),
        ("COPY", "", "COPY (SELECT witness.act()) TO STDOUT"),
        ("COPY TO PROGRAM", "", "COPY t TO PROGRAM 'touch witness_{database}'"),
        ("DO", "", "DO $$ BEGIN PERFORM witness.act(); END $$"),
        ("CALL", "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT witness.act()'", "CALL p()"),
        ("SELECT INTO", "", "SELECT witness.act() INTO made"),
        ("SELECT INTO of a union", "", "SELECT 1 AS x INTO made UNION SELECT 2"),
        ("CREATE TABLE AS", "", "CREATE TABLE made AS SELECT witness.act() AS x"),
        ("REFRESH", "CREATE MATERIALIZED VIEW m AS SELECT witness.act() AS x WITH NO DATA", "REFRESH MATERIALIZED VIEW m"),
        ("NOTIFY", "", "NOTIFY witness"),
        ("SET", "", "SET search_path = app"),
        ("LOCK", "", "LOCK TABLE t"),
        ("a hint that sets", "", "SELECT /*+ Set(statement_timeout 0) */ * FROM t"),
        ("nothing", "", " /* ; */ "),
    )
)  # fmt: skip

ESCAPED = (
    Case(
        "call in an escape, where strings do not conform",
        F + "ALTER DATABASE {database} SET standard_conforming_strings = off",
        r"SELECT '\', f(1) AS \''",
    ),
)

CASES = (*FUNCTIONS, *PLACES, *BEHIND_RELATIONS, *BEHIND_TYPES, *SERVERS_OWN, *SMUGGLED, *ESCAPED)
