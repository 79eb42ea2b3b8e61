"""Files by the hash of their content, on disk here; another plugin may keep them in an object store."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from lms.errors import Invalid, NoRoom, NotFound
from lms.text import _

AT_ONCE = 256 * 1024  # bytes read and written at a time: a file is never whole in memory
_KEY = re.compile("[0-9a-f]{64}")
RESERVE = 100 * 1024 * 1024  # bytes of the disk that files never take: the database lies on it too


def is_full(error: OSError) -> bool:
    """Whether an error says that a disk, or somebody's share of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


class Readable(Protocol):
    """What can be read piece by piece."""

    def read(self, size: int = ..., /) -> bytes:
        """The next bytes, at most so many; none at the end."""


class Stored(NamedTuple):
    """What was stored: under which key, how many bytes, and whether they were not here before."""

    key: str
    size: int
    is_new: bool


class Lying(NamedTuple):
    """A file that lies in the store: its key, how many bytes, when it was stored or renewed (seconds since 1970)."""

    key: str
    size: int
    at: float


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

    def renew(self, key: str) -> bool:
        """Makes the bytes count as stored just now, because something is about to name them; False: there are none."""

    def listed(self, prefix: str) -> Iterable[Lying]:
        """The files whose key begins with two hexadecimal digits."""

    def remove_older(self, key: str, before: float) -> bool:
        """Forgets the bytes if they were stored and renewed before a moment (seconds since 1970); whether it did."""

    def forget_torn(self, before: float) -> None:
        """Removes what was left behind, before a moment, by processes that were killed while they stored."""


class DiskStore:
    """Files in folders of 256, written beside and renamed, so that a half-written file is never seen."""

    name = "disk"

    def __init__(self, folder: Path, reserve: int = RESERVE) -> None:
        self._folder, self._reserve = folder, reserve

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise NotFound
        return self._folder / key[:2] / key[2:]

    def put(self, content: bytes) -> str:
        key = hashlib.sha256(content).hexdigest()
        return key if self.renew(key) else self.put_stream(io.BytesIO(content), len(content)).key

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
            if isinstance(error, OSError) and is_full(error):
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

    def renew(self, key: str) -> bool:
        try:
            os.utime(self._path(key))
        except FileNotFoundError:
            return False
        return True

    def listed(self, prefix: str) -> Iterator[Lying]:
        folder = self._folder / prefix
        if not folder.is_dir():
            return
        with os.scandir(folder) as entries:
            for entry in entries:
                if len(entry.name) == 62:
                    with contextlib.suppress(FileNotFoundError):
                        about = entry.stat()
                        yield Lying(prefix + entry.name, about.st_size, about.st_mtime)

    def remove_older(self, key: str, before: float) -> bool:
        path = self._path(key)
        aside = self._folder / f"going-{key}"
        try:
            if path.stat().st_mtime >= before:
                return False
            os.rename(path, aside)
            if aside.stat().st_mtime >= before:  # renewed between the two: whoever did so wants it
                os.rename(aside, path)
                return False
        except FileNotFoundError:
            return False
        aside.unlink(missing_ok=True)
        return True

    def forget_torn(self, before: float) -> None:
        for pattern in ("coming-*", "going-*"):
            for left in self._folder.glob(pattern):
                with contextlib.suppress(FileNotFoundError):
                    if left.stat().st_mtime < before:
                        left.unlink()
