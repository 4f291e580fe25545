"""The pages over real sockets: what is answered, and what a slow, large or hostile client gets."""

import contextlib
import gzip
import http.client
import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import states
from tunewright_agent.reports.render import style_hash
from tunewright_agent.state import State
from tunewright_agent.web import Server, Tls, serve

METRICS = b"# HELP tunewright_up x\n# TYPE tunewright_up gauge\n" + b"tunewright_up 1\n" * 200


@pytest.fixture(scope="module")
def shop() -> State:
    return states.shop()


@pytest.fixture
def served(shop: State) -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(state: State = shop, **options: object) -> Server:
        options.setdefault("metrics", lambda: METRICS)
        running.append(serve("127.0.0.1", 0, lambda: state, **options).start())  # type: ignore[arg-type]
        return running[-1]

    yield start
    for one in running:
        one.stop(1.0)


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(*server.address, timeout=60)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    return reply.status, {name.lower(): value for name, value in reply.getheaders()}, body


def raw(server: Server, data: bytes) -> bytes:
    """Everything that comes back for these bytes."""
    with socket.create_connection(server.address, timeout=60) as connection:
        connection.sendall(data)
        received = b""
        while more := connection.recv(65536):
            received += more
        return received


def test_health_and_readiness(served: Callable[..., Server]) -> None:
    ready, starting = served(), served(states.empty())
    assert ask(ready, "/healthz")[0] == 200
    assert ask(ready, "/readyz")[0] == 200
    assert ask(starting, "/healthz")[0] == 200
    status, headers, _ = ask(starting, "/readyz")
    assert (status, headers["retry-after"]) == (503, "5")


def test_the_root_leads_to_the_findings(served: Callable[..., Server]) -> None:
    status, headers, _ = ask(served(), "/")
    assert (status, headers["location"]) == (302, "/findings")


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/findings", "", "text/html"),
        ("/findings", "*/*", "text/html"),
        ("/findings", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("/findings", "application/json", "application/json"),
        ("/findings", "text/html;q=0.4, application/json;q=0.5", "application/json"),
        ("/findings?format=json", "text/html", "application/json"),
        ("/findings?format=html", "application/json", "text/html"),
        ("/findings", "application/json;q=abc", "text/html"),
    ],
)
def test_findings_come_as_wanted(served: Callable[..., Server], path: str, accept: str, kind: str) -> None:
    status, headers, body = ask(served(), path, Accept=accept)
    assert status == 200
    assert headers["content-type"].startswith(kind)
    if kind == "application/json":
        assert set(json.loads(body)) == {"findings", "recommendations", "not_judged"}
    else:
        assert body.startswith(b"<!doctype html>")


def test_findings_in_a_form_that_does_not_exist(served: Callable[..., Server]) -> None:
    assert ask(served(), "/findings?format=xml")[0] == 400
    assert ask(served(), "/findings?" + "&".join(f"a{number}=1" for number in range(50)))[0] == 400


def test_metrics_plain_and_compressed(served: Callable[..., Server]) -> None:
    server = served()
    status, headers, body = ask(server, "/metrics", Accept_Encoding="identity")
    assert (status, body) == (200, METRICS)
    assert headers["content-type"].startswith("text/plain; version=0.0.4")
    status, headers, body = ask(server, "/metrics", Accept_Encoding="deflate, gzip;q=0.9")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == METRICS
    assert "content-encoding" not in ask(server, "/metrics", Accept_Encoding="gzip;q=0")[1]


def test_head_has_the_length_and_no_body(served: Callable[..., Server]) -> None:
    server = served()
    _, expected, body = ask(server, "/findings")
    status, headers, nothing = ask(server, "/findings", "HEAD")
    assert (status, nothing) == (200, b"")
    assert headers["content-length"] == expected["content-length"] == str(len(body))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_only_reading_is_possible(served: Callable[..., Server], method: str) -> None:
    status, headers, _ = ask(served(), "/findings", method)
    assert (status, headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/findings/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//findings",
        "/findings/",
        "/static/style.css",
        "/metrics%00",
        "/FINDINGS",
        "http://169.254.169.254/latest/meta-data",
        "/" + "a" * 7000,
    ],
)
def test_no_other_path_exists(served: Callable[..., Server], path: str) -> None:
    reply = raw(served(), f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert reply.startswith(b"HTTP/1.1 404 ")
    assert b"root:" not in reply
    assert path[:50].encode() not in reply.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET /a b HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n folded: x\r\n\r\n", 400),
        (b"GET http://[ HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", 413),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413),
    ],
)
def test_what_is_not_a_request_is_refused(served: Callable[..., Server], data: bytes, status: int) -> None:
    assert raw(served(), data).startswith(f"HTTP/1.1 {status} ".encode())


