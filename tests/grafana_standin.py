"""A stand-in for Grafana's HTTP API, for the tests of publishing: a real HTTP server on the loopback that keeps folders and dashboards in
memory as Grafana documents it (folders by uid; dashboards by uid with id and version added; 401 without the token). It is not Grafana.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "glsa_0123456789"


class Standin(ThreadingHTTPServer):
    """What it holds, and every call as (method, path)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folders: dict[str, str] = {}
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.folder_of: dict[str, str] = {}
        self.calls: list[tuple[str, str]] = []
        self.refuse: dict[str, tuple[int, bytes]] = {}
        """Answers by path that stand in the way: (status, body)."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/grafana"

    @property
    def written(self) -> list[str]:
        """Paths of the calls that change something."""
        return [path for method, path in self.calls if method != "GET"]


class _Handler(BaseHTTPRequestHandler):
    server: Standin

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""

    def _answer(self, status: int, body: object) -> None:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _call(self) -> str | None:
        """The path of a call that may go on; None where it was answered already."""
        path = self.path.removeprefix("/grafana")
        self.server.calls.append((self.command, path))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._answer(401, {"message": "Unauthorized"})
        elif path in self.server.refuse:
            self._answer(*self.server.refuse[path])
        else:
            return path
        return None

    def do_GET(self) -> None:  # http.server's name
        if (path := self._call()) is None:
            return
        uid = path.rpartition("/")[2]
        if path.startswith("/api/folders/") and uid in self.server.folders:
            self._answer(200, {"uid": uid, "title": self.server.folders[uid]})
        elif path.startswith("/api/dashboards/uid/") and uid in self.server.dashboards:
            meta = {"folderUid": self.server.folder_of[uid]}
            self._answer(200, {"dashboard": self.server.dashboards[uid], "meta": meta})
        else:
            self._answer(404, {"message": "not found"})

    def do_POST(self) -> None:  # http.server's name
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = self._call()
        if path == "/api/folders":
            self.server.folders[body["uid"]] = body["title"]
            self._answer(200, body)
        elif path == "/api/dashboards/db":
            self._save(body)

    def _save(self, body: dict[str, Any]) -> None:
        board = body["dashboard"]
        known = self.server.dashboards.get(board["uid"])
        if body["folderUid"] not in self.server.folders:
            self._answer(400, {"message": "folder not found"})
        elif known is not None and not body["overwrite"]:
            self._answer(412, {"message": "The dashboard has been changed by someone else"})
        else:
            version = known["version"] + 1 if known else 1
            self.server.dashboards[board["uid"]] = board | {"id": 7, "version": version}
            self.server.folder_of[board["uid"]] = body["folderUid"]
            self._answer(200, {"status": "success", "version": version})


@contextmanager
def standin() -> Iterator[Standin]:
    """A running stand-in."""
    server = Standin()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
