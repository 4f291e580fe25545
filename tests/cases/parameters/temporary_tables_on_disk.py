"""Cases of `parameters/temporary_tables_on_disk`."""

from cases.case import Case, gap
from cases.mysql_facts import MB, host, just_started, status, variables
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine, Flavour

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting tmp_table_size"

CASES = (
    Case(
        "half of them",
        "fires",
        (status({"created_tmp_tables": 100_000, "created_tmp_disk_tables": 50_000}), variables(), host()),
        (SUBJECT,),
        engine=MYSQL,
        says=("50% of temporary tables",),
        statements=("SET PERSIST tmp_table_size = 33554432",),
    ),
    Case(
        "no memory left for more",
        "fires",
        (status({"created_tmp_tables": 100_000, "created_tmp_disk_tables": 50_000}), variables(), host(512 * MB)),
        (SUBJECT,),
        engine=MYSQL,
    ),
    Case(
        "Aurora warns of its readers",
        "fires",
        (status({"created_tmp_tables": 100_000, "created_tmp_disk_tables": 50_000}), variables()),
        (SUBJECT,),
        engine=MYSQL,
        says=("readers",),
        flavour=Flavour.AURORA,
    ),
    Case(
        "few",
        "silent",
        (status({"created_tmp_tables": 100_000, "created_tmp_disk_tables": 5_000}), variables()),
        engine=MYSQL,
    ),
    Case(
        "at the threshold",
        "threshold",
        (status({"created_tmp_tables": 57_600, "created_tmp_disk_tables": 14_400}), variables()),
        (SUBJECT,),
        engine=MYSQL,
    ),
    Case(
        "below it",
        "threshold",
        (status({"created_tmp_tables": 57_600, "created_tmp_disk_tables": 14_399}), variables()),
        engine=MYSQL,
    ),
    Case("no status", "gap", (variables(),), gaps=(gap(ServerStatus),), engine=MYSQL),
    Case("counted for a minute", "gap", (just_started(), variables()), engine=MYSQL),
)
