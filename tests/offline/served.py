"""The site as a process that tests can really stop: `python -m tests.offline.served FOLDER PORT [off]`.

Files in FOLDER say what goes wrong: `lose` (every third reply of the sync address is lost after it was stored),
`broken` (every page answers 503), `no-files` (every picture does), `slow` (pages hang), `old-worker` (the worker of a
release long ago).
"""

from __future__ import annotations

import itertools
import socket
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

from lms.testing.building import make_app

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

OLD_WORKER = b"""
const OLD = "hocvuso-shell-2025";
addEventListener("install", (e) => { skipWaiting(); e.waitUntil(caches.open(OLD).then((c) => c.add("/healthz"))); });
addEventListener("activate", (e) => e.waitUntil(clients.claim()));
addEventListener("fetch", (e) => {
  if (e.request.mode === "navigate") e.respondWith(new Response("<title>old</title><h1>The old shell</h1>",
    { headers: { "Content-Type": "text/html" } }));
});
"""


class Trouble:
    """What a bad line and a bad day do to answers."""

    def __init__(self, inner: WSGIApplication, folder: Path) -> None:
        self._inner, self._folder = inner, folder
        self._replies = itertools.count(1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        is_page = not path.startswith(("/api/", "/static/", "/tep/", "/offline/", "/sw.js"))
        if path == "/sw.js" and (self._folder / "old-worker").exists():
            start_response("200 OK", [("Content-Type", "text/javascript"), ("Cache-Control", "no-cache")])
            return [OLD_WORKER]
        if is_page and (self._folder / "broken").exists():
            start_response("503 Service Unavailable", [("Content-Type", "text/html")])
            return [b"<title>busy</title><h1>busy</h1>"]
        if path.startswith("/tep/") and (self._folder / "no-files").exists():
            start_response("503 Service Unavailable", [])
            return [b""]
        if is_page and (self._folder / "slow").exists():
            threading.Event().wait(20)
        if path == "/api/v1/sync" and (self._folder / "lose").exists() and next(self._replies) % 3 == 0:
            list(self._inner(environ, lambda *_: lambda _: None))
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            start_response("200 OK", [])  # into a line that is cut already
            return []
        return self._inner(environ, start_response)


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Says nothing."""

    def log_error(self, format: str, *args: object) -> None:
        """Says nothing of connections that a test has cut."""


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    app = make_app(folder, f"sqlite:///{folder}/lms.sqlite", offline="off" if "off" in sys.argv[3:] else "on")
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.wsgi_app = Trouble(app.wsgi_app, folder)  # type: ignore[method-assign]
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Silent)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
