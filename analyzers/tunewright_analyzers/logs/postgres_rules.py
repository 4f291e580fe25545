"""The table that tells PostgreSQL's log messages apart: category and kind by SQLSTATE, and by text where the SQLSTATE says too little.

Texts are those of src/backend of releases 13 to 18 in English. A SQLSTATE is the same in every language, so where the log has it (csvlog,
jsonlog, %e in log_line_prefix, log_error_verbosity = verbose) errors are known whatever lc_messages is; what the server says of itself
(checkpoints, autovacuum) has none and is known in English only.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of message. `pattern` matches at its start. Groups `subject`, `ms`, `seconds` and `bytes` are taken over.

    `states`: SQLSTATEs that such a message may have; another one is somebody's imitation (RAISE). `own`: only the server's own processes,
    which are connected to no database, say it.
    """

    category: str
    kind: str
    pattern: re.Pattern[str]
    states: frozenset[str] = frozenset({"00000"})
    own: bool = False


def _rule(category: str, kind: str, pattern: str, *states: str, own: bool = False) -> Rule:
    return Rule(category, kind, re.compile(pattern), frozenset(states or ("00000",)), own)


_PROCESS = r"[a-z -]{1,60} \(PID \d+\)"
_NAME = r'"(?P<subject>[^\n]{1,200}?)"'

RULES = (
    _rule("autovacuum", "wraparound_vacuum", rf"automatic (?:aggressive )?vacuum to prevent wraparound of table {_NAME}:", own=True),
    _rule("autovacuum", "vacuum", rf"automatic (?:aggressive )?vacuum of table {_NAME}:", own=True),
    _rule("autovacuum", "analyze", rf"automatic analyze of table {_NAME}", own=True),
    _rule("autovacuum", "cancelled", r"canceling autovacuum task", "57014", own=True),
    _rule("autovacuum", "skipped_locked",
          rf"skipping (?:vacuum|analyze) of {_NAME} --- lock not available", "55P03", "00000", "01000", own=True),
    _rule("autovacuum", "worker_not_started",
          r"(?:autovacuum worker took too long to start|worker took too long to start)", "01000", "00000", own=True),
    _rule("wraparound", "horizon_far_past",
          r"(?:oldest xmin is far in the past|oldest multixact is far in the past|cutoff for (?:removing and )?freezing)", "01000"),
    _rule("wraparound", "must_be_vacuumed",
          r'database (?:"[^"\n]{1,63}"|with OID \d+) must be vacuumed within \d+ (?:transactions|more )', "01000"),
    _rule("wraparound", "refuses_writes", r"database is not accepting commands ", "54000"),
    _rule("checkpoint", "timed", r"(?:checkpoint|restartpoint) starting:[a-z -]*\btime\b", own=True),
    _rule("checkpoint", "requested", r"(?:checkpoint|restartpoint) starting:", own=True),
    _rule("checkpoint", "complete", r"(?:checkpoint|restartpoint) complete: .{0,400}?total=(?P<seconds>\d+\.\d+) s", own=True),
    _rule("checkpoint", "too_frequent", r"checkpoints are occurring too frequently", own=True),
    _rule("temp_file", "written", r'[^"\n]{0,60}"[^"\n]{0,200}pgsql_tmp[^"\n]{0,200}"[^\d\n]{0,40}(?P<bytes>\d{1,18})\b'),
    _rule("lock", "waiting", r"process \d+ still waiting for [A-Z][A-Za-z]+Lock on .{1,200}? after (?P<ms>\d+\.\d+) ms"),
    _rule("lock", "acquired", r"process \d+ acquired [A-Z][A-Za-z]+Lock on .{1,200}? after (?P<ms>\d+\.\d+) ms"),
    _rule("lock", "deadlock", r"deadlock detected", "40P01"),
    _rule("lock", "lock_timeout", r"canceling statement due to lock timeout", "55P03"),
    _rule("lock", "not_available", r"could not obtain lock on ", "55P03"),
    _rule("cancelled", "statement_timeout", r"canceling statement due to statement timeout", "57014"),
    _rule("cancelled", "user_request", r"canceling statement due to user request", "57014"),
    _rule("cancelled", "recovery_conflict",
          r"(?:canceling statement|terminating connection) due to conflict with recovery", "40001", "57014", "57P01", "40P01"),
    _rule("cancelled", "idle_in_transaction_timeout", r"terminating connection due to idle-in-transaction timeout", "25P03"),
    _rule("cancelled", "transaction_timeout", r"terminating connection due to transaction timeout", "25P04"),
    _rule("cancelled", "idle_session_timeout", r"terminating connection due to idle-session timeout", "57P05"),
    _rule("cancelled", "terminated", r"terminating (?:connection|background worker [^\n]{1,200}) due to administrator command", "57P01"),
    _rule("memory", "out_of_memory", r"out of (?:memory|shared memory)", "53200"),
    _rule("memory", "process_killed",
          rf"{_PROCESS} was terminated by signal 9\b", own=True),
    _rule("server", "process_crashed",
          rf"{_PROCESS} (?:was terminated by (?:signal|exception)|exited with exit code [2-9])", own=True),
    _rule("server", "crash_recovery", r"database system was (?:interrupted|not properly shut down)", own=True),
    _rule("server", "started", r"database system is ready to accept", own=True),
    _rule("server", "shut_down", r"received (?:fast|smart|immediate) shutdown request", own=True),
    _rule("connection", "too_many",
          r"(?:sorry, too many clients already|remaining connection slots are reserved|too many connections for (?:role|database))", "53300"),
    _rule("connection", "not_ready", r"the database system is (?:starting up|shutting down|in recovery mode|not yet accepting)", "57P03"),
    _rule("connection", "lost_in_transaction", r"unexpected EOF on client connection with an open transaction", "08006", "08003", "08P01"),
    _rule("connection", "lost",
          r"(?:unexpected EOF on client|could not (?:receive data from|send data to) client)", "08006", "08003", "08P01", "00000"),
    _rule("connection", "tls_failed", r"could not accept SSL connection", "08P01", "00000"),
    _rule("connection", "protocol_fault",
          r"(?:invalid length of startup|incomplete startup packet|unsupported frontend|invalid frontend)", "08P01", "0A000", "00000"),
    _rule("authentication", "password_failed", r"(?:password|[A-Za-z0-9-]{1,12}) authentication failed for user ", "28P01", "28000"),
    _rule("authentication", "no_entry", r"(?:no pg_hba\.conf entry for |pg_hba\.conf rejects )", "28000"),
    _rule("authentication", "unknown_role", r'role "[^\n]{1,200}" (?:does not exist|is not permitted to log in)', "28000"),
    _rule("corruption", "checksum", r"page verification failed, calculated checksum", "01000", "00000"),
    _rule("corruption", "page", r"invalid page in block ", "XX001"),
    _rule("corruption", "toast", r"(?:missing|unexpected) chunk number ", "XX001"),
    _rule("corruption", "transaction_status", r"could not access status of transaction ", "58P01", "XX001", "58030"),
    _rule("disk", "full",
          r"could not (?:write|extend|create|fsync|open)[^\n]{0,400}: No space left on device", "53100", "58030", "XX000", "00000"),
    _rule("disk", "unreadable",
          r"could not (?:read|fsync|write|flush) [^\n]{0,400}: Input/output error", "58030", "XX000", "XX001", "00000"),
    _rule("replication", "wal_removed", r"requested WAL segment [0-9A-F]{1,40} has already been removed", "58P01", "08P01", "XX000"),
    _rule("replication", "archive_failed", r"archive command (?:failed|was terminated)", own=True),
    _rule("replication", "slot_invalidated", r"invalidating obsolete replication slot ", own=True),
    _rule("replication", "timeout",
          r"terminating wal(?:sender|receiver) process due to (?:replication )?timeout", "00000", "57P01", "08006"),
)  # fmt: skip
"""The first that matches holds."""

