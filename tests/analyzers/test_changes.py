"""Events between two readings: what changed is named, no value is, and what was not read is no change."""

from dataclasses import replace

from cases import facts
from cases.case import NOW
from tunewright_analyzers.changes import MOST, changes
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.settings import RoleSetting, Settings


def _told(before: object, after: object) -> list[tuple[str, str, str]]:
    return [(one.kind, one.subject, one.detail) for one in changes(before, after, NOW)]  # type: ignore[arg-type]


def test_a_setting_is_named_and_its_value_is_not() -> None:
    before, after = facts.settings(primary_conninfo="password=old"), facts.settings(primary_conninfo="password=hunter2")
    assert _told(before, after) == [("setting_changed", "primary_conninfo", "")]
    assert _told(before, before) == []


def test_a_roles_setting_is_named() -> None:
    before = Settings(facts.settings().rows)
    after = replace(before, roles=(RoleSetting(None, "batch", "work_mem", "1GB"),))
    assert _told(before, after) == [("setting_changed", "work_mem of role batch in all databases", "")]


def test_relations_are_created_changed_and_dropped() -> None:
    one, two = facts.index("a"), facts.index("b")
    changed = replace(one, definition="CREATE INDEX a ON t USING hash (x)")
    assert [row[1:] for row in _told(facts.indexes(one, two), facts.indexes(changed))] == [
        (f"index {one.name} in shop", "changed"),
        (f"index {two.name} in shop", "dropped"),
    ]
    table = facts.table("orders")
    busy = replace(table, live_rows=table.live_rows + 5)
    assert _told(facts.tables(table), facts.tables(busy)) == []
    assert _told(facts.tables(table), facts.tables(busy, facts.table("new")))[0][2] == "created"


def test_a_database_that_could_not_be_read_has_dropped_nothing() -> None:
    one = facts.index("a")
    other = replace(facts.index("b"), name=replace(one.name, database="orders", name="b"))
    assert _told(facts.indexes(one, other), facts.indexes(one)) == []
    assert _told(facts.indexes(one), facts.indexes(one, other)) == []


def test_a_promotion_is_told() -> None:
    assert _told(Replication(True), Replication(False)) == [("role_changed", "server", "is a primary now")]
    assert _told(Replication(False), facts.settings()) == []


def test_a_flood_is_bounded_and_counted() -> None:
    many = facts.tables(facts.table("kept"), *(facts.table(f"t{number}") for number in range(80)))
    told = _told(facts.tables(facts.table("kept")), many)
    assert len(told) == MOST + 1
    assert told[-1][1] == "and 30 more"
