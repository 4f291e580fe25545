"""`availability/unreachable`: reads the gap in Sessions; says that a server does not answer, and since when."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.sessions import Sessions
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When silence is worth telling."""

    seconds_min: float = threshold(20, "seconds", "The sessions could not be read for at least this long.")


@check(needs=(), thresholds=Thresholds)
def unreachable(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A server whose sessions cannot be read at all.

    Risk: it is down, or out of reach, or out of connections; or only our login was taken away, and then nobody watches it.
    Evidence: the reason that the last attempts gave, and when they began to fail; the age of the newest sample.
    Remedy: look at the server and the network between; for a refused login, mend the role or its password.
    False positives: a planned restart or failover that takes longer than the threshold: silence it beforehand.
    """
    window = context.window
    sessions, gaps = window.latest.section(Sessions), window.gaps_of(Sessions)
    whole = [one for one in gaps if one.database is None]
    if sessions is None and not whole:
        yield NotJudged(context.check, Subject("cluster", window.cluster), "the sessions are not read from this target")
        return
    if sessions is not None:
        since, reason, mend = sessions.taken_at, "no sample came since", None
    else:
        since, reason, mend = min(one.since for one in whole), whole[0].reason, whole[0].mend
    seconds = (window.end - since).total_seconds()
    if seconds < context.thresholds.seconds_min * (1 if sessions is None else 3):
        if sessions is None:
            because = f"the sessions could not be read for {seconds:.0f} s"
            yield NotJudged(context.check, Subject("cluster", window.cluster), because)
        return
    yield context.finding(
        Subject("server", window.latest.instance),
        Severity.CRITICAL,
        f"The server has not answered for {seconds:.0f} s: {reason}.",
        Evidence("silent for", round(seconds), "seconds", "our own attempts"),
        Evidence("reason", reason, "", "the last attempt"),
        Evidence("mend", mend or "none is known", "", "the last attempt"),
    )
