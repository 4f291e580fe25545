"""The one door of all webhooks: forbidden addresses, names that answer twice otherwise, redirects, slow and busy receivers."""

import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator

import pytest

import receivers
from tunewright_alerts import web
from tunewright_alerts.delivery import Busy, Refused, Unreachable

LOOPBACK = (ipaddress.ip_network("127.0.0.1/32"),)


@pytest.fixture
def receiver() -> Iterator[receivers.Receiver]:
    with receivers.http() as made:
        yield made


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
     "::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "ff02::1"],
)  # fmt: skip
def test_private_and_special_addresses_are_not_permitted(address: str) -> None:
    assert not web.permitted(address, ())
    with pytest.raises(Refused, match="private or special"):
        web.judged("hook.example.net", 443, (), lambda host, port: (address,))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are(address: str) -> None:
    assert web.permitted(address, ())


def test_a_network_is_allowed_by_name_and_no_other() -> None:
    allowed = (ipaddress.ip_network("10.0.0.0/8"),)
    assert web.permitted("10.9.9.9", allowed)
    assert web.permitted("::ffff:10.9.9.9", allowed)
    assert not web.permitted("169.254.169.254", allowed)


def test_one_private_address_among_public_ones_is_refused() -> None:
    with pytest.raises(Refused):
        web.judged("mixed.example.net", 443, (), lambda host, port: ("8.8.8.8", "127.0.0.1"))


def test_a_name_is_looked_up_once_and_the_judged_address_is_used(receiver: receivers.Receiver) -> None:
    """DNS rebinding: a second look-up would answer otherwise; there is none, and the Host header stays the name."""
    looked: list[str] = []

    def resolver(host: str, port: int) -> tuple[str, ...]:
        looked.append(host)
        return ("127.0.0.1",) if len(looked) == 1 else ("169.254.169.254",)

    port = receiver.url.rpartition(":")[2]
    web.post(f"http://hook.example.invalid:{port}/x", b"{}", {}, LOOPBACK, resolver)
    assert looked == ["hook.example.invalid"]
    assert receiver.received[0].headers["Host"] == f"hook.example.invalid:{port}"


def test_a_redirect_is_not_followed(receiver: receivers.Receiver) -> None:
    receiver.answers = [(302, {"Location": f"{receiver.url}/elsewhere"})]
    with pytest.raises(Refused, match="redirects"):
        web.post(receiver.url, b"{}", {}, LOOPBACK)
    assert len(receiver.received) == 1


def test_busy_receivers_say_how_long(receiver: receivers.Receiver) -> None:
    receiver.answers = [(429, {"Retry-After": "7"}), (503, {"Retry-After": "soon"}), (404, {})]
    with pytest.raises(Busy) as told:
        web.post(receiver.url, b"{}", {}, LOOPBACK)
    assert told.value.after_seconds == 7
    with pytest.raises(Busy) as told:
        web.post(receiver.url, b"{}", {}, LOOPBACK)
    assert told.value.after_seconds is None
    with pytest.raises(Refused):
        web.post(f"{receiver.url}/secret/path", b"{}", {}, LOOPBACK)


def test_a_receiver_that_trickles_is_cut_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def trickle() -> None:
            with contextlib.suppress(OSError), server.accept()[0] as taken:
                while not done.is_set():
                    taken.sendall(b"H")
                    time.sleep(0.05)

        threading.Thread(target=trickle, daemon=True).start()
        with pytest.raises(Unreachable):
            web.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, LOOPBACK, seconds=0.4)
        done.set()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/y",
        "file:///etc/passwd",
        "https://u:p@host/",
        "http://",
        "http://h:99999/",
        "http://host/\r\nX: y",
        "http://höst/",
    ],
)
def test_what_is_no_web_address_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(Refused) as told:
        web.post(url, b"", {})
    assert url not in told.value.reason
