"""Cases of `parameters/durability_weakened`."""

from cases.case import Case, gap
from cases.mysql_facts import status, variables
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine, Flavour

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting innodb_flush_log_at_trx_commit"

CASES = (
    Case(
        "written once a second",
        "fires",
        (status(), variables(innodb_flush_log_at_trx_commit=2)),
        (SUBJECT,),
        engine=MYSQL,
        severity={SUBJECT: "high"},
    ),
    Case(
        "the binary log is not synced",
        "fires",
        (status(), variables(sync_binlog=0)),
        ("setting sync_binlog",),
        engine=MYSQL,
    ),
    Case("no binary log to sync", "silent", (status(), variables(sync_binlog=0, log_bin="OFF")), engine=MYSQL),
    Case(
        "Aurora's storage is durable by itself",
        "silent",
        (status(), variables(innodb_flush_log_at_trx_commit=2, sync_binlog=0)),
        engine=MYSQL,
        flavour=Flavour.AURORA,
    ),
    Case("durable", "silent", (status(), variables()), engine=MYSQL),
    Case("no status", "gap", (variables(),), gaps=(gap(ServerStatus),), engine=MYSQL),
)
