"""Services of others, small: time stamps (OpenSSL), a signing service (CSC API 1 and 2), a token (SoftHSM2)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from lms.testing.pytest_plugin import missing
from tests.signing.pki import Made

SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "246810"


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def stamps(folder: Path, stamper: Made, root: Made) -> Iterator[str]:
    """The address of a time-stamp service that OpenSSL answers for."""
    if shutil.which("openssl") is None:
        missing("openssl", "apt-get install openssl")
    folder.mkdir()
    (folder / "tsa.pem").write_bytes(stamper.pem)
    (folder / "tsa.key").write_bytes(stamper.key_pem)
    (folder / "root.pem").write_bytes(root.pem)
    (folder / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa = one\n[one]\nserial = serial\nsigner_cert = tsa.pem\ncerts = root.pem\n"
        "signer_key = tsa.key\n"
        "signer_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256, sha384, sha512\n"
        "accuracy = secs:1\nordering = no\ntsa_name = no\ness_cert_id_chain = no\n"
    )
    (folder / "serial").write_text("01\n")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            name = hashlib.sha256(asked).hexdigest()[:12]
            (folder / f"{name}.tsq").write_bytes(asked)
            done = subprocess.run(
                ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", f"{name}.tsq", "-out", f"{name}.tsr"],
                cwd=folder, capture_output=True, check=False,
            )  # fmt: skip
            body = (folder / f"{name}.tsr").read_bytes() if not done.returncode else b""
            self.send_response(200 if body else 500)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    with _served(Handler) as address:
        yield address


@dataclass
class Tells:
    """A service that tells whether certificates of a root were revoked. `index`: OpenSSL's list of them."""

    address: str
    folder: Path
    down: bool = False

    def knows(self, *certificates: Made, revoked: bool = False) -> None:
        """What it says of certificates from now on."""
        lines = []
        for one in certificates:
            until = f"{one.certificate.not_valid_after_utc:%y%m%d%H%M%SZ}"
            state = ("R", until, "250101000000Z") if revoked else ("V", until, "")
            lines.append("\t".join((*state, f"{one.certificate.serial_number:X}", "unknown", "/CN=x")) + "\n")
        (self.folder / "index.txt").write_text("".join(lines))


@contextmanager
def revocation_answers(folder: Path, root: Made) -> Iterator[Tells]:
    """A service for OCSP (RFC 6960) that OpenSSL answers for, in the name of the root."""
    if shutil.which("openssl") is None:
        missing("openssl", "apt-get install openssl")
    folder.mkdir()
    (folder / "root.pem").write_bytes(root.pem)
    (folder / "root.key").write_bytes(root.key_pem)
    held = Tells("", folder)
    held.knows()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "asked.der").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            subprocess.run(
                ["openssl", "ocsp", "-index", "index.txt", "-CA", "root.pem", "-rsigner", "root.pem", "-rkey",
                 "root.key", "-reqin", "asked.der", "-respout", "answer.der", "-ndays", "7"],
                cwd=folder, capture_output=True, check=True,
            )  # fmt: skip
            body = (folder / "answer.der").read_bytes()
            self.send_response(503 if held.down else 200)
            self.send_header("Content-Type", "application/ocsp-response")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    with _served(Handler) as address:
        held.address = address
        yield held


