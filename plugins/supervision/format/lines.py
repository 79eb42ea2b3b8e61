"""The file itself: one JSON object a line, each written in one way only, the last one signs all before it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from lms.api.work import Invalid, _
from plugins.supervision.format.keys import Signer, key_id, verified

VERSION = 1
PAPERS, ANSWERS = "phien", "bai"  # what a file may be
MOST_BYTES = 64 * 1024 * 1024
MOST_FILES = 8
DAMAGED = _("The file is damaged or was changed on its way. Please copy it again from where it was made.")
NOT_OURS = _("This is not a file of a supervised session.")


class Refused(Invalid):
    """A file that is not to be used, and why in words."""


class Envelope(Struct, frozen=True):
    """A file that is whole: what it says of itself, its parts, by whose key it is signed, and the SHA-256 of it all."""

    kind: str
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    public: bytes
    digest: str

    @property
    def key_id(self) -> str:
        return key_id(self.public)


def canonical(value: Any) -> bytes:
    """A value in the one way in which it may be written: keys in order, no spaces, UTF-8, whole numbers only."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def parsed(line: bytes) -> Any:
    """What `canonical` wrote. Refused for whatever is written in another way."""
    try:
        value = json.loads(line, parse_float=_no_fraction, parse_constant=_no_fraction)
        same = canonical(value) == line
    except (ValueError, RecursionError):
        same = False
    if not same:
        raise Refused(DAMAGED)
    return value


def _no_fraction(text: str) -> Any:
    raise ValueError(text)


def in_base64(content: bytes) -> str:
    """Bytes as text."""
    return base64.b64encode(content).decode("ascii")


def from_base64(text: Any) -> bytes:
    """The bytes of a text that `in_base64` wrote. Refused for any other."""
    try:
        content = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        raise Refused(DAMAGED) from None
    if in_base64(content) != text:  # two texts may stand for the same bytes; only one of them is ours
        raise Refused(DAMAGED)
    return content


def write(kind: str, manifest: Mapping[str, Any], files: Mapping[str, bytes], signer: Signer) -> bytes:
    """The file. The same manifest, parts and key give the same bytes."""
    head = {
        **manifest,
        "hvs": kind,
        "version": VERSION,
        "by": in_base64(signer.public),
        "files": {name: {"bytes": len(own), "sha256": _sha256(own)} for name, own in files.items()},
    }
    rows = [canonical(head)]
    rows += [canonical({"name": name, "data": in_base64(files[name])}) for name in sorted(files)]
    body = b"\n".join(rows) + b"\n"
    return body + canonical({"key": key_id(signer.public), "signature": in_base64(signer.sign(body))}) + b"\n"


def read(content: bytes, kind: str) -> Envelope:
    """A file whose signature and parts are right. Whether its signer is to be trusted is for the caller to say.

    Refused for one that is too large, cut off, changed in any byte, of another kind or of a newer version.
    """
    if len(content) > MOST_BYTES:
        raise Refused(_("The file is larger than {most} MB: it cannot be one of ours.", most=MOST_BYTES >> 20))
    if not content.startswith(b"{"):
        raise Refused(NOT_OURS)
    rows = content.split(b"\n")
    if len(rows) < 3 or rows.pop() != b"" or len(rows) > MOST_FILES + 2:
        raise Refused(_("The end of the file is missing. Please copy it again from where it was made."))
    head = parsed(rows[0])
    if not isinstance(head, dict) or "hvs" not in head:
        raise Refused(NOT_OURS)
    if head.get("version") != VERSION:
        raise Refused(_("The file was made by another version of the program. Please bring this machine up to date."))
    if head["hvs"] != kind:
        raise Refused(
            _("This file holds answers. What is wanted here is the file with the papers of a session.")
            if kind == PAPERS
            else _("This file holds papers. What is wanted here is the file with the answers of a session.")
        )
    public, last = from_base64(head.get("by")), parsed(rows[-1])
    if not isinstance(last, dict) or last.keys() != {"key", "signature"} or last["key"] != key_id(public):
        raise Refused(DAMAGED)
    body = content[: len(content) - len(rows[-1]) - 1]
    if not verified(public, from_base64(last["signature"]), body):
        raise Refused(DAMAGED)
    return Envelope(kind, head, _parts(head.get("files"), rows[1:-1]), public, _sha256(content))


def _parts(named: Any, rows: list[bytes]) -> dict[str, bytes]:
    """The parts, each as the manifest says, none missing and none besides."""
    found: dict[str, bytes] = {}
    for row in rows:
        part = parsed(row)
        if not isinstance(part, dict) or part.keys() != {"name", "data"} or not isinstance(part["name"], str):
            raise Refused(DAMAGED)
        if part["name"] in found:
            raise Refused(DAMAGED)
        found[part["name"]] = from_base64(part["data"])
    said = {name: {"bytes": len(own), "sha256": _sha256(own)} for name, own in found.items()}
    if said != named or list(found) != sorted(found):
        raise Refused(_("A part of the file is missing, or one stands in it that does not belong there."))
    return found


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
