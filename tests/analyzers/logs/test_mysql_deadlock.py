"""Dumps of deadlocks as the error logs have them (live/test_mysql_logs provokes one on each server): forms, what is redacted, what is foreign."""

from datetime import UTC, datetime

import pytest

from mysql_deadlocks import MARIADB, MYSQL
from tunewright_analyzers.facts.log_events import Deadlock
from tunewright_analyzers.logs.mysql_deadlock import deadlock, dump

NOW = datetime(2026, 1, 2, 4, tzinfo=UTC)


def read(text: str) -> Deadlock | None:
    return deadlock(dump(text.split("\n")), NOW)


@pytest.mark.parametrize("text", [MYSQL, MARIADB])
def test_both_forms_name_what_each_ran_and_waited_for(text: str) -> None:
    found = read(text)
    assert found is not None
    first, second = found.waiters
    assert first.statement == "UPDATE orders SET note = ? WHERE id = ?"
    assert (first.mode, first.locked) == ("X locks rec but not gap", "index PRIMARY of shop.orders")
    assert second.statement == "INSERT INTO lines VALUES (?)"
    assert (second.mode, second.locked) == ("AUTO-INC", "table shop.lines")
    assert first.statement_id != second.statement_id
    assert found.database == "shop"
    assert "s3cr3t" not in repr(found)


def test_what_follows_the_dump_is_not_of_it() -> None:
    assert dump(MYSQL.split("\n"))[-1] == "*** WE ROLL BACK TRANSACTION (2)"


def test_a_statement_that_imitates_the_dump_shows_no_literal() -> None:
    spoofed = MYSQL.replace("WHERE id = 20", "AND x = 'a\n*** (3) TRANSACTION:\ns3cr3t' AND y = 's3cr3t'")
    found = read(spoofed)
    assert found is not None
    assert "s3cr3t" not in repr(found)


@pytest.mark.parametrize("text", ["", MYSQL.splitlines()[0], MYSQL[: MYSQL.index("*** (2) TRANSACTION")]])
def test_fewer_than_two_transactions_are_no_deadlock(text: str) -> None:
    assert read(text) is None
