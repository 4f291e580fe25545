"""Cases of `replication/inactive_slot`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import MB
from tunewright_analyzers.facts.replication import Replication, Slot

SLOT = Slot("old", "logical", "shop", is_active=False, is_temporary=False, retained_bytes=20 * 1024 * MB, wal_status="extended", safe_bytes=None,
            xmin_age=None, catalog_xmin_age=5)  # fmt: skip


def _with(slot: Slot) -> Replication:
    return Replication(is_standby=False, slots=(slot,))


CASES = (
    Case("20 GB kept", "fires", (_with(SLOT),), ("replication slot old",), severity={"replication slot old": "high"},
         statements=("SELECT pg_drop_replication_slot('old');",)),
    Case("in use", "silent", (_with(replace(SLOT, is_active=True)),)),
    Case("at the floor", "threshold", (_with(replace(SLOT, retained_bytes=16 * MB)),), ("replication slot old",)),
    Case("below the floor", "threshold", (_with(replace(SLOT, retained_bytes=16 * MB - 1)),)),
    Case("replication unread", "gap", gaps=(gap(Replication),)),
)  # fmt: skip
