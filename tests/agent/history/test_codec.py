"""A snapshot goes to JSON and comes back the same; what is none says so."""

import json
from datetime import UTC, datetime

import pytest

import states
from tunewright_agent.history.codec import SnapshotError, dump_snapshot, load_snapshot
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Gap, Snapshot

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
BARE = Snapshot(
    ClusterId("shop"), InstanceId("a"), Engine.POSTGRESQL, 150018, Flavour.RDS, AT, (), (Gap("columns", "denied", AT),)
)


def test_a_full_snapshot_comes_back_the_same() -> None:
    snapshot = next(one.snapshot for one in states.shop().instances if one.snapshot is not None)
    assert snapshot.sections
    assert load_snapshot(dump_snapshot(snapshot)) == snapshot


def test_gaps_come_back_too() -> None:
    assert load_snapshot(dump_snapshot(BARE)) == BARE


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not a JSON object"),
        ("[1]", "not a JSON object"),
        ("{}", "format None"),
        (json.dumps({"format": 1}), "'sections' is missing"),
        (json.dumps({"format": 1, "sections": {}}), "cluster"),
        (dump_snapshot(BARE).replace('"postgresql"', '"oracle"'), "engine"),
        (dump_snapshot(BARE).replace('"sections": {}', '"sections": {"horoscope": 1}'), "horoscope"),
        (dump_snapshot(BARE).replace('"sections": {}', '"sections": {"statements": 1}'), "statements"),
    ],
)
def test_what_is_no_snapshot_says_so(text: str, says: str) -> None:
    with pytest.raises(SnapshotError, match=says):
        load_snapshot(text)
