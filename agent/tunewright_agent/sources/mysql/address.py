"""A mysql:// address taken apart, and the TLS that it asks for. In comes the URL, out come the driver's arguments; no I/O but reading the CA file.

    mysql://USER[:PASSWORD]@HOST[:PORT][/DATABASE][?ssl_mode=…&ssl_ca=FILE&ssl_cert=FILE&ssl_key=FILE&socket=FILE&iam_region=REGION]

`ssl_mode` as MySQL's own clients have it: DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY. Without it: VERIFY_IDENTITY where ssl_ca or
iam_region is given, PREFERRED otherwise. In PyMySQL `ssl_ca` alone verifies the chain and not the name in some releases, and nothing in others
(reference/mysql.md), so the context is made here.
"""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from tunewright_agent.sources.source import Unavailable

_WRITE_AS = (
    "write mysql://user:password@host:3306/database, with the characters @ : / ? # % of the password percent-encoded"
)
_MODES = ("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")
_KEYS = frozenset({"ssl_mode", "ssl_ca", "ssl_cert", "ssl_key", "socket", "iam_region"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is and how the connection to it is secured."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str | None
    ssl_mode: str
    ssl_ca: Path | None = None
    ssl_cert: Path | None = None
    ssl_key: Path | None = None
    socket: Path | None = None
    iam_region: str | None = None

    @property
    def verifies(self) -> bool:
        """Whether the server must prove its name by a certificate."""
        return self.ssl_mode == "VERIFY_IDENTITY" and self.socket is None

    def context(self) -> ssl.SSLContext | None:
        """The TLS context; None for DISABLED, PREFERRED and sockets. Raises Unavailable where a file cannot be read."""
        if self.socket is not None or self.ssl_mode in {"DISABLED", "PREFERRED"}:
            return None
        try:
            context = ssl.create_default_context(cafile=None if self.ssl_ca is None else str(self.ssl_ca))
            if self.ssl_cert is not None:
                context.load_cert_chain(str(self.ssl_cert), None if self.ssl_key is None else str(self.ssl_key))
        except (OSError, ssl.SSLError) as error:
            raise Unavailable(
                f"the certificates in the URL cannot be used ({type(error).__name__})",
                "check ssl_ca, ssl_cert and ssl_key",
            ) from None
        context.verify_flags &= (
            ~ssl.VERIFY_X509_STRICT
        )  # MySQL's own generated certificates lack an extension that it demands
        context.check_hostname = self.ssl_mode == "VERIFY_IDENTITY"
        if self.ssl_mode == "REQUIRED":
            context.verify_mode = ssl.CERT_NONE
        return context


def read(url: str) -> Address:
    """The address. Raises Unavailable, which never quotes the URL: a password may stand anywhere in a mistyped one."""
    try:
        parts = urlsplit(url)
        port = parts.port or 3306
        options = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise Unavailable("the host, port or options in the URL cannot be read", _WRITE_AS) from None
    unknown = sorted(set(options) - _KEYS)
    if unknown:
        raise Unavailable("the URL has an option that we do not know", f"known are {', '.join(sorted(_KEYS))}")
    given = {name: values[-1] for name, values in options.items()}

    def path(name: str) -> Path | None:
        return Path(given[name]).expanduser() if given.get(name) else None

    secure = "VERIFY_IDENTITY" if "ssl_ca" in given or "iam_region" in given else "PREFERRED"
    mode = given.get("ssl_mode", secure).upper().replace("-", "_")
    if mode not in _MODES:
        raise Unavailable("the ssl_mode in the URL is not known", f"write one of {', '.join(_MODES)}")
    if given.get("iam_region") and mode != "VERIFY_IDENTITY":
        raise Unavailable(
            "an IAM token is sent as clear text, so the server must prove its name first",
            "leave ssl_mode out, or write ssl_mode=VERIFY_IDENTITY",
        )
    return Address(
        parts.hostname or "localhost",
        port,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        unquote(parts.path[1:]) or None,
        mode,
        path("ssl_ca"),
        path("ssl_cert"),
        path("ssl_key"),
        path("socket"),
        given.get("iam_region") or None,
    )
