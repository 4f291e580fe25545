"""`parameters/dangerous`: reads Settings; warns of settings that put data at risk."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide

_RISKS = {
    "fsync": (Severity.CRITICAL, "a crash of the machine can destroy the whole cluster"),
    "full_page_writes": (Severity.CRITICAL, "a crash in the middle of a page write can leave corrupt pages"),
    "synchronous_commit": (
        Severity.LOW,
        "commits of the last moments before a crash are lost, though reported as done",
    ),
    "zero_damaged_pages": (Severity.CRITICAL, "damaged pages are silently emptied"),
    "ignore_checksum_failure": (Severity.CRITICAL, "damaged pages are read as if they were sound"),
}
_SAFE = {"fsync": "on", "full_page_writes": "on", "zero_damaged_pages": "off", "ignore_checksum_failure": "off"}


@check(needs=(Settings,), engines=POSTGRESQL)
def dangerous(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Settings away from the value that protects the data.

    Risk: loss or silent corruption of data at the next crash.
    Evidence: the setting's value.
    Remedy: set it back. Tunewright never advises such a setting for speed.
    False positives: a server whose data may be lost at any time (a test, a cache that is rebuilt); Aurora's storage, which ignores them.
    """
    if context.window.latest.flavour is Flavour.AURORA:
        return
    settings = context.window.need(Settings)
    for name, (severity, risk) in _RISKS.items():
        value = settings.text(name)
        unsafe = value == "off" if name == "synchronous_commit" else value not in ("", _SAFE.get(name))
        if not unsafe:
            continue
        found = context.finding(
            Subject("setting", name),
            severity,
            f"{name} is {value}: {risk}.",
            Evidence("value", value, "", "pg_settings"),
        )
        yield found
        yield from context.parameters(
            found,
            server_wide(
                settings,
                context.window.latest.flavour,
                name,
                _SAFE.get(name, "on"),
                effect="data survives a crash again",
            ),
            risk="Commits wait for the disk again, which is what keeps them safe.",
        )
