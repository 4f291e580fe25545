"""`security/tls_optional`: reads Settings and Accounts; says whether passwords and rows may cross the network in the clear."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@check(needs=(Settings, Accounts), engines=MYSQL_FAMILY)
def tls_optional(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A server that lets accounts in over the network without TLS.

    Risk: whoever sits on the way reads rows and statements and can change them.
    Evidence: require_secure_transport; have_ssl where the release tells it; accounts from other hosts that do not demand TLS themselves.
    Remedy: require_secure_transport = ON once every client has TLS (on RDS and Aurora in the parameter group), clients with VERIFY_IDENTITY.
    False positives: a network that is encrypted below (VPN, service mesh).
    """
    settings = context.window.need(Settings)
    if settings.on("require_secure_transport"):
        return
    open_ones = [
        one
        for one in context.window.need(Accounts).rows
        if one.can_login and not one.demands_tls and one.host not in _LOCAL
    ]
    none = settings.text("have_ssl", "yes").lower() in {"disabled", "no"}
    if not open_ones:
        return
    found = context.finding(
        Subject("setting", "require_secure_transport"),
        Severity.HIGH if none else Severity.LOW,
        f"{len(open_ones)} accounts may log in over the network without TLS"
        + (": the server offers none." if none else ", which the server offers and does not demand."),
        Evidence("require_secure_transport", "off", "", "SHOW GLOBAL VARIABLES"),
        Evidence("TLS", "not offered" if none else "offered", "", "SHOW GLOBAL VARIABLES"),
        Evidence("accounts", len(open_ones), "count", "mysql.user"),
    )
    yield found
    if not none:
        yield context.recommendation(
            found,
            Action.SET_PARAMETER,
            ("SET GLOBAL require_secure_transport = ON;",),
            risk="Clients without TLS are refused at their next login.",
            rollback=("SET GLOBAL require_secure_transport = OFF;",),
            caution="Look first at the sessions that have no TLS now (performance_schema.threads.connection_type).",
        )
