"""A small provider that does as it should until a test tells it to lie. Its authorization page is the test itself."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from joserfc.jwk import Key, RSAKey
from joserfc.jws import JWSRegistry

from tests.openid.places import SECRET, query_of

Raw = tuple[int, str, bytes]  # status, content type, body
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@functools.cache
def rsa(number: int) -> RSAKey:
    """One of several keys, made once for all tests."""
    return RSAKey.generate_key(2048, {"kid": f"key-{number}", "use": "sig"})


def as_json(what: object, status: int = 200) -> Raw:
    """An answer as it should be."""
    return status, "application/json", json.dumps(what).encode()


@dataclass
class Liar:
    """What the provider says; tests change the fields."""

    issuer: str
    key: Key | bytes = field(default_factory=lambda: rsa(1))
    published: list[Key] = field(default_factory=lambda: [rsa(1)])
    algorithm: str = "RS256"
    says_who: bool = False
    subject: str = "liar-subject-1"
    claims: dict[str, Any] = field(default_factory=lambda: {"name": "Nguyễn Thị Mai", "birthdate": "1990-02-03"})
    in_token: dict[str, Any] = field(default_factory=dict)  # None takes a claim away
    in_userinfo: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Raw | Callable[[], Raw]] = field(default_factory=dict)  # instead of what a path answers
    calls: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def become_honest(self) -> None:
        """Forgets every lie."""
        self.__init__(self.issuer)  # type: ignore[misc]  # the same object, which its server holds

    def authorized(self, url: str, **more: str) -> str:
        """What this provider sends the browser back with, once the person has agreed; `url` is where we sent them."""
        asked = query_of(url)
        assert asked["code_challenge_method"] == "S256"
        assert asked["response_type"] == "code"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], **({"iss": self.issuer} if self.says_who else {}), **more}
        return urlsplit(asked["redirect_uri"]).path + "?" + urlencode({k: v for k, v in answer.items() if v})

    def signed(self, claims: dict[str, Any]) -> str:
        """A token with this provider's signature, whatever that is worth."""
        header = {
            "alg": self.algorithm,
            "kid": "key-1" if isinstance(self.key, bytes) else self.key.ensure_kid() or self.key.kid,
            **self.header,
        }
        parts = ({k: v for k, v in header.items() if v is not None}, claims)
        text = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
        signature = b""
        if isinstance(self.key, bytes):
            signature = hmac.digest(self.key, text, "sha256")
        elif self.algorithm != "none":
            signature = JWSRegistry.algorithms[self.algorithm].sign(text, self.key)
        return (text + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()

    def id_token(self, asked: dict[str, str]) -> str:
        """The ID token for a sign-in."""
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": self.subject, "aud": asked["client_id"], "exp": now + 300, "iat": now,
            "nonce": asked.get("nonce"), **self.in_token,
        }  # fmt: skip
        return self.signed({k: v for k, v in claims.items() if v is not None})

    def logout_token(self, audience: str = "hocvuso", **more: Any) -> str:
        """A logout token; None takes a claim away."""
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": audience, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8),
            "sub": self.subject, "events": {EVENT: {}}, **more,
        }  # fmt: skip
        return self.signed({k: v for k, v in claims.items() if v is not None})

    def answer(self, method: str, path: str, body: dict[str, str], authorization: str) -> Raw:
        """What a path answers."""
        self.calls.append(path)
        lie = self.raw.get(path)
        if lie is not None:
            return lie() if callable(lie) else lie
        if path == "/.well-known/openid-configuration":
            return as_json(self.describe())
        if path == "/jwks":
            return as_json({"keys": [k.as_dict(private=k.key_type == "oct") for k in self.published]})
        if path == "/token":
            return self._token(body, authorization)
        if path == "/me":
            assert authorization == "Bearer an access token"
            told = {"sub": self.subject, **self.claims, **self.in_userinfo}
            return as_json({k: v for k, v in told.items() if v is not None})
        return 404, "text/plain", b"no"

    def describe(self, **more: Any) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/me",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "PS256"],
            "authorization_response_iss_parameter_supported": self.says_who,
            **more,
        }

    def _token(self, body: dict[str, str], authorization: str) -> Raw:
        asked = self.codes.pop(body.get("code", ""), None)
        if asked is None:
            return as_json({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(body.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return as_json({"error": "invalid_grant"}, 400)
        if body.get("redirect_uri") != asked["redirect_uri"]:
            return as_json({"error": "invalid_grant"}, 400)
        name, _colon, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (unquote(name), unquote(secret)) != ("hocvuso", SECRET):
            return as_json({"error": "invalid_client"}, 401)
        return as_json({"access_token": "an access token", "token_type": "Bearer", "id_token": self.id_token(asked)})


class _Handler(BaseHTTPRequestHandler):
    liar: Liar

    def do_GET(self) -> None:  # noqa: N802
        self._do({})

    def do_POST(self) -> None:  # noqa: N802
        length = int(self.headers.get("Content-Length", 0))
        self._do(dict(parse_qsl(self.rfile.read(length).decode())))

    def _do(self, body: dict[str, str]) -> None:
        path = self.path.partition("?")[0]
        status, kind, content = self.liar.answer(self.command, path, body, self.headers.get("Authorization", ""))
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            if status == 302:
                self.send_header("Location", content.decode())
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def lying() -> Iterator[Liar]:
    """The provider on a port of its own."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.liar = liar = Liar(f"http://127.0.0.1:{server.server_address[1]}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def dripping() -> Iterator[str]:
    """An address where an answer begins and never ends: a byte now and then."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        with suppress(OSError):
            while True:
                connection, _address = listener.accept()
                with connection, suppress(OSError):
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n")
                    while not over.wait(0.05):
                        connection.sendall(b" ")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
