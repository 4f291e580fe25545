"""Watches of what AWS runs: a cluster from outside, and the settings and the login by which a member is watched from inside. Called by wiring."""

from collections.abc import Callable
from functools import partial
from urllib.parse import quote, urlencode

from tunewright_agent.clock import now
from tunewright_agent.config.aws import AwsTargetSettings
from tunewright_agent.config.settings import SCHEMES, ClusterSettings, Settings
from tunewright_agent.engines.engine import password_of
from tunewright_agent.fleet import CLOUD, Group, may_pause
from tunewright_agent.latest import Latest
from tunewright_agent.memory import Memory
from tunewright_agent.pipeline import Rules
from tunewright_agent.sources.aws import log_files
from tunewright_agent.sources.aws.discovery import Found
from tunewright_agent.sources.aws.price_table import PriceLists
from tunewright_agent.sources.aws.reader import ENGINES, PACKAGE, Reader
from tunewright_agent.sources.aws.series import newest_value
from tunewright_agent.sources.aws.session import Door
from tunewright_agent.sources.aws.spool import Spool
from tunewright_agent.sources.aws.token import token
from tunewright_agent.sources.source import Source, Unsupported, discover
from tunewright_agent.watch import Telling, Watch
from tunewright_analyzers.facts.cloud import CloudInstance
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.facts.snapshot import Engine, View

_SCHEME = {Engine.POSTGRESQL: "postgresql", Engine.MYSQL: "mysql", Engine.MARIADB: "mysql"}
_TLS = {"verify": "verify-full", "require": "require", "off": "disable"}


class NoAnalyst:
    """AWS's view is judged by checks alone."""

    def sources(self) -> tuple[Source[Latest], ...]:
        """None."""
        return ()

    def close(self) -> None:
        """Nothing to stop."""


def cloud_watch(
    name: ClusterId,
    group: Group,
    found: Found,
    door: Door,
    settings: Settings,
    memory: Memory | None,
    telling: Telling | None,
    spool: Spool,
    prices: PriceLists,
) -> Watch:
    """The watch of one cluster (or stand-alone instance) as AWS sees it."""
    reader = Reader(door, found.target, prices=prices)
    engine = found.cluster.engine if found.cluster is not None else found.members[0].engine
    return Watch(
        latest=Latest(name, CLOUD, ENGINES.get(engine, Engine.POSTGRESQL), View.CLOUD),
        reader=reader,
        sampler=reader,
        sources=_sources(group, spool),
        analyst=NoAnalyst(),
        rules=Rules.of(settings.checks),
        now=now,
        window_seconds=settings.agent.window,
        judge_seconds=settings.agent.judge_every,
        memory=memory,
        telling=telling,
    )


def _sources(group: Group, spool: Spool) -> tuple[Source[Reader], ...]:
    """All but the log files, which the user must want."""
    found = tuple(one for one in discover(PACKAGE) if one.name != "log_files")
    return (*found, log_files.source(spool)) if group.settings.log_files else found


def member_settings(
    name: ClusterId, target: AwsTargetSettings, found: Found, member: CloudInstance, spool: Spool
) -> ClusterSettings | None:
    """How a member is reached from inside; None where no engine of ours reads it. Raises OSError where the spool cannot be made."""
    engine = ENGINES.get(member.engine)
    scheme = _SCHEME[engine] if engine is not None else ""
    if scheme not in SCHEMES:
        return None
    port = member.port or (found.cluster.port if found.cluster is not None else 0)
    address = target.addresses.get(member.identifier, f"{member.address}:{port}")
    return ClusterSettings(
        name=name,
        url=f"{scheme}://{quote(target.user, safe='')}@{address}/{_database(scheme, target)}?{_tls(scheme, target)}",
        password_from=target.password_from,
        connections=target.connections,
        log_file=spool.path(member.identifier) if target.log_files and not may_pause(found, member) else None,
    )


def _database(scheme: str, target: AwsTargetSettings) -> str:
    return quote(target.database, safe="") if scheme == "postgresql" else ""


def _tls(scheme: str, target: AwsTargetSettings) -> str:
    mode, verifies = target.tls_mode, target.tls_mode == "verify"
    if scheme == "postgresql":
        return urlencode({"sslmode": _TLS[mode], **({"sslrootcert": str(target.tls_root)} if verifies else {})})
    of_mysql = {"verify": "VERIFY_IDENTITY", "require": "REQUIRED", "off": "DISABLED"}
    more = {"ssl_ca": str(target.tls_root)} if verifies else {}
    if target.auth == "iam":  # lets the token go as clear text, which is what RDS asks for
        more["iam_region"] = target.region
    return urlencode({"ssl_mode": of_mysql[mode], **more})


def login_of(
    door: Door, group: Group, found: Found, member: CloudInstance, cluster: ClusterSettings
) -> Callable[[], str] | None:
    """What is asked for a password at each new connection: a fresh token; None where the settings say where the password comes from.

    Of an instance that may pause it raises Unsupported while its capacity is zero: a connection would wake it.
    """
    target = group.settings
    port = member.port or (found.cluster.port if found.cluster is not None else 0)
    ask: Callable[[], str] | None = None
    if target.auth == "iam":
        ask = partial(token, door, group.wanted.place, str(member.address), port, target.user)
    elif may_pause(found, member):
        ask = password_of(cluster)
    if ask is None or not may_pause(found, member):
        return ask
    return partial(_awake, Reader(door, found.target), member.identifier, ask)


def _awake(reader: Reader, instance: str, ask: Callable[[], str]) -> str:
    capacity = newest_value(reader, "ServerlessDatabaseCapacity", instance, now())
    if capacity is None or capacity <= 0:
        raise Unsupported(
            f"{instance} is paused at zero capacity (or CloudWatch does not say that it is awake): a connection would wake it"
        )
    return ask()
