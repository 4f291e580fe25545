"""`tunewright preflight "ALTER TABLE …"`: what a DDL statement would lock, hold up and cost, and the form that disturbs least. Runs nothing."""

import json
import sys
from typing import Annotated, Any

import typer
from rich.markup import escape

from tunewright_agent.cli.app import Exit, Format, app, err, fail, out
from tunewright_agent.reports.quantities import bytes_text, seconds_text
from tunewright_agent.sources.postgres.session import Limits, Reader
from tunewright_agent.sources.postgres.target import targets
from tunewright_agent.sources.source import SourceError
from tunewright_analyzers.ddl.effects import PreflightError
from tunewright_analyzers.ddl.locks import Effect, Lock, Work
from tunewright_analyzers.ddl.preflight import LOCK_TIMEOUT, Estimate, Preflight, Target, Told, preflight, wanted

DEADLINE_SECONDS = 10.0
_RETRY = (
    f"Whatever the form: SET lock_timeout = '{LOCK_TIMEOUT}' first, so that nobody queues behind a statement that waits; on "
    "'canceling statement due to lock timeout' try again after some seconds, a dozen times if need be."
)


def _asked(url: str | None, effects: tuple[Effect, ...]) -> dict[tuple[str | None, str], Target]:
    """The tables on the server; leaves with a message where it cannot be asked."""
    if url is None:
        return {}
    reader = Reader(url, Limits(connections=1))
    try:
        with reader.within(DEADLINE_SECONDS):
            return targets(reader, effects)
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


def _shape(told: Preflight) -> dict[str, Any]:
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
            "waits_for": [
                {
                    "pid": holder.pid,
                    "user": holder.user,
                    "lock": holder.lock.value,
                    "transaction_seconds": holder.transaction_seconds,
                }
                for holder in part.waits_for
            ],
        }

    safe = None if told.safe is None else {"steps": list(told.safe.steps), "notes": list(told.safe.notes)}
    return {
        "dangerous": told.is_dangerous,
        "effects": [one(part) for part in told.told],
        "safe_form": safe,
        "retry": _RETRY,
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
            f"lock: {_span(part.estimate)} (by assumed rates, not measured)",
            markup=False,
        )
    for holder in part.waits_for:
        out.print(
            f"  waits now for session {holder.pid} ({holder.user}, {holder.state or 'no state'}), which holds {holder.lock.value} in a "
            f"transaction of {seconds_text(holder.transaction_seconds)}; whoever comes later waits behind us",
            markup=False,
        )


def _print(told: Preflight) -> None:
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
        known = _asked(url, effects)
        told = preflight(text, known)
    except PreflightError as error:
        fail(
            f"the statement: {error}", Exit.USAGE, "give one statement such as ALTER TABLE, CREATE INDEX or VACUUM FULL"
        )
    if form is Format.JSON:
        out.print_json(json.dumps(_shape(told)))
    else:
        _print(told)
    unseen = [str(one) for one in effects if url is not None and (one.schema, one.table) not in known]
    for name in dict.fromkeys(unseen):
        err.print(f"not seen: there is no table or index {name} in that database", markup=False)
    if unseen or (fail_on_danger and told.is_dangerous):
        raise typer.Exit(int(Exit.INCOMPLETE))
