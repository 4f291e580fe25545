"""Commands that look once: `once`, `doctor`, `replay`."""

import json
import os
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from tunewright_agent.cli.app import Exit, Format, app, err, fail, out, progress
from tunewright_agent.clock import now
from tunewright_agent.config.load import ConfigurationError, load
from tunewright_agent.config.secrets import SecretError
from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_agent.history.codec import SnapshotError, dump_snapshot, load_snapshot
from tunewright_agent.memory import Fault
from tunewright_agent.pipeline import Rules, judge
from tunewright_agent.reports.console import print_judgement
from tunewright_agent.reports.shapes import judgement_shape
from tunewright_agent.sources.source import Source, SourceError
from tunewright_agent.state import Judgement
from tunewright_agent.watch import Watch
from tunewright_agent.wiring import fleet_of, watch_of
from tunewright_analyzers.facts.snapshot import Gap, Snapshot, Window
from tunewright_analyzers.finding import Severity

URL = Annotated[
    str | None,
    typer.Option(
        help="postgresql://USER@HOST:PORT/DATABASE of one server; the password from it, PGPASSWORD or ~/.pgpass."
    ),
]
CONFIG = Annotated[
    Path | None, typer.Option(help="A configuration file (`tunewright example-config` prints one).", dir_okay=False)
]
FORMAT = Annotated[Format, typer.Option("--format", help="How to print.")]


def targets(url: str | None, config: Path | None, cluster: str | None = None) -> Settings:
    """Settings for the command: of the file, or of a bare URL. Leaves with a message where neither or both are given."""
    if (url is None) == (config is None):
        fail(
            "one of --url and --config is wanted",
            Exit.USAGE,
            "try: tunewright once --url postgresql://USER@HOST:5432/DATABASE",
        )
    if config is not None:
        try:
            settings = load(config)
        except ConfigurationError as error:
            for line in str(error).splitlines()[:-1]:
                err.print(f"error: {line}", markup=False)
            fail(str(error).splitlines()[-1], Exit.USAGE)
        if not settings.clusters and not settings.aws.targets:
            fail(
                f"{config}: no cluster is given",
                Exit.USAGE,
                "add a [[clusters]] table with name and url, or [[aws.targets]]",
            )
        if cluster is not None and cluster not in {one.name for one in settings.clusters}:
            fail(f"{config}: no cluster is called '{cluster}'", Exit.USAGE)
        return settings
    try:
        return Settings(clusters=(ClusterSettings(name="cluster", url=str(url)),))
    except ValueError:
        fail("what --url holds is not a URL we can read", Exit.USAGE, "write postgresql://USER@HOST:5432/DATABASE")


def opened(settings: Settings) -> list[Watch]:
    """A watch for each cluster, each reached once; one that cannot be is said on stderr and costs no other its turn.

    Leaves with a message where none can be reached.
    """
    watches = []
    for cluster in settings.clusters:
        try:
            watch = watch_of(cluster, settings, memory=None)
            watch.identify()
        except ConfigurationError as error:
            fail(str(error), Exit.USAGE)
        except (SourceError, SecretError) as error:
            text = f"{cluster.name}: {str(error).rstrip('.')}"
            mend = getattr(error, "mend", None)
            if len(settings.clusters) == 1 and not settings.aws.targets:
                fail(text, Exit.UNREACHABLE, mend)
            err.print(f"error: {text}" + (f"; {mend}" if mend else ""), markup=False)
            continue
        watches.append(watch)
    watches += _of_aws(settings)
    if not watches:
        raise typer.Exit(int(Exit.UNREACHABLE))
    return watches


def _of_aws(settings: Settings) -> tuple[Watch, ...]:
    """What AWS runs, looked for once; where it cannot be looked for is said on stderr. Log files are for the daemon."""
    quiet = tuple(one.model_copy(update={"log_files": False}) for one in settings.aws.targets)
    aws = settings.aws.model_copy(update={"targets": quiet})
    fleet = fleet_of(settings.model_copy(update={"aws": aws}), None, Fault())
    if fleet is None:
        return ()
    fleet.refresh()
    for (region, account), reason in fleet.state().failures.items():
        err.print(f"error: {region} ({account}): {reason}", markup=False)
    return fleet.watches