@dataclass
class Remote:
    """A signing service: who may ask, what it was asked, how it answers."""

    signer: Made
    address: str = ""
    mode: str = "explicit"  # explicit: PIN and code; phone: a person presses a button; no: that person refuses
    pressed: bool = False
    down: bool = False
    other_key: Made | None = None  # signs with a key that is not the one in the certificate
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    allowed: dict[str, list[str]] = field(default_factory=dict)  # by SAD: the hashes that it is for

    def answer(self, path: str, given: dict[str, Any], access: str) -> tuple[int, dict[str, Any]]:
        what = path.split("/", 3)[3] if path.startswith("/csc/") else path
        self.asked.append((what, given))
        two = path.startswith("/csc/v2")
        if self.down:
            return 503, {}
        if what == "oauth2/token":
            right = given.get("client_id") == "hocvuso" and given.get("client_secret") == "abc"
            return (200, {"access_token": "t0k3n"}) if right else (401, {"error": "invalid_client"})
        if access != "Bearer t0k3n":
            return 401, {"error": "invalid_token"}
        if what == "credentials/info":
            own = base64.b64encode(self.signer.der).decode()
            return 200, {"cert": {"status": "valid", "certificates": [own]}, "multisign": 5, "authMode": "explicit"}
        hashes_ = given.get("hashes" if two else "hash")
        if what == "credentials/authorize":
            assert given["numSignatures"] == len(hashes_ or [])
            if self.mode == "explicit":
                typed = {one["id"]: one["value"] for one in given.get("authData", [])} if two else given
                if typed.get("PIN") != PIN or typed.get("OTP") != "123456":
                    return 400, {"error": "invalid_pin", "error_description": "The PIN is not right."}
                return 200, {"SAD": self._allow(hashes_ or [])}
            return 200, {"handle": ",".join(hashes_ or [])[:400]} if two else {"handle": self._allow(hashes_ or [])}
        if what == "credentials/authorizeCheck":
            if self.mode == "no":
                return 400, {"error": "access_denied", "error_description": "The user refused."}
            if not self.pressed:
                return 400, {"error": "authorization_pending"}
            return 200, {
                "SAD": given["handle"] if given["handle"] in self.allowed else self._allow(given["handle"].split(","))
            }
        if what == "signatures/signHash":
            if self.allowed.pop(given["SAD"], None) != hashes_:  # once, and for exactly these
                return 400, {"error": "invalid_request", "error_description": "SAD"}
            return 200, {"signatures": [base64.b64encode(self._sign(base64.b64decode(h))).decode() for h in hashes_]}
        return 404, {"error": "unknown"}

    def _allow(self, wanted: list[str]) -> str:
        sad = f"sad{len(self.asked)}"
        self.allowed[sad] = wanted
        return sad

    def _sign(self, digest: bytes) -> bytes:
        return sign(self.other_key or self.signer, digest)

    def times(self, what: str) -> int:
        """How often it was asked for something."""
        return sum(1 for one, _given in self.asked if one == what)


def sign(by: Made, digest: bytes) -> bytes:
    """A signature of a SHA-256 digest."""
    hashed = Prehashed(hashes.SHA256())
    if isinstance(by.key, rsa.RSAPrivateKey):
        return by.key.sign(digest, padding.PKCS1v15(), hashed)
    return by.key.sign(digest, ec.ECDSA(hashed))


@contextmanager
def remote(signer: Made) -> Iterator[Remote]:
    """A signing service at an address of this machine."""
    held = Remote(signer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = held.answer(self.path, given, self.headers.get("Authorization", ""))
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    with _served(Handler) as address:
        held.address = address
        yield held


def token(folder: Path, held: Made, label: str = "ky-so") -> str:
    """Makes a token in software that holds a key and its certificate; returns the label of the token.

    SOFTHSM2_CONF is read when the library is loaded, once in a process: all tokens of a run lie in one folder.
    """
    if shutil.which("softhsm2-util") is None or not Path(SOFTHSM).exists():
        missing("SoftHSM2", "apt-get install softhsm2")
    conf = Path(os.environ.setdefault("SOFTHSM2_CONF", str(folder / "softhsm2.conf")))
    if not conf.exists():
        (conf.parent / "tokens").mkdir(parents=True)
        conf.write_text(f"directories.tokendir = {conf.parent}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    name = f"thu-{label}"
    _run("softhsm2-util", "--init-token", "--free", "--label", name, "--so-pin", "13579135", "--pin", PIN)
    (folder / f"{label}.key").write_bytes(held.key_pem)
    _run(
        "softhsm2-util", "--import", str(folder / f"{label}.key"), "--token", name, "--label", label, "--id", "01",
        "--pin", PIN,
    )  # fmt: skip
    import pkcs11

    library = pkcs11.lib(SOFTHSM)
    library.reinitialize()
    with library.get_token(token_label=name).open(rw=True, user_pin=PIN) as session:
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: label,
                pkcs11.Attribute.SUBJECT: held.certificate.subject.public_bytes(),
                pkcs11.Attribute.VALUE: held.der,
            }
        )
    return name


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
