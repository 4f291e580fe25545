"""Expositions taken apart by prometheus_client's parser, for the tests of this room."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

import states
from cases.case import NOW
from tunewright_agent.metrics.prometheus import exposition
from tunewright_agent.state import Judgement, State
from tunewright_analyzers.facts.snapshot import Section

QUIET = Judgement(NOW, (), (), ())
Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def series(body: bytes) -> Series:
    """Value by (name, sorted labels). Fails where a pair is there twice: Prometheus would refuse the scrape."""
    found: Series = {}
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in found, f"twice: {key}"
            found[key] = sample.value
    return found


def scrape(state: State) -> Series:
    """One scrape by a fresh collector."""
    return series(exposition(lambda: state)())


def of(found: Series, name: str, *labels: str) -> dict[str | tuple[str, ...], float]:
    """The series of one metric: value by the values of these labels (a bare text where it is one label)."""
    values: dict[str | tuple[str, ...], float] = {}
    for (metric, pairs), value in found.items():
        if metric == name:
            known = dict(pairs)
            key = tuple(known[label] for label in labels)
            values[key[0] if len(key) == 1 else key] = value
    return values


class Scraper:
    """One daemon scraped again and again, a minute apart unless told otherwise."""

    def __init__(self, top: int = 50) -> None:
        self._state = states.state_of()
        self._expose: Callable[[], bytes] = exposition(lambda: self._state, top)
        self._now = NOW

    def scrape(self, *sections: Section, later: timedelta = timedelta(minutes=1)) -> Series:
        """What is exposed when the server's newest facts are these; no window, so that rank is by the level."""
        return self.of_state(states.state_of(states.instance_of(states.snapshot(*sections), QUIET)), later)

    def windowed(self, total: Iterable[Section], lately: Iterable[Section]) -> Series:
        """The same where the window says what is large now."""
        one = states.instance_of(states.snapshot(*total), QUIET)
        assert one.window is not None
        window = replace(one.window, deltas=tuple(lately))
        return self.of_state(states.state_of(replace(one, window=window)))

    def of_state(self, state: State, later: timedelta = timedelta(minutes=1)) -> Series:
        """The next scrape, of this state."""
        self._now += later
        self._state = replace(state, now=self._now)
        return series(self._expose())
