"""Source `log_files`: fetches the members' logs into the spool, where the engine's own reader finds them. Fills LogsFetched. Opt-in.

PostgreSQL's log (auto_explain's plans are in it) or MySQL's slow log: rds:DescribeDBLogFiles says which file is written, by
rds:DownloadDBLogFilePortion it is read on from the marker of the pass before. When a new file is begun the old one is read to its end
first. The first pass takes what AWS gives of the end of the file. A serverless member that may pause is left alone.
"""

from dataclasses import dataclass, field
from datetime import datetime

from tunewright_agent.sources.aws.faults import NotFound
from tunewright_agent.sources.aws.reader import ENGINES, Reader, Row
from tunewright_agent.sources.aws.spool import Spool
from tunewright_agent.sources.source import Collected, Source, SourceError, Unavailable
from tunewright_analyzers.facts.cloud_insights import LogFetched, LogsFetched
from tunewright_analyzers.facts.snapshot import Engine, Gap

NAMES = {
    Engine.POSTGRESQL: "postgresql.log",
    Engine.MYSQL: "mysql-slowquery.log",
    Engine.MARIADB: "mysql-slowquery.log",
}
MOST_PORTIONS = 16
"""Portions (of a megabyte at most) that one pass fetches of a member."""


@dataclass(slots=True)
class _Place:
    """How far a member's log was read."""

    file: str
    marker: str | None
    fetched_bytes: int = 0


@dataclass(slots=True)
class LogFiles:
    """Remembers the place in each member's log."""

    spool: Spool = field(default_factory=Spool)
    _places: dict[str, _Place] = field(init=False, default_factory=dict)

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """Fetch what is new of each member; one that fails leaves a Gap. Raises SourceError where all fail."""
        paused = any(
            (row.get("ServerlessV2ScalingConfiguration") or {}).get("MinCapacity") == 0 for row in reader.clusters()
        )
        gaps: list[Gap] = []
        failed: SourceError | None = None
        rows: list[LogFetched] = []
        for row in reader.instances():
            name = row["DBInstanceIdentifier"]
            if paused and row["DBInstanceClass"] == "db.serverless":
                continue
            try:
                self._member(reader, name, NAMES[ENGINES[row["Engine"]]])
            except OSError as error:
                failed = Unavailable(
                    f"{name}: the log cannot be kept: {error.strerror}", "make room in the temporary folder"
                )
            except SourceError as error:
                failed = error
            else:
                place = self._places.get(name)
                rows += [LogFetched(name, place.file, place.fetched_bytes)] if place is not None else []
                continue
            gaps.append(Gap("log_files", failed.reason, taken_at, failed.mend, None, (LogsFetched.name,)))
        if failed is not None and not rows:
            raise failed
        return Collected((LogsFetched(tuple(rows)),), tuple(gaps))

    def _member(self, reader: Reader, name: str, wanted: str) -> None:
        files = reader.rows("rds", "describe_db_log_files", "DescribeDBLogFiles", DBInstanceIdentifier=name, FilenameContains=wanted)  # fmt: skip
        if not files:
            return
        newest = str(max(files, key=_written)["LogFileName"])
        place = self._places.get(name)
        if place is None:
            place = self._places[name] = _Place(newest, None)
        elif place.file != newest:
            if any(one["LogFileName"] == place.file for one in files):
                self._fetch(reader, name, place)  # the rest of the old one
            place.file, place.marker = newest, "0"
        self._fetch(reader, name, place)

    def _fetch(self, reader: Reader, name: str, place: _Place) -> None:
        for _ in range(MOST_PORTIONS):
            more = {} if place.marker is None else {"Marker": place.marker}
            try:
                answer = reader.call("rds", "download_db_log_file_portion", DBInstanceIdentifier=name, LogFileName=place.file, **more)  # fmt: skip
            except NotFound:  # removed since it was listed
                return
            text = answer.get("LogFileData") or ""
            self.spool.add(name, text)
            place.fetched_bytes += len(text.encode("utf-8", "replace"))
            place.marker = answer.get("Marker") or place.marker
            if not answer.get("AdditionalDataPending"):
                return


def _written(row: Row) -> tuple[int, str]:
    return int(row.get("LastWritten") or 0), str(row["LogFileName"])


def source(spool: Spool | None = None) -> Source[Reader]:
    """The source, for one target; `spool` is where the members' watches read."""
    made = LogFiles(spool or Spool())
    return Source("log_files", (LogsFetched,), interval_seconds=60, deadline_seconds=55, collect=made.collect)
