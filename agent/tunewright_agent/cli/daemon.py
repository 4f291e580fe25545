"""`tunewright run`: the daemon."""

from pathlib import Path
from typing import Annotated

import typer

from tunewright_agent.cli.app import Exit, app, fail
from tunewright_agent.cli.observe import targets
from tunewright_agent.config.load import ConfigurationError
from tunewright_agent.config.secrets import SecretError
from tunewright_agent.daemon import Daemon
from tunewright_agent.history.store import HistoryError
from tunewright_agent.log import configure


@app.command()
def run(
    config: Annotated[
        Path, typer.Option(help="The configuration file (`tunewright example-config` prints one).", dir_okay=False)
    ],
) -> None:
    """Run the daemon: read, judge, remember, publish. SIGTERM drains and ends it, SIGHUP reads the settings again."""
    settings = targets(None, config)
    configure(settings.log)
    daemon = Daemon(settings, config)
    daemon.obey_signals()
    try:
        daemon.run()
    except OSError as error:
        fail(
            f"cannot listen on {settings.web.address}:{settings.web.port}: {error.strerror}",
            Exit.USAGE,
            "choose another web.port",
        )
    except (HistoryError, SecretError, ConfigurationError) as error:
        fail(str(error), Exit.USAGE)
