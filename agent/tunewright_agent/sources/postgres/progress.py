"""Source `progress`: index builds and vacuums under way, every ten seconds. Fills Progress.

What others do is shown to members of pg_read_all_stats only. Tables of databases that are not watched are left out.
"""

from collections import defaultdict
from datetime import datetime

from tunewright_agent.sources.postgres.progress_tally import BLOCK_BYTES, ProgressTally, Seen
from tunewright_agent.sources.postgres.session import Reader, Row
from tunewright_agent.sources.source import Collected, Source, SourceError
from tunewright_analyzers.facts.progress import JobKind, Progress
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Gap

INTERVAL_SECONDS = 10.0
_KNOWN_TABLES = 2000
_Table = tuple[RelationName, int]


class ProgressSource:
    """Remembers what is under way, and the names of its tables; one for each target."""

    def __init__(self, interval_seconds: float = INTERVAL_SECONDS) -> None:
        self._tally = ProgressTally(interval_seconds)
        self._tables: dict[tuple[str, int], _Table] = {}

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """One pass. Raises SourceError."""
        with reader.session() as session:
            rows = session.query("progress")
        told = [row for row in rows if row["phase"] is not None and row["relation"] is not None]
        gaps = list(self._name(reader, told, taken_at))
        if len(told) < len(rows):
            reason = f"what {len(rows) - len(told)} builds or vacuums of other users do is hidden from our role"
            mend = reader.server.grant("pg_read_all_stats")
            gaps.append(Gap("progress", reason, taken_at, mend, None, (Progress.name,)))
        seen = tuple(one for row in told if (one := self._seen(row)) is not None)
        return Collected((self._tally.add(seen, taken_at),), tuple(gaps))

    def _name(self, reader: Reader, rows: list[Row], taken_at: datetime) -> list[Gap]:
        """Ask for the names that are not known, in each database; one that cannot be asked is a Gap."""
        unknown: dict[str, set[int]] = defaultdict(set)
        for row in rows:
            if (row["database"], row["relation"]) not in self._tables:
                unknown[row["database"]].add(row["relation"])
        if len(self._tables) > _KNOWN_TABLES:
            self._tables.clear()
        gaps = []
        for database in unknown.keys() & set(reader.server.databases) if unknown else ():
            try:
                with reader.session(database) as session:
                    found = session.query("progress_tables", (sorted(unknown[database]),), mark="progress")
            except SourceError as error:
                gaps.append(Gap("progress", error.reason, taken_at, error.mend, database, (Progress.name,)))
                continue
            for one in found:
                name = RelationName(database, one["schema"], one["name"])
                self._tables[database, one["relation"]] = (name, one["pages"] * BLOCK_BYTES)
        return gaps

    def _seen(self, row: Row) -> Seen | None:
        known = self._tables.get((row["database"], row["relation"]))
        if known is None:
            return None
        return Seen(
            JobKind(row["kind"]),
            row["pid"],
            row["part"] or 0,
            known[0],
            row["command"],
            row["phase"],
            row["blocks_total"] or 0,
            row["blocks_done"] or 0,
            row["passes"] or 0,
            row["began"],
            known[1],
        )


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("progress", (Progress,), INTERVAL_SECONDS, deadline_seconds=5, collect=ProgressSource().collect)