def look(watch: Watch, samples: int, *, analyse: bool = True) -> None:
    """One pass of every source, `samples` session samples a second apart, then plans and index advice; with a progress bar."""
    analyses = watch.analyst.sources() if analyse else ()
    total = len(watch.sources) + samples + 2 * len(analyses)
    done = 0
    with progress(f"{watch.latest.cluster}: reading", total) as task:
        for source in watch.sources:
            task.at(done, total, f"{watch.latest.cluster}: reading {source.name}")
            watch.read(source)
            done += 1
        activity = next((source for source in watch.sources if source.name == "activity"), None)
        for _ in range(samples - 1 if activity else 0):
            task.at(done, total, f"{watch.latest.cluster}: sampling sessions")
            time.sleep(1.0)
            watch.read(activity)  # type: ignore[arg-type]
            done += 1
        for analysis in analyses:
            task.at(done, total, f"{watch.latest.cluster}: {analysis.name.replace('_', ' ')}")
            watch.analyse(analysis)
            done += 2


def tell_gaps(gaps: tuple[Gap, ...]) -> None:
    """One line on stderr for each thing that could not be seen, with what mends it."""
    for gap in gaps:
        where = f" in {gap.database}" if gap.database else ""
        mend = f"; mend: {gap.mend}" if gap.mend else ""
        err.print(f"not seen: {gap.source}{where}: {gap.reason}{mend}", markup=False)


def _all(judgements: list[Judgement]) -> Judgement:
    return Judgement(
        judgements[-1].judged_at,
        tuple(one for each in judgements for one in each.findings),
        tuple(one for each in judgements for one in each.recommendations),
        tuple(one for each in judgements for one in each.not_judged),
    )


def report(judgement: Judgement, form: Format) -> None:
    """Print a judgement."""
    if form is Format.JSON:
        out.print_json(json.dumps(judgement_shape(judgement)))
        return
    print_judgement(out, judgement)


def leave(judgement: Judgement, gaps: tuple[Gap, ...], fail_on: Severity | None) -> None:
    """End with the exit status that says whether all was seen and nothing was as severe as `fail_on`."""
    severe = fail_on is not None and any(one.severity.rank >= fail_on.rank for one in judgement.findings)
    if gaps or severe:
        raise typer.Exit(int(Exit.INCOMPLETE))


def _save(target: Path, snapshot: Snapshot) -> None:
    try:
        target.write_text(dump_snapshot(snapshot), encoding="utf-8")
    except OSError as error:
        err.print(
            f"error: {target}: cannot be written: {error.strerror}", markup=False
        )  # what was read is still printed


@app.command()
def once(
    url: URL = None,
    config: CONFIG = None,
    form: FORMAT = Format.TABLE,
    samples: Annotated[int, typer.Option(help="Session samples, one a second.", min=1, max=600)] = 5,
    twin: Annotated[bool, typer.Option(help="Build the twin: plans and index advice. --no-twin only reads.")] = True,
    save: Annotated[
        Path | None, typer.Option(help="Also write the snapshot to this file, for `tunewright replay`.")
    ] = None,
    fail_on: Annotated[
        Severity | None, typer.Option(help="Exit with 1 where something at least this severe was found.")
    ] = None,
) -> None:
    """Look at a cluster once: read everything, judge it, print findings and recommendations with their proof.

    Needs no configuration: tunewright once --url postgresql://postgres@localhost/shop
    """
    settings = targets(url, config)
    if save is not None and not (save.parent.is_dir() and os.access(save.parent, os.W_OK)):
        fail(f"{save}: its folder is not there or cannot be written", Exit.USAGE)
    judgements, gaps, watches = [], [], opened(settings)
    for watch in watches:
        try:
            look(watch, samples, analyse=twin)
            judgements.append(watch.judge())
            snapshot = watch.latest.snapshot()
            gaps += list(snapshot.gaps)
            if save is not None:
                _save(
                    save if len(watches) == 1 else save.with_stem(f"{save.stem}-{_name(watch, settings)}"),
                    snapshot,
                )
        finally:
            watch.stop(settings.agent.drain)
    judgement = _all(judgements)
    report(judgement, form)
    tell_gaps(tuple(gaps))
    if len(judgements) < len(settings.clusters):
        raise typer.Exit(int(Exit.INCOMPLETE))
    leave(judgement, tuple(gaps), fail_on)


