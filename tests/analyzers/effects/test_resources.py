"""Marks of a cloud's resources, what a command orders of them, and the lines that take a change back."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

import aws_cli
from cases import cloud
from cases.case import NOW
from tunewright_analyzers.effects.factual import Answered, Cost, cost, judge
from tunewright_analyzers.effects.match import answers, stands, touches, undoes
from tunewright_analyzers.effects.observe import catalogue, joined, observed
from tunewright_analyzers.effects.orders import CLUSTER, INSTANCE, Order, orders
from tunewright_analyzers.facts.cloud import (
    CloudClusters,
    CloudInstances,
    ClusterEndpoint,
    ClusterEndpoints,
    ServerlessScaling,
)
from tunewright_analyzers.facts.cloud_backup import SnapshotShare, SnapshotShares
from tunewright_analyzers.facts.cloud_cost import Price, Prices
from tunewright_analyzers.facts.cloud_network import Ingress, SecurityGroup, SecurityGroups
from tunewright_analyzers.facts.cloud_parameters import CloudParameter, ParameterGroup, ParameterGroups
from tunewright_analyzers.facts.effects import Change, Outcome
from tunewright_analyzers.facts.ids import CheckId, ClusterId, FindingId, InstanceId, RecommendationId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Section, Snapshot, View
from tunewright_analyzers.finding import Subject
from tunewright_analyzers.recommendation import Action, Expectation, Form, Recommendation

SHOP = ClusterId("shop")


def snapshot(*sections: Section, hours: int = 0) -> Snapshot:
    """So many hours after NOW, as AWS sees it."""
    at = NOW + timedelta(hours=hours)
    return Snapshot(SHOP, InstanceId("aws"), Engine.POSTGRESQL, 160009, Flavour.AURORA, at, sections, view=View.CLOUD)


def between(before: tuple[Section, ...], after: tuple[Section, ...]) -> tuple[Change, ...]:
    """The changes; each has a way back that the AWS CLI takes, or says why there is none."""
    one, two = snapshot(*before), snapshot(*after, hours=1)
    found = observed(SHOP, catalogue(one), catalogue(two), two)
    for change in found:
        assert change.undo or change.caution
        for line in (*change.undo, *change.redo):
            aws_cli.check(line)
    return found


def whole(*members: Any, **changes: Any) -> tuple[Section, ...]:
    """The sound cluster with those changes, and its members."""
    return (CloudClusters((cloud.aurora(**changes),)), CloudInstances(members or (cloud.instance(),)))


def group(**values: str) -> ParameterGroups:
    """The group shop-16 with those parameters set, one that is static, and one that nobody set."""
    static = {"shared_buffers": "static"}
    rows = tuple(
        CloudParameter(name.replace("__", "."), value, "user", static.get(name, "dynamic"))
        for name, value in values.items()
    )
    left = CloudParameter("work_mem", "4096", "engine-default", "dynamic")
    return ParameterGroups((ParameterGroup("shop-16", True, "aurora-postgresql16", (*rows, left)),))


def advice(*lines: str, expectation: Expectation | None = None) -> Recommendation:
    """Of the cloud's kind."""
    return Recommendation(
        RecommendationId("r"), FindingId("f"), CheckId("backup/retention_short"), Subject("cluster", "shop"),
        Action.MODIFY_RESOURCE, lines, expectation, "", (), form=Form.AWS_CLI,
    )  # fmt: skip


VALUES: dict[str, tuple[Any, Any]] = {
    "engine_version": ("16.9", "16.10"), "storage_type": ("aurora", "aurora-iopt1"), "security_groups": (("sg-a", "sg-b"), ("sg-a",)),
    "has_iam_authentication": (False, True), "backup_retention_days": (1, 7), "has_deletion_protection": (False, True),
    "copies_tags": (False, True), "upgrades_minor_versions": (False, True), "log_exports": ((), ("postgresql",)),
    "insights_mode": ("standard", "advanced"), "has_performance_insights": (False, True), "monitoring_interval_seconds": (0, 60),
    "parameter_group": ("a", "b"), "backtrack_window_seconds": (0, 3600), "instance_class": ("db.r6g.large", "db.r8g.large"),
    "scaling": (ServerlessScaling(0.5, 16), ServerlessScaling(2, 32)), "promotion_tier": (1, 2), "is_publicly_accessible": (True, False),
    "performance_insights_retention_days": (7, 465), "certificate": ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1"),
    "is_multi_zone": (False, True), "allocated_gib": (20, 40), "max_allocated_gib": (40, 80), "iops": (3000, 4000),
}  # fmt: skip


