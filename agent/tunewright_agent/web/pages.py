"""What each address answers. Pure: a Request and State in, an Answer out; the server adds what every answer carries.

    /          redirects to /findings
    /healthz   200 while the process answers at all
    /readyz    200 once every instance had its first pass, 503 before
    /findings  the page, or JSON where `?format=json` or the Accept header wants it
    /metrics   Prometheus text

While the daemon waits for its store it reads nothing: then /healthz says so (200: to end it would not help), /readyz and /findings are 503
with the reason (an empty page would look like health), /metrics has tunewright_history_error.

Only these exact paths exist: no file is ever opened, so there is nothing to traverse.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tunewright_agent.reports.render import render_findings_page
from tunewright_agent.reports.shapes import state_shape
from tunewright_agent.state import State

TEXT = "text/plain; charset=utf-8"
METRICS = "text/plain; version=0.0.4; charset=utf-8"
HTML = "text/html; charset=utf-8"
JSON = "application/json"
METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Request:
    """What of a request matters: method, target as sent, and the Accept header."""

    method: str
    target: str
    accept: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body, its type, and headers beyond those that every answer has."""

    status: int
    body: bytes
    kind: str = TEXT
    headers: Mapping[str, str] = field(default_factory=dict)


Exposition = Callable[[], bytes]
"""Makes the body of /metrics."""


def plain(status: int, text: str, **headers: str) -> Answer:
    """A short text for people and probes."""
    return Answer(
        status, f"{text}\n".encode(), TEXT, {name.replace("_", "-"): value for name, value in headers.items()}
    )


def _quality(accept: str) -> dict[str, float]:
    """Media types of an Accept header with their q; what is not a number counts as 0."""
    wanted: dict[str, float] = {}
    for part in accept.split(",")[:50]:
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        q = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        try:
            wanted[kind] = float(q)
        except ValueError:
            wanted[kind] = 0.0
    return wanted


def wants_json(accept: str) -> bool:
    """Whether JSON is preferred to HTML. `*/*` and nothing at all (curl, browsers' fallbacks) get the page."""
    wanted = _quality(accept)
    return wanted.get("application/json", 0.0) > wanted.get("text/html", 0.0)


def _findings(query: str, accept: str, state: State) -> Answer:
    form = parse_qs(query, max_num_fields=20).get("format", [""])[-1]
    if form not in ("", "json", "html"):
        return plain(400, "format must be json or html")
    vary = {"Vary": "Accept"}
    if form == "json" or (form == "" and wants_json(accept)):
        body = json.dumps(state_shape(state), allow_nan=False, indent=1).encode()
        return Answer(200, body, JSON, vary)
    return Answer(200, render_findings_page(state).encode(), HTML, vary)


def _while_waiting(path: str, reason: str) -> Answer | None:
    """What is answered before there is anything to tell; None where the page is as always."""
    if path == "/healthz":
        return plain(200, f"alive, and waiting: {reason}")
    if path in ("/readyz", "/findings"):
        return plain(503, f"not ready, nothing is read yet: {reason}", Retry_After="5")
    return None


def answer(
    request: Request, state: Callable[[], State], metrics: Exposition, waiting: Callable[[], str | None] = lambda: None
) -> Answer:
    """The answer to one request. An unknown path is 404, another method 405, a query that cannot be read 400.

    `waiting` is what the daemon waits for before it begins; None once it has begun.
    """
    try:
        target = urlsplit(request.target)
    except ValueError:
        return plain(400, "the address cannot be read")
    known = ("/", "/healthz", "/readyz", "/findings", "/metrics")
    if target.path not in known:
        return plain(404, "not found")
    if request.method not in METHODS:
        return plain(405, "only GET and HEAD", Allow=", ".join(METHODS))
    reason = waiting()
    if reason is not None and (awaited := _while_waiting(target.path, reason)) is not None:
        return awaited
    match target.path:
        case "/":
            return plain(302, "see /findings", Location="/findings")
        case "/healthz":
            return plain(200, "alive")
        case "/readyz":
            return (
                plain(200, "ready")
                if state().ready
                else plain(503, "not ready: the first pass is not over", Retry_After="5")
            )
        case "/metrics":
            return Answer(200, metrics(), METRICS)
    try:
        return _findings(target.query, request.accept, state())
    except ValueError:
        return plain(400, "the query cannot be read")
