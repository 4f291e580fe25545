"""What is known of one instance right now: the newest section of each kind, the gaps, and how the sources fare.

Written by the lanes' workers, read by judge and publisher; the only mutable state that threads share, hence the lock.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tunewright_agent.sources.source import Collected, Source, SourceError
from tunewright_agent.state import SourceRun
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Gap, Section, Snapshot, View

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Identity:
    """What the server is: read at the first connection, and again after a lost one. `server` tells one server from another."""

    engine: Engine
    version: int
    flavour: Flavour
    server: str
    view: View = View.ENGINE


def unknown(engine: Engine, view: View = View.ENGINE) -> Identity:
    """Before the first connection: every check then says 'not judged, because …'."""
    return Identity(engine, 0, Flavour.SELF_MANAGED, "", view)


class Latest:
    """The newest facts of one instance."""

    def __init__(
        self,
        cluster: ClusterId,
        instance: InstanceId,
        engine: Engine = Engine.POSTGRESQL,
        view: View = View.ENGINE,
    ) -> None:
        self.cluster = cluster
        self.instance = instance
        self._identity = unknown(engine, view)
        self._sections: dict[type[Section], tuple[str, Section]] = {}
        self._gaps: dict[str, tuple[Gap, ...]] = {}
        self._runs: dict[str, SourceRun] = {}
        self._changed_at = _NEVER
        self._lock = threading.Lock()

    def identify(self, identity: Identity) -> bool:
        """Say what the server is; True where it is another server than before (a failover): its old facts are then forgotten."""
        with self._lock:
            moved = self._identity.server not in ("", identity.server)
            self._identity = identity
            if moved:
                self._sections.clear()
            return moved

    @property
    def identity(self) -> Identity:
        """What the server is; unknown but for its engine before the first connection."""
        with self._lock:
            return self._identity

    def take(self, source: str, collected: Collected, at: datetime) -> None:
        """The sections of one successful pass, in place of that source's older ones."""
        with self._lock:
            others = {kind: held for kind, held in self._sections.items() if held[0] != source}
            self._sections = others | {type(section): (source, section) for section in collected.sections}
            self._gaps[source] = collected.gaps
            self._changed_at = max(self._changed_at, at)

    def note(self, source: str, reasons: Mapping[str, tuple[str, str | None]], at: datetime) -> None:
        """What else is not seen, by name: reason and mend of each. It stands in the place of what was noted under `source` before.

        `since` is when its reason was noted first.
        """
        with self._lock:
            before = {(gap.reason, gap.mend): gap.since for gap in self._gaps.get(source, ())}
            noted = (reasons[name] for name in sorted(reasons))
            self._gaps[source] = tuple(Gap(source, why, before.get((why, mend), at), mend) for why, mend in noted)
            if {(gap.reason, gap.mend) for gap in self._gaps[source]} != set(before):
                self._changed_at = max(self._changed_at, at)

    def miss(self, source: Source[Any], error: SourceError, at: datetime) -> None:
        """A pass failed: the source's sections are gone and a Gap says why; `since` is when it began to fail."""
        with self._lock:
            before = self._gaps.get(source.name, ())
            since = before[0].since if before and before[0].database is None else at
            self._gaps[source.name] = (source.gap(error, since),)
            for kind in source.sections:
                self._sections.pop(kind, None)
            self._changed_at = max(self._changed_at, at)

    def ran(self, source: str, change: Callable[[SourceRun], SourceRun]) -> None:
        """Update a source's account of itself."""
        blank = SourceRun(source, _NEVER, 0.0, None, 0, 0, 0, 0.0)
        with self._lock:
            self._runs[source] = change(self._runs.get(source, blank))

    def costs(self, server_seconds: dict[str, float]) -> None:
        """What our statements cost the server, by source, as pg_stat_statements counted it over the last window."""
        with self._lock:
            for name, run in self._runs.items():
                self._runs[name] = replace(run, server_seconds=server_seconds.get(name, 0.0))

    @property
    def runs(self) -> tuple[SourceRun, ...]:
        """Every source's account, by name."""
        with self._lock:
            return tuple(self._runs[name] for name in sorted(self._runs))

    def snapshot(self) -> Snapshot:
        """All of it, frozen."""
        with self._lock:
            known = self._identity
            return Snapshot(
                cluster=self.cluster,
                instance=self.instance,
                engine=known.engine,
                version=known.version,
                flavour=known.flavour,
                taken_at=self._changed_at,
                sections=tuple(section for _, section in self._sections.values()),
                gaps=tuple(gap for gaps in self._gaps.values() for gap in gaps),
                view=known.view,
            )
