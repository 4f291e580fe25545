"""One call of Grafana's HTTP API: method, path and JSON in, status and JSON out, within a deadline. Used by publish.py.

No redirect is followed (it could carry the token elsewhere), no proxy of the environment is used, and no message has the token in it.
"""

import http.client
import json
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

CALL_SECONDS = 15.0
MOST_BYTES = 16 * 1024 * 1024
"""An answer of Grafana's that is longer is refused."""
_KINDS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


class PublishError(RuntimeError):
    """Grafana could not be reached, refused, or answered something else; the message has the mend."""


@dataclass(frozen=True, slots=True)
class Grafana:
    """Where to publish. `url` may have a path (Grafana behind a prefix)."""

    url: str
    token: str | None = field(default=None, repr=False)
    call_seconds: float = CALL_SECONDS

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """(status, JSON answer) of one call. Raises PublishError, at the latest after `call_seconds`."""
        parts, host = _address(self.url)
        sent = None if body is None else json.dumps(body)
        headers = {"Accept": "application/json", "Content-Type": "application/json", "Connection": "close"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {_checked(self.token)}"
        connection = _KINDS[parts.scheme](host, parts.port, timeout=self.call_seconds)
        until = time.monotonic() + self.call_seconds
        try:
            status, text = _exchange(connection, until, method, parts.path.rstrip("/") + path, sent, headers)
        except (OSError, http.client.HTTPException) as error:
            late = time.monotonic() >= until
            why = f"no answer within {self.call_seconds:g} s" if late else _reason(error)
            raise PublishError(
                f"Grafana at {host} cannot be asked: {why}; is the address right and reachable?"
            ) from None
        return status, _parsed(status, text)


def _address(url: str) -> tuple[SplitResult, str]:
    """The parts of the address and its host. Raises PublishError for what is none."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in _KINDS and parts.port != 0
        host = parts.hostname
    except ValueError:
        sound, host = False, None
    if not sound or not host or parts.query or parts.fragment:
        raise PublishError("this is no address of a Grafana: write http://HOST:3000 or https://HOST")
    if parts.username is not None:
        raise PublishError("leave name and password out of the address: give a service account's token by --token-file")
    return parts, host


def _checked(token: str) -> str:
    if not token.isascii() or not token.isprintable() or " " in token:
        raise PublishError("the token has characters that no token has: the file must hold nothing else")
    return token


def _exchange(
    connection: http.client.HTTPConnection, until: float, method: str, path: str, body: str | None, headers: dict[str, str]
) -> tuple[int, bytes]:  # fmt: skip
    """Ask and read the whole answer. A watchdog cuts the connection at the deadline, even where headers or body trickle."""
    connection.connect()
    watchdog = threading.Timer(max(0.0, until - time.monotonic()), _cut, (connection.sock,))
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read(MOST_BYTES + 1)
    finally:
        watchdog.cancel()
        connection.close()
    if time.monotonic() >= until:
        raise TimeoutError
    if len(text) > MOST_BYTES:
        raise http.client.HTTPException(f"an answer of more than {MOST_BYTES} bytes")
    return answer.status, text


def _cut(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended meanwhile


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__


def _parsed(status: int, text: bytes) -> Any:
    if status in (401, 403):
        raise PublishError(
            "Grafana refuses us: give a service account's token with the role Editor by --token-file or GRAFANA_TOKEN"
        )
    if 300 <= status < 400:
        raise PublishError("Grafana redirects us: give the address that it redirects to (https, or a path)")
    try:
        return json.loads(text) if text else {}
    except ValueError:
        raise PublishError(
            f"what answered (status {status}) does not speak Grafana's API: is the address right?"
        ) from None
