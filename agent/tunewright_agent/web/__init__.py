"""The daemon's pages: /metrics, /healthz, /readyz, /findings. Reads State, writes nothing, knows no database.

`serve` is what wiring calls; `pages` says what is answered, `server` how bytes come and go.
"""

from tunewright_agent.web.server import Server, Tls, serve

__all__ = ["Server", "Tls", "serve"]
