"""`replication/inactive_slot`: reads Replication; says which slots keep WAL for a consumer that is not there."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a slot is worth telling."""

    retained_bytes_min: float = threshold(16 * 1024**2, "bytes", "WAL that the slot must keep before it is reported.")
    retained_bytes_high: float = threshold(10 * 1024**3, "bytes", "WAL from which it is severe.")


@check(needs=(Replication,), engines=POSTGRESQL, thresholds=Thresholds)
def inactive_slot(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Replication slots without a consumer that keep WAL on the primary.

    Risk: WAL piles up until the disk is full and the server stops; catalogue rows cannot be vacuumed either.
    Evidence: pg_replication_slots.active, restart_lsn against the current position, wal_status.
    Remedy: bring the consumer back, or drop the slot; max_slot_wal_keep_size bounds the damage.
    False positives: a consumer that is restarted right now.
    """
    for slot in context.window.need(Replication).slots:
        retained = slot.retained_bytes or 0
        if slot.is_active or slot.is_temporary or retained < context.thresholds.retained_bytes_min:
            continue
        severe = retained >= context.thresholds.retained_bytes_high or slot.wal_status in {"unreserved", "lost"}
        found = context.finding(
            Subject("replication slot", slot.name),
            Severity.HIGH if severe else Severity.MEDIUM,
            f"The {slot.kind} slot {slot.name} has no consumer and keeps {retained / 1024**2:,.0f} MB of WAL"
            + (f" since {slot.inactive_since:%Y-%m-%d %H:%M} UTC." if slot.inactive_since else "."),
            Evidence("WAL kept", retained, "bytes", "pg_replication_slots.restart_lsn"),
            Evidence("status", slot.wal_status or "unknown", "", "pg_replication_slots.wal_status"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.DROP_SLOT,
            ("SELECT pg_drop_replication_slot('{}');".format(slot.name.replace("'", "''")),),
            risk="Its consumer can never go on from where it stopped: it must be built again.",
            rollback=(),
            caution="Only where its consumer is gone for good; otherwise start the consumer.",
        )