@pytest.mark.parametrize("field", CLUSTER, ids=lambda one: one.field)
def test_each_field_of_a_cluster_is_seen_and_its_own_redo_line_orders_it(field: Any) -> None:
    was, is_now = VALUES[field.attribute]
    (change,) = between(whole(**{field.attribute: was}), whole(**{field.attribute: is_now}))
    assert change.name == f"cluster shop: {field.field}"
    assert field.once or answers(change, advice(*change.redo))
    assert not answers(change, advice(*change.undo))


@pytest.mark.parametrize("field", INSTANCE, ids=lambda one: one.field)
def test_each_field_of_an_instance_is_seen_and_its_own_redo_line_orders_it(field: Any) -> None:
    was, is_now = (
        (CloudInstances((replace(cloud.instance(), cluster=None, **{field.attribute: value}),)),)
        for value in VALUES[field.attribute]
    )
    (change,) = between(was, is_now)
    assert change.name == f"instance shop-1: {field.field}"
    assert field.once or answers(change, advice(*change.redo))


@pytest.mark.parametrize(("fields", "operation", "shape"), [
    (CLUSTER, "ModifyDBCluster", "DBCluster"), (INSTANCE, "ModifyDBInstance", "DBInstance"),
])  # fmt: skip
def test_the_fields_and_options_are_those_of_the_api(fields: tuple[Any, ...], operation: str, shape: str) -> None:
    model = botocore.session.get_session().get_service_model("rds")
    known = model.operation_model(operation).input_shape
    assert known is not None
    options = {xform_name(name, "-") for name in known.members}
    assert {one.option for one in fields} <= options
    fields_told = model.shape_for(shape).members  # type: ignore[attr-defined]
    within = {"CACertificateIdentifier", "ServerlessV2ScalingConfiguration"}
    assert {one.field for one in fields} - within <= set(fields_told)


def test_a_member_repeats_nothing_that_its_cluster_says() -> None:
    before = whole(cloud.instance(backup_retention_days=1), backup_retention_days=1)
    after = whole(cloud.instance(backup_retention_days=7), backup_retention_days=7)
    assert [one.name for one in between(before, after)] == ["cluster shop: BackupRetentionPeriod"]


def test_parameters_are_set_changed_and_reset_and_a_text_is_never_kept() -> None:
    (made,) = between((*whole(), group()), (*whole(), group(rds__force_ssl="1")))
    assert str(made) == "resource changed: cluster parameter group shop-16: rds.force_ssl from none to 1"
    assert "reset-db-cluster-parameter-group" in made.undo[0]
    (static,) = between((*whole(), group(shared_buffers="1")), (*whole(), group(shared_buffers="2")))
    assert "ApplyMethod=pending-reboot" in static.undo[0]
    secret = [(*whole(), group(search_path=value)) for value in ("hunter2, public", "public")]
    (text,) = between(*secret)
    assert "hunter2" not in repr(text)
    assert "hunter2" not in repr(catalogue(snapshot(*secret[0])))
    assert text.before != text.now
    assert (text.undo, text.caution is None) == ((), False)


def test_another_group_or_no_group_is_no_change_of_its_parameters() -> None:
    other = ParameterGroups((replace(group(rds__force_ssl="1").rows[0], group_name="other"),))
    assert between((*whole(), group()), (*whole(), other)) == ()
    assert between((*whole(), group(rds__force_ssl="1")), whole()) == ()


