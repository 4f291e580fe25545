"""`locks/recurring_blocker`: reads ActiveSessions and (for texts) Statements; says which statements made others wait over the window."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.sessions import ActiveSessions, BlockedTime
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity, Subject

_SOURCE = "samples of pg_stat_activity and pg_blocking_pids"
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much waiting is worth telling."""

    ratio: float = threshold(0.02, "ratio", "Sessions that waited behind it, on the average of the window.")
    ratio_high: float = threshold(1.0, "ratio", "From this average number on it is severe.")


def _texts(context: Context[Thresholds]) -> dict[StatementId, str]:
    statements = context.window.section(Statements)
    return {row.id: row.text for row in statements.rows if row.text is not None} if statements else {}


def _name(identity: StatementId | None, texts: dict[StatementId, str]) -> str:
    return texts.get(identity, identity)[:_LONGEST] if identity is not None else "unknown"


@check(needs=(ActiveSessions,), thresholds=Thresholds)
def recurring_blocker(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Statements whose sessions made others wait for locks, over the window, and what waited behind them.

    Risk: each wait is lost to users; it grows with the load until connections run out.
    Evidence: samples in which a session waited, booked to the head of its chain: what that session ran or had run last, and its state.
    Remedy: shorten the transaction around that statement: do what needs no lock before it, commit right after it; a head that is idle in
    transaction waits for its own application, not for the database.
    False positives: a migration that held its lock on purpose.
    """
    section, limits, texts = context.window.need(ActiveSessions), context.thresholds, _texts(context)
    roots: dict[tuple[str | None, StatementId | None, str | None], list[BlockedTime]] = defaultdict(list)
    for row in section.blocked:
        roots[row.database, row.root_statement_id, row.root_user].append(row)
    for (database, identity, user), rows in sorted(roots.items(), key=str):
        average = sum(row.samples for row in rows) / max(1, section.samples)
        if average < limits.ratio:
            continue
        waited: dict[StatementId | None, int] = defaultdict(int)
        for row in rows:
            waited[row.blocked_statement_id] += row.samples
        behind = sorted(waited.items(), key=lambda item: (-item[1], str(item[0])))[:5]
        idle = sum(row.samples for row in rows if (row.root_state or "").startswith("idle in transaction"))
        seconds = sum(row.samples for row in rows) * section.interval_seconds
        state = "idle in transaction" if 2 * idle > sum(row.samples for row in rows) else "at work"
        yield context.finding(
            Subject("statement", f"{identity or 'unknown'} of {user or 'unknown'}", database),
            Severity.HIGH if average >= limits.ratio_high else Severity.MEDIUM,
            f"Sessions of {user or 'unknown'}, mostly {state}, made others wait {seconds:.0f} s for locks in {section.period.seconds / 60:.0f} min, "
            f"the longest {max(row.longest_seconds for row in rows):.0f} s.",
            Evidence("waited behind it", round(seconds), "seconds", _SOURCE),
            Evidence("longest wait", round(max(row.longest_seconds for row in rows)), "seconds", _SOURCE),
            Evidence(
                "the head was idle in transaction", round(idle / sum(row.samples for row in rows), 3), "ratio", _SOURCE
            ),
            Evidence("the head's statement", _name(identity, texts), "", _SOURCE),
            *(
                Evidence(f"waited {count * section.interval_seconds:.0f} s", _name(one, texts), "", _SOURCE)
                for one, count in behind
            ),
        )
