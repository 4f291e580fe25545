"""`schema/not_transactional`: reads Tables; says which tables are in an engine without transactions."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.mysql.identifiers import qualified

_WITHOUT = frozenset({"MyISAM", "Aria", "MRG_MyISAM", "ARCHIVE", "CSV"})


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which tables count."""

    rows_min: float = threshold(1, "rows", "Smaller tables are not reported.")


@check(needs=(Tables,), thresholds=Thresholds, engines=MYSQL_FAMILY)
def not_transactional(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Tables in an engine without transactions, such as MyISAM.

    Risk: a crash leaves them corrupt; ROLLBACK does not undo what was written; every write locks the whole table; a backup in one transaction
        does not hold them; RDS and Aurora cannot restore them to a point in time.
    Evidence: information_schema.tables.engine, rows and size.
    Remedy: ALTER TABLE … ENGINE=InnoDB, on a copy first where the table is large.
    False positives: an archive that is loaded once and only read.
    """
    for table in context.window.need(Tables).rows:
        engine = dict(table.options).get("engine", "")
        rows = max(table.live_rows, 0)
        if engine not in _WITHOUT or rows < context.thresholds.rows_min:
            continue
        managed = context.window.latest.flavour is not Flavour.SELF_MANAGED
        found = context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.HIGH if managed else Severity.MEDIUM,
            f"Table {table.name} ({rows:,} rows) is in {engine}, which has no transactions and does not survive a crash.",
            Evidence("engine", engine, "", "information_schema.tables"),
            Evidence("rows", rows, "rows", "information_schema.tables"),
            Evidence("size", table.size_bytes, "bytes", "information_schema.tables"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.ALTER_TABLE,
            (f"ALTER TABLE {qualified(table.name)} ENGINE=InnoDB;",),
            risk="The table is copied: writes wait meanwhile, and it needs the room for the copy. InnoDB takes more disk than MyISAM.",
            rollback=(f"ALTER TABLE {qualified(table.name)} ENGINE={engine};",),
        )
