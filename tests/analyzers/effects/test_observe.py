"""Changes between two readings: each once, with statements that parse and take it back; nothing where nobody looked."""

from dataclasses import replace
from datetime import timedelta

import pglast
import pytest

from cases import facts
from cases.case import NOW
from tunewright_analyzers.effects.concerned import names, relations
from tunewright_analyzers.effects.match import answers, objects, undoes
from tunewright_analyzers.effects.observe import catalogue, joined, observed
from tunewright_analyzers.facts.effects import Change, What
from tunewright_analyzers.facts.ids import ClusterId, FindingId, InstanceId, RecommendationId
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.settings import RoleSetting, Setting, Settings
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Section, Snapshot
from tunewright_analyzers.finding import Subject
from tunewright_analyzers.recommendation import Action, ParameterChange, Recommendation, Scope, Takes

SHOP = ClusterId("shop")
STATUS, OLD = facts.index("orders_status"), facts.index("orders_old", ("old",))


def snapshot(*sections: Section, hours: int = 0, flavour: Flavour = Flavour.SELF_MANAGED) -> Snapshot:
    """So many hours after NOW."""
    at = NOW + timedelta(hours=hours)
    return Snapshot(SHOP, InstanceId("db1"), Engine.POSTGRESQL, 180000, flavour, at, sections)


def between(
    before: tuple[Section, ...], after: tuple[Section, ...], flavour: Flavour = Flavour.SELF_MANAGED
) -> tuple[Change, ...]:
    """The changes; each statement that they give parses."""
    one, two = snapshot(*before, flavour=flavour), snapshot(*after, hours=1, flavour=flavour)
    found = observed(SHOP, catalogue(one), catalogue(two), two)
    for change in found:
        assert (change.after, change.at) == (one.taken_at, two.taken_at)
        assert change.undo or change.caution
        for statement in (*change.undo, *change.redo):
            assert pglast.parse_sql(statement)
    assert len({change.id for change in found}) == len(found)
    return found


def indexes(*rows: object) -> tuple[Section, ...]:
    """With the table of them all."""
    return (facts.indexes(*rows), replace(facts.tables(facts.table()), databases=("shop",)))  # type: ignore[arg-type]


def test_an_index_that_came_and_went() -> None:
    (made,) = between(indexes(OLD), indexes(OLD, STATUS))
    assert (made.what, made.name, made.object) == (What.INDEX_CREATED, "public.orders_status", "public.orders(status)")
    assert made.undo == ("DROP INDEX CONCURRENTLY public.orders_status;",)
    (gone,) = between(indexes(OLD, STATUS), indexes(OLD))
    assert gone.undo == made.redo == ("CREATE INDEX CONCURRENTLY orders_status ON public.orders USING btree (status);",)
    assert gone.redo == made.undo
    later = replace(gone, at=gone.at + timedelta(hours=1))
    assert undoes(later, made)
    assert not undoes(made, later), "not what came before it"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (indexes(STATUS), indexes(STATUS)),
        (indexes(OLD), indexes(OLD, replace(STATUS, is_valid=False))),
        (indexes(STATUS), indexes(replace(STATUS, name=facts.relation("renamed")))),
        (indexes(), indexes(replace(STATUS, parent=facts.relation("whole")))),
        (indexes(), indexes(facts.index("carts_id", ("id",), "carts"))),
        (indexes(STATUS), ()),
        (indexes(STATUS), (replace(facts.indexes(), databases=("other",)),)),
    ],
    ids=["same", "being built", "renamed", "part of another", "with its table", "unread", "database unread"],
)
def test_what_is_no_change(before: tuple[Section, ...], after: tuple[Section, ...]) -> None:
    assert between(before, after) == ()


def test_what_was_not_read_stays_as_it_was() -> None:
    one, two, three = catalogue(snapshot(*indexes(STATUS))), catalogue(snapshot(hours=1)), snapshot(*indexes(), hours=2)
    kept = joined(one, two)
    assert (kept.indexes, kept.at) == (one.indexes, two.at)
    (gone,) = observed(SHOP, kept, catalogue(three), three)
    assert gone.what is What.INDEX_DROPPED


