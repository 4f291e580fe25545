"""Cases of `queries/in_list_varies`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import statement, statements
from cases.queries.facts import SUBJECT
from tunewright_analyzers.facts.statements import Statement, StatementKey, Statements


def lists(count: int, text: str = "SELECT * FROM orders WHERE id IN ({})") -> tuple[Statement, ...]:
    """Entries of one shape whose list has one parameter, two, three, …"""
    found = []
    for at in range(1, count + 1):
        row = statement(text=text.format(", ".join(f"${number}" for number in range(1, at + 1))))
        found.append(replace(row, key=StatementKey("shop", "app", str(at))))
    return tuple(found)


CASES = (
    Case("twelve lengths", "fires", (statements(*lists(12)),), (SUBJECT,), severity={SUBJECT: "info"}, says=("takes 12 of 5000 entries",)),
    Case("no list", "silent", (statements(*lists(12, "SELECT * FROM orders")),)),
    Case("one length", "silent", (statements(statement(text="SELECT * FROM orders WHERE id IN ($1, $2)")),)),
    Case("ten", "threshold", (statements(*lists(10)),), (SUBJECT,)),
    Case("nine", "threshold", (statements(*lists(9)),)),
    Case("statements unread", "gap", gaps=(gap(Statements),)),
)  # fmt: skip
