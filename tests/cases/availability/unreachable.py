"""Cases of `availability/unreachable`."""

from dataclasses import replace

from cases.case import NOW, Case, gap
from cases.facts import ago, session, sessions
from tunewright_analyzers.facts.sessions import Sessions
from tunewright_analyzers.facts.snapshot import Gap

SUBJECT = "server db1"


def _gap(seconds: float) -> Gap:
    return replace(gap(Sessions, "connection refused", None), since=ago(seconds=seconds))


CASES = (
    Case("down for a minute", "fires", (), (SUBJECT,), {SUBJECT: "critical"}, ("60 s", "connection refused"), gaps=(_gap(60),)),
    Case("the sampler hangs", "fires", (replace(sessions(session()), taken_at=ago(seconds=90)),), (SUBJECT,), says=("no sample",)),
    Case("answers", "silent", (replace(sessions(session()), taken_at=NOW),)),
    Case("a slow sample", "threshold", (replace(sessions(session()), taken_at=ago(seconds=59)),)),
    Case("at the threshold", "threshold", (), (SUBJECT,), gaps=(_gap(20),)),
    Case("below the threshold", "gap", gaps=(_gap(19),)),
    Case("sessions are not read", "gap"),
    Case("part of the sessions is hidden", "silent", (replace(sessions(session()), taken_at=NOW),), gaps=(_gap(600),)),
)  # fmt: skip
