"""How a read-only connection is made, why one could not be had, and what the server's errors mean. Never a part of the password or of SQL.

Used by session.py. Every session is READ ONLY, has a limit on statements and on waits for locks, our program_name, UTC and no sql_mode.
"""

import ssl
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import pymysql
from pymysql.cursors import DictCursor

from tunewright_agent.sources.mysql.address import Address
from tunewright_agent.sources.source import Denied, Overrun, SourceError, Unavailable, Unsupported

PROGRAM_NAME = "tunewright"

Row = dict[str, Any]
"""A row as the driver gives it; it never leaves this folder."""
Connection: TypeAlias = "pymysql.connections.Connection[DictCursor]"

_CLEAR_TEXT: tuple[Any, ...] = ("mysql_clear_password", b"mysql_clear_password", "dialog", b"dialog")
"""Plugins by which PyMySQL sends the password as it is."""
_DENIED = frozenset({1044, 1142, 1143, 1227, 1345, 1356, 1370, 3530, 4041})
_ABSENT = frozenset({1049, 1054, 1064, 1109, 1146, 1193, 1235, 1290, 1305, 1286})
_ENDED = frozenset({1028, 1205, 1317, 1969, 3024, 3572})
_LOST = frozenset({1053, 1077, 1078, 1079, 1152, 1158, 1159, 1160, 1161, 2002, 2003, 2006, 2013, 2055, 4031})


@dataclass(frozen=True, slots=True)
class Limits:
    """What we allow ourselves on a server. Times in seconds."""

    connections: int = 3
    connect_seconds: float = 5.0
    statement_seconds: float = 10.0


class _NoClearText:
    """Stands where PyMySQL would send the password as clear text because the server asks for it: any server can ask."""

    def __init__(self, _connection: object) -> None:
        """As PyMySQL makes its plugins."""

    def authenticate(self, _packet: object) -> NoReturn:
        """Never sends anything."""
        raise pymysql.err.OperationalError(2059, "refused to send the password as clear text")


def connect(address: Address, limits: Limits, password: str) -> Connection:
    """An autocommit, read-only session with every limit set. Raises Unavailable or Denied with the mend."""
    context = address.context()
    clear = address.iam_region is not None and address.verifies
    more: dict[str, Any] = {"ssl": context} if context is not None else {}
    if address.ssl_mode == "DISABLED":
        more["ssl_disabled"] = True
    try:
        connection: Connection = pymysql.connect(
            host=address.host,
            port=address.port,
            unix_socket=None if address.socket is None else str(address.socket),
            user=address.user or None,
            password=password,
            database=None,
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=max(1, round(limits.connect_seconds)),
            read_timeout=max(1.0, limits.statement_seconds + 2),
            write_timeout=max(1.0, limits.connect_seconds),
            program_name=PROGRAM_NAME,
            cursorclass=DictCursor,
            auth_plugin_map=dict.fromkeys(_CLEAR_TEXT, _NoClearText) if not clear else {},
            **more,
        )
    except (pymysql.err.MySQLError, RuntimeError, ssl.SSLError, OSError) as error:
        raise refused(error, address) from None
    try:
        _limit(connection, limits)
    except pymysql.err.MySQLError as error:
        connection.close()
        raise translate(error, "the session's limits") from None
    return connection


_LIMITS = (
    "SET SESSION sql_mode = '', time_zone = '+00:00', lock_wait_timeout = 1, innodb_lock_wait_timeout = 1, wait_timeout = 900, "
    "net_read_timeout = 30"
)
_READ_ONLY = "SET SESSION TRANSACTION READ ONLY"
_MYSQL, _MARIADB = "SET SESSION max_execution_time = {:.0f}", "SET SESSION max_statement_time = {:g}"
ACCOUNT = "SELECT CURRENT_USER() AS a"
NO_CACHE = "SET SESSION information_schema_stats_expiry = 0"
PING = "SELECT 1"
SESSION_STATEMENTS = (
    _LIMITS,
    _READ_ONLY,
    _MYSQL.format(1),
    _MARIADB.format(1),
    ACCOUNT,
    NO_CACHE,
    PING,
    "SET NAMES utf8mb4",
    "SET AUTOCOMMIT = 1",
)
"""What each of our sessions sends beside the sources' own questions, the driver's greeting too."""


