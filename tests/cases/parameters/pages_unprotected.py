"""Cases of `parameters/pages_unprotected`."""

from cases.case import Case, gap
from cases.mysql_facts import status, variables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Engine, Flavour

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
DOUBLEWRITE, CHECKSUM = "setting innodb_doublewrite", "setting innodb_checksum_algorithm"
OFF = variables(innodb_doublewrite="OFF", innodb_checksum_algorithm="none", innodb_log_checksums="OFF")

CASES = (
    Case(
        "everything is off",
        "fires",
        (OFF,),
        (CHECKSUM, DOUBLEWRITE, "setting innodb_log_checksums"),
        engine=MYSQL,
        severity={DOUBLEWRITE: "high", CHECKSUM: "high"},
    ),
    Case("it only detects", "fires", (variables(innodb_doublewrite="DETECT_ONLY"),), (DOUBLEWRITE,), engine=MYSQL),
    Case("MariaDB prints 0", "fires", (variables(innodb_doublewrite="0"),), (DOUBLEWRITE,), engine=MARIADB),
    Case(
        "no other checksum is believed",
        "fires",
        (variables(innodb_checksum_algorithm="STRICT_NONE"),),
        (CHECKSUM,),
        engine=MARIADB,
    ),
    Case(
        "as MySQL comes",
        "silent",
        (variables(innodb_doublewrite="ON", innodb_checksum_algorithm="crc32", innodb_log_checksums="ON"),),
        engine=MYSQL,
    ),
    Case(
        "as MariaDB comes",
        "silent",
        (variables(innodb_doublewrite="ON", innodb_checksum_algorithm="full_crc32"),),
        engine=MARIADB,
    ),
    Case("it recovers too", "silent", (variables(innodb_doublewrite="DETECT_AND_RECOVER"),), engine=MYSQL),
    Case("MariaDB 11 keeps the copy", "silent", (variables(innodb_doublewrite="fast"),), engine=MARIADB),
    Case("Aurora writes no pages", "silent", (OFF,), engine=MYSQL, flavour=Flavour.AURORA),
    Case(
        "RDS writes 16 KiB whole",
        "silent",
        (variables(innodb_doublewrite="OFF"),),
        engine=MYSQL,
        flavour=Flavour.RDS,
    ),
    Case(
        "RDS reads what it wrote",
        "fires",
        (variables(innodb_doublewrite="OFF", innodb_checksum_algorithm="none"),),
        (CHECKSUM,),
        engine=MYSQL,
        flavour=Flavour.RDS,
    ),
    Case("no settings", "gap", (status(),), gaps=(gap(Settings),), engine=MYSQL),
)
