"""Who signs which papers, as the operator wrote it down in one file; read and checked at start.

The file is TOML and is named by LMS_SIGNERS_FILE. It holds no secret: it says in which environment variable or in which
file each stands. docs/signing.md explains every line of it, deploy/signers.toml is an example.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from msgspec import Struct

from lms.api.plugins import (
    EXAMINATIONS,
    Examination,
    PluginError,
    Secret,
    WrittenPart,
    is_safe_address,
    read_written,
    secret_at,
    wrong_in,
)

SETTING = "LMS_SIGNERS_FILE"
KINDS = ("XN", "CN")
MOST = 200  # papers of a batch


class SignerSetup(WrittenPart, frozen=True):
    """One signer, as the file describes it."""

    key: str  # in tables; never changed while papers wait
    kind: Literal["file", "pkcs11", "csc"]
    label: str  # what officials read
    name: str = ""  # who signs, in the visible words; empty: what the certificate says
    place: str = ""  # where it is signed
    papers: tuple[str, ...] = KINDS
    approval: Literal["none", "officer", "phone"] = "officer"
    level: Literal["B-B", "B-T", "B-LT"] = "B-B"
    most: int = 50  # papers of a batch
    certificate: str = ""  # PEM: the signer's certificate first, then those above it
    file: str = ""  # kind "file": PKCS#12, or a private key in PEM
    passphrase: Secret = Secret()
    module: str = ""  # kind "pkcs11": the library of the token
    token: str = ""  # the token's label
    key_label: str = ""  # the label of key and certificate on it
    pin: Secret = Secret()
    url: str = ""  # kind "csc": https://…/csc/v1 or /v2
    credential: str = ""
    access_token: Secret = Secret()
    client_id: str = ""
    client_secret: Secret = Secret()
    asks_code: bool = False  # whether a one-time code has to be typed for each batch
    stamp_url: str = ""  # a time-stamp service, for B-T and B-LT
    roots: tuple[str, ...] = ()  # PEM: who is trusted for certificates and time stamps
    crls: tuple[str, ...] = ()  # lists of revoked certificates: files, or addresses
    ocsp: bool = False  # ask the services that the certificates name
    soft: bool = False  # B-LT goes on where revocation data is missing
    secrets: Mapping[str, str] = {}  # what the places led to; never written in the file

    def __repr__(self) -> str:
        return f"SignerSetup({self.key!r})"  # without its secrets, wherever it may be printed

    @property
    def version(self) -> int:
        """Of the CSC API, by its address."""
        return 2 if re.search(r"/v2(\.\d+)*/?$", self.url) else 1


class RevokedKey(WrittenPart, frozen=True):
    """A certificate of ours whose key is not to be believed any more, from a moment on."""

    certificate: str
    since: datetime


class _File(WrittenPart, frozen=True):
    signer: tuple[SignerSetup, ...] = ()
    earlier: tuple[str, ...] = ()  # PEM: certificates with which papers were signed before
    revoked: tuple[RevokedKey, ...] = ()


class Published(Struct, frozen=True):
    """A certificate with which papers of this installation are signed, or were; `revoked`: from when it is not one."""

    der: bytes
    revoked: datetime | None = None


class Found(Struct, frozen=True):
    """What the file says, with the certificates in it read."""

    setups: tuple[SignerSetup, ...] = ()
    published: tuple[Published, ...] = ()
    roots: tuple[bytes, ...] = ()


class SignersExamination(Examination, frozen=True):
    """What `lms doctor` asks of the signers. The running application knows by it what its file said."""

    found: Found = Found()


def found() -> Found:
    """What the file of the running application says; nothing where there is none."""
    return next((entry.found for entry in EXAMINATIONS if isinstance(entry, SignersExamination)), Found())


def setup_for(paper_kind: str) -> SignerSetup | None:
    """Who signs papers of a kind (XN, CN)."""
    return next((s for s in found().setups if paper_kind in s.papers), None)


def setup_of(key: str) -> SignerSetup | None:
    """The signer with a key."""
    return next((s for s in found().setups if s.key == key), None)


def read(name: str, environment: Mapping[str, str]) -> Found:
    """What a file says, with its secrets. Raises PluginError naming the file and the place."""
    held = read_written(SETTING, name, _File)
    keys = [s.key for s in held.signer]
    if len(set(keys)) < len(keys):
        raise wrong_in(SETTING, name, f"two signers are called {max(keys, key=keys.count)!r}")
    setups = tuple(_checked(name, s, environment) for s in held.signer)
    for kind in KINDS:
        those = [s.key for s in setups if kind in s.papers]
        if len(those) > 1:
            raise wrong_in(SETTING, name, f"papers of kind {kind} have two signers: {', '.join(those)}")
    try:
        revoked = {certificates(r.certificate)[0]: r.since for r in held.revoked}
        own = [certificates(s.certificate)[0] for s in setups if s.certificate]
        own += [held_in(s)[1] for s in setups if s.kind == "file" and not s.certificate]
        own += [der for path in held.earlier for der in certificates(path)[:1]]
        roots = tuple(dict.fromkeys(der for s in setups for path in s.roots for der in certificates(path)))
    except ValueError as error:
        raise wrong_in(SETTING, name, str(error)) from error
    if any(moment.tzinfo is None for moment in revoked.values()):
        raise wrong_in(SETTING, name, "revoked.since needs a zone: 2027-01-15T08:00:00+07:00")
    ours = dict.fromkeys([*own, *revoked])
    return Found(setups, tuple(Published(der, revoked.get(der)) for der in ours), roots)


def _checked(file: str, s: SignerSetup, environment: Mapping[str, str]) -> SignerSetup:
    def wrong(words: str) -> PluginError:
        return wrong_in(SETTING, file, f"signer {s.key!r}: {words}")

    if not re.fullmatch(r"[a-z][a-z0-9-]{1,19}", s.key):
        raise wrong("key must be 2 to 20 small letters, digits or hyphens, e.g. trung-tam")
    if not 0 < len(s.label) <= 60:
        raise wrong("label must be 1 to 60 letters: officials read it")
    if len(s.name) > 80 or len(s.place) > 60:
        raise wrong("name has at most 80 letters, place 60")
    if not s.papers or not set(s.papers) <= set(KINDS):
        raise wrong('papers must be some of "XN" (giấy xác nhận), "CN" (giấy chứng nhận)')
    if not 1 <= s.most <= MOST:
        raise wrong(f"most is a number from 1 to {MOST}")
    if s.secrets:
        raise wrong("a secret does not stand in this file: use { env = … } or { file = … }")
    needed = {
        "file": ("file",),
        "pkcs11": ("module", "token", "key_label"),
        "csc": ("url", "credential", "certificate"),
    }
    for field in needed[s.kind]:
        if not getattr(s, field):
            raise wrong(f'{field} is needed for kind = "{s.kind}"')
    if s.kind != "csc" and s.approval == "phone":
        raise wrong('approval = "phone" is for kind = "csc" only')
    for what, address in {"url": s.url, "stamp_url": s.stamp_url}.items():
        if address and not is_safe_address(address):
            raise wrong(f"{what} must be an https address, not {address!r}")
    if s.level != "B-B" and not s.stamp_url:
        raise wrong(f"level {s.level} needs stamp_url, the address of a time-stamp service")
    if s.stamp_url and s.level == "B-B":
        raise wrong("stamp_url is given, but level B-B has no time stamp: write level B-T or B-LT")
    if s.level == "B-LT" and not s.roots:
        raise wrong("level B-LT needs roots, the certificates of those who are trusted")
    if s.level == "B-LT" and not (s.crls or s.ocsp or s.soft):
        raise wrong("level B-LT needs crls or ocsp (or soft = true: go on without)")
    secrets = {}
    for field in ("passphrase", "pin", "access_token", "client_secret"):
        place: Secret = getattr(s, field)
        if place != Secret():
            secrets[field] = secret_at(field, place, environment, wrong)
    if s.kind == "csc" and not (s.access_token != Secret() or (s.client_id and s.client_secret != Secret())):
        raise wrong("access_token, or client_id and client_secret, are needed to reach the service")
    if s.kind == "pkcs11" and s.approval == "none" and "pin" not in secrets:
        raise wrong('approval = "none" needs pin: nobody is there to type it')
    if s.asks_code and s.approval != "officer":
        raise wrong('asks_code needs approval = "officer": somebody has to type the code')
    s = msgspec.structs.replace(s, secrets=secrets)
    try:
        for path in (s.certificate, *s.roots):
            if path:
                certificates(path)
        if s.kind == "file":
            held_in(s)
    except ValueError as error:
        raise wrong(str(error)) from error
    return s


def certificates(path: str) -> tuple[bytes, ...]:
    """The certificates of a PEM file in DER, in its order. Raises ValueError saying what is wrong."""
    try:
        read_them = x509.load_pem_x509_certificates(Path(path).read_bytes())
    except OSError as error:
        raise ValueError(f"the certificate {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{path} holds no certificate in PEM") from error
    return tuple(one.public_bytes(serialization.Encoding.DER) for one in read_them)


def held_in(s: SignerSetup) -> tuple[rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, bytes, tuple[bytes, ...]]:
    """(key, certificate in DER, those above it) of a signer whose key lies in a file. Raises ValueError."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        content = Path(s.file).read_bytes()
    except OSError as error:
        raise ValueError(f"the key {s.file} cannot be read: {error.strerror}") from error
    secret = s.secrets.get("passphrase", "").encode() or None
    above: tuple[bytes, ...] = ()
    der = b""
    try:
        if content.lstrip().startswith(b"-----BEGIN"):
            key = serialization.load_pem_private_key(content, secret)
        else:
            key, leaf, others = pkcs12.load_key_and_certificates(content, secret)  # type: ignore[assignment]
            der = leaf.public_bytes(serialization.Encoding.DER) if leaf else b""
            above = tuple(one.public_bytes(serialization.Encoding.DER) for one in others)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{s.file} cannot be opened: it is neither PKCS#12 nor PEM, or passphrase is not right"
        ) from error
    if s.certificate:
        der, *rest = certificates(s.certificate)
        above = tuple(rest)
    if not der:
        raise ValueError(f"{s.file} has no certificate in it: name one with certificate")
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError(f"{s.file}: the key must be RSA or of an elliptic curve")
    if x509.load_der_x509_certificate(der).public_key() != key.public_key():
        raise ValueError(f"{s.file}: the certificate is of another key")
    return key, der, above


def fingerprint(der: bytes) -> str:
    """SHA-256 of a certificate, in hexadecimal: how it is named where it is compared."""
    return x509.load_der_x509_certificate(der).fingerprint(hashes.SHA256()).hex()


def who(der: bytes) -> str:
    """The name in a certificate: common name, else organisation, else all of it."""
    subject = x509.load_der_x509_certificate(der).subject
    for oid in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME):
        for attribute in subject.get_attributes_for_oid(oid):
            return str(attribute.value)
    return subject.rfc4514_string()
