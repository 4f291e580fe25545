"""What an engine is to the agent: how its addresses begin, and who reads, analyses and grants there. Called by wiring and the commands.

Each module of this folder that has `ENGINE` is one; none is listed anywhere, so adding one touches nothing else.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

import tunewright_agent.engines
from tunewright_agent.config.secrets import SecretError, SecretReference
from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_agent.memory import Memory
from tunewright_agent.sources.source import Denied, Source, Target
from tunewright_agent.watch import Analyst
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.indexes.worth import Price


@dataclass(frozen=True, slots=True)
class EngineParts:
    """One engine. `reader` and `analyst` take what `sources` were made for: their classes meet only within one engine's module."""

    name: str
    """As `--engine` has it."""
    aliases: frozenset[str]
    """Other ways to write it there."""
    engine: Engine
    """What a target of it is taken for until it has said what it is."""
    schemes: frozenset[str]
    """How its addresses begin."""
    grants: Callable[[str], str]
    """The SQL that makes the monitoring role of that name."""
    reader: Callable[[ClusterSettings, int], Target]
    """A reader within so many connections; nothing is connected yet."""
    sources: Callable[[], tuple[Source[Any], ...]]
    analyses: tuple[str, ...]
    """Names of the analyst's passes."""
    analyst: Callable[[ClusterSettings, Settings, Any, Memory | None], Analyst]
    configured: Callable[[ClusterSettings, Memory | None], tuple[Source[Any], ...]] = lambda _cluster, _memory: ()
    """Sources that the settings call for (the server's log)."""
    optional: tuple[str, ...] = ()
    """Their names."""


@cache
def engines() -> tuple[EngineParts, ...]:
    """All engines, by name."""
    package = tunewright_agent.engines
    names = [f"{package.__name__}.{info.name}" for info in pkgutil.iter_modules(package.__path__)]
    found = [getattr(importlib.import_module(name), "ENGINE", None) for name in names]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.name))


def engine_of(url: str) -> EngineParts:
    """The engine of an address that the settings let pass. Raises LookupError for any other."""
    scheme = urlsplit(url).scheme
    for one in engines():
        if scheme in one.schemes:
            return one
    raise LookupError(f"no engine reads addresses that begin with '{scheme}'")


def engine_named(name: str) -> EngineParts | None:
    """The engine that `--engine` names, or None."""
    return next((one for one in engines() if name == one.name or name in one.aliases), None)


def password_of(cluster: ClusterSettings) -> Callable[[], str] | None:
    """How the password is asked for at each connection, where the settings say from where. The callable raises Denied."""
    secret = cluster.password_from
    return None if secret is None else partial(_password, secret)


def _password(reference: SecretReference) -> str:
    try:
        return reference.resolve()
    except SecretError as error:
        raise Denied(f"the password could not be had: {error}", "see password_from in the configuration") from error


def switched_off(cluster: ClusterSettings) -> frozenset[str]:
    """Sources and passes that the user wants never to run."""
    return frozenset(name for name, settings in cluster.sources.items() if not settings.enabled)


def price_of(cluster: ClusterSettings) -> Price | None:
    """What its instance costs, where the settings say so."""
    dollars, vcpus = cluster.dollars_per_hour, cluster.vcpus
    return Price(dollars, vcpus) if dollars is not None and vcpus is not None else None
