"""`security/password_md5`: reads Settings; says whether new passwords are stored as MD5."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action


@check(needs=(Settings,), engines=POSTGRESQL)
def password_md5(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """password_encryption = md5.

    Risk: what is stored is as good as the password: whoever reads a backup logs in with it. Release 18 warns of it, a later one drops it.
    Evidence: password_encryption in pg_settings. How the passwords that stand are stored is not readable for us, and not asked for.
    Remedy: scram-sha-256, then set each password anew, then scram-sha-256 in place of md5 in pg_hba.conf.
    False positives: a client too old for SCRAM (libpq before 10).
    """
    value = context.window.need(Settings).text("password_encryption")
    if value not in {"md5", "on"}:
        return
    found = context.finding(
        Subject("setting", "password_encryption"),
        Severity.MEDIUM,
        f"password_encryption is {value}: new passwords are stored in a form that serves as the password itself.",
        Evidence("value", value, "", "pg_settings"),
    )
    yield found
    if context.window.latest.flavour is Flavour.SELF_MANAGED:
        yield context.recommendation(
            found,
            Action.SET_PARAMETER,
            ("ALTER SYSTEM SET password_encryption = 'scram-sha-256';", "SELECT pg_reload_conf();"),
            risk="Clients older than libpq 10 cannot log in with a password that is set from then on.",
            rollback=("ALTER SYSTEM RESET password_encryption;", "SELECT pg_reload_conf();"),
            caution="Passwords that stand are not changed: each must be set anew.",
        )