STATES = {
    "40P01": ("lock", "deadlock"),
    "55P03": ("lock", "not_available"),
    "57014": ("cancelled", "other"),
    "25P03": ("cancelled", "idle_in_transaction_timeout"),
    "25P04": ("cancelled", "transaction_timeout"),
    "57P05": ("cancelled", "idle_session_timeout"),
    "57P01": ("cancelled", "terminated"),
    "57P03": ("connection", "not_ready"),
    "53200": ("memory", "out_of_memory"),
    "53100": ("disk", "full"),
    "58030": ("disk", "unreadable"),
    "53300": ("connection", "too_many"),
    "08006": ("connection", "lost"),
    "08003": ("connection", "lost"),
    "08P01": ("connection", "protocol_fault"),
    "28P01": ("authentication", "password_failed"),
    "28000": ("authentication", "refused"),
    "XX001": ("corruption", "data"),
    "XX002": ("corruption", "index"),
    "40001": ("error", "serialization_failure"),
}
"""By SQLSTATE alone, in any language."""

CLASSES = {
    "22": "data",
    "23": "constraint",
    "25": "transaction_state",
    "40": "rollback",
    "42": "syntax_or_access",
    "53": "resources",
    "54": "limit_exceeded",
    "P0": "raised",
    "XX": "internal",
}
"""Kinds of category `error`, by the class of the SQLSTATE (appendix A of the manual); others are `other`."""

HARMLESS = frozenset({"00", "01", "02"})
"""Classes of success, warning and no data."""
