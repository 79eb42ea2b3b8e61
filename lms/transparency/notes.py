"""Notes signed with Ed25519: checkpoints of the log, and what witnesses put under them.

C2SP signed-note v1 and tlog-checkpoint v1 (type 1), tlog-cosignature v1 (type 4).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from lms.transparency.merkle import HASH

SIGNATURE, COSIGNATURE = 1, 4
LONGEST = 64 * 1024  # bytes of a note that is read at all
_MARK = "\u2014 "


class BadNote(ValueError):
    """A text is no signed note, no checkpoint, or its signature is not that of the key."""


class Verifier(Struct, frozen=True):
    """A key that signs notes: its name, and whether it is the log's own or a witness's."""

    name: str
    public: bytes
    kind: int = SIGNATURE

    @property
    def id(self) -> bytes:
        """The four bytes that name the key in a signature."""
        return key_id(self.name, self.public, self.kind)

    def __str__(self) -> str:
        """As keys are handed over: name+id+key."""
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def read(cls, text: str) -> Verifier:
        """A key from its text. BadNote where it is none."""
        name, _, rest = text.strip().partition("+")
        stated, _, encoded = rest.partition("+")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise BadNote("The key is not written as name+id+key.") from None
        if len(raw) != 1 + 32 or raw[0] not in (SIGNATURE, COSIGNATURE) or not is_name(name):
            raise BadNote("The key is not an Ed25519 key of a log or of a witness.")
        found = cls(name, raw[1:], raw[0])
        if found.id.hex() != stated:
            raise BadNote("The key does not fit its own number: it was copied wrongly.")
        return found

    def check(self, text: str, signature: bytes) -> int | None:
        """Checks a signature over a note's text; the moment that a witness stated, else None. BadNote where wrong."""
        stated, message = None, text.encode()
        if self.kind == COSIGNATURE:
            if len(signature) != 8 + 64:
                raise BadNote("A witness's signature has 72 bytes.")
            stated, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = _cosigned(text, stated)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            raise BadNote(f"The signature of {self.name} does not fit the text.") from None
        return stated


def key_id(name: str, public: bytes, kind: int = SIGNATURE) -> bytes:
    """The first four bytes of SHA-256 over name, newline, kind and key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def is_name(name: str) -> bool:
    """Whether a key may be called so: not empty, no blanks, no plus."""
    return bool(name) and "+" not in name and not any(c.isspace() or not c.isprintable() for c in name)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _cosigned(text: str, moment: int) -> bytes:
    return f"cosignature/v1\ntime {moment}\n{text}".encode()


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """A note: the text, which ends with a newline, and its signature by the log's key."""
    public = key.public_key().public_bytes_raw()
    return f"{text}\n{_MARK}{name} {_base64(key_id(name, public) + key.sign(text.encode()))}\n"


def cosign(text: str, name: str, key: Ed25519PrivateKey, moment: int) -> str:
    """A witness's line under a note with this text: it saw the log so at this moment (seconds since 1970)."""
    public = key.public_key().public_bytes_raw()
    signature = moment.to_bytes(8, "big") + key.sign(_cosigned(text, moment))
    return f"{_MARK}{name} {_base64(key_id(name, public, COSIGNATURE) + signature)}\n"


class Line(Struct, frozen=True):
    """A signature under a note."""

    name: str
    id: bytes
    signature: bytes
    raw: str


class Note(Struct, frozen=True):
    """A text with the signatures under it, none of them checked yet."""

    text: str
    lines: tuple[Line, ...]

    @classmethod
    def read(cls, raw: str | bytes) -> Note:
        """Takes a note apart. BadNote where it is none."""
        try:
            whole = raw.decode() if isinstance(raw, bytes) else raw
        except UnicodeDecodeError:
            raise BadNote("The note is not UTF-8.") from None
        if len(whole.encode()) > LONGEST or any(ord(c) < 0x20 and c != "\n" for c in whole):
            raise BadNote("The note is too long, or holds signs that no note holds.")
        text, gap, under = whole.rpartition("\n\n")
        if not gap or not under.endswith("\n"):
            raise BadNote("The note has no signatures under it.")
        lines = []
        for line in under[:-1].split("\n"):
            name, _, encoded = line.removeprefix(_MARK).partition(" ")
            try:
                signature = base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                raise BadNote("A signature line cannot be read.") from None
            if not line.startswith(_MARK) or not is_name(name) or len(signature) < 5:
                raise BadNote("A signature line cannot be read.")
            lines.append(Line(name, signature[:4], signature[4:], line + "\n"))
        return cls(text + "\n", tuple(lines))

    def signed_by(self, keys: Iterable[Verifier]) -> dict[str, int | None]:
        """Who of these signed it, with the moments that witnesses state; signatures of others are passed over.

        BadNote where a signature in the name of one of them does not fit.
        """
        found: dict[str, int | None] = {}
        known = {(key.name, key.id): key for key in keys}
        for line in self.lines:
            key = known.get((line.name, line.id))
            if key is not None:
                found[key.name] = key.check(self.text, line.signature)
        return found


class Checkpoint(Struct, frozen=True):
    """What the log says of itself: whose it is, how many entries it has, and the root of its tree."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """As it is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """A checkpoint from a note's text. BadNote where it is none."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise BadNote("A checkpoint has three lines: whose log, how many entries, the root.")
        origin, size, root = lines[:3]
        if not size.isascii() or not size.isdigit() or (size[0] == "0" and size != "0") or len(size) > 18:
            raise BadNote("The number of entries cannot be read.")
        try:
            raw = base64.b64decode(root, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != HASH or _base64(raw) != root:
            raise BadNote("The root cannot be read.")
        return cls(origin, int(size), raw)


def checked(raw: str | bytes, log: Verifier) -> tuple[Checkpoint, Note]:
    """A checkpoint that this log signed. BadNote where it is another's, or was changed."""
    note = Note.read(raw)
    if log.name not in note.signed_by([log]):
        raise BadNote(f"The log {log.name} has not signed this.")
    found = Checkpoint.read(note.text)
    if found.origin != log.name:
        raise BadNote(f"This is a checkpoint of {found.origin}, not of {log.name}.")
    return found, note
