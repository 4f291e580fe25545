"""One reading of a target by the sources that fill certain sections: for commands, which have no lanes."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import PACKAGE, Reader
from tunewright_agent.sources.source import SourceError, discover
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Gap, Section, Snapshot, View


def read_once(reader: Reader, wanted: tuple[type[Section], ...], at: datetime) -> Snapshot:
    """The target with those sections; one that could not be read is a Gap. Raises SourceError where the target itself cannot be read."""
    with reader.within(60):
        server = reader.server
    sections: list[Section] = []
    gaps: list[Gap] = []
    for source in discover(PACKAGE):
        if not set(source.sections) & set(wanted):
            continue
        try:
            with reader.within(source.deadline_seconds):
                collected = source.collect(reader, at)
        except SourceError as error:
            gaps.append(source.gap(error, at))
            continue
        sections += collected.sections
        gaps += collected.gaps
    name = reader.target.identifier
    return Snapshot(
        ClusterId(name), InstanceId(name), server.engine, server.version, server.flavour, at, tuple(sections), tuple(gaps), View.CLOUD
    )  # fmt: skip
