"""Cases of `security/tls_off`."""

from cases.case import Case, gap
from cases.facts import settings
from tunewright_analyzers.facts.settings import Settings

SUBJECT = "setting ssl"
OLD = "setting ssl_min_protocol_version"

CASES = (
    Case("off on the network", "fires", (settings(ssl="off", listen_addresses="*"),), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("an old version", "fires", (settings(ssl="on", listen_addresses="*", ssl_min_protocol_version="TLSv1"),), (OLD,), severity={OLD: "low"}),
    Case("on", "silent", (settings(ssl="on", listen_addresses="*", ssl_min_protocol_version="TLSv1.2"),)),
    Case("off on the machine only", "silent", (settings(ssl="off", listen_addresses="localhost, 127.0.0.1"),)),
    Case("sockets only", "silent", (settings(ssl="off", listen_addresses=""),)),
    Case("settings unread", "gap", gaps=(gap(Settings),)),
)  # fmt: skip