def test_what_was_not_read_is_compared_when_it_is_read_again() -> None:
    one, two = snapshot(*whole(), group()), snapshot(*whole(), hours=1)
    three = snapshot(*whole(), group(rds__force_ssl="1"), hours=2)
    kept = joined(catalogue(one), catalogue(two))
    assert [change.name for change in observed(SHOP, kept, catalogue(three), three)] == [
        "cluster parameter group shop-16: rds.force_ssl"
    ]
    assert joined(catalogue(snapshot()), catalogue(one)).resources == catalogue(one).resources


def test_members_that_come_and_go_but_not_those_of_autoscaling() -> None:
    (made,) = between(whole(), whole(cloud.instance(1), cloud.instance(2)))
    assert (made.name, made.object, made.now) == ("instance shop-2", "instance of cluster shop", "db.r8g.xlarge")
    line = "aws rds create-db-instance --db-instance-identifier shop-standby --db-cluster-identifier shop --engine aurora-postgresql"
    assert answers(made, advice(line)), "under whatever name"
    (gone,) = between(whole(cloud.instance(1), cloud.instance(2)), whole())
    assert undoes(replace(gone, at=made.at + timedelta(hours=1)), made)
    assert not answers(gone, advice(line))
    removal = advice("aws rds delete-db-instance --db-instance-identifier shop-2 --region eu-west-1")
    assert answers(gone, removal)
    assert stands(removal, snapshot(*whole()))
    assert not stands(removal, snapshot(*whole(cloud.instance(1), cloud.instance(2))))
    assert not stands(removal, snapshot(group())), "members were not read"
    scaled = replace(cloud.instance(2), identifier="application-autoscaling-1b2c")
    assert between(whole(), whole(cloud.instance(), scaled)) == ()


def test_rules_of_a_security_group_and_shares_of_a_snapshot() -> None:
    rule = Ingress("tcp", 5432, 5432, ("0.0.0.0/0",))
    shut, wide = ((*whole(), SecurityGroups((SecurityGroup("sg-shop", "shop", rules),))) for rules in ((), (rule,)))
    (made,) = between(shut, wide)
    assert made.undo[0].startswith("aws ec2 revoke-security-group-ingress --group-id sg-shop")
    (gone,) = between(wide, shut)
    assert answers(gone, advice(*made.undo))
    assert stands(advice(*made.undo), snapshot(*shut))
    assert not stands(advice(*made.undo), snapshot(*wide))
    shared, kept = ((*whole(), SnapshotShares((SnapshotShare("demo", True, to),))) for to in (("all",), ()))
    (closed,) = between(shared, kept)
    line = "aws rds modify-db-cluster-snapshot-attribute --db-cluster-snapshot-identifier demo --attribute-name restore --values-to-remove all"
    assert answers(closed, advice(line))
    assert "--values-to-add all" in closed.undo[0]


def test_static_members_of_an_endpoint() -> None:
    one, two = (
        (*whole(), ClusterEndpoints((ClusterEndpoint("shop", "a", "CUSTOM", identifier="reports", static_members=names),)))
        for names in (("shop-9",), ("shop-2", "shop-3"))
    )  # fmt: skip
    (change,) = between(one, two)
    line = "aws rds modify-db-cluster-endpoint --db-cluster-endpoint-identifier reports --static-members shop-3 shop-2 --region eu-west-1"
    assert answers(change, advice(line))


@pytest.mark.parametrize(
    ("wanted", "before", "now", "met"),
    [
        ("7", "1", "7", True),
        ("7", "1", "14", True),
        ("7", "1", "3", False),
        ("7", "14", "7", True),
        ("7", "7", "1", False),
        ("8", "16", "4", True),
        ("true", "false", "true", True),
        ("db.r8g.large", "db.r5.large", "db.r7g.large", False),
        ("MinCapacity=2,MaxCapacity=21", "MinCapacity=2,MaxCapacity=16", "MinCapacity=2,MaxCapacity=32", True),
        ("MinCapacity=2,MaxCapacity=21", "MinCapacity=2,MaxCapacity=16", "MinCapacity=0.5,MaxCapacity=32", False),
        ("MinCapacity=2,MaxCapacity=21", "MinCapacity=2,MaxCapacity=16", "MinCapacity=2,MaxCapacity=21,SecondsUntilAutoPause=300", True),
    ],
)  # fmt: skip
def test_a_change_answers_an_order_where_it_does_as_much_or_more(wanted: str, before: str, now: str, met: bool) -> None:
    assert Order("x", wanted).is_met(before, now) is met


