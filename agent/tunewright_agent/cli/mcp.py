"""`tunewright mcp`: the read-only Model Context Protocol server, for the assistants that people work with."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from tunewright_agent.cli.app import app
from tunewright_agent.cli.observe import targets
from tunewright_agent.clock import now
from tunewright_agent.history.place import store_of
from tunewright_analyzers.facts.ids import ClusterId


@app.command()
def mcp(
    config: Annotated[
        Path, typer.Option(help="The daemon's configuration file: its clusters, its history.", dir_okay=False)
    ],
) -> None:
    """Serve findings, recommendations, statements, plans and what-ifs to an assistant, over standard input and output (MCP). Read-only.

    For example, as an assistant's server command: tunewright mcp --config /etc/tunewright/tunewright.toml
    """
    # Imported here: the protocol's package takes a second, which no other command should wait for.
    from tunewright_agent.assistants.memory import Recollection
    from tunewright_agent.assistants.server import server_of
    from tunewright_agent.assistants.whatif import WhatIf

    settings = targets(None, config)
    memory = Recollection(store_of(settings.history), frozenset(ClusterId(one.name) for one in settings.clusters))
    whatif = WhatIf({one.name: one for one in settings.clusters})
    try:
        server_of(memory, whatif, now, version("tunewright")).run("stdio")
    finally:
        whatif.close()
