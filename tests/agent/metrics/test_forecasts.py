"""Forecasts as series: time left where the limit is met, a share in any case, nothing for a server from inside."""

from dataclasses import replace

import states
from cases import cloud
from cases.cloud import alone, clusters, instances, ramp
from exposed import QUIET, of, scrape
from tunewright_agent.metrics.prometheus import exposition
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.facts.snapshot import Section, View

GIB = 1024**3
TARGET = (clusters(), instances(alone(allocated_gib=100, max_allocated_gib=None)))


def _free(per_day: float) -> CloudTrends:
    return cloud.trends(ramp("FreeStorageSpace", 90 * GIB, per_day * GIB, of="ledger", statistic="Minimum"))


def _scraped(*sections: Section, view: View = View.CLOUD) -> dict[str, dict[str | tuple[str, ...], float]]:
    snapshot = replace(states.snapshot(*sections), view=view)
    found = scrape(states.state_of(states.instance_of(snapshot, QUIET)))
    return {
        "left": of(found, "tunewright_forecast_left_seconds", "resource", "name", "bound"),
        "used": of(found, "tunewright_forecast_used_ratio", "resource", "name"),
    }


def test_time_left_and_share() -> None:
    found = _scraped(*TARGET, _free(-2))
    assert set(found["left"]) == {("storage", "ledger", "estimate"), ("storage", "ledger", "earliest")}
    assert 30 < found["left"][("storage", "ledger", "estimate")] / 86400 < 32
    assert 0.36 < found["used"][("storage", "ledger")] < 0.39


def test_what_is_never_full_has_no_time() -> None:
    found = _scraped(*TARGET, _free(1))
    assert found["left"] == {}
    assert set(found["used"]) == {("storage", "ledger")}


def test_what_was_free_before_a_size_was_allocated_is_left_out_as_in_the_check() -> None:
    """The changes stand in the window that was judged, not in what the sources read last."""
    snapshot = replace(states.snapshot(*TARGET, _free(-2)), view=View.CLOUD)
    one = states.instance_of(snapshot, QUIET)
    assert one.window is not None
    seen = replace(snapshot, sections=(*snapshot.sections, cloud.resized("ledger", "AllocatedStorage", days=4)))
    found = scrape(states.state_of(replace(one, window=replace(one.window, latest=seen))))
    assert of(found, "tunewright_forecast_left_seconds", "resource", "name", "bound") == {}


def test_nothing_without_trends_or_from_inside() -> None:
    assert _scraped(*TARGET) == {"left": {}, "used": {}}
    assert _scraped(*TARGET, _free(-2), view=View.ENGINE) == {"left": {}, "used": {}}


def test_it_is_made_once_a_reading() -> None:
    """The same reading scraped again gives the same; a new one is taken up."""
    trends = _free(-2)
    state = states.state_of(states.instance_of(replace(states.snapshot(*TARGET, trends), view=View.CLOUD), QUIET))
    held = [state]
    expose = exposition(lambda: held[0])
    first = expose()
    assert b"tunewright_forecast_left_seconds{" in first
    held[0] = states.state_of(states.instance_of(replace(states.snapshot(*TARGET, _free(1)), view=View.CLOUD), QUIET))
    assert b"tunewright_forecast_left_seconds{" not in expose()
