"""Local receivers for notifiers: an HTTP server that keeps what it is sent and answers as it is told, and a real SMTP server."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tunewright_agent.embedded.port import free_port

READY_SECONDS = 60.0


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """What was received; `answers` are (status, headers) for the next requests, then 200 for ever."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    on_request: Callable[[], None] | None = None


@contextmanager
def http(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver on loopback."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # the sender was killed in the middle: nothing was received
            receiver.received.append(Received(self.path, dict(self.headers.items()), body))
            if receiver.on_request is not None:
                receiver.on_request()
            status, headers = receiver.answers.pop(0) if receiver.answers else (200, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *arguments: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda request, address: None  # type: ignore[method-assign]  # a client that hangs up is meant
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@dataclass
class Mailbox:
    """The mails that a server took."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """As aiosmtpd calls it."""
        if self.answer.startswith("250"):
            mail = message_from_bytes(cast("bytes", envelope.original_content), policy=policy.default)
            self.mails.append(cast("EmailMessage", mail))
        return self.answer


@contextmanager
def smtp(
    tls: ssl.SSLContext | None = None, password: str | None = None, *, implicit: bool = False
) -> Iterator[Mailbox]:
    """A real SMTP server on a free port; with `tls` it wants STARTTLS, with `password` a login."""
    mailbox = Mailbox()
    mailbox.port = free_port()
    more: dict[str, Any] = {"ready_timeout": READY_SECONDS}
    if tls is not None and implicit:
        more["ssl_context"] = tls
    elif tls is not None:
        more |= {
            "tls_context": tls,
            "require_starttls": True,
            "auth_required": True,
            "auth_exclude_mechanism": ["LOGIN"],
        }
        more["authenticator"] = lambda server, session, envelope, mechanism, data: AuthResult(
            success=data.password == (password or "").encode(), handled=False
        )
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, **more)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
