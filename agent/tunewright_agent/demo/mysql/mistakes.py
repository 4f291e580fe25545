"""What is wrong with the demo on MySQL, on purpose: what the daemon must find there, and with which thresholds."""

from tunewright_agent.demo.mistakes import Aspect, Planted
from tunewright_agent.demo.mysql.shop import DATABASE, FILL, WORK, doubling
from tunewright_analyzers.facts.ids import CheckId
from tunewright_analyzers.sql.mysql.fingerprint import fingerprint


def _planted(check: str, name: str, subject: str, what: str) -> Planted:
    return Planted(name, what, CheckId(check), subject, "planted")


PLANTED = (
    _planted(
        "schema/not_transactional", "engine", f"table {DATABASE}.audit_log", "a table in MyISAM, which a crash corrupts"
    ),
    _planted("schema/charset_utf8mb3", "charset", f"database {DATABASE}", "text that holds no emoji"),
    _planted("schema/key_exhaustion", "key", f"column {DATABASE}.votes.id", "a smallint key near its end"),
    _planted("schema/primary_key_missing", "no key", f"table {DATABASE}.clicks", "a table without a primary key"),
    _planted("schema/repeated_column_group", "phones", f"table {DATABASE}.customers(phone1", "phone1, phone2, phone3"),
    _planted(
        "schema/polymorphic_reference",
        "subject",
        f"table {DATABASE}.comments(subject_type",
        "a reference to now one table, now another",
    ),
    _planted("schema/wide_table", "wide", f"table {DATABASE}.settings_of_users", "a table of 106 columns"),
    _planted("security/empty_password", "no password", "account app@%", "the application's account has no password"),
    _planted("security/account_from_anywhere", "dba", "account dba@%", "an administrator who may come from anywhere"),
    _planted("security/tls_optional", "tls", "setting require_secure_transport", "logins without TLS"),
    _planted("backup/binary_log_off", "binlog", "setting log_bin", "no binary log"),
    _planted(
        "parameters/durability_weakened",
        "durability",
        "setting innodb_flush_log_at_trx_commit",
        "commits that a crash loses",
    ),
    _planted("locks/blocking_chain", "chain", "session of app", "a session that waits for another's row"),
    _planted("locks/idle_in_transaction", "idle", "session of app", "a transaction that nobody works in"),
    _planted("locks/metadata_lock_queue", "queue", "", "a queue behind an ALTER TABLE"),
    _planted("queries/dominant", "dominant", "statement", "a statement that takes most of the time"),
)
DEMO_CHECKS: dict[str, dict[str, float]] = {
    "queries/dominant": {"seconds_min": 0.3, "share_min": 0.2},
    "locks/idle_in_transaction": {"seconds_min": 3},
    "locks/blocking_chain": {"seconds_min": 2},
    "locks/metadata_lock_queue": {"seconds_min": 2},
}
"""Thresholds that are lower than usual: the shop lives for minutes, not weeks."""

_SCANS = ("plans/filtered_scan", "plans/scan_without_index", "plans/filesort", "queries/")
ASPECTS = (
    *(
        Aspect(check, f"statement {fingerprint(text(1))}", "dominant", "a look-up for which the shop has no index")
        for _, text in WORK
        for check in _SCANS
    ),
    *(
        Aspect("plans/full_index_scan", f"statement {fingerprint(text)}", "dominant", "the shop's own making")
        for text in (*FILL, doubling(1))
        if text.startswith("INSERT")
    ),
    Aspect("locks/recurring_blocker", "statement ", "chain", "the chain over the window, not at the moment"),
    Aspect(
        "schema/primary_key_missing", f"table {DATABASE}.audit_log", "engine", "the table in MyISAM has no key either"
    ),
)
"""What the daemon finds above severity low beside PLANTED, and why."""
FALSE_ALARMS: tuple[Aspect, ...] = ()
"""Findings above severity low that are wrong. None is known."""


def explained(check: str, subject: str) -> bool:
    """Whether a finding was planted, is another face of what was, or is a known false alarm."""
    planted = ((one.check, one.subject) for one in PLANTED)
    known = ((one.check, one.subject) for one in (*ASPECTS, *FALSE_ALARMS))
    return any(check.startswith(one) and subject.startswith(of) for one, of in (*planted, *known))
