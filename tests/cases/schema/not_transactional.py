"""Cases of `schema/not_transactional`."""

from cases.case import Case, gap
from cases.mysql import mysql_table, tables
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.snapshot import Engine, Flavour

MYISAM = tables(mysql_table("log", engine="MyISAM", rows=5000))
CASES = (
    Case(
        "MyISAM with rows",
        "fires",
        (MYISAM,),
        ("table shop.log in shop",),
        says=("is in MyISAM",),
        statements=("ENGINE=InnoDB",),
        engine=Engine.MYSQL,
    ),
    Case(
        "on RDS it is severe",
        "fires",
        (MYISAM,),
        ("table shop.log in shop",),
        {"table shop.log in shop": "high"},
        flavour=Flavour.RDS,
        engine=Engine.MYSQL,
    ),
    Case(
        "Aria on MariaDB",
        "fires",
        (tables(mysql_table("log", engine="Aria", rows=2)),),
        ("table shop.log in shop",),
        engine=Engine.MARIADB,
    ),
    Case("InnoDB", "silent", (tables(mysql_table("orders")),), engine=Engine.MYSQL),
    Case("an empty one", "threshold", (tables(mysql_table("log", engine="MyISAM", rows=0)),), engine=Engine.MYSQL),
    Case("tables unread", "gap", gaps=(gap(Tables),), engine=Engine.MYSQL),
)
