"""`security/extension_behind`: reads Extensions; says which extensions run at an older version than the server has at hand."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.settings import Extensions
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.security.extensions import numbers
from tunewright_analyzers.sql.identifiers import quoted


@check(needs=(Extensions,), engines=POSTGRESQL)
def extension_behind(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Extensions whose objects are of an older version than the one installed on the machine.

    Risk: fixes in SQL objects, security fixes among them, do not arrive by an update of the package; a library newer than its SQL
        can fail in ways that nobody tries.
    Evidence: pg_available_extensions: installed_version against default_version.
    Remedy: ALTER EXTENSION … UPDATE, after its release notes.
    False positives: a version that is held back because a tool needs it.
    """
    for one in context.window.need(Extensions).rows:
        if one.installed is None or one.available is None or numbers(one.installed) >= numbers(one.available):
            continue
        found = context.finding(
            Subject("extension", one.name, one.database),
            Severity.LOW,
            f"Extension {one.name} is at {one.installed} in {one.database}; the server has {one.available}.",
            Evidence("installed", one.installed, "", "pg_extension"),
            Evidence("available", one.available, "", "pg_available_extensions"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.OTHER,
            (f"ALTER EXTENSION {quoted(one.name)} UPDATE TO {quoted(one.available)};",),
            risk="Functions and views of the extension may change; some updates lock or rebuild what depends on them.",
            rollback=(),
            caution="Few extensions can go back to an older version.",
        )
