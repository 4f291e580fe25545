"""The dump of a deadlock in the error log (innodb_print_all_deadlocks) to a Deadlock: who waited for which lock, and what each ran. Pure.

    MySQL 8    … 0 [Note] [MY-012468] [InnoDB] Transactions deadlock detected, dumping detailed information.
               … 0 [Note] [MY-012469] [InnoDB] *** (1) TRANSACTION:
               TRANSACTION 2460, ACTIVE 7 sec starting index read
               …
               MySQL thread id 8, OS thread handle 1391, query id 50 localhost app updating
               UPDATE orders SET paid = 1 WHERE id = 7
               … [InnoDB] *** (1) WAITING FOR THIS LOCK TO BE GRANTED:
               RECORD LOCKS space id 2 page no 4 n bits 72 index PRIMARY of table `shop`.`orders` trx id 2460 lock_mode X … waiting
               … [InnoDB] *** WE ROLL BACK TRANSACTION (2)

MariaDB numbers the transactions only, and says CONFLICTING WITH of the lock in the way. Rows are dumped too: they are passed over. Statements end
here redacted. A statement that imitates the dump's own lines ends early: its lines are taken for the server's, as nothing tells them apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tunewright_analyzers.facts.log_events import Deadlock, Waiter
from tunewright_analyzers.logs.mysql_error import error_line
from tunewright_analyzers.sql.mysql.fingerprint import fingerprint
from tunewright_analyzers.sql.mysql.redact import redact_statement
from tunewright_analyzers.sql.redact import visible

BEGINS = "Transactions deadlock detected"
ENDS = "*** WE ROLL BACK TRANSACTION"
MOST_STATEMENT = 20_000
"""Characters of a statement that are looked at."""
MOST_TRANSACTIONS = 20
_TRANSACTION = re.compile(r"\*\*\* (?:\(\d{1,3}\) )?TRANSACTION:")
_RUNS = re.compile(r"(?:MySQL|MariaDB) thread id \d+, ")
_LOCK = re.compile(
    r"(?:RECORD LOCKS .{0,200}? index (?P<index>`[^`\n]{1,64}`|[^ \n]{1,64}) of table|TABLE LOCK table)"
    r" `(?P<schema>[^`\n]{1,64})`\.`(?P<table>[^`\n]{1,64})` trx id \d+ lock[_ ]mode (?P<mode>[A-Z_-]{1,10})(?P<more>[^\n]{0,80})"
)


@dataclass(slots=True)
class _Transaction:
    statement: list[str]
    waits: re.Match[str] | None = None


def _transactions(lines: list[str]) -> Iterator[_Transaction]:
    current: _Transaction | None = None
    is_statement = False
    for line in lines:
        if line.startswith("***") or _LOCK.match(line):
            is_statement = False
        if _TRANSACTION.match(line):
            if current is not None:
                yield current
            current = _Transaction([])
        elif current is None:
            continue
        elif _RUNS.match(line):
            is_statement = True
        elif is_statement:
            current.statement.append(line)
        elif current.waits is None and (lock := _LOCK.match(line)) is not None and "waiting" in lock["more"]:
            current.waits = lock
    if current is not None:
        yield current


def _waiter(one: _Transaction) -> Waiter:
    text = "\n".join(one.statement).strip()[:MOST_STATEMENT]
    mode, locked = "unknown", "unknown"
    if one.waits is not None:
        mode = (one.waits["mode"] + one.waits["more"].partition("waiting")[0]).strip()
        place = f"{one.waits['schema']}.{one.waits['table']}"
        index = (one.waits["index"] or "").strip("`")
        locked = visible(f"index {index} of {place}" if index else f"table {place}")
    return Waiter(fingerprint(text) if text else None, redact_statement(text) if text else "", visible(mode), locked)


def deadlock(lines: list[str], at: datetime) -> Deadlock | None:
    """The deadlock that these lines (messages and further lines, from BEGINS on) tell of; None with fewer than two transactions or no statement."""
    found = list(_transactions(lines))[:MOST_TRANSACTIONS]
    if len(found) < 2 or not any("".join(one.statement).strip() for one in found):
        return None
    schemas = {one.waits["schema"] for one in found if one.waits is not None}
    database = visible(schemas.pop()) if len(schemas) == 1 else None
    return Deadlock(at, database, tuple(_waiter(one) for one in found))


def dump(lines: list[str]) -> list[str]:
    """The messages and further lines of a dump, without the heads of the log's own lines, up to its end."""
    taken = []
    for line in lines:
        read = error_line(line)
        text = (read.message if read is not None else line).removeprefix("InnoDB: ").strip()
        taken.append(text)
        if text.startswith(ENDS):
            break
    return taken
