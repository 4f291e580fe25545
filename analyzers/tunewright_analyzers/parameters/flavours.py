"""Which parameters each flavour leaves to the user. Asked by every rule before it advises.

Source: AWS's lists of parameters of Aurora PostgreSQL and RDS for PostgreSQL; what Aurora's storage does by itself (checkpoints, WAL, the
background writer) has no parameter there, and what AWS derives from the instance class is better left to its formula.
"""

from tunewright_analyzers.facts.snapshot import Flavour

_DANGEROUS = frozenset(
    {"fsync", "full_page_writes", "synchronous_commit", "zero_damaged_pages", "ignore_checksum_failure"}
)
"""Data depends on them: warned about where they are off, never advised to be turned off."""
_AWS_RUNS = (
    "archive_",
    "huge_page",
    "fsync",
    "full_page_writes",
    "wal_level",
    "data_",
    "ssl_",
    "unix_socket_",
    "listen_",
)
_AURORA_STORAGE = (
    "checkpoint_",
    "bgwriter_",
    "wal_",
    "min_wal_size",
    "max_wal_size",
    "commit_",
    "recovery_prefetch",
    "backend_flush_after",
)
_AURORA_KEEPS = frozenset({"wal_sender_timeout", "wal_receiver_timeout"})
_FORMULAS = frozenset({"shared_buffers", "effective_cache_size", "max_connections"})
"""Computed from the instance class: sized with the class, not by hand."""


def why_not_settable(parameter: str, flavour: Flavour) -> str | None:
    """Why this flavour's user should not, or cannot, set the parameter; None where it is theirs."""
    if flavour is Flavour.SELF_MANAGED:
        return None
    if parameter.startswith(_AWS_RUNS):
        return f"{parameter} is AWS's to set"
    if flavour is Flavour.AURORA and parameter.startswith(_AURORA_STORAGE) and parameter not in _AURORA_KEEPS:
        return f"Aurora's storage has no use for {parameter}"
    if parameter in _FORMULAS:
        return f"AWS computes {parameter} from the instance class"
    return None


def is_dangerous(parameter: str) -> bool:
    """Whether turning it off puts data at risk: such a parameter is only ever warned about."""
    return parameter in _DANGEROUS
