"""`maintenance/certificate_expiring`: reads CloudInstances, Certificates; says whose server certificate runs out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.facts.cloud import CloudInstance, CloudInstances
from tunewright_analyzers.facts.cloud_lifecycle import Certificates
from tunewright_analyzers.finding import Evidence, Severity


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How early to say it."""

    days_left: float = threshold(90, "days", "Days before the certificate ends from which it is told.")
    high_days: float = threshold(30, "days", "Days from which it is severe.")


def _ends(row: CloudInstance, certificates: Certificates) -> tuple[datetime | None, str]:
    """The earlier end of the server's certificate and its authority's, and the field that says it."""
    ends = (
        []
        if row.certificate_valid_till is None
        else [(row.certificate_valid_till, "DBInstance.CertificateDetails.ValidTill")]
    )
    ends += [
        (one.valid_till, "Certificate.ValidTill") for one in certificates.rows if one.identifier == row.certificate
    ]
    return min(ends, default=(None, ""), key=lambda end: end[0])  # fmt: skip


@check(
    needs=(CloudInstances, Certificates),
    thresholds=Thresholds,
    controls=("prowler:rds_instance_certificate_expiration",),
)
def certificate_expiring(context: Context[Thresholds]) -> Iterator[Verdict]:
    """An instance whose TLS certificate, or the authority behind it, runs out.

    Risk: from that moment every client that verifies the server refuses to connect.
    Evidence: CertificateDetails.ValidTill of DescribeDBInstances, ValidTill of DescribeCertificates.
    Remedy: first give the clients the newer bundle of authorities, then set the newest CA; most engines take it without a restart.
    False positives: RDS renews the server's certificate by itself where the authority lives on; clients that do not verify.
    """
    certificates, now = context.window.need(Certificates), context.window.end
    newest = max(certificates.rows, key=lambda one: one.valid_till, default=None)
    for row in context.window.need(CloudInstances).rows:
        end, field = _ends(row, certificates)
        left = (end - now).total_seconds() / 86400 if end is not None else 1e9
        if end is None or left > context.thresholds.days_left:
            continue
        found = context.finding(
            subject(row),
            Severity.HIGH if left < context.thresholds.high_days else Severity.MEDIUM,
            f"The certificate of {row.identifier} {'ends' if left > 0 else 'ended'} on {end:%Y-%m-%d}.",
            Evidence("ValidTill", end.isoformat(), "", field),
            evidence(row, "CACertificateIdentifier", row.certificate or "unknown"),
        )
        yield found
        if newest is not None and newest.identifier != row.certificate:
            yield mended(
                context,
                found,
                modify(row, ca_certificate_identifier=newest.identifier),
                risk="Clients that verify and do not know the new authority are refused; an old engine version restarts.",
                rollback=(modify(row, ca_certificate_identifier=row.certificate),) if row.certificate else (),
                template=desired(row, CACertificateIdentifier=newest.identifier),
            )
