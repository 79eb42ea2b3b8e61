"""One call to a service for signatures or time stamps: bounded in time and size, led nowhere else."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from lms.api.work import _, writing
from plugins.signing.protocol import Away

SECONDS = 20.0  # for a whole call, however slowly the other side drips
MOST = 4 * 1024 * 1024  # bytes of an answer: lists of revoked certificates are long


def call(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> tuple[int, bytes]:
    """Sends one request; returns (status, body). Away where nobody answers in time, or far too much.

    Redirects are not followed. HTTPS is checked against the certificates of this machine.
    """
    if writing():
        raise RuntimeError("The network is not for inside a unit of work.")
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(
            host, parts.port, timeout=seconds, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=seconds)
    late, held = threading.Event(), list[socket.socket]()
    watch = threading.Timer(seconds, _hang_up, (held, late))
    watch.daemon = True
    watch.start()
    try:
        connection.connect()
        held.append(connection.sock)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body, {"User-Agent": "hocvuso", **(headers or {})})
        answer = connection.getresponse()
        content = answer.read(MOST + 1)
        status = answer.status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Away(_("{host} does not answer. It is asked again by itself.", host=host)) from error
    finally:
        watch.cancel()
        connection.close()
    if late.is_set() or len(content) > MOST:
        raise Away(_("{host} does not answer as it should. It is asked again by itself.", host=host))
    return status, content


def _hang_up(held: list[socket.socket], late: threading.Event) -> None:
    late.set()
    for one in held:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue  # it has ended meanwhile
