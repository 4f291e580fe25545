"""POST over HTTP(S) to an address that may be told to: the one door of all webhook-like notifiers.

The name is resolved once, every address it has is judged, and the connection goes to a judged address (a second look-up could answer
otherwise: DNS rebinding). Redirects are never followed, proxies of the environment never used. Only addresses that are public pass,
or those within the networks that the user allowed by name.
"""

import http.client
import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from tunewright_alerts.delivery import DEADLINE_SECONDS, Busy, Refused, Unreachable, deadline

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], tuple[str, ...]]
_ANSWER_BYTES = 4096
_LONGEST_WAIT = 3600.0
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and the first bytes of the body."""

    status: int
    body: str


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Its addresses, within a deadline. Raises Unreachable."""
    box: queue.Queue[tuple[str, ...] | OSError] = queue.Queue()

    def look() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            box.put(tuple(dict.fromkeys(str(one[4][0]) for one in found)))
        except (OSError, UnicodeError) as error:
            box.put(error if isinstance(error, OSError) else OSError("not a host name"))

    threading.Thread(target=look, daemon=True).start()
    try:
        answer = box.get(timeout=DEADLINE_SECONDS / 2)
    except queue.Empty:
        raise Unreachable(f"the name {host} was not resolved in time") from None
    if isinstance(answer, OSError):
        raise Unreachable(f"the name {host} cannot be resolved")
    return answer


def _inner(address: Address) -> Address:
    """The IPv4 address within one of IPv6, where there is one: it is where the packets go."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def permitted(text: str, allowed: tuple[Network, ...]) -> bool:
    """Whether a connection may go to this address: public, or within a network that is allowed."""
    outer = ipaddress.ip_address(text.partition("%")[0])
    address = _inner(outer)
    if any(one in network for one in (outer, address) for network in allowed if one.version == network.version):
        return True
    return address.is_global and not address.is_multicast


def judged(host: str, port: int, allowed: tuple[Network, ...], resolver: Resolver = resolve) -> str:
    """The address to connect to. Raises Refused where any address of the name is not permitted: a mixed answer is an attack."""
    addresses = resolver(host, port)
    for one in addresses:
        if not permitted(one, allowed):
            raise Refused(
                f"{host} is {one}, a private or special address: add its network to the channel's allow_addresses"
            )
    return addresses[0]


class _Pinned(http.client.HTTPConnection):
    """Connects to one judged address; host name and certificate are those of the URL."""

    def __init__(self, url: SplitResult, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(url.hostname or "", port, timeout=DEADLINE_SECONDS)
        self._address = address
        self._tls = context

    def connect(self) -> None:
        """As HTTPConnection, to the judged address."""
        raw = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = raw if self._tls is None else self._tls.wrap_socket(raw, server_hostname=self.host)

    def cut(self) -> None:
        """End it from another thread."""
        connected: socket.socket | None = self.sock  # its own thread may forget it meanwhile
        if connected is not None:
            try:
                connected.shutdown(socket.SHUT_RDWR)
            except OSError:
                connected.close()


def split(url: str) -> tuple[SplitResult, int]:
    """The parts and the port. Raises Refused for what is no http(s) address."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        raise Refused("the channel's address is not a valid URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or not port:
        raise Refused("the channel's address is not of the form https://HOST/…")
    if any(not 0x20 < ord(one) < 0x7F for one in url.strip()):
        raise Refused("the channel's address has characters that a URL cannot have")
    return parts, port


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    allowed: tuple[Network, ...] = (),
    resolver: Resolver = resolve,
    seconds: float = DEADLINE_SECONDS,
) -> Answer:
    """Send, and give the answer where it is 2xx. Raises Unreachable, Busy or Refused."""
    parts, port = split(url)
    host = parts.hostname or ""
    address = judged(host, port, allowed, resolver)
    context = ssl.create_default_context() if parts.scheme == "https" else None
    connection = _Pinned(parts, port, address, context)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with deadline(seconds, connection.cut):
            connection.request("POST", path, body, {"User-Agent": "tunewright", **headers})
            answer = connection.getresponse()
            text = answer.read(_ANSWER_BYTES).decode("utf-8", "replace")
    except ssl.SSLCertVerificationError:
        raise Refused(f"the certificate of {host} is not trusted") from None
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"{host} did not answer ({type(error).__name__})") from None
    finally:
        connection.close()
    return _accepted(host, answer, text)


def _accepted(host: str, answer: http.client.HTTPResponse, text: str) -> Answer:
    status = answer.status
    if 200 <= status < 300:
        return Answer(status, text)
    if status in (408, 425, 429) or status >= 500:
        raise Busy(f"{host} answered {status}", _wait(answer.getheader("Retry-After")))
    if 300 <= status < 400:
        raise Refused(f"{host} answered {status}: redirects are not followed, give the address itself")
    raise Refused(f"{host} answered {status}")


def _wait(header: str | None) -> float | None:
    """Seconds of Retry-After; a date, or nonsense, is None."""
    return min(float(header), _LONGEST_WAIT) if header is not None and header.strip().isdecimal() else None
