"""Pure: badges inside pictures (Open Badges 3.0, 6: baking), put in and taken out without decoding the picture.

A PNG carries the badge in one uncompressed iTXt chunk `openbadgecredential`, an SVG in one `openbadges:credential`
right after its opening tag. The picture around it stays byte for byte the one that ships with the product, so that it
can be told from one that somebody drew over.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import Final

from msgspec import Struct

PICTURES: Final = Path(__file__).parent / "static" / "badges"
KINDS: Final = ("attainment", "course", "contest")
_HEAD: Final = b"\x89PNG\r\n\x1a\n"
_KEYWORD: Final = b"openbadgecredential"
_OPEN: Final = re.compile(rb"<svg\b[^>]*>")
_BAKED: Final = re.compile(
    rb"<openbadges:credential\b([^>]*?)(?:/>|>\s*(?:<!\[CDATA\[(.*?)\]\]>)?\s*</openbadges:credential>)", re.DOTALL
)
_VERIFY: Final = re.compile(rb"\bverify\s*=\s*[\"']([^\"'<>]*)[\"']")
_SPACE: Final = b'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'


class NotBaked(ValueError):  # noqa: N818
    """No badge lies in this picture, or more than one, or the file is torn. `torn`: it was a badge once."""

    def __init__(self, torn: bool) -> None:
        super().__init__("torn" if torn else "no badge")
        self.torn = torn


class Unbaked(Struct, frozen=True):
    """What a picture carries, and whether the picture is one of ours as we drew it."""

    content: bytes
    picture_is_ours: bool


@cache
def picture(kind: str, ending: str) -> bytes:
    """The plain picture of a kind: png or svg."""
    return (PICTURES / f"{kind}.{ending}").read_bytes()


@cache
def _ours() -> frozenset[str]:
    return frozenset(_hash(picture(kind, ending)) for kind in KINDS for ending in ("png", "svg"))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def bake_png(plain: bytes, content: bytes) -> bytes:
    """The picture with a badge in it, after its header."""
    body = _KEYWORD + b"\0\0\0\0\0" + content  # keyword, not compressed, no language, no translated keyword
    chunk = struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    after = len(_HEAD) + 12 + 13  # the header chunk always comes first and holds 13 bytes
    return plain[:after] + chunk + plain[after:]


def unbake_png(content: bytes) -> Unbaked:
    """What a PNG carries. NotBaked where it carries nothing, more than one badge, or is torn."""
    found, rest, at = [], [_HEAD], len(_HEAD)
    if not content.startswith(_HEAD):
        raise NotBaked(torn=False)
    while at < len(content):
        try:
            (length,) = struct.unpack_from(">I", content, at)
            kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
            (check,) = struct.unpack_from(">I", content, at + 8 + length)
        except struct.error:
            raise NotBaked(torn=_KEYWORD in content) from None
        if zlib.crc32(kind + body) != check:
            raise NotBaked(torn=_KEYWORD in content)
        if kind == b"iTXt" and body.startswith(_KEYWORD + b"\0"):
            found.append(_text_of(body))
        else:
            rest.append(content[at : at + 12 + length])
        at += 12 + length
        if kind == b"IEND":
            rest.append(content[at:])
            break
    if len(found) != 1:
        raise NotBaked(torn=len(found) > 1)
    return Unbaked(found[0], _hash(b"".join(rest)) in _ours())


def _text_of(body: bytes) -> bytes:
    compressed, _method = body[len(_KEYWORD) + 1 : len(_KEYWORD) + 3]
    _language, _keyword, text = body[len(_KEYWORD) + 3 :].split(b"\0", 2)
    if compressed:
        raise NotBaked(torn=True)  # the specification forbids it, and it could unpack to anything
    return text


def bake_svg(plain: bytes, content: bytes) -> bytes:
    """The picture with a badge in it, after its opening tag. JSON goes into CDATA, a JWS into `verify`."""
    opened = _OPEN.search(plain)
    assert opened is not None
    is_json = content.startswith(b"{")
    inside = b"<![CDATA[" + content + b"]]>" if is_json else b""
    verify = b"" if is_json else b' verify="' + content + b'"'
    element = b"<openbadges:credential " + _SPACE + verify + b">" + inside + b"</openbadges:credential>"
    return plain[: opened.end()] + element + plain[opened.end() :]


def unbake_svg(content: bytes) -> Unbaked:
    """What an SVG carries; NotBaked as for a PNG. No XML is parsed, so nothing in it can be an entity."""
    found = list(_BAKED.finditer(content))
    if len(found) != 1:
        raise NotBaked(torn=b"openbadges:credential" in content)
    attributes, inside = found[0].group(1), found[0].group(2)
    verify = _VERIFY.search(attributes)
    carried = inside if inside is not None else verify.group(1) if verify else b""
    if not carried:
        raise NotBaked(torn=True)
    rest = content[: found[0].start()] + content[found[0].end() :]
    as_written = _VERIFY.sub(b"", attributes).split() == _SPACE.split()
    return Unbaked(carried, as_written and _hash(rest) in _ours())
