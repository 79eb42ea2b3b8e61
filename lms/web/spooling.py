"""Uploaded files while a form is read: small ones in memory, large ones in TMPDIR.

Where TMPDIR is full, the file is let go and the rest of the form is read all the same, so that nothing else that was
typed is lost; whoever then reads the file is told NoRoom.
"""

from __future__ import annotations

import io
import os
import tempfile
import weakref
from typing import BinaryIO

from lms.errors import NoRoom
from lms.storage import is_full

IN_MEMORY = 512 * 1024  # bytes of a file that are not written to a disk


class Spool(io.BufferedIOBase):
    """A file as it comes in, to be read again. Reading raises NoRoom where there was none for it."""

    def __init__(self) -> None:
        self._held: BinaryIO = io.BytesIO()
        self._on_disk = False
        self.is_lost = False

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, piece: bytes, /) -> int:  # type: ignore[override]
        """Keeps a piece; once there is no room, pieces are let go."""
        if not self.is_lost:
            try:
                self._keep(piece)
            except OSError as error:
                if not is_full(error):
                    raise
                self._let_go()
        return len(piece)

    def _keep(self, piece: bytes) -> None:
        if not self._on_disk and self._held.tell() + len(piece) > IN_MEMORY:
            before = self._held.tell()
            self._held.seek(0)
            # Unbuffered: that there is no room is said here, not when it is closed.
            file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed with the form
            weakref.finalize(self, file.close)  # whoever forgets it leaves no open file behind
            held, self._held, self._on_disk = self._held, file, True
            _write_whole(file, held.read(before))
        if self._on_disk:
            _write_whole(self._held, piece)
        else:
            self._held.write(piece)

    def _let_go(self) -> None:
        self._held.close()
        self._held, self.is_lost = io.BytesIO(), True

    def read(self, size: int | None = -1, /) -> bytes:
        if self.is_lost:
            raise NoRoom
        return self._held.read(-1 if size is None else size)

    def read1(self, size: int = -1, /) -> bytes:
        return self.read(size)

    def readinto(self, target: bytearray | memoryview, /) -> int:  # type: ignore[override]
        piece = self.read(len(target))
        target[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._held.seek(offset, whence)

    def tell(self) -> int:
        return self._held.tell()

    def close(self) -> None:
        self._held.close()
        super().close()


def _write_whole(file: BinaryIO, piece: bytes) -> None:
    """All of it: one unbuffered write may take a part only."""
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) :]
