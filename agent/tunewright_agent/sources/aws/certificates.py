"""Source `certificates`: the certificate authorities of the region (rds:DescribeCertificates). Fills Certificates."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_lifecycle import Certificate, Certificates

EVERY_SECONDS = 6 * 3600.0


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """All of the region. Raises SourceError."""
    del taken_at
    rows = reader.rows("rds", "describe_certificates", "Certificates", EVERY_SECONDS)
    found = [
        Certificate(row["CertificateIdentifier"], row["ValidTill"], row.get("CustomerOverrideValidTill"))
        for row in rows
        if row.get("ValidTill") is not None
    ]
    return Collected((Certificates(tuple(found)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("certificates", (Certificates,), interval_seconds=EVERY_SECONDS, deadline_seconds=60, collect=collect)
