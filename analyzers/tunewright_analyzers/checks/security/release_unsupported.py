"""`security/release_unsupported`: reads the server's version; says whether anybody still mends it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.security.releases import SUPPORTED_UNTIL


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How early to say it."""

    days_left: float = threshold(180, "days", "Days before the end of support from which it is told.")


@check(needs=(Settings,), engines=POSTGRESQL, thresholds=Thresholds)
def release_unsupported(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A major release whose support has ended, or soon will.

    Risk: faults that are found from then on stay open for ever; RDS and Aurora charge for extended support and upgrade by force later.
    Evidence: server_version_num and the day of the last minor release in tunewright_analyzers/security/releases.py.
    Remedy: pg_upgrade, a blue/green deployment, or logical replication to a newer major release.
    False positives: a vendor that mends it longer.
    """
    context.window.need(Settings)
    major = context.window.latest.major
    until = SUPPORTED_UNTIL.get(major)
    if until is None and major >= min(SUPPORTED_UNTIL):
        return
    left = (until - context.window.end.date()).days if until is not None else -1
    if left > context.thresholds.days_left:
        return
    when = f"{until:%Y-%m-%d}" if until is not None else "years ago"
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.HIGH if left < 0 else Severity.MEDIUM,
        f"PostgreSQL {major} {'has had' if left < 0 else 'gets'} its last release on {when}."
        if until is not None
        else f"PostgreSQL {major} has not been mended for years.",
        Evidence("major release", major, "", "server_version_num"),
        Evidence("last minor release", when, "", "table in security/releases.py"),
    )
