"""`security/release_behind`: reads the server's version; says which minor releases it lacks."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.security.releases import KNOWN_AT, missed


@check(needs=(Settings,), engines=POSTGRESQL)
def release_behind(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A server that lacks minor releases.

    Risk: the faults that they mend are public from the day of their release: crashes, wrong results, and rights that one should not have.
    Evidence: server_version_num against the dated table in tunewright_analyzers/security/releases.py.
    Remedy: the newest minor release: new binaries and a restart; the data stay as they are.
    False positives: a distribution that mends faults under the old number. A server newer than the table is never called behind.
    """
    context.window.need(Settings)
    version = context.window.latest.version
    major, minor = version // 10000, version % 10000
    waves = missed(major, minor)
    if not waves:
        return
    faults = sum(one.security_faults for one in waves)
    newest = waves[-1].minors[major]
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.HIGH if faults else Severity.LOW,
        f"The server is {major}.{minor}; {major}.{newest} has been out since {waves[-1].on:%Y-%m-%d}"
        + (f", and up to {faults} security faults are mended in between." if faults else "."),
        Evidence("version", f"{major}.{minor}", "", "server_version_num"),
        Evidence("newest known", f"{major}.{newest}", "", f"table of {KNOWN_AT:%Y-%m-%d}"),
        Evidence("security faults mended", faults, "count", f"table of {KNOWN_AT:%Y-%m-%d}"),
    )
