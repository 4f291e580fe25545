"""All that can be told of a DDL statement before it runs. In come its text and, where a server was asked, the tables' sizes; out comes a Preflight.

Called by `tunewright preflight`. The rates behind durations are stated: measured ones where the daemon saw such work, else assumptions.
"""

from dataclasses import dataclass, replace

from tunewright_analyzers.ddl.effects import effects, parsed_ddl
from tunewright_analyzers.ddl.locks import Effect, Lock, Work
from tunewright_analyzers.ddl.rates import Rate, Rates
from tunewright_analyzers.ddl.safe import Safe, safe_form
from tunewright_analyzers.ddl.types import stored_alike

LOCK_TIMEOUT = "2s"


@dataclass(frozen=True, slots=True)
class Holder:
    """A session that holds or awaits a lock on the table now: what we would queue behind."""

    pid: int
    user: str
    lock: Lock
    granted: bool
    transaction_seconds: float
    state: str


@dataclass(frozen=True, slots=True)
class Target:
    """A table that a server was asked about. Sizes in bytes, of all its partitions; `holders` as pg_locks had them."""

    schema: str
    name: str
    heap_bytes: int
    toast_bytes: int
    index_bytes: int
    rows: float
    holders: tuple[Holder, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    """(name, type) of its columns."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """From `least` to `most` seconds, and by which rates."""

    least: float
    most: float
    basis: str = ""

    def __add__(self, other: "Estimate") -> "Estimate":
        bases = dict.fromkeys((self.basis, other.basis))
        return Estimate(self.least + other.least, self.most + other.most, "; ".join(one for one in bases if one))


@dataclass(frozen=True, slots=True)
class Told:
    """One effect, with what the server said of its table (None: not asked, or no such table)."""

    effect: Effect
    target: Target | None
    estimate: Estimate | None
    waits_for: tuple[Holder, ...]
    """Sessions that it must wait for now; everybody who comes later waits behind it."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """What is told of one statement."""

    told: tuple[Told, ...]
    safe: Safe | None

    @property
    def strongest(self) -> Effect | None:
        """The effect that disturbs most: by lock, then by work."""
        works = list(Work)
        return max(
            (one.effect for one in self.told), key=lambda one: (one.lock.rank, works.index(one.work)), default=None
        )

    @property
    def is_dangerous(self) -> bool:
        """Whether it blocks writes for longer than a change of the catalogue takes."""
        return any(one.effect.lock.blocks_writes and one.effect.work is not Work.CATALOGUE for one in self.told)


def _over(size: int, rate: Rate) -> Estimate:
    return Estimate(size / rate.fast, size / rate.slow, rate.basis)


def estimate(effect: Effect, target: Target, rates: Rates) -> Estimate:
    """How long the work takes by the rates; the wait for the lock comes on top."""
    heap = target.heap_bytes + target.toast_bytes
    if effect.work is Work.CATALOGUE:
        return Estimate(0.0, 0.1)
    if effect.work is Work.SCAN:
        return _over(target.heap_bytes, rates.read)
    if effect.work is Work.BUILD:
        concurrently = effect.lock is Lock.SHARE_UPDATE_EXCLUSIVE
        whole = rates.whole_build(concurrently=concurrently)
        if whole is not None:
            return _over(target.heap_bytes, whole)
        # The new index's size is not known; a fifth of the heap is what one integer key of a row of 100 bytes takes.
        return _over(target.heap_bytes * (2 if concurrently else 1), rates.read) + _over(
            target.heap_bytes // 5, rates.build
        )
    return _over(heap, rates.read) + _over(heap, rates.write) + _over(target.index_bytes, rates.build)


def _told(effect: Effect, target: Target | None, rates: Rates) -> Told:
    if target is None:
        return Told(effect, None, None, ())
    old = dict(target.columns).get(effect.column or "")
    if old is not None and effect.new_type is not None and stored_alike(old, effect.new_type):
        why = f"changes the catalogue only: {old} and {effect.new_type} store the same bytes"
        effect = replace(effect, work=Work.CATALOGUE, why=why)
    waits = tuple(one for one in target.holders if one.granted and effect.lock.conflicts(one.lock))
    return Told(effect, target, estimate(effect, target, rates), waits)


def wanted(text: str) -> tuple[Effect, ...]:
    """The effects of a statement, for whoever asks a server about their tables. Raises PreflightError."""
    return effects(parsed_ddl(text))


def preflight(
    text: str, targets: dict[tuple[str | None, str], Target] | None = None, rates: Rates | None = None
) -> Preflight:
    """What the statement would do; `targets` by the name as written; `rates` of their server (none: assumed). Raises PreflightError."""
    tree = parsed_ddl(text)
    known = targets or {}
    told = tuple(_told(one, known.get((one.schema, one.table)), rates or Rates()) for one in effects(tree))
    return Preflight(told, safe_form(tree))
