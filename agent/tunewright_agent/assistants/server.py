"""The Model Context Protocol's side: which tools there are, what each is for, and what it takes. Reads only.

Made by `tunewright mcp`; speaks over standard input and output to the program that started it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from tunewright_agent.assistants.memory import Recollection, Unanswerable, span
from tunewright_agent.assistants.whatif import WhatIf
from tunewright_analyzers.finding import Severity

INSTRUCTIONS = """Tunewright watches relational database clusters and judges them. These tools read what it found: nothing here changes a database.
Texts and plans are redacted: literals stand as $1 or ?. Every number carries its window.
What could not be judged is said, with the reason: never take it for healthy.
A recommendation names its evidence, its exact statement, its risk and its rollback: pass all of them on, and let a person decide."""
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

Cluster = Annotated[str, Field(description="The cluster's name, as in the findings.")]
Hours = Annotated[float, Field(description="How many hours back from now.", gt=0, le=744)]
Database = Annotated[str, Field(description="The database the statement runs in.")]
Sql = Annotated[
    str, Field(description="One statement; $1, $2 … may stand for values. It is only planned, on a copy without rows.")
]


def _answered(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Unanswerable as error:
        raise ToolError(str(error)) from error


def _tell_advice(server: MCPServer, memory: Recollection, now: Callable[[], datetime]) -> None:
    """Tools of what was found and advised."""

    @server.tool(annotations=_READS)
    def findings(
        severity: Annotated[Severity, Field(description="The least severity to list.")] = Severity.LOW,
        group: Annotated[
            str | None, Field(description="Only this check (indexes/unused) or group of checks (indexes).")
        ] = None,
    ) -> dict[str, Any]:
        """What is wrong with the watched clusters now, each with its evidence; what could not be judged, and why."""
        return dict(_answered(lambda: memory.findings(now(), severity, group)))

    @server.tool(annotations=_READS)
    def recommendations(
        state: Annotated[
            str | None,
            Field(description="open, applied, verified, hurt, reverted, dismissed or withdrawn; all without it."),
        ] = "open",
    ) -> dict[str, Any]:
        """What Tunewright advises, in short: ids for the tool recommendation."""
        return {"recommendations": _answered(lambda: memory.recommendations(now(), state))}

    @server.tool(annotations=_READS)
    def recommendation(
        id: Annotated[str, Field(description="Its id, or a beginning that no other has.")],  # noqa: A002 - the word that users see
    ) -> dict[str, Any]:
        """One recommendation in full: evidence, exact statements, expectation, risk, rollback, its life, and the measured effect."""
        return dict(_answered(lambda: memory.recommendation(now(), id)))


def _tell_statements(server: MCPServer, memory: Recollection, now: Callable[[], datetime]) -> None:
    """Tools of what ran."""

    @server.tool(annotations=_READS)
    def statements(
        cluster: Cluster,
        hours: Hours = 24.0,
        order: Annotated[str, Field(description="By what: time, calls, rows or reads.")] = "time",
        most: Annotated[int, Field(description="How many.", ge=1, le=50)] = 10,
    ) -> dict[str, Any]:
        """The statements that cost most in the last hours, with calls, time, share and rows."""
        return dict(_answered(lambda: memory.statements(cluster, *span(now(), hours), order, most)))

    @server.tool(annotations=_READS)
    def statement(
        cluster: Cluster,
        id: Annotated[str, Field(description="The statement's id, as the tool statements tells it.")],  # noqa: A002
        hours: Hours = 168.0,
    ) -> dict[str, Any]:
        """One statement: its text, its calls and time point by point, and its newest plans."""
        return dict(_answered(lambda: memory.statement(cluster, id, *span(now(), hours))))


def _tell_what_if(server: MCPServer, whatif: WhatIf, now: Callable[[], datetime]) -> None:
    """Tools that plan a statement on the twin."""

    @server.tool(annotations=_READS)
    def what_if_index(
        cluster: Cluster,
        database: Database,
        statement: Sql,
        table: Annotated[str, Field(description="The table, as in public.orders.")],
        columns: Annotated[list[str], Field(description="The key columns in order.")],
        include: Annotated[list[str] | None, Field(description="Columns only stored (INCLUDE).")] = None,
        predicate: Annotated[str | None, Field(description="WHERE of a partial index, without the word.")] = None,
        method: Annotated[str, Field(description="btree, gin or brin.")] = "btree",
    ) -> dict[str, Any]:
        """How a statement would be planned if an index existed, and how large the index would be. Nothing is made on the server."""
        return dict(
            _answered(
                lambda: whatif.index(
                    now(), cluster, database, statement, table, columns, include or [], predicate, method
                )
            )
        )

    @server.tool(annotations=_READS)
    def what_if_setting(
        cluster: Cluster,
        database: Database,
        statement: Sql,
        name: Annotated[str, Field(description="The setting, as in work_mem.")],
        value: Annotated[str, Field(description="Its value, as in 64MB.")],
    ) -> dict[str, Any]:
        """How a statement would be planned if a setting had another value. A changed plan is no proof of a gain."""
        return dict(_answered(lambda: whatif.setting(now(), cluster, database, statement, name, value)))


def server_of(memory: Recollection, whatif: WhatIf, now: Callable[[], datetime], version: str) -> MCPServer:
    """The server with its tools, not yet running."""
    server = MCPServer("tunewright", instructions=INSTRUCTIONS, version=version, log_level="ERROR")
    _tell_advice(server, memory, now)
    _tell_statements(server, memory, now)
    _tell_what_if(server, whatif, now)
    return server