def test_settings_in_their_units_and_never_a_text() -> None:
    (one,) = between((facts.settings(),), (facts.settings(work_mem="65536"),))
    assert str(one) == "setting changed: work_mem from 4096kB to 65536kB"
    assert one.undo == ("ALTER SYSTEM SET work_mem = '4096kB';", "SELECT pg_reload_conf();")
    secret = [
        Settings((Setting("primary_conninfo", text, None, "string", "sighup", "x", None),))
        for text in ("password=hunter2", "")
    ]
    (two,) = between((secret[0],), (secret[1],))
    assert "hunter2" not in repr(two)
    assert "hunter2" not in repr(catalogue(snapshot(secret[0])))
    assert (two.undo, two.before) == ((), None)
    (three,) = between((facts.settings(),), (facts.settings(work_mem="65536"),), Flavour.RDS)
    assert three.undo == ()
    assert three.caution == "set work_mem back to 4096kB in the parameter group"


def test_settings_of_roles_and_options_of_tables() -> None:
    known = facts.settings()
    fixed = replace(known, roles=(RoleSetting("shop", "app", "work_mem", "64MB"),))
    (one,) = between((known,), (fixed,))
    assert one.undo == ("ALTER ROLE app IN DATABASE shop RESET work_mem;",)
    (two,) = between((fixed,), (known,))
    assert two.undo == ("ALTER ROLE app IN DATABASE shop SET work_mem = '64MB';",)
    plain = (replace(facts.tables(facts.table()), databases=("shop",)),)
    tuned = facts.table(options=(("autovacuum_vacuum_scale_factor", "0.02"), ("toast.autovacuum_enabled", "off")))
    (three,) = between(plain, (replace(facts.tables(tuned), databases=("shop",)),))
    assert three.undo == (
        "ALTER TABLE public.orders RESET (autovacuum_vacuum_scale_factor, toast.autovacuum_enabled);",
    )
    assert three.redo == (
        "ALTER TABLE public.orders SET (autovacuum_vacuum_scale_factor = '0.02', toast.autovacuum_enabled = 'off');",
    )


def _advice(action: Action, subject: Subject, *statements: str) -> Recommendation:
    return Recommendation(RecommendationId("r"), FindingId("f"), "g/n", subject, action, statements, None, "", ())  # type: ignore[arg-type]


def test_which_advice_a_change_answers() -> None:
    (made,) = between(indexes(OLD), indexes(OLD, replace(STATUS, name=facts.relation("by_hand"))))
    index = Subject("index", "public.orders(status)", "shop")
    assert answers(made, _advice(Action.CREATE_INDEX, index, "CREATE INDEX x ON orders (status)")), "under any name"
    assert answers(
        made, _advice(Action.CREATE_INDEX, Subject("table", "t", "shop"), "CREATE INDEX by_hand ON orders (status)")
    )
    assert not answers(
        made, _advice(Action.CREATE_INDEX, replace(index, database="other"), "CREATE INDEX by_hand ON orders (x)")
    )
    assert not answers(made, _advice(Action.DROP_INDEX, index, "DROP INDEX by_hand"))
    (set_,) = between((facts.settings(),), (facts.settings(work_mem="65536"),))
    assert answers(set_, _advice(Action.SET_PARAMETER, Subject("setting", "work_mem")))
    assert answers(
        set_, _advice(Action.SET_PARAMETER, Subject("cluster", "shop"), "ALTER SYSTEM SET work_mem = '64MB';")
    )
    assert not answers(set_, _advice(Action.SET_PARAMETER, Subject("statement", "a1"), "SET LOCAL work_mem = '64MB';"))


def test_the_objects_of_statements() -> None:
    found = objects((
        'CREATE INDEX CONCURRENTLY "A b" ON s.t (c);', "DROP INDEX i; DROP INDEX CONCURRENTLY s.j;", "ALTER SYSTEM SET work_mem = '1MB';",
        "ALTER ROLE app SET jit = off;", "ALTER DATABASE shop SET jit = off;", "ALTER TABLE s.t SET (fillfactor = 90);", "not SQL",
    ))  # fmt: skip
    assert found == {
        (What.INDEX_CREATED, "s.A b"), (What.INDEX_DROPPED, "public.i"), (What.INDEX_DROPPED, "s.j"), (What.SETTING, "work_mem"),
        (What.SETTING, "jit of role app in all databases"), (What.SETTING, "jit of role any in shop"), (What.TABLE_OPTIONS, "s.t"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1 FROM a JOIN s.b ON true WHERE x IN (SELECT y FROM c)", {(None, "a"), ("s", "b"), (None, "c")}),
        ("WITH w AS (INSERT INTO a VALUES ($1) RETURNING 1) SELECT * FROM w", {(None, "a"), (None, "w")}),
        ("SELECT `x` FROM `shop`.`orders` WHERE `id` = ?", {("shop", "orders")}),
        ("this is no statement (", set()),
    ],
)
def test_relations_of_a_statement(text: str, expected: set[tuple[str | None, str]]) -> None:
    assert relations(text) == expected


