"""`tunewright health`: ask the daemon of a configuration whether it answers. For container health checks and probes."""

import http.client
import ssl
from pathlib import Path
from typing import Annotated

import typer

from tunewright_agent.cli.app import Exit, app, fail, out
from tunewright_agent.cli.observe import targets
from tunewright_agent.config.secrets import SecretError
from tunewright_agent.config.settings import WebSettings

DEADLINE_SECONDS = 3.0
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - an address that is replaced, not bound
"""Addresses that mean all of the machine's: it is asked on its loopback."""


def _connection(web: WebSettings) -> http.client.HTTPConnection:
    address = _ANY.get(web.address, web.address)
    if web.tls_certificate is None:
        return http.client.HTTPConnection(address, web.port, timeout=DEADLINE_SECONDS)
    context = ssl.create_default_context(cafile=str(web.tls_certificate))
    context.check_hostname = (
        False  # the certificate is for the name that others use; here it must only be the configured one
    )
    return http.client.HTTPSConnection(address, web.port, timeout=DEADLINE_SECONDS, context=context)


def ask(web: WebSettings, path: str) -> int:
    """The HTTP status of that page of the daemon with these settings. Raises OSError, HTTPException, SecretError."""
    token = web.token_from.resolve() if web.token_from is not None else None
    connection = _connection(web)
    try:
        connection.request("GET", path, headers={} if token is None else {"Authorization": f"Bearer {token}"})
        return connection.getresponse().status
    finally:
        connection.close()


@app.command()
def health(
    config: Annotated[Path, typer.Option(help="The daemon's configuration file.", dir_okay=False)],
    ready: Annotated[
        bool, typer.Option("--ready", help="Also fail until every instance had its first pass (/readyz).")
    ] = False,
) -> None:
    """Ask the running daemon whether it answers: exit 0 where it does, 3 where not. Reads port, token and TLS from the configuration."""
    web = targets(None, config).web
    try:
        status = ask(web, "/readyz" if ready else "/healthz")
    except SecretError as error:
        fail(str(error), Exit.USAGE)
    except (OSError, http.client.HTTPException) as error:
        fail(
            f"the daemon does not answer on {web.address}:{web.port}: {type(error).__name__}",
            Exit.UNREACHABLE,
            "see its log",
        )
    if status != 200:
        fail(f"the daemon answers {status}", Exit.UNREACHABLE, "see its log")
    out.print("ready" if ready else "healthy")
