"""Cases of `parameters/jit_on_short_statements`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import settings, statement, statements
from cases.nodes import SUBJECT, plans, scan
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.plans import Cost, Plans
from tunewright_analyzers.facts.settings import RoleSetting
from tunewright_analyzers.facts.statements import Statement, Statements

ONE, OTHER, LONG = "50fde20626009aba", "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"


def _compiled(jit: float, whole: float = 1000.0, identity: str = "50fde20626009aba") -> Statement:
    return statement(identity, calls=10_000, exec_seconds=whole, jit_seconds=jit)


_BOTH = statements(
    _compiled(400.0), _compiled(300.0, identity=OTHER), replace(_compiled(90.0, 20_000.0, identity=LONG), calls=100)
)


def _costs(*known: tuple[str, float]) -> Plans:
    rows = [replace(plans(scan(cost=Cost(0.0, cost))).rows[0], statement_id=StatementId(one)) for one, cost in known]
    return Plans(tuple(rows))


CASES = (
    Case("one statement", "fires", (statements(_compiled(400.0)), settings()), (SUBJECT,), severity={SUBJECT: "low"}, says=("40%",),
         statements=("SET LOCAL jit = 'off';",)),
    Case("two statements of a role", "fires", (statements(_compiled(400.0), _compiled(300.0, identity=OTHER)), settings()), ("role app",),
         statements=("ALTER ROLE app SET jit = 'off';",)),
    Case("long statements of the role are compiled too", "fires", (_BOTH, settings()), ("role app",)),
    Case("the costs of both lie apart", "fires", (_BOTH, settings(), _costs((ONE, 151_000.0), (OTHER, 120_000.0), (LONG, 900_000.0))),
         ("role app",), statements=("ALTER ROLE app SET jit_above_cost = '160000';",)),
    Case("the costs of both do not lie apart", "fires", (_BOTH, settings(), _costs((ONE, 500_000.0), (LONG, 400_000.0))), ("role app",)),
    Case("off for the role", "silent", (statements(_compiled(400.0)), settings(RoleSetting(None, "app", "jit", "off")))),
    Case("off", "silent", (statements(_compiled(400.0)), settings(jit="off"))),
    Case("long statements", "silent", (statements(_compiled(4000.0, 20_000.0)), settings())),
    Case("a tenth, ten seconds an hour", "threshold", (statements(_compiled(240.0, 2400.0)), settings()), (SUBJECT,)),
    Case("less of the time", "threshold", (statements(_compiled(240.0, 2401.0)), settings())),
    Case("less an hour", "threshold", (statements(_compiled(239.0, 1000.0)), settings())),
    Case("statements unread", "gap", (settings(),), gaps=(gap(Statements),)),
)  # fmt: skip