def test_a_field_that_went_another_way_touches_the_advice_and_a_reboot_orders_nothing() -> None:
    line = (
        "aws rds modify-db-instance --db-instance-identifier shop-1 --db-instance-class db.r8g.large --region eu-west-1"
    )
    (change,) = between(whole(), whole(cloud.instance(instance_class="db.r7g.large")))
    assert touches(change, advice(line))
    assert not answers(change, advice(line))
    assert not touches(change, advice(line.replace("shop-1", "shop-2")))
    assert orders(["aws rds reboot-db-instance --db-instance-identifier shop-1 --region eu-west-1"]) == ()


PRICES = Prices(cloud.REGION, date(2026, 11, 1), "the case's own", (
    Price("aurora:db.r8g.xlarge", 0.5, "hour"), Price("aurora:db.r8g.large", 0.25, "hour"), Price("rds:postgres:db.m8g.large", 0.2, "hour"),
    Price("aurora:iopt:class-factor", 1.3, "ratio"),
))  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "dollars"),
    [
        (whole(), whole(cloud.instance(instance_class="db.r8g.large")), (365.0, 182.5)),
        (whole(storage_type="aurora-iopt1"), whole(cloud.instance(instance_class="db.r8g.large"), storage_type="aurora-iopt1"), (474.5, 237.25)),
        (whole(), whole(cloud.instance(1), cloud.instance(2)), (0.0, 365.0)),
        (whole(cloud.instance(1), cloud.instance(2)), whole(), (365.0, 0.0)),
        (whole(), whole(cloud.instance(instance_class="db.r99.large")), None),
        (whole(backup_retention_days=1), whole(backup_retention_days=7), None),
        ((CloudInstances((cloud.alone(is_multi_zone=False),)),), (CloudInstances((cloud.alone(is_multi_zone=True),)),), (146.0, 292.0)),
    ],
    ids=["class", "class on I/O-Optimized", "a member more", "a member less", "no price", "not paid by the hour", "a standby"],
)  # fmt: skip
def test_what_a_change_costs_by_the_hour(
    before: tuple[Section, ...], after: tuple[Section, ...], dollars: tuple[float, float] | None
) -> None:
    (change,) = between(before, after)
    found = cost(change, snapshot(*after, PRICES))
    assert (None if found is None else (found.before, found.after)) == (
        None if dollars is None else pytest.approx(dollars)
    )
    assert cost(change, snapshot(*after, replace(PRICES, region="mars-1"))) is None


def test_an_effect_by_facts_says_what_went_what_came_and_the_dollars() -> None:
    (change,) = between(whole(backup_retention_days=1), whole(backup_retention_days=7))
    promise = Expectation("bill", 100.0, 80.0, "dollars a month", "list prices")
    mine = Answered(advice(expectation=promise), is_gone=True)
    money = Cost(100.0, 85.0, "list price")
    kept = judge(change, mine, (), money, None, change.at)
    assert (kept.outcome, kept.kept, kept.promised, kept.measured) == (Outcome.HELPED, True, 0.8, 0.85)
    assert kept.saved_dollars_a_month == 15.0
    stands_still = Answered(advice(), is_gone=False)
    assert judge(change, stands_still, (), None, None, change.at).outcome is Outcome.MEASURING
    late = judge(change, stands_still, (), None, None, change.at + timedelta(days=7))
    assert (late.outcome, late.kept, late.is_final) == (Outcome.UNCHANGED, False, True)
    assert (
        judge(change, None, ("a (b)", "c (d)"), None, None, change.at).because == "it brought 2 findings: a (b); c (d)"
    )
