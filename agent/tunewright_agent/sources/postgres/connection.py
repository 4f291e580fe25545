"""How a read-only connection is made, and why one could not be had: the reason and its mend, never with a part of the password.

Used by session.py. Every session has statement_timeout, lock_timeout, an idle timeout, our application_name and
default_transaction_read_only.
"""

import re
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tunewright_agent.sources.source import Denied, SourceError, Unavailable

APPLICATION_NAME = "tunewright"

Row = dict[str, Any]
"""A row as the driver gives it; it never leaves this folder."""

_WRITE_AS = "write postgresql://user:password@host:5432/database, with the characters @ : / ? # % of the password percent-encoded"


@dataclass(frozen=True, slots=True)
class Limits:
    """What we allow ourselves on a server. Times in seconds."""

    connections: int = 3
    connect_seconds: float = 5.0
    statement_seconds: float = 10.0
    lock_seconds: float = 0.1
    idle_seconds: float = 60.0


def connect(
    url: str,
    database: str | None,
    limits: Limits,
    *,
    application: str = APPLICATION_NAME,
    password: str | None = None,
) -> psycopg.Connection[Row]:
    """An autocommit, read-only session with every timeout set; `password` goes before the URL's. Raises Unavailable or Denied with the mend."""
    options = " ".join(
        f"-c {name}={value}"
        for name, value in (
            ("statement_timeout", int(limits.statement_seconds * 1000)),
            ("lock_timeout", int(limits.lock_seconds * 1000)),
            ("idle_in_transaction_session_timeout", int(limits.idle_seconds * 1000)),
            ("default_transaction_read_only", "on"),
            ("search_path", "pg_catalog"),
            ("jit", "off"),
        )
    )
    overrides: dict[str, Any] = {
        "application_name": application,
        "connect_timeout": max(2, round(limits.connect_seconds)),
        "options": options,
        "client_encoding": "UTF8",
        "keepalives_idle": 10,
        "tcp_user_timeout": int(limits.statement_seconds * 1000) + 5000,
    }
    if database is not None:
        overrides["dbname"] = database
    if password is not None:
        overrides["password"] = password
    try:
        return psycopg.Connection[Row].connect(
            url, autocommit=True, prepare_threshold=None, row_factory=dict_row, **overrides
        )
    except psycopg.OperationalError as error:
        raise refused(error) from None
    except psycopg.Error:
        # libpq's text quotes the whole URL, password and all.
        raise Unavailable(
            "the connection settings are neither a URL nor keywords that libpq can read", _WRITE_AS
        ) from None


def _misread(text: str) -> SourceError | None:
    """Faults of the URL. A password with a bare @ : or / ends up in what is taken for the host or the port, so that is not quoted."""
    option = re.search(r'invalid .*value ".*" for connection option "(\w+)"', text)
    if option:
        return Unavailable(f"the connection setting '{option[1]}' is not valid", _WRITE_AS)
    host = re.search(r"failed to resolve host '(.*)'", text)
    if host is None:
        return None
    name = host[1].rpartition("@")[2]
    if name != host[1] or "Servname not supported" in text:
        return Unavailable("the host or port in the URL cannot be read", _WRITE_AS)
    return Unavailable(f"no such host: {name}", "check the host in the URL, and that its name resolves from here")


def refused(error: psycopg.OperationalError) -> SourceError:
    """Why a connection could not be had, with the mend; never with the password."""
    text = " ".join(str(error).split())
    lowered = text.lower()
    misread = _misread(text)
    if misread is not None:
        return misread
    if "password authentication failed" in lowered or "no password supplied" in lowered:
        return Denied(f"login refused: {text}", "check the user and password in the URL, or the secret it comes from")
    if "no pg_hba.conf entry" in lowered or "pg_hba.conf rejects" in lowered:
        return Denied(
            f"login refused: {text}",
            "add a line for this host, user and database to pg_hba.conf (or the security group)",
        )
    if "does not exist" in lowered and "role" in lowered:
        return Denied(
            f"login refused: {text}", "create the role with the SQL that `tunewright grants --engine postgres` prints"
        )
    if "does not exist" in lowered and "database" in lowered:
        return Unavailable(f"no such database: {text}", "name an existing database in the URL; `psql -l` lists them")
    if "permission denied for database" in lowered:
        return Denied(f"login refused: {text}", "GRANT CONNECT ON DATABASE … TO the monitoring role")
    if "too many connections" in lowered or "remaining connection slots" in lowered:
        return Unavailable(
            f"the server or role has no connection left: {text}", "raise the role's CONNECTION LIMIT or free a slot"
        )
    if "unsupported startup parameter" in lowered:
        return Unavailable(
            f"a pooler refuses our settings: {text}", "name the server itself in the URL, not its pooler"
        )
    if "timeout" in lowered:
        return Unavailable(f"no answer: {text}", "check host, port, security group and that the server runs")
    return Unavailable(f"cannot connect: {text}", "check host and port in the URL and that the server runs")
