"""Which value of a setting protects stored data, by engine and flavour. Settings in, a verdict each out; asked by checks and the metric.

Source: the manuals of PostgreSQL, MySQL 8.0 (innodb_doublewrite: DETECT_ONLY keeps no copy of the page), MariaDB 10.11
(innodb_flush_log_at_trx_commit 3 flushes twice; innodb_doublewrite `fast` keeps the copy); AWS's list of parameters that do not apply to
Aurora MySQL; RDS Optimized Writes (16 KiB are written whole, so doublewrite is off there and nothing is lost by it).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Engine, Flavour

Verdict = bool | None
"""Whether the value protects; None where the setting does not matter there, or is not known."""
_KEEPS_COPIES = frozenset({"ON", "1", "TRUE", "DETECT_AND_RECOVER", "FAST"})
_NO_CHECKSUM = frozenset({"NONE", "STRICT_NONE"})


def _is(name: str, wanted: frozenset[str]) -> Callable[[Settings, Flavour], Verdict]:
    def judged(settings: Settings, _flavour: Flavour) -> Verdict:
        value = settings.text(name).upper()
        return value in wanted if value else None

    return judged


def _on_own_storage(judged: Callable[[Settings, Flavour], Verdict]) -> Callable[[Settings, Flavour], Verdict]:
    """Aurora's storage writes no pages and no log of the engine's: the setting is shown there and does nothing."""

    def judged_elsewhere(settings: Settings, flavour: Flavour) -> Verdict:
        return None if flavour is Flavour.AURORA else judged(settings, flavour)

    return judged_elsewhere


def _sync_binlog(settings: Settings, _flavour: Flavour) -> Verdict:
    value = settings.text("sync_binlog")
    if not value or settings.text("log_bin").upper() not in {"ON", "1", "YES"}:
        return None
    return value == "1"


def _doublewrite(settings: Settings, flavour: Flavour) -> Verdict:
    value = settings.text("innodb_doublewrite").upper()
    if not value or (flavour is Flavour.RDS and value in {"OFF", "0"}):
        return None
    return value in _KEEPS_COPIES


def _checksums(settings: Settings, _flavour: Flavour) -> Verdict:
    value = settings.text("innodb_checksum_algorithm").upper()
    return value not in _NO_CHECKSUM if value else None


_ON = frozenset({"ON", "1", "TRUE"})
_POSTGRESQL: Mapping[str, Callable[[Settings, Flavour], Verdict]] = MappingProxyType(
    {
        "fsync": _on_own_storage(_is("fsync", _ON)),
        "full_page_writes": _on_own_storage(_is("full_page_writes", _ON)),
        "autovacuum": _is("autovacuum", _ON),
    }
)
_MYSQL: Mapping[str, Callable[[Settings, Flavour], Verdict]] = MappingProxyType(
    {
        "innodb_flush_log_at_trx_commit": _on_own_storage(_is("innodb_flush_log_at_trx_commit", frozenset({"1", "3"}))),
        "sync_binlog": _on_own_storage(_sync_binlog),
        "innodb_doublewrite": _on_own_storage(_doublewrite),
        "innodb_checksum_algorithm": _on_own_storage(_checksums),
        "innodb_log_checksums": _on_own_storage(_is("innodb_log_checksums", _ON)),
    }
)
_BY_ENGINE = MappingProxyType({Engine.POSTGRESQL: _POSTGRESQL, Engine.MYSQL: _MYSQL, Engine.MARIADB: _MYSQL})


def protects(settings: Settings, engine: Engine, flavour: Flavour) -> dict[str, bool]:
    """Whether each setting on which stored data depends has a value that protects it; only those that matter there."""
    judged = ((name, judge(settings, flavour)) for name, judge in _BY_ENGINE[engine].items())
    return {name: verdict for name, verdict in judged if verdict is not None}
