"""The watchdog that cuts a connection at its deadline, on real sockets."""

import os
import socket
import threading

import pytest

from tunewright_agent.watchdog import Watchdog, shut


def test_cuts_a_silent_connection() -> None:
    here, there = socket.socketpair()
    with here, there, Watchdog(lambda: here.shutdown(socket.SHUT_RDWR), 0.01) as watchdog:
        assert here.recv(1) == b""
    assert watchdog.fired


def test_lets_a_quick_one_be() -> None:
    here, there = socket.socketpair()
    with here, there:
        with Watchdog(lambda: here.shutdown(socket.SHUT_RDWR), 60) as watchdog:
            there.send(b"x")
            assert here.recv(1) == b"x"
        there.send(b"y")
        assert here.recv(1) == b"y"
    assert not watchdog.fired


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_connection_that_ended_meanwhile_is_no_error() -> None:
    here, there = socket.socketpair()
    here.close(), there.close()
    called = threading.Event()

    def cut() -> None:
        called.set()
        here.shutdown(socket.SHUT_RDWR)

    with Watchdog(cut, 0.0):
        assert called.wait(60)


def test_shut_leaves_the_descriptor_to_its_owner() -> None:
    here, there = socket.socketpair()
    with here, there:
        shut(here.fileno())
        assert there.recv(1) == b""
        os.fstat(here.fileno())
