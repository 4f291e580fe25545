"""Lanes: newest replaces older, one at a time, failures reported, closing bounded."""

import threading

from tunewright_agent.lanes import Job, Lane, attempt


def _ignore(_: Exception) -> None:
    """The job is not expected to fail."""


def test_a_newer_offer_replaces_the_waiting_one_and_is_counted() -> None:
    lane = Lane("t")
    begun, release, done = threading.Event(), threading.Event(), []

    def slow() -> None:
        begun.set()
        assert release.wait(60)

    lane.start()
    assert lane.offer(Job("slow", slow, _ignore))
    assert begun.wait(60)
    assert lane.offer(Job("a", lambda: done.append("old"), _ignore))
    assert not lane.offer(Job("a", lambda: done.append("new"), _ignore))
    assert not lane.offer(Job("slow", slow, _ignore))
    release.set()
    assert lane.idle(60)
    assert done == ["new"]
    assert lane.skipped("a") == 1
    assert lane.skipped("slow") == 1
    assert lane.close(60)


def test_a_failing_job_is_reported_and_the_lane_goes_on() -> None:
    lane, errors, done = Lane("t"), [], []

    def fails() -> None:
        raise ValueError("no")

    lane.start()
    lane.offer(Job("bad", fails, errors.append))
    assert lane.idle(60)
    lane.offer(Job("good", lambda: done.append(1), _ignore))
    assert lane.idle(60)
    assert [type(error) for error in errors] == [ValueError]
    assert done == [1]
    lane.close(60)


def test_close_drops_waiting_jobs_and_says_when_the_running_one_does_not_end() -> None:
    lane, begun, release, done = Lane("t"), threading.Event(), threading.Event(), []

    def stuck() -> None:
        begun.set()
        release.wait(60)

    lane.start()
    lane.offer(Job("stuck", stuck, _ignore))
    assert begun.wait(60)
    lane.offer(Job("later", lambda: done.append(1), _ignore))
    assert not lane.close(0.05)
    assert not lane.offer(Job("later", lambda: done.append(2), _ignore))
    release.set()
    assert lane.close(60)
    assert done == []


def test_attempt_hands_the_exception_over() -> None:
    errors: list[Exception] = []

    def fails() -> None:
        raise KeyError("x")

    attempt(fails, errors.append)
    assert [type(error) for error in errors] == [KeyError]
