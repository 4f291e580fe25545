"""`parameters/logging_gaps`: reads Settings; says which evidence the server does not collect."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide

# name -> (value that collects nothing, advised in base units, what is missing without it)
_WANTED: dict[str, tuple[str, str | float, str]] = {
    "track_io_timing": ("off", "on", "times of reads and writes by statement"),
    "log_lock_waits": ("off", "on", "who waited for whose lock, in the server log"),
    "log_temp_files": ("-1", 10.0 * 1024**2, "which statement wrote large temporary files"),
    "log_min_duration_statement": (
        "-1",
        1.0,
        "which executions were slow, with their time (their text and values are in that log)",
    ),
    "auto_explain.log_min_duration": ("-1", 1.0, "the plans of slow executions, which most checks of plans rest on"),
    "pg_stat_statements.track": ("none", "top", "which statements cost what: nothing is counted"),
    "track_functions": ("none", "pl", "calls and times of functions"),
    "log_autovacuum_min_duration": ("-1", 1.0, "what autovacuum did and why it was slow"),
}


@check(needs=(Settings,), engines=POSTGRESQL)
def logging_gaps(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Evidence that the server could collect at little cost and does not.

    Risk: at the next incident nobody can tell what happened.
    Evidence: the settings' values.
    Remedy: switch them on; none needs a restart.
    False positives: track_io_timing on a machine whose clock is slow to read (see pg_test_timing).
    """
    settings = context.window.need(Settings)
    for name, (off, advised, missing) in _WANTED.items():
        if settings.get(name) is None or settings.text(name) != off:
            continue
        found = context.finding(
            Subject("setting", name),
            Severity.INFO,
            f"{name} is {off}: the server does not tell {missing}.",
            Evidence("value", off, "", "pg_settings"),
        )
        yield found
        yield from context.parameters(
            found,
            server_wide(settings, context.window.latest.flavour, name, advised, effect=f"the server tells {missing}"),
            risk="Some more lines in the server log, or two clock readings a block read.",
        )
