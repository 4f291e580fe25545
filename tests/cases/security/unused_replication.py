"""Cases of `security/unused_replication`."""

from cases.case import Case, gap
from cases.facts import ago
from cases.security.duties import ran
from cases.security.facts import role, roles
from tunewright_analyzers.facts.replication import Replica, Replication, Slot
from tunewright_analyzers.facts.statements import Statements

SUBJECT = "role app"
COPIES = roles(role(replicates=True))
READS = "SELECT total FROM orders WHERE id = $1"
ALONE = Replication(False)
STREAM = Replica("standby", "app", "10.0.0.2", "streaming", "async", 0, 0, None, None, None)

CASES = (
    Case("an application", "fires", (COPIES, ran(READS), ALONE), (SUBJECT,), severity={SUBJECT: "low"},
         statements=("ALTER ROLE app NOREPLICATION;",)),
    Case("a standby streams as it", "silent", (COPIES, ran(READS), Replication(False, replicas=(STREAM,)))),
    Case("a slot may be its", "silent",
         (COPIES, ran(READS), Replication(False, slots=(Slot("cdc", "logical", "shop", False, False, 0, "reserved", None, None, None),)))),
    Case("it runs no statement: a standby's or a backup's", "silent", (COPIES, ran(READS, user="other"), ALONE)),
    Case("a superuser may anyway", "silent", (roles(role(replicates=True, is_superuser=True)), ran(READS), ALONE)),
    Case("it may not", "silent", (roles(role()), ran(READS), ALONE)),
    Case("a month", "threshold", (COPIES, ran(READS, reset_at=ago(days=30)), ALONE), (SUBJECT,)),
    Case("less than a month", "gap", (COPIES, ran(READS, reset_at=ago(days=29)), ALONE)),
    Case("replication unread", "gap", (COPIES, ran(READS)), gaps=(gap(Replication),)),
    Case("statements unread", "gap", (COPIES, ALONE), gaps=(gap(Statements),)),
)  # fmt: skip
