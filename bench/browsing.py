"""Two browsers without script: one over a kept-alive connection, one straight through a WSGI application."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from typing import Any
from urllib.parse import urlencode

from bench.counting import HEADER
from bench.learner import Answer

FORM = "application/x-www-form-urlencoded"


class Jar:
    """The cookies of one browser."""

    def __init__(self) -> None:
        self._held: dict[str, str] = {}

    def keep(self, headers: Iterable[tuple[str, str]]) -> None:
        """Takes what an answer sets; an empty value or an age of 0 takes a cookie away."""
        for name, value in headers:
            if name.lower() == "set-cookie":
                pair, *rest = value.split(";")
                key, _equals, content = pair.strip().partition("=")
                self._held[key] = content
                if not content or any(part.strip().lower() == "max-age=0" for part in rest):
                    del self._held[key]

    def header(self) -> str:
        """What to send back."""
        return "; ".join(f"{k}={v}" for k, v in self._held.items())


def answer_of(status: int, headers: list[tuple[str, str]], body: bytes) -> Answer:
    """An answer with its size on the wire: status line, headers and body as it came."""
    named = {k.lower(): v for k, v in headers}
    size = len(body) + sum(len(k) + len(v) + 4 for k, v in headers if k != HEADER) + len("HTTP/1.1 200 OK\r\n\r\n")
    return Answer(status, named, body, size, int(named.get(HEADER.lower(), 0)))


class HttpBrowser:
    """One connection to a server on this machine. `address` is who a proxy in front would say is asking."""

    def __init__(self, port: int, address: str = "10.0.0.1") -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._address, self._jar, self._used = address, Jar(), False

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, script: bool = False) -> Answer:
        """One request; redirects are not followed. `script`: our script asks for what the next page holds."""
        headers = {"Accept-Encoding": "gzip", "X-Forwarded-For": self._address}
        if cookies := self._jar.header():
            headers["Cookie"] = cookies
        if script:
            headers["X-Fragment"] = "page"
        body = None
        if form is not None:
            body, headers["Content-Type"] = urlencode(form), FORM
        try:
            response = self._sent(method, path, body, headers)
        except (RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            if not self._used:
                raise  # a server that hangs up on a new connection
            self._connection.close()  # it was silent for too long: as browsers do, once more on a new one
            response = self._sent(method, path, body, headers)
        self._used = True
        content = response.read()
        self._jar.keep(response.getheaders())
        return answer_of(response.status, response.getheaders(), content)

    def _sent(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> HTTPResponse:
        self._connection.request(method, path, body, headers)
        return self._connection.getresponse()

    def close(self) -> None:
        """Hangs up."""
        self._connection.close()


class InsideBrowser:
    """Calls a WSGI application as a server would, and nothing more, so that a profile shows the application."""

    def __init__(self, app: Callable[..., Iterable[bytes]], address: str = "10.0.0.1") -> None:
        self._app, self._address, self._jar = app, address, Jar()

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, script: bool = False) -> Answer:
        """One request; redirects are not followed. `script`: our script asks for what the next page holds."""
        path, _mark, query = path.partition("?")
        body = urlencode(form).encode() if form is not None else b""
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_X_FORWARDED_FOR": self._address,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": FORM if form is not None else "",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        if cookies := self._jar.header():
            environ["HTTP_COOKIE"] = cookies
        if script:
            environ["HTTP_X_FRAGMENT"] = "page"
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
            begun[:] = [int(status[:3]), headers]

        chunks = self._app(environ, start_response)
        try:
            content = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        self._jar.keep(begun[1])
        return answer_of(begun[0], begun[1], content)