def _name(watch: Watch, settings: Settings) -> str:
    """The cluster, and of one that AWS runs the instance."""
    static = watch.latest.cluster in {one.name for one in settings.clusters}
    return watch.latest.cluster if static else f"{watch.latest.cluster}-{watch.latest.instance}"


@app.command()
def replay(
    snapshot: Annotated[Path, typer.Argument(help="A file that `tunewright once --save` wrote.", dir_okay=False)],
    form: FORMAT = Format.TABLE,
    config: CONFIG = None,
    fail_on: Annotated[
        Severity | None, typer.Option(help="Exit with 1 where something at least this severe was found.")
    ] = None,
) -> None:
    """Judge a saved snapshot without a database."""
    try:
        saved = load_snapshot(snapshot.read_text(encoding="utf-8"))
        rules = Rules.of(load(config).checks) if config is not None else Rules()
    except OSError as error:
        fail(f"{snapshot}: cannot be read: {error.strerror}", Exit.USAGE)
    except UnicodeDecodeError:
        fail(f"{snapshot}: is not UTF-8 text", Exit.USAGE, "give a file that `tunewright once --save` wrote")
    except (SnapshotError, ConfigurationError) as error:
        fail(f"{snapshot if isinstance(error, SnapshotError) else ''}: {error}".lstrip(": "), Exit.USAGE)
    judgement = judge(Window(saved.cluster, saved.taken_at, saved.taken_at, saved), rules, now())
    report(judgement, form)
    tell_gaps(saved.gaps)
    leave(judgement, saved.gaps, fail_on)


def _diagnosis(watch: Watch) -> list[dict[str, Any]]:
    snapshot = watch.latest.snapshot()
    rows: list[dict[str, Any]] = []
    known: tuple[Source[Any], ...] = (*watch.sources, *watch.analyst.sources())
    for source in known:
        gaps = [gap for gap in snapshot.gaps if gap.source == source.name]
        seen = [kind.name for kind in source.sections if snapshot.section(kind) is not None]
        state = "ok" if not gaps else "partly" if seen else "blind"
        rows.append(
            {
                "cluster": watch.latest.cluster,
                "source": source.name,
                "state": state,
                "sees": seen,
                "gaps": [{"database": gap.database, "reason": gap.reason, "mend": gap.mend} for gap in gaps],
            }
        )
    return rows


def _print_diagnosis(rows: list[dict[str, Any]]) -> None:
    table = Table("cluster", "source", "state", "what is missing, and what mends it", box=None, pad_edge=False)
    colour = {"ok": "green", "partly": "yellow", "blind": "red"}
    for row in rows:
        lines = []
        for gap in row["gaps"]:
            lines.append(escape((f"{gap['database']}: " if gap["database"] else "") + gap["reason"]))
            lines += [f"[bold]mend:[/] {escape(gap['mend'])}"] if gap["mend"] else []
        table.add_row(row["cluster"], row["source"], f"[{colour[row['state']]}]{row['state']}[/]", "\n".join(lines))
    out.print(table)


@app.command()
def doctor(url: URL = None, config: CONFIG = None, form: FORMAT = Format.TABLE) -> None:
    """Say what can and cannot be seen on each target, and the exact statement that mends each gap. Exit status 0: all is well."""
    settings = targets(url, config)
    rows: list[dict[str, Any]] = []
    for watch in opened(settings):
        try:
            look(watch, samples=1)
            rows += _diagnosis(watch)
        finally:
            watch.stop(settings.agent.drain)
    if form is Format.JSON:
        out.print_json(json.dumps({"sources": rows}))
    else:
        _print_diagnosis(rows)
    reached = {row["cluster"] for row in rows}
    if len(reached) < len(settings.clusters) or any(row["state"] != "ok" for row in rows):
        raise typer.Exit(int(Exit.INCOMPLETE))
