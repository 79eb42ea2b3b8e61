"""gzip, cheaply."""

from __future__ import annotations

import re
import struct
import threading
import zlib
from collections.abc import Iterable, Mapping

_here = threading.local()
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
SHORT = 160  # bytes: less is put into a stream as it is
SMALL = 4096  # bytes: so much and less is packed by a packer that remembers little


class Packer:
    """gzip, with the style sheets that pages carry packed once: each is half of its page, and never changes.

    A stream flushed to a byte boundary may be followed by another one made by itself; only the checksum runs over all.
    """

    def __init__(self, styles: Iterable[str]) -> None:
        self.styles = [Solid(style.encode(), repeated=True) for style in styles]

    def __call__(self, body: bytes) -> bytes:
        """The body as a gzip file."""
        for style in self.styles:
            at = body.find(style.text)
            if at >= 0:
                before, after = body[:at], body[at + len(style.text) :]
                checksum = zlib.crc32(after, style.checksum_after(zlib.crc32(before)))
                return _gzip_file([_deflated(before), style.packed, _deflated(after)], checksum, len(body))
        return _gzip_file([_deflated(body)], zlib.crc32(body), len(body))


class Solid:
    """A piece of many pages that never changes: packed once."""

    def __init__(self, text: bytes, repeated: bool = False) -> None:
        """`repeated`: a large one of which there are few, so that its part of the checksum is worth preparing."""
        self.text, self.packed = text, _deflated_well(text, 9 if repeated else 6)
        self._own = zlib.crc32(text)
        self._turn = _turning(text) if repeated else None

    def checksum_after(self, before: int) -> int:
        """The CRC-32 of all up to here, given that of what stands before this piece."""
        if self._turn is None:
            return zlib.crc32(self.text, before)
        first, second, third, fourth = self._turn
        turned = first[before & 255] ^ second[before >> 8 & 255] ^ third[before >> 16 & 255] ^ fourth[before >> 24]
        return self._own ^ turned


def _turning(text: bytes) -> tuple[list[int], list[int], list[int], list[int]]:
    """What a text does to the checksum before it, for each of that checksum's four bytes.

    The checksum of A and B together is that of B alone, XOR a function of A's that is linear over its bits: so 32
    checksums of B tell what every other one would.
    """
    alone = zlib.crc32(text)

    def table_of(byte: int) -> list[int]:
        bits = [zlib.crc32(text, 1 << (8 * byte + bit)) ^ alone for bit in range(8)]
        table = [0] * 256
        for value in range(1, 256):
            lowest = (value & -value).bit_length() - 1
            table[value] = table[value & (value - 1)] ^ bits[lowest]
        return table

    return table_of(0), table_of(1), table_of(2), table_of(3)


class Shell:
    """A page with holes: what never changes is packed once, and only what goes into the holes is packed each time.

    The holes are where a marker text stands in the drawn page. Both answers, plain and gzip, hold the same bytes.
    `shared`: pieces that other pages have too (the style sheets), so that they lie in memory once.
    """

    def __init__(self, drawn: str, markers: Iterable[str], shared: Iterable[Solid] = ()) -> None:
        pattern = "|".join(map(re.escape, markers))
        pieces = re.split(f"({pattern})", drawn) if pattern else [drawn]
        shared = list(shared)
        self.holes = frozenset(pieces[1::2])
        self._parts: list[Solid | str] = []  # a hole is its marker
        for nth, piece in enumerate(pieces):
            if nth % 2:
                self._parts.append(piece)
            else:
                self._parts += _solids(piece.encode(), shared)

    def plain(self, fill: Mapping[str, bytes]) -> bytes:
        """The page with its holes filled; `fill` maps each marker to what stands there."""
        return b"".join([fill[part] if isinstance(part, str) else part.text for part in self._parts])

    def gzip(self, fill: Mapping[str, bytes]) -> bytes:
        """The same as a gzip file."""
        out, checksum, size = [], 0, 0
        for part in self._parts:
            if isinstance(part, str):
                text = fill[part]
                out.append(_stored(text) if len(text) < SHORT else _deflated(text))
                checksum = zlib.crc32(text, checksum)
                size += len(text)
            else:
                out.append(part.packed)
                checksum = part.checksum_after(checksum)
                size += len(part.text)
        return _gzip_file(out, checksum, size)


def _solids(text: bytes, shared: list[Solid]) -> list[Solid]:
    for solid in shared:
        before, found, after = text.partition(solid.text)
        if found:
            return [Solid(before), solid, Solid(after)]
    return [Solid(text)]


def _gzip_file(pieces: list[bytes], checksum: int, size: int) -> bytes:
    """The pieces of a packed body with what a gzip file has before and behind them."""
    return b"".join([_GZIP_HEAD, *pieces, b"\x03\x00", struct.pack("<LL", checksum, size & 0xFFFFFFFF)])


def _deflated(text: bytes) -> bytes:
    """A piece of a stream that ends at a byte's end, so that the next piece may follow; it leans on none before it.

    Each thread keeps its packers: a new one asks the kernel for 260 KB, which costs more than most pieces. What a
    packer remembers is wiped after each piece, so a small piece gets one that remembers 4 KB and not 32; looking for
    longer repetitions in it would cost half as much again for a fiftieth of its size.
    """
    try:
        small, large = _here.packers
    except AttributeError:
        small = zlib.compressobj(1, zlib.DEFLATED, -12, 5)
        large = zlib.compressobj(4, zlib.DEFLATED, -15)
        _here.packers = small, large
    packer = small if len(text) <= SMALL else large
    piece: bytes = packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece


def _deflated_well(text: bytes, level: int) -> bytes:
    """The same for a piece that is packed once and sent often."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


def _stored(text: bytes) -> bytes:
    """A short piece as it is (RFC 1951, 3.2.4)."""
    return b"\x00" + struct.pack("<HH", len(text), len(text) ^ 0xFFFF) + text
