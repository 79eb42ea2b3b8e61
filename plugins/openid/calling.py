"""One call to a provider: short, bounded in time and size, led nowhere else. Never inside a unit of work."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec

from lms.api.work import writing
from plugins.openid.refusing import ANSWER, DOWN, Refused

SECONDS = 8.0  # for a whole call, however slowly the other side drips
MOST = 256 * 1024  # bytes of an answer


@dataclass(frozen=True)
class Answer:
    """What came back. `json()` raises Refused where it is no JSON object."""

    status: int
    kind: str
    body: bytes = field(repr=False)  # may say who somebody is

    def json(self) -> dict[str, object]:
        """The JSON object that the answer holds."""
        try:
            found = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Refused(ANSWER, "not-json") from error
        if not isinstance(found, dict):
            raise Refused(ANSWER, "not-an-object")
        return found


def call(method: str, url: str, headers: Mapping[str, str] | None = None, body: str | None = None) -> Answer:
    """Sends one request. Raises Refused (503 in the end) where nobody answers in time, or far too much.

    Redirects are not followed: an address that the operator or the provider named is the one that is called. HTTPS is
    checked against the certificates of this machine; HTTPS_PROXY and NO_PROXY are heeded.
    """
    if writing():
        raise RuntimeError("The network is not for inside a unit of work.")
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    over, held = threading.Event(), list[socket.socket]()
    watch = threading.Timer(SECONDS, _hang_up, (held, over))
    watch.daemon = True
    watch.start()
    try:
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "hocvuso", **(headers or {})}
        connection.connect()
        held.append(connection.sock)
        connection.request(method, path, body.encode() if body is not None else None, sent)
        answer = connection.getresponse()
        content = answer.read(MOST + 1)
        kind = (answer.getheader("Content-Type") or "").partition(";")[0].strip().lower()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused(DOWN, "too-slow" if over.is_set() else _what(error)) from error
    finally:
        watch.cancel()
        connection.close()
    if over.is_set():
        raise Refused(DOWN, "too-slow")
    if len(content) > MOST:
        raise Refused(ANSWER, "too-large")
    return Answer(answer.status, kind, content)


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme != "https":
        return http.client.HTTPConnection(host, port, timeout=SECONDS)
    secure = ssl.create_default_context()
    proxy = urlsplit(getproxies().get("https", ""))
    if not proxy.hostname or proxy_bypass(host):
        return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=secure)
    through = http.client.HTTPSConnection(proxy.hostname, proxy.port or 3128, timeout=SECONDS, context=secure)
    through.set_tunnel(host, port or 443)
    return through


def _hang_up(held: list[socket.socket], over: threading.Event) -> None:
    over.set()
    for each in held:
        with contextlib.suppress(OSError):  # it has ended by itself in this moment
            each.shutdown(socket.SHUT_RDWR)


def _what(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate"
    if isinstance(error, TimeoutError):
        return "too-slow"
    return type(error).__name__
