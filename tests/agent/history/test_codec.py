"""A snapshot goes to JSON and comes back the same; what is none says so."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

import states
from cases import cloud
from tunewright_agent.history.codec import SnapshotError, dump_snapshot, load_snapshot, sections
from tunewright_analyzers.facts.cloud import CloudClusters, ServerlessScaling
from tunewright_analyzers.facts.cloud_cost import Price, Prices
from tunewright_analyzers.facts.cloud_metrics import Dimension
from tunewright_analyzers.facts.cloud_network import Ingress, SecurityGroup, SecurityGroups, SubnetRoutes
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Gap, Snapshot, View

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


def test_the_clouds_view_comes_back_the_same() -> None:
    sections = (
        cloud.clusters(cloud.aurora(scaling=ServerlessScaling(0.5, 16), pending=(("EngineVersion", "16.10"),))),
        cloud.instances(),
        SecurityGroups((SecurityGroup("sg-shop", "shop", (Ingress("tcp", 5432, 5432, ("10.0.0.0/8",)),)),)),
        cloud.trends(cloud.series("VolumeBytesUsed", 1.0, 2.0, of="shop", dimension=Dimension.CLUSTER)),
        Prices("eu-west-1", AT.date(), "the table of the release", (Price("aurora:storage", 0.1, "GiB-month"),)),
    )
    snapshot = replace(BARE, sections=sections, view=View.CLOUD)
    assert load_snapshot(dump_snapshot(snapshot)) == snapshot


def test_the_sections_of_the_clouds_view_are_known_by_their_names() -> None:
    known = sections()
    assert {name: known[name] for name in ("cloud_clusters", "subnet_routes", "prices")} == {
        "cloud_clusters": CloudClusters,
        "subnet_routes": SubnetRoutes,
        "prices": Prices,
    }
    assert all(kind.name == name for name, kind in known.items())
