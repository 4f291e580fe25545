"""`security/tls_off`: reads Settings; says whether the server can encrypt at all."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject

_NEAR = frozenset({"localhost", "127.0.0.1", "::1", ""})
_OLD = frozenset({"TLSv1", "TLSv1.1", ""})


@check(needs=(Settings,), engines=POSTGRESQL)
def tls_off(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A server that listens on the network and offers no TLS, or an outdated one.

    Risk: no client can protect its session, whatever it asks for; TLS 1.0 and 1.1 are broken.
    Evidence: ssl, ssl_min_protocol_version and listen_addresses in pg_settings.
    Remedy: a certificate, ssl = on (a reload is enough), ssl_min_protocol_version = TLSv1.2.
    False positives: a server behind a proxy on the same machine that encrypts for it.
    """
    settings = context.window.need(Settings)
    addresses = {one.strip() for one in settings.text("listen_addresses", "localhost").split(",")}
    if addresses <= _NEAR:
        return
    evidence = Evidence("listen_addresses", settings.text("listen_addresses"), "", "pg_settings")
    if not settings.on("ssl", default=True):
        yield context.finding(
            Subject("setting", "ssl"),
            Severity.MEDIUM,
            "ssl is off, and the server listens on the network: no session can be encrypted.",
            Evidence("ssl", "off", "", "pg_settings"),
            evidence,
        )
    elif settings.text("ssl_min_protocol_version", "TLSv1.2") in _OLD:
        least = settings.text("ssl_min_protocol_version") or "any"
        yield context.finding(
            Subject("setting", "ssl_min_protocol_version"),
            Severity.LOW,
            f"ssl_min_protocol_version is {least}: sessions may use a broken version of TLS.",
            Evidence("ssl_min_protocol_version", least, "", "pg_settings"),
            evidence,
        )
