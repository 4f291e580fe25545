"""What the samples of a minute add up to: connections at the busiest moment, and autovacuum's workers with those asleep for the cost delay."""

from cases.facts import ago, session
from tunewright_agent.sources.activity_tally import Tally
from tunewright_analyzers.facts.sessions import Session, Sessions


def _worker(pid: int, event: str | None) -> Session:
    return session(
        pid, backend_type="autovacuum worker", state="active", wait_type="Timeout" if event else None, wait_event=event
    )


def test_connections_count_idle_ones_and_workers_are_told_from_clients() -> None:
    tally = Tally(1.0)
    clients = [session(pid, state="idle") for pid in range(5)]
    tally.add(Sessions(ago(seconds=3), (*clients, _worker(90, "VacuumDelay"), _worker(91, None))))
    load = tally.add(Sessions(ago(seconds=2), (*clients[:2], _worker(90, "VacuumDelay"))))
    assert (load.samples, load.peak_connections) == (2, 5)
    assert (load.autovacuum_samples, load.autovacuum_delayed_samples) == (3, 2)


def test_a_new_minute_begins_at_nothing() -> None:
    tally = Tally(1.0)
    tally.add(Sessions(ago(minutes=2), (session(1), _worker(90, None))))
    finished = tally.add(Sessions(ago(seconds=30), (session(1), session(2))))
    assert (finished.peak_connections, finished.autovacuum_samples) == (1, 1)
    running = tally.add(Sessions(ago(seconds=29), (session(1),)))
    assert (running.samples, running.peak_connections, running.autovacuum_samples) == (2, 2, 0)
