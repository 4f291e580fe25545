"""The clock ticks, changes its interval, and stops."""

import threading

from tunewright_agent.clock import Clock


def test_ticks_come_and_an_interval_can_be_changed() -> None:
    clock, ticks = Clock(), threading.Semaphore(0)
    clock.every("t", 3600.0, ticks.release, first_in_seconds=0.0)
    clock.start()
    assert ticks.acquire(timeout=60)
    assert not ticks.acquire(timeout=0.3)
    clock.change("t", 0.05)
    assert ticks.acquire(timeout=60)
    assert ticks.acquire(timeout=60)
    clock.stop()
