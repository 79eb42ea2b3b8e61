"""Files by the hash of their content, on disk here; another plugin may keep them in an object store."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Protocol

from lms.errors import NotFound


class FileStore(Protocol):
    """Keeps bytes under their SHA-256 in hexadecimal; the same bytes are kept once."""

    name: str

    def put(self, content: bytes) -> str:
        """Stores durably and returns the key."""

    def get(self, key: str) -> bytes:
        """The bytes; NotFound where there are none."""

    def has(self, key: str) -> bool:
        """Whether the key is here."""

    def remove(self, key: str) -> None:
        """Forgets the bytes; harmless where there are none."""


class DiskStore:
    """Files in folders of 256, written beside and renamed, so that a half-written file is never seen."""

    name = "disk"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, key: str) -> Path:
        if len(key) != 64 or not all(c in "0123456789abcdef" for c in key):
            raise NotFound
        return self._folder / key[:2] / key[2:]

    def put(self, content: bytes) -> str:
        key = hashlib.sha256(content).hexdigest()
        path = self._path(key)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(file.name, path)
        return key

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NotFound from None

    def has(self, key: str) -> bool:
        return self._path(key).exists()

    def remove(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)
