"""The HTTP server: standard library, a bounded number of threads, and a deadline for everything a client does.

Not ThreadingHTTPServer: its threads are unbounded and its timeout begins anew with every byte, so that a few slow clients hold it for ever.
A connection gets READ_SECONDS for its whole request (a client that trickles one byte a second is cut off then), WRITE_SECONDS to take
the answer, and is then closed: no keep-alive, so that no idle client holds a thread. More than `threads` connections at once are
answered 503 at once, by the accepting thread, which never waits for anybody. TLS is shaken hands in the worker, within the same deadline.
"""

import hmac
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import structlog

from tunewright_agent.state import State
from tunewright_agent.watchdog import Watchdog
from tunewright_agent.web.pages import Answer, Exposition, Request, answer, plain
from tunewright_agent.web.protocol import Refused, accepts_gzip, answer_bytes, parsed, read_head, security_headers

_log = structlog.get_logger("web")
READ_SECONDS = 5.0
WRITE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files: the certificate chain and its private key."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """A server context, TLS 1.2 at least. Raises OSError (with the path) where the files cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.key)
        except ssl.SSLError as error:
            raise OSError(f"{self.certificate} and {self.key}: not a certificate with its key") from error
        return context


class Server:
    """Serves until `stop`. Made by `serve`; `address` is (host, port) as bound (the port that 0 became)."""

    def __init__(
        self,
        listener: socket.socket,
        state: Callable[[], State],
        metrics: Exposition,
        token: str | None,
        tls: ssl.SSLContext | None,
        threads: int,
        read_seconds: float,
        waiting: Callable[[], str | None],
    ) -> None:
        self._listener = listener
        self._state = state
        self._metrics = metrics
        self._token = token
        self._tls = tls
        self._read_seconds = read_seconds
        self._waiting = waiting
        self._free = threading.BoundedSemaphore(threads)
        self._workers = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._accepting = threading.Thread(target=self._accept, name="web-accept", daemon=True)
        self._common = security_headers()
        host, port = listener.getsockname()[:2]
        self.address: tuple[str, int] = (host, port)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:9632`."""
        host = f"[{self.address[0]}]" if ":" in self.address[0] else self.address[0]
        return f"{'https' if self._tls else 'http'}://{host}:{self.address[1]}"

    def start(self) -> "Server":
        """Begin to accept; returns at once."""
        self._accepting.start()
        return self

    def stop(self, deadline: float = 5.0) -> bool:
        """Accept no more, let running answers end within `deadline` seconds, then cut them. True where none had to be cut."""
        until = monotonic() + deadline
        self._stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._accepting.is_alive():
            self._accepting.join(max(0.1, until - monotonic()))
        while self._open and monotonic() < until:
            threading.Event().wait(0.02)
        with self._lock:
            cut = tuple(self._open)
        for connection in cut:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._workers.shutdown(wait=True, cancel_futures=True)
        return not cut

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError as error:
                if self._stopping.is_set():
                    return
                _log.warning("accept_failed", reason=str(error))  # out of file descriptors: try again soon
                self._stopping.wait(0.2)
                continue
            if not self._free.acquire(blocking=False):
                self._refuse(connection)
                continue
            with self._lock:
                self._open.add(connection)
            try:
                self._workers.submit(self._work, connection).add_done_callback(self._ended)
            except RuntimeError:
                self._done(connection)

    def _refuse(self, connection: socket.socket) -> None:
        """All threads are busy: say so without waiting (over TLS, where we would have to shake hands, just close)."""
        with suppress(OSError), connection:
            connection.setblocking(False)
            if self._tls is None:
                busy = plain(503, "busy", Retry_After="1")
                connection.send(answer_bytes(busy, self._common, head_only=False, gzipped=False))

    def _done(self, connection: socket.socket) -> None:
        with suppress(OSError):
            connection.close()
        with self._lock:
            self._open.discard(connection)
        self._free.release()

    def _work(self, raw: socket.socket) -> None:
        deadline = monotonic() + self._read_seconds
        try:
            raw.settimeout(self._read_seconds)
            if self._tls is None:
                self._converse(raw, deadline)
            else:
                with self._tls.wrap_socket(raw.dup(), server_side=True, do_handshake_on_connect=False) as secure:
                    self._shake_hands(secure, raw, deadline)
                    self._converse(secure, deadline)
        except OSError as error:
            _log.debug("client_gone", reason=type(error).__name__)
        finally:
            self._done(raw)

    @staticmethod
    def _shake_hands(secure: ssl.SSLSocket, raw: socket.socket, deadline: float) -> None:
        """Within the deadline as a whole: the socket's own timeout begins anew with every byte, so a watchdog cuts."""
        with Watchdog(lambda: raw.shutdown(socket.SHUT_RDWR), max(0.0, deadline - monotonic())):
            secure.do_handshake()

    def _converse(self, connection: socket.socket, deadline: float) -> None:
        """Read, answer, send. A page that fails is answered 500; its error goes on to `_ended`, which logs it."""
        head_only = gzipped = False
        reply = plain(500, "the page could not be made; the daemon's log says why")
        try:
            method, target, headers = parsed(read_head(connection, deadline))
            head_only = method == "HEAD"
            gzipped = accepts_gzip(headers.get("accept-encoding", ""))
            reply = self._answer(Request(method, target, headers.get("accept", "")), headers)
        except Refused as refused:
            reply = refused.answer
        finally:
            self._send(connection, answer_bytes(reply, self._common, head_only=head_only, gzipped=gzipped))

    @staticmethod
    def _ended(work: "Future[None]") -> None:
        error = None if work.cancelled() else work.exception()
        if error is not None:
            _log.error("page_failed", error=type(error).__name__, exc_info=error)

    def _answer(self, request: Request, headers: dict[str, str]) -> Answer:
        if not self._allowed(headers.get("authorization", "")):
            return plain(401, "a bearer token is needed", WWW_Authenticate='Bearer realm="tunewright"')
        if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            return plain(413, "a body is not wanted")
        return answer(request, self._state, self._metrics, self._waiting)

    def _allowed(self, authorization: str) -> bool:
        """Compared in constant time."""
        if self._token is None:
            return True
        scheme, _, token = authorization.partition(" ")
        return hmac.compare_digest(token.strip().encode("latin-1"), self._token.encode()) and scheme.lower() == "bearer"

    @staticmethod
    def _send(connection: socket.socket, data: bytes) -> None:
        """All of it within WRITE_SECONDS; then an orderly end, so that what was sent is not lost to a reset."""
        connection.settimeout(WRITE_SECONDS)
        connection.sendall(data)  # its timeout holds for the whole
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(0.5)
            for _ in range(8):
                if not connection.recv(8192):
                    break


def serve(
    address: str,
    port: int,
    state: Callable[[], State],
    *,
    metrics: Exposition,
    token: str | None = None,
    tls: Tls | None = None,
    threads: int = 8,
    read_seconds: float = READ_SECONDS,
    waiting: Callable[[], str | None] = lambda: None,
) -> Server:
    """A server bound to `address`:`port` (0: any free port), not yet started. Raises OSError where it cannot be bound."""
    context = tls.context() if tls is not None else None
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family, backlog=64)
    return Server(listener, state, metrics, token, context, threads, read_seconds, waiting)
