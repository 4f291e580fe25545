"""`logs/slow_statements`: reads LogEvents and, if there, Statements; statements that fill the slow log, above all those in no digest."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.log_events import LogEvent, LogEvents
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.logs.evidence import per_hour

_SOURCE = "the slow query log"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a statement is worth telling."""

    seconds_per_hour: float = threshold(
        60.0, "seconds", "Time of a statement's slow executions in an hour from which it is told."
    )


@check(needs=(LogEvents,), engines=MYSQL_FAMILY, thresholds=Thresholds)
def slow_statements(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Statements that fill the slow query log, above all those that no digest has.

    Risk: users wait; what was prepared by the binary protocol is in no digest of MySQL 8.0 and MariaDB, so that no other check sees it.
    Evidence: executions above long_query_time and their time, by statement; whether performance_schema has a digest of it.
    Remedy: explain the statement (`tunewright explain`), see which index it wants (`tunewright advise indexes FILE` takes statements from a
        file); where it has a digest, the checks queries/… and plans/… say more.
    False positives: nightly reports and backups (`SELECT /*!40001 SQL_NO_CACHE */`), which may take their time. A statement longer than
        max_digest_length has another id in the digests.
    """
    section = context.window.need(LogEvents)
    statements = context.window.section(Statements)
    digests = {row.id: row.own for row in statements.rows} if statements is not None else {}
    groups: dict[str, list[LogEvent]] = defaultdict(list)
    for row in section.of("slow_statement"):
        groups[row.subject].append(row)
    for name, rows in sorted(groups.items()):
        seconds = sum(row.seconds for row in rows)
        if (
            not name
            or digests.get(StatementId(name), False)
            or per_hour(section, seconds) < context.thresholds.seconds_per_hour
        ):
            continue
        count, has_digest = sum(row.count for row in rows), statements is None or name in digests
        killed = sum(row.count for row in rows if row.kind == "killed")
        databases = {row.database for row in rows}
        yield context.finding(
            Subject("statement", name, databases.pop() if len(databases) == 1 else None),
            Severity.LOW if has_digest else Severity.MEDIUM,
            f"Statement {name} took {seconds / count:.1f} s on average, {count} times"
            + ("." if has_digest else ", and is in no digest: only the slow log shows it."),
            Evidence("slow executions", count, "count", _SOURCE),
            Evidence("their time", round(seconds, 3), "seconds", _SOURCE),
            Evidence("killed", killed, "count", _SOURCE),
            Evidence(
                "in a digest",
                "unknown" if statements is None else has_digest,
                "",
                "events_statements_summary_by_digest",
            ),
            Evidence("statement", rows[-1].sample, "", _SOURCE),
        )
