"""`parameters/pages_unprotected`: reads Settings; warns where InnoDB could not mend or could not see a damaged page."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.safety import protects

_RISKS = {
    "innodb_doublewrite": "a page that is half written when the machine stops cannot be mended, and the table is lost",
    "innodb_checksum_algorithm": "a damaged page is read as if it were sound",
    "innodb_log_checksums": "recovery applies a damaged redo log as if it were sound",
}


@check(needs=(Settings,), engines=MYSQL_FAMILY)
def pages_unprotected(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Doublewrite or page checksums switched off.

    Risk: the next crash of the machine (doublewrite), or any fault of the disk (checksums), damages tables; without checksums nobody sees it.
    Evidence: the values of innodb_doublewrite, innodb_checksum_algorithm and innodb_log_checksums. DETECT_ONLY counts as off:
        it keeps no copy of the page.
    Remedy: innodb_doublewrite = ON (from OFF it takes a restart), innodb_checksum_algorithm = crc32 (MariaDB: full_crc32), innodb_log_checksums = ON.
        Look at the tables once with CHECK TABLE. Never switched off for speed.
    False positives: storage that writes a whole page or none of it (ZFS with a record of the page's size, some flash drives), a server whose
        data are thrown away. Silent on Aurora, whose storage writes no pages of InnoDB's, and on RDS, which switches doublewrite off where
        its volumes write 16 KiB whole (Optimized Writes).
    """
    settings, latest = context.window.need(Settings), context.window.latest
    verdicts = protects(settings, latest.engine, latest.flavour)
    for name, risk in _RISKS.items():
        if verdicts.get(name, True):
            continue
        yield context.finding(
            Subject("setting", name),
            Severity.HIGH,
            f"{name} = {settings.text(name)}: {risk}.",
            Evidence(name, settings.text(name), "", "SHOW GLOBAL VARIABLES"),
        )
