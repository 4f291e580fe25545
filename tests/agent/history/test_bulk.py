"""Many rows at once, on both stores: by COPY into PostgreSQL, with the same conflicts as one by one; and what is not written again."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select, text, update

from cases import facts
from cases.case import NOW
from tunewright_agent.history import schema
from tunewright_agent.history.cloud_points import put
from tunewright_agent.history.database import Database, Mode, RefusedError
from tunewright_agent.history.place import Address, Store, database_at
from tunewright_agent.history.store import History
from tunewright_agent.history.stores.upsert import COPY_FROM, load
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, Dimension, MetricPoint, MetricSeries
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.facts.statements import Coverage, Statements

pytestmark = pytest.mark.slow  # together with the server that they need
SHOP, DB1 = ClusterId("shop"), InstanceId("db1")
MANY = COPY_FROM + 100
ODD = "SELECT 'tab\t', E'line\n', 'back\\slash', '\\N', 'ü', '€' FROM t{}"


def points(metric: str, number: int, value: float = 1.0) -> MetricSeries:
    times = (NOW - timedelta(minutes=ago) for ago in reversed(range(number)))
    return MetricSeries(
        metric, Dimension.INSTANCE, "shop-1", "Average", 60, tuple(MetricPoint(at, value) for at in times)
    )


def stored(connection: Connection) -> list[tuple[float, float]]:
    table = schema.cloud_points
    return [(row.at, row.value) for row in connection.execute(select(table).order_by(table.c.series, table.c.at))]


def test_many_points_are_stored_once_and_only_those_that_changed_again(database: Database) -> None:
    first, later = CloudMetrics((points("a", MANY),)), CloudMetrics((points("a", MANY), points("b", 10)))
    with database.transaction() as connection:
        assert put(connection, SHOP, first) == MANY
    with database.transaction() as connection:
        assert put(connection, SHOP, later) == 10, "what is there as it is is not written again"
    revised = CloudMetrics((points("a", 60, 2.0),))
    with database.transaction() as connection:
        assert put(connection, SHOP, revised) == 60
        rows = stored(connection)
    assert len(rows) == MANY + 10
    assert sum(value == 2.0 for _, value in rows) == 60


@pytest.mark.parametrize("many", [COPY_FROM - 1, COPY_FROM])
def test_a_key_that_comes_twice_in_one_batch_is_there_once_with_the_last_value(database: Database, many: int) -> None:
    rows = [{"series": 1, "at": float(number), "value": 1.0} for number in range(many)]
    with database.transaction() as connection:
        load(connection, schema.cloud_points, ("series", "at"), [*rows, {**rows[0], "value": 7.0}], ("value",))
        assert stored(connection)[0] == (0.0, 7.0)
        assert len(stored(connection)) == many


def test_what_where_forbids_stays(database: Database) -> None:
    table = schema.texts
    rows = [{"statement": f"{number:04}", "text": "new", "last_seen": 5.0} for number in range(MANY)]
    with database.transaction() as connection:
        old = [
            {"statement": "0000", "text": "old", "last_seen": 1.0},
            {"statement": "0001", "text": "old", "last_seen": 4.0},
        ]
        connection.execute(table.insert(), old)
        load(connection, table, ("statement",), rows, ("last_seen",), table.c.last_seen < 2.0)
        found = {row.statement: (row.text, row.last_seen) for row in connection.execute(select(table))}
    assert (found["0000"], found["0001"], found["0002"]) == (("old", 5.0), ("old", 4.0), ("new", 5.0))
    assert len(found) == MANY


def _pass(number: int, at: datetime) -> tuple[Statements, ...]:
    rows = tuple(facts.statement(f"{one:08x}", text=ODD.format(one)) for one in range(number))
    return (Statements(Period(NOW - timedelta(days=60), at), rows, Coverage(number, 5000, 0, NOW)),)


def test_texts_come_back_as_they_were_and_are_sent_once_a_day(store: Store) -> None:
    with History(store) as history:
        history.record(SHOP, DB1, "one", _pass(MANY, NOW), NOW)
        assert history.text(facts.statement(f"{7:08x}").id) == ODD.format(7)
        with history.database.transaction() as connection:
            connection.execute(update(schema.texts).values(last_seen=0.0))
        soon, tomorrow = NOW + timedelta(minutes=1), NOW + timedelta(days=1)
        history.record(SHOP, DB1, "one", _pass(MANY + 1, soon), soon)
        assert _seen(history) == {0.0: MANY, soon.timestamp(): 1}, "only the new one was sent"
        history.record(SHOP, DB1, "one", _pass(MANY + 1, tomorrow), tomorrow)
        assert _seen(history) == {tomorrow.timestamp(): MANY, soon.timestamp(): 1}


def _seen(history: History) -> dict[float, int]:
    with history.database.reading() as connection:
        rows = connection.execute(select(schema.texts.c.last_seen, func.count()).group_by(schema.texts.c.last_seen))
        return {row[0]: row[1] for row in rows}


def test_a_pass_that_failed_is_not_remembered_as_sent(store: Store) -> None:
    with History(store) as history:
        whole, begun = history.database, NOW + timedelta(minutes=1)
        history.database = database_at(store, Mode.OWN)
        with pytest.raises(Exception, match="not open"):
            history.record(SHOP, DB1, "one", _pass(3, NOW), NOW)
        history.database = whole
        history.record(SHOP, DB1, "one", _pass(3, begun), begun)
        assert _seen(history) == {begun.timestamp(): 3}


@pytest.mark.live
def test_what_was_rolled_back_is_not_in_the_next_batch_of_the_connection(emptied_store: Address) -> None:
    database = database_at(emptied_store, Mode.OWN)
    database.open()
    rows = [{"series": 1, "at": float(number), "value": 1.0} for number in range(MANY)]

    def broken() -> None:
        with database.transaction() as connection:
            load(connection, schema.cloud_points, ("series", "at"), rows, ("value",))
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it is ours, of two lines above
        broken()
    with database.transaction() as connection:
        load(connection, schema.cloud_points, ("series", "at"), rows[:COPY_FROM], ("value",))
        assert len(stored(connection)) == COPY_FROM
        assert connection.scalar(text("SELECT count(*) FROM pg_temp.staging_cloud_points")) == COPY_FROM, "by COPY"
    database.close()


@pytest.mark.live
def test_a_value_that_the_store_refuses_is_refused_and_the_store_is_not_down(emptied_store: Address) -> None:
    database = database_at(emptied_store, Mode.OWN)
    database.open()
    rows = [{"series": 1, "at": "no time", "value": 1.0 + number} for number in range(MANY)]
    rows = [{**row, "series": number} for number, row in enumerate(rows)]

    def refused() -> None:
        with database.transaction() as connection:
            load(connection, schema.cloud_points, ("series", "at"), rows, ("value",))

    with pytest.raises(RefusedError, match="22P02") as caught:
        refused()
    assert "no time" not in str(caught.value)
    with database.transaction() as connection:
        assert stored(connection) == []
    database.close()
