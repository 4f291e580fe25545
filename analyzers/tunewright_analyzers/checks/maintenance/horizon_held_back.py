"""`maintenance/horizon_held_back`: reads Sessions and Replication; names who keeps vacuum from removing dead rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.sessions import Session, Sessions
from tunewright_analyzers.finding import Evidence, Finding, Severity, Subject
from tunewright_analyzers.recommendation import Action


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a holder is worth telling."""

    seconds_min: float = threshold(300, "seconds", "A session's transaction must be this old.")
    xid_age_min: float = threshold(
        10_000,
        "count",
        "Transactions that passed since the horizon; prepared ones, slots and standbys are judged by it.",
    )
    seconds_high: float = threshold(3600, "seconds", "From this age of a transaction on it is severe.")


def _age(session: Session, at: datetime) -> float:
    return (at - session.transaction_start).total_seconds() if session.transaction_start else 0.0


def _session(context: Context[Thresholds], session: Session, at: datetime) -> Iterator[Verdict]:
    seconds, state = _age(session, at), session.state or "unknown"
    found = context.finding(
        Subject(
            "session",
            f"of {session.user or 'unknown'} ({session.application or session.backend_type})",
            session.database,
        ),
        Severity.HIGH if seconds >= context.thresholds.seconds_high else Severity.MEDIUM,
        f"A transaction of {session.user} ({session.application or 'no application name'}), {state} since {seconds / 60:.0f} min, keeps vacuum from "
        f"removing rows that died in the last {session.xmin_age or session.xid_age or 0:,} transactions.",
        Evidence("transaction age", round(seconds), "seconds", "pg_stat_activity.xact_start"),
        Evidence(
            "horizon age", session.xmin_age or session.xid_age or 0, "transaction ids", "pg_stat_activity.backend_xmin"
        ),
        Evidence("pid", session.pid, "", "pg_stat_activity"),
        Evidence("state", state, "", "pg_stat_activity"),
        Evidence("statement", session.statement or "hidden", "", "pg_stat_activity.query, redacted"),
    )
    yield found
    if session.blocked_by:
        return  # it only waits: locks/blocking_chain names the head of the chain, whose end frees this one too
    yield context.recommendation(
        found,
        Action.END_SESSION,
        (f"SELECT pg_terminate_backend({session.pid});",),
        risk="The session's open transaction is rolled back and its connection closed.",
        rollback=(),
        caution=f"Look first whether it is still that session: SELECT * FROM pg_stat_activity WHERE pid = {session.pid}. "
        "idle_in_transaction_session_timeout on its role keeps it from happening again.",
    )


def _sessions(context: Context[Thresholds], sessions: Sessions) -> Iterator[Verdict]:
    """The oldest session of each owner, so that one fault is one finding."""
    worst: dict[tuple[str | None, str, str | None], Session] = {}
    for session in sessions.rows:
        holds = (
            session.xmin_age is not None or session.xid_age is not None
        ) and session.backend_type == "client backend"
        if not holds or session.own or _age(session, sessions.taken_at) < context.thresholds.seconds_min:
            continue
        owner = (session.user, session.application, session.database)
        if owner not in worst or _age(session, sessions.taken_at) > _age(worst[owner], sessions.taken_at):
            worst[owner] = session
    for session in worst.values():
        yield from _session(context, session, sessions.taken_at)


def _holder(context: Context[Thresholds], subject: Subject, age: int, what: str, source: str) -> Finding:
    return context.finding(
        subject,
        Severity.HIGH if age >= 100 * context.thresholds.xid_age_min else Severity.MEDIUM,
        f"{what} keeps vacuum from removing rows that died in the last {age:,} transactions.",
        Evidence("horizon age", age, "transaction ids", source),
    )


def _prepared(context: Context[Thresholds], sessions: Sessions) -> Iterator[Verdict]:
    for one in sessions.prepared:
        old = (sessions.taken_at - one.prepared_at).total_seconds() >= context.thresholds.seconds_min
        if not old and one.xid_age < context.thresholds.xid_age_min:
            continue
        found = _holder(
            context,
            Subject("prepared transaction", one.gid, one.database),
            one.xid_age,
            f"The prepared transaction {one.gid!r} of {one.owner}, prepared at {one.prepared_at:%Y-%m-%d %H:%M} UTC,",
            "pg_prepared_xacts",
        )
        yield found
        yield context.recommendation(
            found,
            Action.END_SESSION,
            ("ROLLBACK PREPARED '{}';".format(one.gid.replace("'", "''")),),
            risk="Its changes are lost: ask its transaction manager first whether it must be committed.",
            rollback=(),
            caution=f"It can only be run by {one.owner} or a superuser, connected to {one.database}.",
        )


def _replication(context: Context[Thresholds], replication: Replication) -> Iterator[Verdict]:
    for slot in replication.slots:
        age = max(slot.xmin_age or 0, slot.catalog_xmin_age or 0)
        if age < context.thresholds.xid_age_min:
            continue
        found = _holder(
            context,
            Subject("replication slot", slot.name),
            age,
            f"The replication slot {slot.name}",
            "pg_replication_slots",
        )
        yield found
        if not slot.is_active:
            yield context.recommendation(
                found,
                Action.DROP_SLOT,
                ("SELECT pg_drop_replication_slot('{}');".format(slot.name.replace("'", "''")),),
                risk="Its consumer can never go on from where it stopped: it must be built again.",
                rollback=(),
                caution="Only where its consumer is gone for good.",
            )
    for replica in replication.replicas:
        if (replica.xmin_age or 0) >= context.thresholds.xid_age_min:
            subject = Subject("standby", replica.application)
            what = f"A query on the standby {replica.application} (hot_standby_feedback)"
            yield _holder(context, subject, replica.xmin_age or 0, what, "pg_stat_replication.backend_xmin")


@check(needs=(Sessions, Replication), engines=POSTGRESQL, thresholds=Thresholds)
def horizon_held_back(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Transactions, prepared transactions, slots and standbys that keep vacuum from removing dead rows.

    Risk: dead rows pile up in every table, scans get slower, disk fills, and in the end transaction ids run out.
    Evidence: backend_xmin and the age of the transaction, xid of prepared transactions, xmin of slots and standby feedback.
    Remedy: end or commit the owner's transaction; bound it for the future by idle_in_transaction_session_timeout on the role.
    False positives: a long report or backup that is meant to run; its end frees the rows.
    """
    sessions = context.window.need(Sessions)
    yield from _sessions(context, sessions)
    yield from _prepared(context, sessions)
    yield from _replication(context, context.window.need(Replication))
