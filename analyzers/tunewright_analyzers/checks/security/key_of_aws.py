"""`security/key_of_aws`: reads CloudClusters, CloudInstances, StorageKeys; says whose storage AWS' own key encrypts."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.resources import evidence, owners, subject
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_keys import StorageKeys
from tunewright_analyzers.finding import Evidence, Severity


@check(needs=(CloudClusters, CloudInstances, StorageKeys))
def key_of_aws(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Storage that is encrypted with the account's aws/rds key instead of one that its owner manages.

    Risk: nobody can say who may use that key, revoke it, or share a snapshot with another account.
    Evidence: KmsKeyId of the cluster or instance, and KeyManager of kms:DescribeKey.
    Remedy: a key of one's own with rotation; it can only be changed by a restore from a snapshot, as for encryption itself.
        No command: which key it shall be is yours to know; then as security/storage_unencrypted.
    False positives: no rule asks for keys of one's own.
    """
    keys = context.window.need(StorageKeys)
    for row in owners(context.window):
        key = keys.get(row.kms_key) if row.is_encrypted else None
        if key is None or key.manager != "AWS":
            continue
        yield context.finding(
            subject(row),
            Severity.LOW,
            f"The storage of {row.identifier} is encrypted with the account's aws/rds key, not with a key of its owner.",
            evidence(row, "KmsKeyId", key.arn),
            Evidence("KeyManager", key.manager, "", "kms:DescribeKey"),
        )
