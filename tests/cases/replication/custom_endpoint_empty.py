"""Cases of `replication/custom_endpoint_empty`."""

from typing import Any

from cases.case import Case, gap
from cases.cloud import aurora, clusters, member
from tunewright_analyzers.facts.cloud import ClusterEndpoint, ClusterEndpoints

SHOP = clusters(aurora())
SUBJECT = "endpoint reports"


def _custom(**changes: Any) -> ClusterEndpoints:
    given = {"identifier": "reports", "custom_kind": "READER"} | changes
    return ClusterEndpoints(
        (ClusterEndpoint("shop", "shop.cluster-x", "READER"), ClusterEndpoint("shop", "reports.x", "CUSTOM", **given))
    )


CASES = (
    Case("members that are gone", "fires", (SHOP, _custom(static_members=("shop-9",))), (SUBJECT,), severity={SUBJECT: "medium"},
         says=("leads to no member",), statements=("--static-members shop-2 shop-3",)),
    Case("all are left out", "fires", (SHOP, _custom(excluded_members=("shop-1", "shop-2", "shop-3"))), (SUBJECT,)),
    Case("for readers, and the writer only", "fires", (SHOP, _custom(static_members=("shop-1",))), (SUBJECT,), says=("leads to the writer only",)),
    Case("a reader", "silent", (SHOP, _custom(static_members=("shop-1", "shop-3")))),
    Case("any", "silent", (SHOP, _custom(static_members=("shop-1",), custom_kind="ANY"))),
    Case("a cluster without readers", "silent", (clusters(aurora(members=(member(1),))), _custom())),
    Case("endpoints denied", "gap", (SHOP,), gaps=(gap(ClusterEndpoints),)),
)  # fmt: skip
