"""gzip, cheaply."""

from __future__ import annotations

import re
import struct
import threading
import zlib
from collections.abc import Iterable, Mapping

_here = threading.local()
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


class Packer:
    """gzip, with the style sheet that every page carries packed once: it is most of a page, and never changes.

    A stream flushed to a byte boundary may be followed by another one made by itself; only the checksum runs over all.
    """

    def __init__(self, style: str) -> None:
        self._style = style.encode()
        self._packed = _deflated_well(self._style)

    def __call__(self, body: bytes) -> bytes:
        """The body as a gzip file."""
        at = body.find(self._style)
        if at < 0:
            return _gzip_file(body, [_deflated(body)])
        return _gzip_file(body, [_deflated(body[:at]), self._packed, _deflated(body[at + len(self._style) :])])


class Shell:
    """A page with holes: what never changes is packed once, and only what goes into the holes is packed each time.

    The holes are where a marker text stands in the drawn page. Both answers, plain and gzip, hold the same bytes.
    """

    def __init__(self, drawn: str, markers: Iterable[str]) -> None:
        pattern = re.compile("(" + "|".join(map(re.escape, markers)) + ")")
        pieces = pattern.split(drawn)
        self._solid = [piece.encode() for piece in pieces[::2]]
        self._packed = [_deflated_well(piece) for piece in self._solid]
        self._holes = pieces[1::2]

    def plain(self, fill: Mapping[str, bytes]) -> bytes:
        """The page with its holes filled; `fill` maps each marker to what stands there."""
        out = [self._solid[0]]
        for hole, solid in zip(self._holes, self._solid[1:], strict=True):
            out += (fill[hole], solid)
        return b"".join(out)

    def gzip(self, fill: Mapping[str, bytes]) -> bytes:
        """The same as a gzip file."""
        body = self.plain(fill)
        out = [self._packed[0]]
        for hole, packed in zip(self._holes, self._packed[1:], strict=True):
            text = fill[hole]
            out += (_stored(text) if len(text) < 100 else _deflated(text), packed)
        return _gzip_file(body, out)


def _gzip_file(body: bytes, pieces: list[bytes]) -> bytes:
    """The pieces of the packed body with what a gzip file has before and behind them."""
    end = struct.pack("<LL", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    return b"".join([_GZIP_HEAD, *pieces, b"\x03\x00", end])


def _deflated(text: bytes) -> bytes:
    """A piece of a stream that ends at a byte's end, so that the next piece may follow; it leans on none before it.

    Each thread keeps its packer: a new one asks the kernel for 260 KB, which costs more than most pieces.
    """
    try:
        packer = _here.packer
    except AttributeError:
        packer = _here.packer = zlib.compressobj(4, zlib.DEFLATED, -15)
    piece: bytes = packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece


def _deflated_well(text: bytes) -> bytes:
    """The same for a piece that is packed once and sent often."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


def _stored(text: bytes) -> bytes:
    """A short piece as it is (RFC 1951, 3.2.4)."""
    return b"\x00" + struct.pack("<HH", len(text), len(text) ^ 0xFFFF) + text
