"""`tunewright preflight "ALTER TABLE …"`: what a DDL statement would lock, hold up and cost, and the form that disturbs least. Runs nothing."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from tunewright_agent.cli.advise import cluster_of
from tunewright_agent.cli.app import Exit, Format, app, err, fail, out
from tunewright_agent.cli.observe import targets
from tunewright_agent.cli.safe_window import jobs, points
from tunewright_agent.clock import now
from tunewright_agent.engines.engine import engine_of
from tunewright_agent.history.database import HistoryError, Mode
from tunewright_agent.history.place import Store, store_of
from tunewright_agent.history.store import History
from tunewright_agent.reports.quantities import bytes_text, seconds_text
from tunewright_agent.sources.postgres.session import Limits, Reader
from tunewright_agent.sources.postgres.target import targets as tables_of
from tunewright_agent.sources.source import SourceError
from tunewright_analyzers.ddl.effects import PreflightError
from tunewright_analyzers.ddl.locks import Effect, Lock, Work
from tunewright_analyzers.ddl.preflight import LOCK_TIMEOUT, Estimate, Preflight, Target, Told, preflight, wanted
from tunewright_analyzers.ddl.rates import Rates, measured
from tunewright_analyzers.ddl.window import LEAST_DAYS, SafeWindow, safe_window
from tunewright_analyzers.facts.ids import ClusterId

DEADLINE_SECONDS = 10.0
_RETRY = (
    f"Whatever the form: SET lock_timeout = '{LOCK_TIMEOUT}' first, so that nobody queues behind a statement that waits; on "
    "'canceling statement due to lock timeout' try again after some seconds, a dozen times if need be."
)


def _asked(reader: Reader | None, effects: tuple[Effect, ...]) -> dict[tuple[str | None, str], Target]:
    """The tables on the server; leaves with a message where it cannot be asked."""
    if reader is None:
        return {}
    try:
        with reader.within(DEADLINE_SECONDS):
            return tables_of(reader, effects)
    except SourceError as error:
        fail(str(error), Exit.UNREACHABLE, error.mend)
    finally:
        reader.close()


def _held_up(lock: Lock) -> str:
    if lock.blocks_reads:
        return "all reads and writes wait"
    return "all writes wait; reads go on" if lock.blocks_writes else "reads and writes go on; other DDL and VACUUM wait"


def _span(estimate: Estimate) -> str:
    if estimate.most <= 0.1:
        return "under 100 ms"
    return f"{seconds_text(estimate.least)} to {seconds_text(estimate.most)}"


_History = tuple[Store, ClusterId]


def _reader_of(url: str | None, config: Path | None, cluster: str | None) -> tuple[Reader | None, _History | None]:
    """Whom to ask: the URL's server, the configuration's cluster (and its history), or nobody."""
    if config is None:
        return (None if url is None else Reader(url, Limits(connections=1))), None
    settings = targets(url, config, cluster)
    chosen = cluster_of(settings, cluster)
    reader = engine_of(chosen.url).reader(chosen, 1)
    if not isinstance(reader, Reader):
        fail("preflight knows PostgreSQL's locks only", Exit.USAGE)
    return reader, (store_of(settings.history), ClusterId(chosen.name))


def _rates(asked: _History | None) -> Rates | None:
    """What the daemon measured on this server; None where no history was asked, or it cannot be read (`_window` then says so)."""
    if asked is None:
        return None
    try:
        with History(asked[0], mode=Mode.READ) as history:
            return measured(jobs(history, asked[1], now()))
    except HistoryError:
        return None


def _window(asked: _History | None, told: Preflight, database: str | None) -> SafeWindow | str | None:
    """The quietest hours by the history; a sentence where it does not say; None where no history was asked."""
    if asked is None or told.strongest is None:
        return None
    part = max(told.told, key=lambda one: (one.effect.lock.rank, one.estimate.most if one.estimate else 0.0))
    table = None if part.target is None or database is None else (database, part.target.schema, part.target.name)
    need = max((one.estimate.most for one in told.told if one.estimate is not None), default=0.0)
    try:
        with History(asked[0], mode=Mode.READ) as history:
            known = points(history, asked[1], now(), table)
    except HistoryError as error:
        return f"the history cannot be read: {error}"
    found = safe_window(known, need)
    return found or f"the history has not seen {LEAST_DAYS} days of enough hours yet: no window is advised"


def _window_shape(window: SafeWindow | str | None) -> dict[str, Any] | str | None:
    if not isinstance(window, SafeWindow):
        return window
    return {
        "start_hour_utc": window.start,
        "hours": window.hours,
        "average_active_sessions": [round(hour.active, 2) for hour in window.seen],
        "touches_per_second": [hour.touches_per_second for hour in window.seen],
        "blocked_seconds_per_hour": [round(hour.blocked_seconds_per_hour, 1) for hour in window.seen],
        "longest_idle_in_transaction_seconds": max(hour.longest_idle_seconds for hour in window.seen),
        "days": min(hour.days for hour in window.seen),
        "busiest_hour_utc": window.busiest.hour,
        "busiest_average_active_sessions": round(window.busiest.active, 2),
        "busiest_touches_per_second": window.busiest.touches_per_second,
    }


def _print_window(window: SafeWindow | str | None) -> None:
    if window is None:
        return
    out.print("\n[bold]When[/]")
    if isinstance(window, str):
        out.print(f"  {window}", markup=False)
        return
    active = sum(hour.active for hour in window.seen) / window.hours
    days = min(hour.days for hour in window.seen)
    line = f"  quietest: {window.start:02d}:00 to {window.end:02d}:00 UTC, {active:.2f} sessions active on average over {days} days"
    out.print(
        f"{line}; the busiest hour is {window.busiest.hour:02d}:00 with {window.busiest.active:.2f}", markup=False
    )
    queue = [hour.touches_per_second for hour in (*window.seen, window.busiest)]
    if all(rate is not None for rate in queue):
        most = max(rate or 0.0 for rate in queue[:-1])
        text = f"  each second that the table is held up then, about {most:.1f} scans and changed rows queue; in the busiest hour {queue[-1]:.1f}"
        out.print(text, markup=False)
    idle = max(hour.longest_idle_seconds for hour in window.seen)
    if idle > 1:
        out.print(
            f"  a transaction was idle for up to {seconds_text(idle)} in those hours: look who holds locks first",
            markup=False,
        )


def _shape(told: Preflight, window: SafeWindow | str | None) -> dict[str, Any]:
    def one(part: Told) -> dict[str, Any]:
        effect, target = part.effect, part.target
        return {
            "table": str(effect),
            "lock": effect.lock.value,
            "blocks_reads": effect.lock.blocks_reads,
            "blocks_writes": effect.lock.blocks_writes,
            "work": effect.work.value,
            "why": effect.why,
            "size_bytes": None if target is None else target.heap_bytes + target.toast_bytes + target.index_bytes,
            "rows": None if target is None else target.rows,
            "seconds": None if part.estimate is None else [part.estimate.least, part.estimate.most],
            "seconds_basis": None if part.estimate is None else part.estimate.basis,
            "waits_for": [
                {
                    "pid": holder.pid,
                    "user": holder.user,
                    "lock": holder.lock.value,
                    "transaction_seconds": holder.transaction_seconds,
                }
                for holder in part.waits_for
            ],
            "queue_now": 0 if target is None else sum(not holder.granted for holder in target.holders),
        }

    safe = None if told.safe is None else {"steps": list(told.safe.steps), "notes": list(told.safe.notes)}
    return {
        "dangerous": told.is_dangerous,
        "effects": [one(part) for part in told.told],
        "safe_form": safe,
        "retry": _RETRY,
        "window": _window_shape(window),
    }


def _print_one(part: Told) -> None:
    effect, target = part.effect, part.target
    colour = (
        "red"
        if effect.lock.blocks_writes and effect.work is not Work.CATALOGUE
        else "yellow"
        if effect.lock.blocks_writes
        else "green"
    )
    what = f"{'the table of index ' if effect.is_index else ''}{effect}"
    out.print(f"[bold]{escape(what)}[/]: [{colour}]{effect.lock.sql}[/] ({effect.lock.value}): {_held_up(effect.lock)}")
    out.print(f"  {effect.work.value}: {effect.why}", markup=False)
    if target is not None and part.estimate is not None:
        size = bytes_text(target.heap_bytes + target.toast_bytes)
        out.print(
            f"  {target.schema}.{target.name}: {size}, indexes {bytes_text(target.index_bytes)}, {target.rows:,.0f} rows; once it has the "
            f"lock: {_span(part.estimate)}{f' ({part.estimate.basis})' if part.estimate.basis else ''}",
            markup=False,
        )
    for holder in part.waits_for:
        out.print(
            f"  waits now for session {holder.pid} ({holder.user}, {holder.state or 'no state'}), which holds {holder.lock.value} in a "
            f"transaction of {seconds_text(holder.transaction_seconds)}; whoever comes later waits behind us",
            markup=False,
        )


def _print(told: Preflight, window: SafeWindow | str | None) -> None:
    if not told.told:
        out.print("No table that exists is locked.")
    for part in told.told:
        _print_one(part)
    if told.safe is not None:
        out.print("\n[bold]The form that disturbs least[/]")
        for step in told.safe.steps:
            out.print(f"  {step}", markup=False, soft_wrap=True)
        for note in told.safe.notes:
            out.print(f"  -- {note}", markup=False, soft_wrap=True)
    elif told.is_dangerous:
        out.print(
            "\nWe know no single better form: add what is new beside the old, fill it in batches, and swap in a short transaction."
        )
    _print_window(window)
    out.print(f"\n{_RETRY}", markup=False, soft_wrap=True)


@app.command(name="preflight")
def command(
    statement: Annotated[str, typer.Argument(help="One DDL statement, or - to read it from standard input.")],
    url: Annotated[
        str | None,
        typer.Option(
            help="Ask this server for sizes and for who holds locks now; the statement itself is never sent there."
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="Ask the server of this configuration, and the daemon's history for the quietest hours."),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Which of the configuration's clusters, if it has several.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
    fail_on_danger: Annotated[
        bool,
        typer.Option("--fail-on-danger", help="Exit with 1 where writes would be held up for longer than an instant."),
    ] = False,
) -> None:
    """Tell what a DDL statement would lock and do, before it is run: tunewright preflight "ALTER TABLE orders ADD PRIMARY KEY (id)"."""
    text = sys.stdin.read(1_000_000) if statement == "-" else statement
    try:
        effects = wanted(text)
        reader, asked = _reader_of(url, config, cluster)
        known = _asked(reader, effects)
        told = preflight(text, known, _rates(asked))
    except PreflightError as error:
        fail(
            f"the statement: {error}", Exit.USAGE, "give one statement such as ALTER TABLE, CREATE INDEX or VACUUM FULL"
        )
    window = _window(asked, told, None if reader is None else reader.home)
    if form is Format.JSON:
        out.print_json(json.dumps(_shape(told, window)))
    else:
        _print(told, window)
    unseen = [str(one) for one in effects if reader is not None and (one.schema, one.table) not in known]
    for name in dict.fromkeys(unseen):
        err.print(f"not seen: there is no table or index {name} in that database", markup=False)
    if unseen or (fail_on_danger and told.is_dangerous):
        raise typer.Exit(int(Exit.INCOMPLETE))
