"""Cases of `maintenance/certificate_expiring`."""

from datetime import datetime

from cases.case import Case, gap
from cases.cloud import instance, instances, later
from cases.facts import ago
from tunewright_analyzers.facts.cloud_lifecycle import Certificate, Certificates
from tunewright_analyzers.facts.snapshot import Section

CA = Certificates((Certificate("rds-ca-rsa2048-g1", later(days=10000)), Certificate("rds-ca-2019", later(days=10)),
                   Certificate("rds-ca-rsa4096-g1", later(days=20000))))  # fmt: skip
SUBJECT = "instance shop-1"


def _till(end: datetime) -> tuple[Section, ...]:
    return (instances(instance(certificate_valid_till=end)), CA)


CASES = (
    Case("in ten days", "fires", _till(later(days=10)), (SUBJECT,), severity={SUBJECT: "high"},
         statements=("--ca-certificate-identifier rds-ca-rsa4096-g1",)),
    Case("ended", "fires", _till(ago(days=1)), (SUBJECT,), says=("ended on",)),
    Case("its authority ends", "fires", (instances(instance(certificate="rds-ca-2019")), CA), (SUBJECT,), severity={SUBJECT: "high"}),
    Case("in sixty days", "fires", _till(later(days=60)), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("in a year", "silent", (instances(), CA)),
    Case("not reported", "silent", (instances(instance(certificate=None, certificate_valid_till=None)), CA)),
    Case("90 days", "threshold", _till(later(days=90)), (SUBJECT,)),
    Case("91 days", "threshold", _till(later(days=91))),
    Case("certificates denied", "gap", (instances(),), gaps=(gap(Certificates),)),
)  # fmt: skip
