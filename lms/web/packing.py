"""gzip, cheaply."""

from __future__ import annotations

import struct
import zlib

_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


class Packer:
    """gzip, with the style sheet that every page carries packed once: it is most of a page, and never changes.

    A stream flushed to a byte boundary may be followed by another one made by itself; only the checksum runs over all.
    """

    def __init__(self, style: str) -> None:
        self._style = style.encode()
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        self._packed = packer.compress(self._style) + packer.flush(zlib.Z_FULL_FLUSH)

    def __call__(self, body: bytes) -> bytes:
        """The body as a gzip file."""
        at = body.find(self._style)
        packer = zlib.compressobj(4, zlib.DEFLATED, -15)
        if at < 0:
            middle = packer.compress(body) + packer.flush()
        else:
            head = packer.compress(body[:at]) + packer.flush(zlib.Z_FULL_FLUSH)
            rest = zlib.compressobj(4, zlib.DEFLATED, -15)
            middle = head + self._packed + rest.compress(body[at + len(self._style) :]) + rest.flush()
        return _GZIP_HEAD + middle + struct.pack("<LL", zlib.crc32(body), len(body) & 0xFFFFFFFF)
