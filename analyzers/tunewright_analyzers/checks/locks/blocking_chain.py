"""`locks/blocking_chain`: reads Sessions; names the session at the head of each chain of waiting ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.sessions import Locks, Session, Sessions
from tunewright_analyzers.facts.snapshot import Engine, Flavour
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a chain is worth telling."""

    seconds_min: float = threshold(5, "seconds", "The longest wait in the chain must last this long.")
    seconds_high: float = threshold(60, "seconds", "From this wait on it is severe.")
    waiting_high: float = threshold(5, "count", "From this number of waiting sessions on it is severe.")


def _heads(sessions: Sessions) -> dict[int, list[tuple[Session, int]]]:
    """Waiting sessions with their depth, by the pid at the head of their chain."""
    by_pid = {session.pid: session for session in sessions.rows}
    heads: dict[int, list[tuple[Session, int]]] = {}
    for session in sessions.rows:
        at, depth, seen = session, 0, {session.pid}
        while at.blocked_by and at.blocked_by[0] not in seen:
            depth += 1
            seen.add(at.blocked_by[0])
            following = by_pid.get(at.blocked_by[0])
            if following is None:
                heads.setdefault(at.blocked_by[0], []).append((session, depth))
                break
            at = following
        else:
            if depth:
                heads.setdefault(at.pid, []).append((session, depth))
    return heads


def _held(context: Context[Thresholds], pid: int) -> str:
    locks = context.window.section(Locks)
    held = (
        [f"{lock.mode} on {lock.relation}" for lock in locks.rows if lock.pid == pid and lock.granted and lock.relation]
        if locks
        else []
    )
    return ", ".join(sorted(set(held))) or "row or transaction locks"


_LOOK = {
    Engine.POSTGRESQL: "Look first whether it is still that session: SELECT * FROM pg_stat_activity WHERE pid = {pid}."
}


def _end(context: Context[Thresholds], pid: int) -> str:
    """The statement that ends a session, in the engine's words; RDS and Aurora let nobody KILL, but have a procedure."""
    latest = context.window.latest
    if latest.engine is Engine.POSTGRESQL:
        return f"SELECT pg_terminate_backend({pid});"
    return f"KILL {pid};" if latest.flavour is Flavour.SELF_MANAGED else f"CALL mysql.rds_kill({pid});"


@check(needs=(Sessions,), thresholds=Thresholds)
def blocking_chain(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Sessions that wait for a lock, and the one session at the head of their chain.

    Risk: everything behind the head stands still; connections pile up until none is left.
    Evidence: pg_blocking_pids of the waiting sessions; the head's state, user, age of transaction and locks.
    Remedy: commit or roll back in the head's application; end its session where nobody can.
    False positives: a migration that is meant to hold its lock for these seconds.
    """
    sessions = context.window.need(Sessions)
    by_pid = {session.pid: session for session in sessions.rows}
    told: set[Subject] = set()
    for pid, waiting in sorted(_heads(sessions).items(), key=lambda item: -len(item[1])):
        since = [session.state_change for session, _ in waiting if session.state_change is not None]
        longest = max(((sessions.taken_at - at).total_seconds() for at in since), default=0.0)
        head = by_pid.get(pid)
        who = (
            f"of {head.user or 'unknown'} ({head.application or head.backend_type})"
            if head
            else "of another database or a prepared transaction"
        )
        subject = Subject("session", who, head.database if head else waiting[0][0].database)
        if longest < context.thresholds.seconds_min or subject in told:
            continue
        told.add(subject)
        severe = longest >= context.thresholds.seconds_high or len(waiting) >= context.thresholds.waiting_high
        held_for = (
            (sessions.taken_at - head.transaction_start).total_seconds() if head and head.transaction_start else 0.0
        )
        found = context.finding(
            subject,
            Severity.HIGH if severe else Severity.MEDIUM,
            f"{len(waiting)} session{'s wait' if len(waiting) > 1 else ' waits'}, the longest for {longest:.0f} s, behind pid {pid} {who}, "
            f"{head.state if head else 'not visible'}, whose "
            f"transaction is {held_for:.0f} s old and holds {_held(context, pid)}.",
            Evidence("waiting sessions", len(waiting), "count", "pg_blocking_pids"),
            Evidence("longest wait", round(longest), "seconds", "pg_stat_activity.state_change"),
            Evidence("depth of the chain", max(depth for _, depth in waiting), "count", "pg_blocking_pids"),
            Evidence("head's pid", pid, "", "pg_stat_activity"),
            Evidence("head's state", head.state or "unknown" if head else "not visible", "", "pg_stat_activity"),
            Evidence(
                "head's last statement",
                (head.statement or "hidden") if head else "not visible",
                "",
                "pg_stat_activity.query, redacted",
            ),
        )
        yield found
        if head is not None:
            yield context.recommendation(
                found,
                Action.END_SESSION,
                (_end(context, pid),),
                risk="The head's open transaction is rolled back and its connection closed.",
                rollback=(),
                caution=_LOOK.get(
                    context.window.latest.engine, "Look first whether it is still that session: SHOW PROCESSLIST."
                ).format(pid=pid),
            )
