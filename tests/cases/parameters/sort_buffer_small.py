"""Cases of `parameters/sort_buffer_small`."""

from cases.case import Case, gap
from cases.mysql_facts import just_started, status, variables
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting sort_buffer_size"

CASES = (
    Case(
        "many passes",
        "fires",
        (status({"sort_merge_passes": 50_000, "sort_range": 100_000, "sort_scan": 0}), variables()),
        (SUBJECT,),
        engine=MYSQL,
        says=("not for all",),
    ),
    Case(
        "few",
        "silent",
        (status({"sort_merge_passes": 100, "sort_range": 100_000, "sort_scan": 0}), variables()),
        engine=MYSQL,
    ),
    Case(
        "at the threshold",
        "threshold",
        (status({"sort_merge_passes": 14_400, "sort_range": 144_000, "sort_scan": 0}), variables()),
        (SUBJECT,),
        engine=MYSQL,
    ),
    Case(
        "below it",
        "threshold",
        (status({"sort_merge_passes": 14_399, "sort_range": 144_000, "sort_scan": 0}), variables()),
        engine=MYSQL,
    ),
    Case("no status", "gap", (variables(),), gaps=(gap(ServerStatus),), engine=MYSQL),
    Case("counted for a minute", "gap", (just_started(), variables()), engine=MYSQL),
)
