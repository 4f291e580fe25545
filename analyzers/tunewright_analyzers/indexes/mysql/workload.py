"""Workloads of MySQL's index advice that are not the server's own digests: a file of statements, or what the daemon's history counted.

In come FileStatements or a Statements section, out go DigestStatements, the costliest first. Called by `tunewright advise indexes`. The texts of a
file keep their literals as `sample`, for the scratch or clone server; what is shown is redacted.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.indexes.mysql.facts import DigestStatement
from tunewright_analyzers.indexes.workload_file import FileStatement, WorkloadError
from tunewright_analyzers.sql.mysql.fingerprint import fingerprint, statement_kind

KINDS = frozenset({"select", "insert", "update", "delete"})
_PIECE = re.compile(
    r"""
    (?P<quoted>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`)
  | (?P<comment>--(?=\s|\Z)[^\n]*|\#[^\n]*|/\*.*?\*/)
  | (?P<end>;)
  | (?P<open>['"`]|/\*)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


def split_mysql(text: str) -> Sequence[str]:
    """The statements of a script with the comments before them: backslashes escape, `#` begins a comment. Raises WorkloadError."""
    pieces, start = [], 0
    for match in _PIECE.finditer(text):
        if match.lastgroup == "open":
            line = text.count("\n", 0, match.start()) + 1
            raise WorkloadError(f"it cannot be split into statements: what opens in line {line} is not closed")
        if match.lastgroup == "end":
            pieces.append(text[start : match.start()])
            start = match.end()
    return [*pieces, text[start:]]


def of_file(found: Sequence[FileStatement], database: str) -> tuple[DigestStatement, ...]:
    """The file's statements, all of one database. Their rows are not known: an INSERT counts as one row a call, other writes as one too."""
    rows = []
    for one in found:
        calls = max(1, round(one.weight))
        writes = statement_kind(one.text) in {"insert", "update", "delete"}
        rows.append(
            DigestStatement(
                fingerprint(one.text), database, one.text, calls, one.seconds or 0.0, 0, 0, calls if writes else 0,
                one.text, rows_known=False,
            )
        )  # fmt: skip
    return _ordered(rows)


def of_history(
    counted: Statements, databases: Collection[str], own: Iterable[DigestStatement]
) -> tuple[DigestStatement, ...]:
    """What was counted over the section's period, without our own; the samples are those of the server's digests `own`."""
    samples = {(one.database, one.id): one.sample for one in own}
    rows = []
    for row in counted.rows:
        if row.own or not row.text or row.kind not in KINDS or row.key.database not in databases or not row.calls:
            continue
        reads = row.kind == "select"
        rows.append(
            DigestStatement(
                row.id, row.key.database, row.text, row.calls, row.exec_seconds, row.rows_examined,
                row.rows if reads else 0, 0 if reads else row.rows, samples.get((row.key.database, row.id)),
            )
        )  # fmt: skip
    return _ordered(rows)


def _ordered(rows: list[DigestStatement]) -> tuple[DigestStatement, ...]:
    return tuple(sorted(rows, key=lambda one: (-one.seconds, one.id)))
