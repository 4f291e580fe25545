"""`security/extension_faulty`: reads Extensions; says which extensions have faults that are known."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.settings import Extensions
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.security.extensions import KNOWN_AT, faults_of, numbers


@check(needs=(Extensions,), engines=POSTGRESQL)
def extension_faulty(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Extensions with known faults.

    Risk: as the advisory says: rights that one should not have, others' data, or a crash of the whole server.
    Evidence: the installed version against the dated table in tunewright_analyzers/security/extensions.py.
    Remedy: the version in which it was mended; where there is none, take it off servers that must not stop.
    False positives: a package with the fix under an old version number. The table is short: silence does not mean that there are none.
    """
    for one in context.window.need(Extensions).rows:
        faults = faults_of(one.name, one.installed) if one.installed is not None else ()
        if not faults:
            continue
        worst = next((fault for fault in faults if fault.is_security), faults[0])
        mended = max((fault.mended for fault in faults if fault.mended), key=numbers, default="no version yet")
        yield context.finding(
            Subject("extension", one.name, one.database),
            Severity.HIGH if worst.is_security else Severity.INFO,
            f"Extension {one.name} {one.installed} in {one.database}: {worst.what} ({worst.advisory}); mended in {mended}.",
            Evidence("installed", one.installed or "", "", "pg_extension"),
            Evidence("advisories", ", ".join(fault.advisory for fault in faults), "", f"table of {KNOWN_AT:%Y-%m-%d}"),
            Evidence("mended in", mended, "", f"table of {KNOWN_AT:%Y-%m-%d}"),
        )