def _limit(connection: Connection, limits: Limits) -> None:
    """Set what bounds the session; MySQL and MariaDB name the limit on statements differently."""
    with connection.cursor() as cursor:
        cursor.execute(_LIMITS)
        cursor.execute(_READ_ONLY)
        try:
            cursor.execute(_MYSQL.format(limits.statement_seconds * 1000))
        except pymysql.err.MySQLError as error:
            if error.args[:1] != (1193,):
                raise
            cursor.execute(_MARIADB.format(limits.statement_seconds))


def _code(error: BaseException) -> int:
    code = error.args[0] if error.args else 0
    return code if isinstance(code, int) else 0


def refused(error: BaseException, address: Address) -> SourceError:
    """Why a connection could not be had, with the mend; never with the password."""
    code, text = _code(error), " ".join(str(part) for part in error.args[1:2])
    where = f"{address.host}:{address.port}" if address.socket is None else str(address.socket)
    if code == 1045:
        return Denied(
            "login refused: access denied", "check the user and password in the URL, or the secret it comes from"
        )
    if code in {1044, 1049, 1698, 1130, 1862, 3118, 3159, 3955, 4151}:
        mends = {
            1130: "create the account for this agent's host: `tunewright grants --engine mysql` prints the SQL",
            1862: "the password has expired: ALTER USER … IDENTIFIED BY a new one",
            3118: "the account is locked: ALTER USER … ACCOUNT UNLOCK",
            4151: "the account is locked: ALTER USER … ACCOUNT UNLOCK",
            3159: "the server demands TLS: write ssl_mode=VERIFY_IDENTITY and ssl_ca=FILE in the URL",
        }
        return Denied(
            f"login refused: the server answered with error {code}", mends.get(code, "check the account in the URL")
        )
    if code in {1040, 1203, 1226}:
        return Unavailable(
            f"the server or account has no connection left (error {code})",
            "raise MAX_USER_CONNECTIONS or free a connection",
        )
    if code == 2059 or "clear text" in text:
        return Denied(
            "the server asked for the password as clear text; it was not sent",
            "use an account with caching_sha2_password, or iam_region with ssl_ca for IAM",
        )
    lowered = f"{text} {error}".lower()
    if "certificate verify failed" in lowered or "hostname mismatch" in lowered or "ip address mismatch" in lowered:
        return Denied(
            f"the server at {where} could not prove who it is: its certificate was not accepted",
            "give the authority's file as ssl_ca, and the name that the certificate holds as the host",
        )
    if "ssl" in lowered and ("support" in lowered or "require" in lowered):
        return Denied(
            f"the server at {where} offers no TLS",
            "turn TLS on there, or write ssl_mode=PREFERRED where the way is safe",
        )
    if "cryptography" in lowered:
        return Denied(
            "the account's plugin needs TLS to take a password, and the connection has none",
            "turn TLS on in the server, or write ssl_mode=REQUIRED in the URL",
        )
    if "timed out" in lowered or code == 2013:
        return Unavailable(f"no answer from {where}", "check host, port, security group and that the server runs")
    return Unavailable(f"cannot connect to {where}", "check host and port in the URL and that the server runs")


def translate(error: BaseException, doing: str, mend: str | None = None) -> SourceError:
    """The SourceError for a driver's error; `doing` names what was read, `mend` the GRANT that would have helped.

    Of the server's text nothing is used: some of its messages quote what stood in the statement.
    """
    code = _code(error)
    if code in _DENIED:
        return Denied(f"{doing}: our account may not read it (error {code})", mend)
    if code in _ABSENT:
        return Unsupported(f"{doing}: this server has no such thing (error {code})")
    if code in _ENDED:
        return Overrun(f"{doing}: ended by a limit on statements or locks (error {code})")
    if code in _LOST or isinstance(error, pymysql.err.InterfaceError) or not code:
        return Unavailable(f"{doing}: the connection was lost (error {code or type(error).__name__})")
    return SourceError(f"{doing}: the server answered with error {code}")
