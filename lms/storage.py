"""Files by the hash of their content, on disk here; another plugin may keep them in an object store."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from lms.errors import Invalid, NoRoom, NotFound
from lms.text import _

AT_ONCE = 256 * 1024  # bytes read and written at a time: a file is never whole in memory
RESERVE = 100 * 1024 * 1024  # bytes of the disk that files never take: the database lies on it too


class Readable(Protocol):
    """What can be read piece by piece."""

    def read(self, size: int = ..., /) -> bytes:
        """The next bytes, at most so many; none at the end."""


class Stored(NamedTuple):
    """What was stored: under which key, how many bytes, and whether they were not here before."""

    key: str
    size: int
    is_new: bool


class FileStore(Protocol):
    """Keeps bytes under their SHA-256 in hexadecimal; the same bytes are kept once."""

    name: str

    def put(self, content: bytes) -> str:
        """Stores durably and returns the key. NoRoom where there is none; then nothing of it is kept."""

    def put_stream(self, stream: Readable, most: int) -> Stored:
        """Stores what a stream still holds, piece by piece.

        Invalid where it has more than `most` bytes, NoRoom as for `put`; then nothing of it is kept.
        """

    def get(self, key: str) -> bytes:
        """The bytes; NotFound where there are none."""

    def open(self, key: str) -> BinaryIO:
        """The bytes as a stream that can be sought in; NotFound where there are none. Whoever opens it closes it."""

    def size(self, key: str) -> int:
        """How many bytes; NotFound where there are none."""

    def has(self, key: str) -> bool:
        """Whether the key is here."""

    def remove(self, key: str) -> None:
        """Forgets the bytes; harmless where there are none."""


class DiskStore:
    """Files in folders of 256, written beside and renamed, so that a half-written file is never seen."""

    name = "disk"

    def __init__(self, folder: Path, reserve: int = RESERVE) -> None:
        self._folder, self._reserve = folder, reserve

    def _path(self, key: str) -> Path:
        if len(key) != 64 or not all(c in "0123456789abcdef" for c in key):
            raise NotFound
        return self._folder / key[:2] / key[2:]

    def put(self, content: bytes) -> str:
        key = hashlib.sha256(content).hexdigest()
        if self._path(key).exists():
            return key
        return self.put_stream(io.BytesIO(content), len(content)).key

    def put_stream(self, stream: Readable, most: int) -> Stored:
        size, digest, written = 0, hashlib.sha256(), Path()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix="coming-", delete=False) as file:
                written = Path(file.name)
                while piece := stream.read(AT_ONCE):
                    size += len(piece)
                    if size > most:
                        raise Invalid(
                            _("This file has more than {limit} MB. Please make it smaller.", limit=most >> 20)
                        )
                    if shutil.disk_usage(self._folder).free < self._reserve + len(piece):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            key = digest.hexdigest()
            path = self._path(key)
            path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not path.exists()
            os.replace(written, path)
        except BaseException as error:
            if written != Path():
                written.unlink(missing_ok=True)
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoRoom from error
            raise
        return Stored(key, size, is_new)

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NotFound from None

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise NotFound from None

    def size(self, key: str) -> int:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            raise NotFound from None

    def has(self, key: str) -> bool:
        return self._path(key).exists()

    def remove(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)
