"""`parameters/thread_cache_small`: reads ServerStatus and Settings; says when connections cost a new thread."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.mysql_change import number, server_wide, too_short, why_not_settable


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    created_ratio: float = threshold(0.1, "ratio", "Share of connections that needed a new thread.")
    created_per_second: float = threshold(0.5, "count", "New threads a second.")


@check(needs=(ServerStatus, Settings), engines=MYSQL_FAMILY, thresholds=Thresholds)
def thread_cache_small(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Connections that need a new thread each, because finished ones are not kept.

    Risk: making a thread costs more than the short statement that follows; under a storm of connections it costs the server.
    Evidence: Threads_created against Connections over the window.
    Remedy: a connection pool in the application; a larger thread cache meanwhile.
    False positives: the thread pool, which keeps threads by itself: then this is silent.
    """
    settings, status = context.window.need(Settings), context.window.need(ServerStatus)
    short = too_short(status)
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    latest = context.window.latest
    limits = context.thresholds
    created, connections = status.count("threads_created"), status.count("connections")
    now = number(settings, "thread_cache_size")
    if not connections or created is None or now is None or settings.text("thread_handling") == "pool-of-threads":
        return
    rate = created / status.period.seconds
    if rate < limits.created_per_second or created / connections < limits.created_ratio:
        return
    if why_not_settable("thread_cache_size", latest.flavour):
        return
    found = context.finding(
        Subject("setting", "thread_cache_size"),
        Severity.LOW,
        f"{created / connections:.0%} of connections need a new thread ({rate:,.1f} a second); the cache keeps {now:,.0f}.",
        Evidence("new threads", created / connections, "ratio", "Threads_created / Connections"),
        Evidence("connections", connections / status.period.seconds, "per second", "Connections"),
        Evidence("thread_cache_size", now, "count", "SHOW GLOBAL VARIABLES"),
    )
    yield found
    wanted = int(min(max(now * 2, 64), 1024))
    yield from context.parameters(
        found,
        server_wide(
            settings, latest.engine, latest.flavour, "thread_cache_size", wanted, effect="threads are used again"
        ),
        risk="Each kept thread holds its stack.",
    )
