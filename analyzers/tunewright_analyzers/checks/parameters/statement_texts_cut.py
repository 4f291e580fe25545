"""`parameters/statement_texts_cut`: reads Sessions, Settings; says where the server cuts statements' texts off, so that nobody can tell what runs."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.sessions import Sessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide

WANTED_BYTES, MOST_BYTES, FACTOR = 4096.0, 65536.0, 4


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When too much is cut."""

    sessions_min: float = threshold(3, "count", "Sessions whose text was cut off.")
    ratio_min: float = threshold(0.05, "ratio", "Their share of all sessions with a text.")


@check(needs=(Sessions, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def statement_texts_cut(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Statements longer than track_activity_query_size are cut off in pg_stat_activity.

    Risk: load, locks and waits of these statements cannot be given to a statement.
    Evidence: sessions whose text fills the whole size.
    Remedy: track_activity_query_size of 4 kB, or four times the present one, at most 64 kB.
    False positives: a few giant statements that no size would hold.
    """
    settings, limits = context.window.need(Settings), context.thresholds
    texts = [row for row in context.window.need(Sessions).rows if row.statement and not row.own]
    cut = sum(row.statement_id is None for row in texts)
    now = settings.number("track_activity_query_size", 1024)
    if cut < limits.sessions_min or cut / len(texts) < limits.ratio_min or now >= MOST_BYTES:
        return
    wanted = WANTED_BYTES if now < WANTED_BYTES else min(MOST_BYTES, now * FACTOR)
    found = context.finding(
        Subject("setting", "track_activity_query_size"),
        Severity.INFO,
        f"The texts of {cut} of {len(texts)} sessions are cut off at {now:,.0f} bytes: their load belongs to no statement.",
        Evidence("sessions with a text cut off", cut, "count", "pg_stat_activity.query"),
        Evidence("sessions with a text", len(texts), "count", "pg_stat_activity.query"),
        Evidence("track_activity_query_size", now, "bytes", "pg_settings"),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            settings, context.window.latest.flavour, "track_activity_query_size", wanted, effect="texts are kept whole"
        ),
        risk="Needs a restart; that much shared memory for each connection.",
    )
