"""What preflight says of locks and work against what real servers do: pg_locks, the table's file, and scans counted in the transaction."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from reading import reader, run, value
from tunewright_agent.cli import preflight as _preflight  # noqa: F401  # adds its command
from tunewright_agent.cli import reference as _reference  # noqa: F401  # Typer takes the name of a single command for granted
from tunewright_agent.cli.app import app
from tunewright_agent.sources.postgres.target import targets
from tunewright_analyzers.ddl.locks import Lock, Work
from tunewright_analyzers.ddl.preflight import Preflight, preflight, wanted

TABLES = """
CREATE TABLE u (id int PRIMARY KEY, code int);
CREATE TABLE t (id int, a int, b text DEFAULT 'x', u_id int, checked int);
ALTER TABLE t ADD CHECK (checked > 0) NOT VALID;
ALTER TABLE t ADD CONSTRAINT t_u_fkey FOREIGN KEY (u_id) REFERENCES u NOT VALID;
INSERT INTO u SELECT g, g FROM generate_series(1, 100) g;
INSERT INTO t (id, a, u_id, checked) SELECT g, g, 1 + g % 100, g FROM generate_series(1, 2000) g;
CREATE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_unique ON t (id);
CREATE TABLE parent (id int, a int) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF parent FOR VALUES FROM (0) TO (100);
CREATE TABLE loose (id int, a int);
INSERT INTO loose VALUES (150, 1);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER told BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE MATERIALIZED VIEW m AS SELECT id, code FROM u;
CREATE UNIQUE INDEX m_id ON m (id);
CREATE POLICY seen ON t USING (true);
CREATE SCHEMA away;
ANALYZE t;
"""
INSIDE = (
    "ALTER TABLE t ADD COLUMN n int",
    "ALTER TABLE t ADD COLUMN n int NOT NULL DEFAULT 7",
    "ALTER TABLE t ADD COLUMN n timestamptz DEFAULT now()",
    "ALTER TABLE t ADD COLUMN n uuid DEFAULT gen_random_uuid()",
    "ALTER TABLE t ADD COLUMN n serial",
    "ALTER TABLE t ADD COLUMN n int GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE t ADD COLUMN n int GENERATED ALWAYS AS (a * 2) STORED",
    "ALTER TABLE t ADD COLUMN n int REFERENCES u",
    "ALTER TABLE t ADD COLUMN n int DEFAULT 7 REFERENCES u",
    "ALTER TABLE t ADD COLUMN n int CHECK (n > 0)",
    "ALTER TABLE t ADD COLUMN n int UNIQUE",
    "ALTER TABLE t DROP COLUMN b",
    "ALTER TABLE t ALTER COLUMN b SET DEFAULT 'y'",
    "ALTER TABLE t ALTER COLUMN b DROP DEFAULT",
    "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
    "ALTER TABLE t ALTER COLUMN a DROP NOT NULL",
    "ALTER TABLE t ALTER COLUMN a TYPE bigint",
    "ALTER TABLE t ALTER COLUMN a SET STATISTICS 500",
    "ALTER TABLE t ALTER COLUMN a SET (n_distinct = 5)",
    "ALTER TABLE t ALTER COLUMN b SET STORAGE EXTERNAL",
    "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)",
    "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
    "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u NOT VALID",
    "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (u_id) REFERENCES u",
    "ALTER TABLE t ADD PRIMARY KEY (id)",
    "ALTER TABLE t ADD UNIQUE (id)",
    "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX t_unique",
    "ALTER TABLE t VALIDATE CONSTRAINT t_checked_check",
    "ALTER TABLE t VALIDATE CONSTRAINT t_u_fkey",
    "ALTER TABLE t DROP CONSTRAINT t_checked_check",
    "ALTER TABLE t DISABLE TRIGGER told",
    "ALTER TABLE t ENABLE TRIGGER ALL",
    "ALTER TABLE t SET UNLOGGED",
    "ALTER TABLE t SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)",
    "ALTER TABLE t RESET (fillfactor)",
    "ALTER TABLE t CLUSTER ON t_a",
    "ALTER TABLE t SET WITHOUT CLUSTER",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE t REPLICA IDENTITY FULL",
    "ALTER TABLE t OWNER TO CURRENT_USER",
    "ALTER TABLE t SET SCHEMA away",
    "ALTER TABLE t RENAME TO other",
    "ALTER TABLE t RENAME COLUMN a TO c",
    "ALTER TABLE parent ATTACH PARTITION loose FOR VALUES FROM (100) TO (200)",
    "ALTER TABLE parent DETACH PARTITION part",
    "CREATE INDEX n ON t (b)",
    "DROP INDEX t_a",
    "REINDEX INDEX t_a",
    "REINDEX TABLE t",
    "DROP TABLE loose",
    "TRUNCATE loose",
    "CLUSTER t USING t_a",
    "ANALYZE t",
    "CREATE TRIGGER n BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
    "DROP TRIGGER told ON t",
    "CREATE POLICY n ON t",
    "DROP POLICY seen ON t",
    "CREATE RULE r AS ON INSERT TO t DO ALSO NOTHING",
    "CREATE STATISTICS s ON id, a FROM t",
    "COMMENT ON TABLE t IS 'x'",
    "COMMENT ON COLUMN t.a IS 'x'",
    "REFRESH MATERIALIZED VIEW m",
    "CREATE TABLE n (id int REFERENCES u)",
    "LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE",
)
"""Statements that may run in a transaction, so that it can be looked at from within and rolled back."""
ALONE = (
    ("CREATE INDEX CONCURRENTLY n ON t (b)", "t"),
    ("DROP INDEX CONCURRENTLY t_a", "t"),
    ("REINDEX TABLE CONCURRENTLY t", "t"),
    ("VACUUM t", "t"),
    ("VACUUM FULL t", "t"),
    ("VACUUM (FULL, ANALYZE) t", "t"),
    ("ALTER TABLE parent DETACH PARTITION part CONCURRENTLY", "parent"),
)
"""Statements that may not: they are made to wait, and the lock that they wait for is looked at."""


@pytest.fixture
def shop(database: str) -> str:
    """The tables."""
    run(database, *TABLES.strip().rstrip(";").split(";\n"))
    return database


def _state(connection: psycopg.Connection[Any]) -> dict[str, tuple[int, int]]:
    """File and sequential scans of each table, by name."""
    rows = connection.execute(
        "SELECT c.oid, c.relname, c.relfilenode, pg_stat_get_xact_numscans(c.oid) FROM pg_class c "
        "WHERE c.relkind IN ('r', 'm', 'p') AND c.relnamespace = 'public'::regnamespace"
    ).fetchall()
    return {row[1]: (row[2], row[3]) for row in rows}


def _locked(connection: psycopg.Connection[Any], oids: dict[int, str]) -> dict[str, Lock]:
    """The strongest lock on each table that this transaction holds."""
    rows = connection.execute(
        "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted"
    ).fetchall()
    held: dict[str, Lock] = {}
    for relation, mode in rows:
        name, lock = oids.get(relation), Lock(mode)
        if name is not None and (name not in held or lock.rank > held[name].rank):
            held[name] = lock
    return held


def _work(before: tuple[int, int], after: tuple[int, int] | None) -> set[Work]:
    """What may have been done to a table, by its file and its scans."""
    if after is None:
        return {Work.CATALOGUE}  # it is gone
    if before[0] != after[0]:
        return {Work.REWRITE}
    return {Work.CATALOGUE} if before[1] == after[1] else {Work.SCAN, Work.BUILD}


def _predicted(told: Preflight, tables_of: dict[str, str]) -> tuple[dict[str, Lock], dict[str, Work]]:
    """The strongest lock and the hardest work by table."""
    locks: dict[str, Lock] = {}
    works: dict[str, Work] = {}
    order = list(Work)
    for one in told.told:
        name = tables_of.get(one.effect.table, one.effect.table)
        if name not in locks or one.effect.lock.rank > locks[name].rank:
            locks[name] = one.effect.lock
        if name not in works or order.index(one.effect.work) > order.index(works[name]):
            works[name] = one.effect.work
    return locks, works


def test_locks_and_work_are_those_of_the_server(shop: str) -> None:
    wrong = []
    index_tables = {"t_a": "t"}
    with psycopg.connect(shop) as connection:
        rows = connection.execute(
            "SELECT oid, relname FROM pg_class WHERE relkind IN ('r', 'm', 'p') AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        connection.rollback()
        for statement in INSIDE:
            locks, works = _predicted(preflight(statement), index_tables)
            before = _state(connection)
            connection.execute(statement.encode())
            held, after = _locked(connection, dict(rows)), _state(connection)
            connection.rollback()
            # TRUNCATE gives an empty file, the next two hide the table from us, and ANALYZE's sample is not counted as a scan.
            moved = (
                statement.startswith(("TRUNCATE", "ANALYZE")) or "RENAME TO" in statement or "SET SCHEMA" in statement
            )
            for name, lock in locks.items():
                done = _work(before[name], after.get(name))
                if held.get(name) is not lock or (works[name] not in done and not moved):
                    wrong.append((statement, name, lock, held.get(name), works[name], done))
    assert not wrong, "\n".join(str(one) for one in wrong)
    assert len(INSIDE) >= 25


def _waited_for(url: str, statement: str, table: str, expected: Lock) -> str:
    """The lock that the statement waits for while another session holds the weakest one that `expected` must wait for."""
    held = next(lock for lock in Lock if expected.conflicts(lock))
    errors: list[BaseException] = []

    def wait() -> None:
        try:
            with psycopg.connect(url, autocommit=True, options="-c lock_timeout=20s") as other:
                other.execute(statement.encode())
        except BaseException as error:  # noqa: BLE001  # told by the main thread
            errors.append(error)

    with psycopg.connect(url) as holder:
        holder.execute(f"LOCK TABLE {table} IN {held.sql} MODE".encode())
        thread = threading.Thread(target=wait)
        thread.start()
        mode = None
        while mode is None and thread.is_alive():
            row = holder.execute(
                "SELECT mode FROM pg_locks WHERE relation = %s::regclass AND NOT granted", (table,)
            ).fetchone()
            mode = row[0] if row is not None else None
        holder.rollback()
        thread.join(30)
    assert not errors, errors
    assert mode is not None
    return str(mode)


@pytest.mark.parametrize(("statement", "table"), ALONE, ids=[one[0] for one in ALONE])
def test_locks_of_what_runs_alone(shop: str, statement: str, table: str) -> None:
    locks, _ = _predicted(preflight(statement), {"t_a": "t"})
    assert locks[table] == _waited_for(shop, statement, table, locks[table])


SAFE = {
    "ALTER TABLE t ADD COLUMN n uuid DEFAULT gen_random_uuid()": "SELECT count(*) FROM pg_attrdef WHERE adrelid = 't'::regclass AND adnum = 6",
    "ALTER TABLE t ALTER COLUMN a SET NOT NULL": "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'a' AND attnotnull",
    "ALTER TABLE t ADD CHECK (a > 0)": "SELECT count(*) FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'c' AND convalidated",
    "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (u_id) REFERENCES u (id) ON DELETE CASCADE": "SELECT count(*) FROM pg_constraint "
    "WHERE conname = 'c' AND convalidated AND confdeltype = 'c'",
    "ALTER TABLE t ADD UNIQUE (id, a)": "SELECT count(*) FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'u'",
    "ALTER TABLE t ADD CONSTRAINT \"My key\" PRIMARY KEY (id)": "SELECT count(*) FROM pg_constraint WHERE conname = 'My key' AND contype = 'p'",
    "CREATE UNIQUE INDEX n ON t (id) WHERE a > 5": "SELECT count(*) FROM pg_index WHERE indexrelid = 'n'::regclass AND indisvalid AND indisunique "
    "AND indpred IS NOT NULL",
    "DROP INDEX t_a": "SELECT 1 - count(*) FROM pg_class WHERE relname = 't_a'",
    "REINDEX TABLE t": "SELECT count(*) FROM pg_class WHERE relname = 't_a'",
    "REFRESH MATERIALIZED VIEW m": "SELECT count(*) FROM pg_class WHERE relname = 'm'",
    "ALTER TABLE parent DETACH PARTITION part": "SELECT count(*) FROM pg_class WHERE relname = 'part' AND NOT relispartition",
}  # fmt: skip


@pytest.mark.parametrize("statement", SAFE, ids=list(SAFE))
def test_the_safe_form_runs_ends_in_the_same_and_works_under_no_strong_lock(shop: str, statement: str) -> None:
    safe = preflight(statement).safe
    assert safe is not None
    assert preflight(statement).is_dangerous or "DETACH" in statement or "DROP INDEX" in statement
    believed = "SET NOT NULL"  # reads nothing, because the CHECK before it is valid
    assert not any(
        preflight(step).is_dangerous for step in safe.steps if believed not in step and "REFRESH" not in step
    )
    run(shop, *safe.steps)
    assert value(shop, SAFE[statement]) == 1
    assert not any(preflight(step).safe for step in safe.steps if believed not in step)


def test_set_not_null_behind_a_valid_check_reads_nothing(shop: str) -> None:
    safe = preflight("ALTER TABLE t ALTER COLUMN a SET NOT NULL").safe
    assert safe is not None
    with psycopg.connect(shop) as connection:
        for step in safe.steps[:2]:
            connection.execute(step.encode())
            connection.commit()
        before = _state(connection)["t"]
        connection.execute(safe.steps[2].encode())
        assert _work(before, _state(connection)["t"]) == {Work.CATALOGUE}


def test_conflicts_are_the_servers(shop: str) -> None:
    """Every pair of modes, tried: one session holds, another tries at once."""

    def pairs() -> Iterator[tuple[Lock, Lock]]:
        for held in Lock:
            for asked in Lock:
                yield held, asked

    with psycopg.connect(shop) as holder, psycopg.connect(shop) as other:
        for held, asked in pairs():
            holder.execute(f"LOCK TABLE t IN {held.sql} MODE".encode())
            try:
                other.execute(f"LOCK TABLE t IN {asked.sql} MODE NOWAIT".encode())
                waits = False
            except psycopg.errors.LockNotAvailable:
                waits = True
            other.rollback()
            holder.rollback()
            assert asked.conflicts(held) is waits, (held, asked)


def _command(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["preflight", *arguments])


def test_the_command_tells_sizes_holders_and_the_safe_form(shop: str) -> None:
    statement = "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 4711)"
    with psycopg.connect(shop) as reading:
        reading.execute("SELECT count(*) FROM t")
        result = _command(statement, "--url", shop, "--format", "json")
        pid = reading.info.backend_pid
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    (effect,) = found["effects"]
    assert (effect["table"], effect["lock"], effect["work"]) == ("t", "AccessExclusiveLock", "scan")
    assert effect["rows"] == 2000
    assert effect["size_bytes"] >= 2000 * 40
    assert effect["seconds"][0] < effect["seconds"][1]
    assert [one["pid"] for one in effect["waits_for"]] == [pid]
    assert found["dangerous"]
    assert found["safe_form"]["steps"][1] == "ALTER TABLE t VALIDATE CONSTRAINT c;"
    assert value(shop, "SELECT count(*) FROM pg_constraint WHERE conname = 'c'") == 0


def test_an_index_stands_for_its_table_and_partitions_for_their_parent(shop: str) -> None:
    run(shop, "INSERT INTO parent SELECT g % 100, g FROM generate_series(1, 3000) g", "ANALYZE parent", "ANALYZE part")
    index = json.loads(_command("DROP INDEX t_a", "--url", shop, "--format", "json").stdout)
    assert index["effects"][0]["rows"] == 2000
    parent = json.loads(_command("VACUUM public.parent", "--url", shop, "--format", "json").stdout)
    assert parent["effects"][0]["size_bytes"] >= 3000 * 30


def test_the_command_needs_no_server() -> None:
    result = _command("CREATE INDEX orders_at ON orders (at)")
    assert result.exit_code == 0
    assert "SHARE (ShareLock): all writes wait; reads go on" in result.stdout
    assert "CREATE INDEX CONCURRENTLY orders_at ON orders" in result.stdout
    assert "lock_timeout" in result.stdout
    assert _command("CREATE INDEX orders_at ON orders (at)", "--fail-on-danger").exit_code == 1
    assert _command("CREATE INDEX CONCURRENTLY orders_at ON orders (at)", "--fail-on-danger").exit_code == 0


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "ALTER TABLE t ADD COLUMN x int; DROP TABLE t",
        "ALTER TABEL t",
        "DROP FUNCTION f",
        "REINDEX SCHEMA s",
        "",
    ],
)
def test_what_is_no_single_ddl_statement_is_refused_in_one_line(statement: str) -> None:
    result = _command(statement or " ")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: the statement: ")
    assert len(result.stderr.strip().splitlines()) == 1
    assert "TABEL" not in result.stderr


def test_a_table_that_is_not_there_is_said(shop: str) -> None:
    result = _command("ALTER TABLE nowhere ADD COLUMN x int", "--url", shop)
    assert result.exit_code == 1
    assert "not seen: there is no table or index nowhere" in result.stderr


def test_a_locked_table_does_not_hold_the_command_up(shop: str) -> None:
    with psycopg.connect(shop) as holder:
        holder.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        found = json.loads(_command("CREATE INDEX CONCURRENTLY n ON t (b)", "--url", shop, "--format", "json").stdout)
    assert [one["lock"] for one in found["effects"][0]["waits_for"]] == ["AccessExclusiveLock"]


TYPES = (
    *("varchar(10)", "varchar(20)", "varchar", "text", "char(5)", "int", "bigint"),
    *("numeric(8,2)", "numeric(10,2)", "numeric(10,3)", "numeric", "timestamp(3)", "timestamptz(3)", "timestamptz"),
)


@pytest.mark.slow
def test_a_change_of_type_writes_rows_anew_where_it_is_said(database: str) -> None:
    """Every pair of types that the server can change into each other by itself, tried on one row.

    Not in UTC: there a timestamp and a timestamptz are the same bytes, which only the session that runs the statement can know.
    """
    wrong, tried = [], 0
    with psycopg.connect(database, options="-c timezone=Europe/Berlin") as connection, reader(database) as made:
        for old in TYPES:
            connection.execute(
                f"DROP TABLE IF EXISTS t; CREATE TABLE t (x {old}); INSERT INTO t VALUES (NULL)".encode()
            )
            connection.commit()
            for new in TYPES:
                statement = f"ALTER TABLE t ALTER COLUMN x TYPE {new}"
                told = preflight(statement, targets(made, wanted(statement)))
                file = connection.execute("SELECT pg_relation_filenode('t')").fetchone()
                try:
                    connection.execute(statement.encode())
                except psycopg.errors.DatatypeMismatch:
                    connection.rollback()
                    continue
                is_rewritten = connection.execute("SELECT pg_relation_filenode('t')").fetchone() != file
                connection.rollback()
                tried += 1
                (one,) = told.told
                if (one.effect.work is Work.REWRITE) is not is_rewritten:
                    wrong.append((old, new, one.effect.work, is_rewritten))
    assert not wrong, wrong
    assert tried > 40