def test_a_request_in_pieces_is_read(served: Callable[..., Server]) -> None:
    with socket.create_connection(served().address, timeout=60) as connection:
        for piece in (b"GET /heal", b"thz HTTP/1.1\r", b"\nHost: x\r\n\r", b"\n"):
            connection.sendall(piece)
            time.sleep(0.02)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_slow_clients_hold_no_thread_beyond_the_deadline(served: Callable[..., Server]) -> None:
    server = served(threads=2, read_seconds=0.6)
    slow = [socket.create_connection(server.address, timeout=60) for _ in range(2)]
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(0.1):
            for one in slow:
                try:
                    one.sendall(b"X")
                except OSError:
                    return

    for one in slow:
        one.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
    sender = threading.Thread(target=trickle)
    sender.start()
    replies = [one.recv(65536) for one in slow]
    stop.set()
    sender.join()
    for one in slow:
        one.close()
    assert all(reply.startswith(b"HTTP/1.1 408 ") for reply in replies)
    assert _until_ok(server)


def _until_ok(server: Server) -> bool:
    """Whether the server answers again soon: a thread needs a moment to end its last conversation."""
    for _ in range(100):
        with contextlib.suppress(ConnectionResetError):  # turned away unread, while no thread is free
            if raw(server, b"GET /healthz HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 200 "):
                return True
        time.sleep(0.05)
    return False


def test_more_clients_than_threads_are_told_at_once(served: Callable[..., Server]) -> None:
    server = served(threads=1, read_seconds=60.0)
    with socket.create_connection(server.address, timeout=60) as holder:
        holder.sendall(b"GET")
        assert _is_full(server)


def _is_full(server: Server) -> bool:
    """Whether the next one is turned away, unasked. Connections are taken in their order: those before it have their threads by then."""
    with socket.create_connection(server.address, timeout=60) as next_one:
        return next_one.recv(65536).startswith(b"HTTP/1.1 503 ")


def test_security_headers(served: Callable[..., Server]) -> None:
    _, headers, body = ask(served(), "/findings")
    assert headers["content-security-policy"].startswith(f"default-src 'none'; style-src {style_hash()};")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
    assert b"<script" not in body
    assert b" style=" not in body


def test_a_token_is_asked_of_every_request(served: Callable[..., Server]) -> None:
    server = served(token="s3cret-ü")
    for path in ("/healthz", "/findings", "/metrics", "/nothing"):
        status, headers, body = ask(server, path)
        assert (status, headers["www-authenticate"]) == (401, 'Bearer realm="tunewright"')
        assert b"s3cret" not in body
    assert ask(server, "/healthz", Authorization="Bearer wrong")[0] == 401
    assert ask(server, "/healthz", Authorization="Basic s3cret-ü")[0] == 401
    reply = raw(server, "GET /healthz HTTP/1.1\r\nauthorization: bearer s3cret-ü\r\n\r\n".encode())
    assert reply.startswith(b"HTTP/1.1 200 ")


def test_a_page_that_fails_is_a_500_and_the_next_one_works(served: Callable[..., Server]) -> None:
    def broken() -> bytes:
        raise ValueError("secret detail")

    server = served(metrics=broken)
    status, _, body = ask(server, "/metrics")
    assert status == 500
    assert b"secret detail" not in body
    assert ask(server, "/healthz")[0] == 200


def test_stop_waits_for_nobody_longer_than_the_deadline(served: Callable[..., Server]) -> None:
    server = served(threads=1, read_seconds=60.0)
    with socket.create_connection(server.address, timeout=60) as idle:
        idle.sendall(b"GET")
        assert _is_full(server)
        assert server.stop(0.2) is False
        assert idle.recv(65536) == b""
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(server.address, timeout=1)


def test_stop_when_nobody_is_there(served: Callable[..., Server]) -> None:
    assert served().stop(2.0) is True


def test_a_port_in_use_is_an_error_at_once(served: Callable[..., Server], shop: State) -> None:
    port = served().address[1]
    with pytest.raises(OSError, match="in use"):
        serve("127.0.0.1", port, lambda: shop, metrics=lambda: METRICS)


def _certificate(folder: Path) -> Tls:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return Tls(certificate, key)


def test_tls(served: Callable[..., Server], tmp_path: Path) -> None:
    tls = _certificate(tmp_path)
    server = served(tls=tls, threads=1, read_seconds=1.0)
    assert server.url.startswith("https://127.0.0.1:")
    trusted = ssl.create_default_context(cafile=str(tls.certificate))
    silent = socket.create_connection(server.address, timeout=60)  # never shakes hands
    assert silent.recv(10) == b""
    silent.close()
    for _ in range(50):
        connection = http.client.HTTPSConnection(*server.address, timeout=60, context=trusted)
        try:
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
        except OSError:
            time.sleep(0.05)  # its one thread is still ending the silent client
            continue
        finally:
            connection.close()
        break
    else:
        pytest.fail("the silent client still holds the only thread")


def test_tls_files_that_are_no_certificate(shop: State, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing")
    with pytest.raises(OSError, match=r"wrong\.pem"):
        serve("127.0.0.1", 0, lambda: shop, metrics=lambda: METRICS, tls=Tls(wrong, wrong))


def test_a_hostile_state_is_served(served: Callable[..., Server]) -> None:
    server = served(replace(states.hostile(), ready=True))
    assert ask(server, "/findings")[0] == 200
    assert json.loads(ask(server, "/findings?format=json")[2])["findings"][0]["summary"] == states.HOSTILE
