"""`logs/out_of_memory`: reads LogEvents; memory that the server asked for and did not get."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.finding import Severity, Subject
from tunewright_analyzers.logs.evidence import told, total


@check(needs=(LogEvents,))
def out_of_memory(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Memory that the server asked for and did not get.

    Risk: statements fail; where the kernel kills a process the whole server restarts.
    Evidence: SQLSTATE 53200 and processes ended by signal 9; of MySQL and MariaDB `Out of memory` and `Cannot allocate memory`.
    Remedy: lower work_mem times the sessions that use it, or max_connections; set vm.overcommit_memory = 2 on a machine of its own; for
    shared memory raise max_locks_per_transaction. Of MySQL: a smaller innodb_buffer_pool_size, smaller buffers of sessions.
    False positives: one absurd statement can ask for more than any machine has.
    """
    section = context.window.need(LogEvents)
    rows = section.of("memory")
    if not rows:
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.HIGH,
        f"Memory was refused or a process killed for it {total(rows)} times.",
        *told(section, rows),
    )
