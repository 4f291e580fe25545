"""How fast tables are read and indexes built: measured on this server where jobs were seen under way, else assumed. Used by ddl.preflight.

In come the Jobs of the history, out come Rates. Bytes a second, slow and fast.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tunewright_analyzers.facts.progress import Job, JobKind

_MB = 1_000_000
SLACK = 1.5
"""A job to come may take so many times longer, or shorter, than those that were measured: other widths, another cache, another load."""
LEAST_SECONDS = 20.0
"""Less of it was seen by two passes at most: no measurement."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`basis` says where it comes from, as a part of a sentence."""

    slow: float
    fast: float
    basis: str

    def halved(self) -> "Rate":
        """Of work that goes twice over the table."""
        return Rate(self.slow / 2, self.fast / 2, self.basis)


ASSUMED = "by assumed rates, not measured"


@dataclass(frozen=True, slots=True)
class Rates:
    """What a server can do. `plain` and `concurrent`: heap bytes a second of a whole index build; None where none was seen."""

    read: Rate = Rate(100 * _MB, 500 * _MB, ASSUMED)
    """A table that is read whole."""
    write: Rate = Rate(20 * _MB, 100 * _MB, ASSUMED)
    """A table that is written anew, with WAL."""
    build: Rate = Rate(10 * _MB, 50 * _MB, ASSUMED)
    """Bytes of finished index."""
    plain: Rate | None = None
    concurrent: Rate | None = None

    def whole_build(self, *, concurrently: bool) -> Rate | None:
        """Heap bytes a second of a build of this kind; by the other kind, which reads the table once or twice, where only those were seen."""
        if concurrently:
            return self.concurrent or (self.plain.halved() if self.plain is not None else None)
        return self.plain or self.concurrent


def _gb(size: float) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"


def _rate(pairs: Sequence[tuple[float, float]], what: str) -> Rate | None:
    """Of (bytes, seconds) of several tables: from the slowest to the fastest, with SLACK."""
    known = [(size, seconds) for size, seconds in pairs if seconds >= LEAST_SECONDS and size > 0]
    if not known:
        return None
    speeds = [size / seconds for size, seconds in known]
    total = sum(size for size, _ in known)
    return Rate(min(speeds) / SLACK, max(speeds) * SLACK, f"measured on this server: {what}, {_gb(total)}")


def _builds(jobs: Sequence[Job], *, concurrently: bool) -> Rate | None:
    mine = [job for job in jobs if job.runs and job.command.endswith("CONCURRENTLY") == concurrently]
    runs = sum(job.runs for job in mine if job.seconds >= LEAST_SECONDS)
    kind = "concurrent index builds" if concurrently else "index builds"
    return _rate([(job.heap_bytes, job.seconds) for job in mine], f"{runs} {kind}")


def measured(jobs: Sequence[Job]) -> Rates:
    """Rates by what was seen; those of which nothing was seen stay assumed.

    A throttled vacuum says nothing of the disk, so tables are timed by index builds and by VACUUM that somebody ran.
    """
    builds = [job for job in jobs if job.kind is JobKind.INDEX_BUILD]
    readers = [*builds, *(job for job in jobs if job.kind is JobKind.VACUUM and job.command == "VACUUM")]
    read = _rate([(job.scanned_bytes, job.scanned_seconds) for job in readers], "tables read by builds and vacuums")
    known = Rates(plain=_builds(builds, concurrently=False), concurrent=_builds(builds, concurrently=True))
    return known if read is None else Rates(read, known.write, known.build, known.plain, known.concurrent)
