"""Cases of `parameters/logging_gaps`."""

from cases.case import Case, gap
from cases.facts import settings
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour

CASES = (
    Case("two are off", "fires", (settings(track_io_timing="off", log_temp_files="-1"),), ("setting log_temp_files", "setting track_io_timing"),
         severity={"setting track_io_timing": "info"}, statements=("ALTER SYSTEM SET track_io_timing = 'on';",)),
    Case("slow statements leave no trace", "fires",
         (settings(log_min_duration_statement="-1", track_functions="none", **{"auto_explain.log_min_duration": "-1"}),),
         ("setting auto_explain.log_min_duration", "setting log_min_duration_statement", "setting track_functions"),
         statements=("ALTER SYSTEM SET track_functions = 'pl';", "ALTER SYSTEM SET auto_explain.log_min_duration = '1s';")),
    Case("on Aurora the parameter group decides", "fires", (settings(track_io_timing="off"),), ("setting track_io_timing",), flavour=Flavour.AURORA),
    Case("statements are not counted", "fires", (settings(**{"pg_stat_statements.track": "none"}),), ("setting pg_stat_statements.track",),
         statements=("ALTER SYSTEM SET pg_stat_statements.track = 'top';",)),
    Case("all on", "silent", (settings(),)),
    Case("settings unread", "gap", gaps=(gap(Settings),)),
)  # fmt: skip