def test_a_name_without_a_schema_may_be_the_table() -> None:
    table = RelationName("shop", "public", "orders")
    assert names("SELECT 1 FROM orders", table)
    assert names("SELECT 1 FROM public.orders", table)
    assert not names("SELECT 1 FROM archive.orders", table)


def test_on_a_standby_only_settings_are_its_own() -> None:
    standby = Replication(is_standby=True)
    assert between((*indexes(OLD), standby), (*indexes(OLD, STATUS), standby)) == ()
    (one,) = between((facts.settings(), standby), (facts.settings(work_mem="65536"), standby))
    assert one.what is What.SETTING


@pytest.mark.parametrize(
    ("scope", "target", "name", "is_it"),
    [
        (Scope.GLOBAL, "", "work_mem", True),
        (Scope.GLOBAL, "", "jit", False),
        (Scope.ROLE, "app", "work_mem of role app in shop", True),
        (Scope.ROLE, "other", "work_mem of role app in shop", False),
        (Scope.DATABASE, "shop", "work_mem of role any in shop", True),
        (Scope.STATEMENT, "a1", "work_mem", False),
    ],
)
def test_advice_of_a_parameter_group_is_answered_by_the_setting_itself(
    scope: Scope, target: str, name: str, *, is_it: bool
) -> None:
    """Its statements are of the AWS command line: the parameter that it declares decides."""
    (change,) = between((facts.settings(),), (facts.settings(work_mem="65536"),))
    change = replace(change, name=name, object=name)
    declared = ParameterChange(
        "work_mem", scope, target, "4MB", "64MB", "4096", "65536", Takes.AT_ONCE, "less spilling"
    )
    one = _advice(Action.SET_PARAMETER, Subject("cluster", "shop"), "aws rds modify-db-parameter-group …")
    assert answers(change, replace(one, changes=(declared,))) is is_it


@pytest.mark.parametrize(("engine", "verb"), [(Engine.MYSQL, "PERSIST"), (Engine.MARIADB, "GLOBAL")])
def test_mysqls_statements_are_of_its_own_language(engine: Engine, verb: str) -> None:
    def read(*sections: Section, hours: int) -> Snapshot:
        return replace(snapshot(*sections, hours=hours), engine=engine)

    def settings(size: str, mode: str) -> Settings:
        kinds = (("innodb_buffer_pool_size", size, "integer"), ("binlog_row_image", mode, "enum"))
        rows = (
            Setting(name, value, "B" if kind == "integer" else None, kind, "dynamic", "file", None)
            for name, value, kind in kinds
        )
        return Settings(tuple(rows))

    one = read(*indexes(OLD), settings("134217728", "full"), hours=0)
    two = read(*indexes(OLD, STATUS), settings("268435456", "minimal"), hours=1)
    found = {change.name: change.undo for change in observed(SHOP, catalogue(one), catalogue(two), two)}
    assert found == {
        "public.orders_status": ("DROP INDEX `orders_status` ON `orders`;",),
        "innodb_buffer_pool_size": (f"SET {verb} innodb_buffer_pool_size = 134217728;",),
        "binlog_row_image": (f"SET {verb} binlog_row_image = 'full';",),
    }


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("16384", "8kB", "131072kB"),
        ("64", "16MB", "1024MB"),
        ("4096", "kB", "4096kB"),
        ("-1", "ms", "-1"),
        ("0.5", "ms", "0.5"),
        ("100", None, "100"),
    ],
)
def test_a_value_is_written_so_that_the_server_reads_the_same(value: str, unit: str | None, shown: str) -> None:
    one, two = (Settings((Setting("x", each, unit, "integer", "sighup", "file", None),)) for each in (value, "7"))
    (change,) = between((one,), (two,))
    assert change.undo[0] == f"ALTER SYSTEM SET x = '{shown}';"
