"""Cases of `locks/metadata_lock_queue`."""

from datetime import timedelta

from cases.case import NOW, Case, gap
from tunewright_analyzers.facts.sessions import Lock, Locks, Session, Sessions
from tunewright_analyzers.facts.snapshot import Engine


def _waits(pid: int, statement: str, seconds: float, behind: int) -> Session:
    since = NOW - timedelta(seconds=seconds)
    return Session(
        pid,
        "shop",
        "app",
        "",
        None,
        "client backend",
        "active",
        "Lock",
        "table metadata",
        None,
        None,
        since,
        since,
        statement,
        None,
        blocked_by=(behind,),
    )


ALTER, READ = _waits(2, "ALTER TABLE `orders` ADD `b` int", 30, 1), _waits(3, "SELECT ? FROM `orders`", 20, 2)
LOCKS = Locks(
    NOW,
    (
        Lock(2, "shop", "shop.orders", "metadata", "EXCLUSIVE", False),
        Lock(3, "shop", "shop.orders", "metadata", "SHARED_READ", False),
    ),
)
MANY = tuple(_waits(pid, "SELECT ?", 10, 2) for pid in range(3, 9))
CASES = (
    Case(
        "a read behind DDL",
        "fires",
        (Sessions(NOW, (ALTER, READ)), LOCKS),
        ("table shop.orders",),
        {"table shop.orders": "medium"},
        says=("behind a DDL of app, the longest for 30 s",),
        engine=Engine.MYSQL,
    ),
    Case(
        "many",
        "fires",
        (Sessions(NOW, (ALTER, *MANY)),),
        ("server db1",),
        {"server db1": "high"},
        engine=Engine.MARIADB,
    ),
    Case("nobody waits", "silent", (Sessions(NOW, ()),), engine=Engine.MYSQL),
    Case("not for long", "threshold", (Sessions(NOW, (_waits(2, "ALTER TABLE t", 4, 1),)),), engine=Engine.MYSQL),
    Case("sessions unread", "gap", gaps=(gap(Sessions),), engine=Engine.MYSQL),
)
