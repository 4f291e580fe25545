"""`parameters/huge_pages_unused`: reads Settings, Host, ActiveSessions; says where gigabytes of shared memory are mapped in small pages."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.values import size_text

_GB = 1024**3
_ENTRY_BYTES, _PAGE_BYTES = 8, 4096


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When page tables weigh."""

    shared_buffers: float = threshold(8 * _GB, "bytes", "shared_buffers from which it is told.")
    page_tables: float = threshold(
        256 * 1024**2, "bytes", "Page tables of the machine from which it is told, where the agent runs on it."
    )


@check(needs=(Settings,), engines=POSTGRESQL, thresholds=Thresholds)
def huge_pages_unused(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Shared memory of gigabytes in pages of 4 kB.

    Risk: every backend has page tables of its own for it, two thousandths of what it touches; hundreds of backends make gigabytes of them.
    Evidence: shared_buffers, huge_pages, huge_pages_status (17 and later), the pages that the server says it needs (15 and later), sessions at the
        busiest sample, and where the agent runs on the database's machine the page tables that there are (/proc/meminfo).
    Remedy: that many pages in the operating system (vm.nr_hugepages), then huge_pages = try, and a restart.
    False positives: a release before 17 with `try` does not say whether it got them, and is not judged. RDS and Aurora see to it themselves.
    """
    settings = context.window.need(Settings)
    if context.window.latest.flavour is not Flavour.SELF_MANAGED:
        return
    shared, wanted, status = (
        settings.number("shared_buffers"),
        settings.text("huge_pages", "try"),
        settings.text("huge_pages_status"),
    )
    if shared < context.thresholds.shared_buffers or (wanted != "off" and status != "off"):
        return
    host, load = context.window.section(Host), context.window.section(ActiveSessions)
    measured = host.page_tables_bytes if host is not None and host.is_database_host else None
    if measured is not None and measured < context.thresholds.page_tables:
        return
    pages = settings.number("shared_memory_size_in_huge_pages", -1)
    tables = shared / _PAGE_BYTES * _ENTRY_BYTES
    found = context.finding(
        Subject("setting", "huge_pages"),
        Severity.LOW,
        f"{size_text(shared)} of shared buffers are mapped in pages of 4 kB: up to {tables / 1024**2:,.0f} MB of page tables for each backend.",
        Evidence("shared_buffers", shared, "bytes", "pg_settings"),
        Evidence("huge_pages", wanted, "", "pg_settings"),
        Evidence("huge_pages_status", status or "not told before 17", "", "pg_settings"),
        *((Evidence("huge pages needed", pages, "count", "shared_memory_size_in_huge_pages"),) if pages > 0 else ()),
        *(
            (Evidence("page tables of the machine", measured, "bytes", "/proc/meminfo"),)
            if measured is not None
            else ()
        ),
        *(
            (Evidence("sessions at the busiest sample", load.peak_connections, "count", "pg_stat_activity"),)
            if load
            else ()
        ),
    )
    yield found
    need = f"vm.nr_hugepages = {pages:.0f}" if pages > 0 else "vm.nr_hugepages for all shared memory"
    yield from context.parameters(
        found,
        server_wide(
            settings, Flavour.SELF_MANAGED, "huge_pages", "try", effect="page tables shrink to a five-hundredth"
        ),
        risk="Needs a restart; memory set aside as huge pages serves nothing else.",
        caution=f"First give the operating system {need} (sysctl).",
    )
