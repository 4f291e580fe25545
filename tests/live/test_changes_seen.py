"""Changes made by hand on a real server, seen by a real watch and followed; the statements that take them back run as they stand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

import reading
from tunewright_agent.clock import now
from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_agent.history.effects import changes_of, effects_of
from tunewright_agent.history.store import History
from tunewright_agent.memory import Fault, Remembered
from tunewright_agent.watch import Watch
from tunewright_agent.wiring import INSTANCE, watch_of
from tunewright_analyzers.facts.effects import Outcome, What
from tunewright_analyzers.facts.ids import ClusterId

pytestmark = [pytest.mark.live, pytest.mark.slow]
SHOP = ClusterId("shop")
SCHEMA = """
CREATE TABLE orders (id int PRIMARY KEY, status text, "Due Date" date);
CREATE INDEX orders_old ON orders (status) WHERE id > 10;
INSERT INTO orders SELECT g, 'open', now() FROM generate_series(1, 1000) g;
ANALYZE;
"""
CHANGES = (
    'CREATE INDEX "Orders Due" ON orders ("Due Date" DESC)',
    "DROP INDEX orders_old",
    "ALTER TABLE orders SET (autovacuum_vacuum_scale_factor = 0.02)",
)


@contextmanager
def watched(url: str, history: History) -> Iterator[Watch]:
    """A watch with a memory."""
    cluster = ClusterSettings(name="shop", url=url, databases=(reading.name_of(url),))
    watch = watch_of(cluster, Settings(clusters=(cluster,)), Remembered(history, SHOP, INSTANCE, Fault()))
    try:
        yield watch
    finally:
        watch.stop(10)


def look(watch: Watch) -> datetime:
    """Read what changes are seen in, and judge."""
    for source in watch.sources:
        if source.name in {"relations", "settings", "statements"}:
            watch.read(source)
    watch.judge()
    return now()


def test_what_a_person_changes_is_seen_and_can_be_taken_back(database: str, tmp_path: Path) -> None:
    role = f"ALTER ROLE CURRENT_USER IN DATABASE {reading.name_of(database)} SET work_mem = '8MB'"
    with psycopg.connect(database, autocommit=True) as admin, History(tmp_path / "history.db") as history:
        admin.execute(SCHEMA.encode())
        with watched(database, history) as watch:
            look(watch)
            assert changes_of(history.database, SHOP) == (), "what is there at first is no change"
            for statement in (*CHANGES, role):
                admin.execute(statement.encode())
            at = look(watch)
            found = changes_of(history.database, SHOP)
            mine = {one.what: one for one in found if one.what is not What.SETTING or "work_mem of role" in one.name}
            assert set(mine) == {What.INDEX_CREATED, What.INDEX_DROPPED, What.TABLE_OPTIONS, What.SETTING}
            assert mine[What.INDEX_CREATED].object == "public.orders(Due Date desc)"
            assert all(at - timedelta(minutes=1) < one.at <= at for one in found)
            assert {one.outcome for one in effects_of(history.database, SHOP, at).rows} == {Outcome.MEASURING}
            for one in mine.values():
                for statement in one.undo:
                    admin.execute(statement.encode())
            look(watch)
            after = changes_of(history.database, SHOP)[len(found) :]
            assert {(one.what, one.object) for one in after} >= {
                (What.INDEX_DROPPED, mine[What.INDEX_CREATED].object),
                (What.INDEX_CREATED, mine[What.INDEX_DROPPED].object),
                (What.TABLE_OPTIONS, mine[What.TABLE_OPTIONS].object),
                (What.SETTING, mine[What.SETTING].object),
            }
            effects = effects_of(history.database, SHOP, now()).rows
            taken = {one.change.id for one in effects if one.undone_at is not None}
            assert taken == {one.id for one in mine.values()}
