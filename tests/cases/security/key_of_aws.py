"""Cases of `security/key_of_aws`."""

from cases.case import Case, gap
from cases.cloud import KEY, aurora, clusters, instances
from tunewright_analyzers.facts.cloud_keys import StorageKey, StorageKeys

SHOP = (clusters(aurora()), instances())

CASES = (
    Case("AWS' key", "fires", (*SHOP, StorageKeys((StorageKey(KEY, "AWS"),))), ("cluster shop",), severity={"cluster shop": "low"}),
    Case("one's own", "silent", (*SHOP, StorageKeys((StorageKey(KEY, "CUSTOMER"),)))),
    Case("not encrypted at all", "silent", (clusters(aurora(is_encrypted=False)), instances(), StorageKeys((StorageKey(KEY, "AWS"),)))),
    Case("keys denied", "gap", SHOP, gaps=(gap(StorageKeys),)),
)  # fmt: skip
