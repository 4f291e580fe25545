"""The daemon's passes on real MySQL and MariaDB: costly digests explained through the guard, indexes proposed, no literal anywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

import mysql_reading
import mysql_servers
from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_agent.history.codec import dump_section, load_section
from tunewright_agent.watch import Watch
from tunewright_agent.wiring import watch_of
from tunewright_analyzers.facts.plans import PlanOrigin, Plans
from tunewright_analyzers.indexes.mysql.facts import IndexProposals
from tunewright_analyzers.sql.mysql.fingerprint import fingerprint

pytestmark = pytest.mark.live

SLOW = "SELECT * FROM visits WHERE person = 'swordfish-{}'"
WRITE = "UPDATE visits SET cost = cost + 1 WHERE person = 'swordfish-{}'"
ARMED = "SELECT * FROM visits WHERE id = touch({})"
SCHEMA = (
    "CREATE TABLE visits (id INT PRIMARY KEY AUTO_INCREMENT, person VARCHAR(30) NOT NULL, cost INT NOT NULL)",
    "INSERT INTO visits (person, cost) VALUES ('swordfish-0', 1)",
    *(("INSERT INTO visits (person, cost) SELECT CONCAT('swordfish-', id + 1), id FROM visits",) * 14),
    "CREATE TABLE touched (n INT NOT NULL)",
    "CREATE FUNCTION touch(x INT) RETURNS INT DETERMINISTIC MODIFIES SQL DATA BEGIN INSERT INTO touched VALUES (x); RETURN x; END",
    "ANALYZE TABLE visits",
)


@pytest.fixture
def shop(mysql_database: str) -> str:
    """A table without the index that its statements want, and a function that writes."""
    mysql_reading.run(
        mysql_database,
        "SET GLOBAL log_bin_trust_function_creators = 1",
        "UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name LIKE 'events_statements%'",
        "TRUNCATE TABLE performance_schema.events_statements_summary_by_digest",  # other tests may have filled it
        *SCHEMA,
    )
    with mysql_servers.connect(mysql_database) as connection, connection.cursor() as cursor:
        for number in range(20):
            for text in (SLOW, WRITE, ARMED):
                cursor.execute(text.format(number))
                cursor.fetchall()
    return mysql_database


@contextmanager
def watched(url: str, database: str) -> Iterator[Watch]:
    """A watch of one database, with everything read and both passes run."""
    cluster = ClusterSettings(name="shop", url=url, databases=(database,))
    watch = watch_of(cluster, Settings(clusters=(cluster,)), None)
    try:
        for source in watch.sources:
            watch.read(source)
        for source in watch.analyst.sources():
            watch.analyse(source)
        yield watch
    finally:
        watch.stop(10)


def test_costly_digests_are_explained_and_what_could_write_is_not(mysql_family: EmbeddedMysql, shop: str) -> None:
    name = urlsplit(shop).path[1:]
    touched = mysql_reading.value(shop, "SELECT COUNT(*) FROM touched")
    costs = mysql_reading.value(shop, "SELECT SUM(cost) FROM visits")
    with watched(shop, name) as watch:
        plans = watch.latest.snapshot().section(Plans)
        assert plans is not None
        by_id = {row.statement_id: row for row in plans.rows}
        for text in (SLOW, WRITE):
            row = by_id[fingerprint(text.format(1))]
            assert (row.origin, row.calls) == (PlanOrigin.SAMPLE, 20)
            assert any(str(node.relation) == f"{name}.visits" for node in row.plan.root.walk())
        refused = {row.statement_id: row.because for row in plans.refused}
        assert "touch" in refused[fingerprint(ARMED.format(1))]
        assert "swordfish" not in repr(plans)
        if not mysql_family.build.mariadb:  # without a histogram MariaDB expects every row to pass the filter
            assert "plans/filtered_scan" in {one.check for one in watch.judge().findings}
    assert mysql_reading.value(shop, "SELECT COUNT(*) FROM touched") == touched
    assert mysql_reading.value(shop, "SELECT SUM(cost) FROM visits") == costs


def test_indexes_are_proposed_with_their_rung_and_without_a_literal(shop: str) -> None:
    name = urlsplit(shop).path[1:]
    with watched(shop, name) as watch:
        proposals = watch.latest.snapshot().section(IndexProposals)
        assert proposals is not None
        assert [str(one.index) for one in proposals.rows] == [f"{name}.visits(person)"]
        assert "swordfish" not in repr(proposals)
        text = dump_section(proposals)
        assert b"swordfish" not in text
        assert load_section(IndexProposals.name, text) == proposals
        judgement = watch.judge()
        advice = next(one for one in judgement.recommendations if one.check == "indexes/proposed")
        assert "no optimiser has seen it" in (advice.caution or "")


def test_an_account_that_may_select_nothing_is_told_the_grant(mysql_family: EmbeddedMysql, shop: str) -> None:
    name = urlsplit(shop).path[1:]
    with mysql_reading.as_account("granted", mysql_family) as url, watched(url, name) as watch:
        plans = watch.latest.snapshot().section(Plans)
        assert plans is not None
        refused = {row.statement_id: row.because for row in plans.refused}
        assert "may not read" in refused[fingerprint(SLOW.format(1))]
        assert "swordfish" not in repr(plans)
