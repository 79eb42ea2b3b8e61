"""Static files, kept by browsers for a year and sent packed: a script of 2.6 KB travels as 1.2."""

from __future__ import annotations

import functools
import gzip
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

from lms.web.sheets import LEARNERS, STAFF, minified, minified_css

YEAR = 365 * 86400
TEXT = (".css", ".js", ".json", ".svg", ".txt", ".webmanifest")
SHEETS = {"lms/learners.css": LEARNERS, "lms/staff.css": STAFF}  # joined from parts: no files
INLINED = ".inline.css"

_JOINED = re.compile(rb"^//= (\S+)\n", re.M)
_REMARK = re.compile(rb"^[ \t]*//.*\n", re.M)
_INDENT = re.compile(rb"^[ \t]+", re.M)


def as_sent(path: str, content: bytes, read: Callable[[str], bytes]) -> bytes:
    """A static file as it travels: what a script or a style sheet has for its readers stays here.

    Where a script has the line `//= lms/js/learner.js`, that file stands in its place, so that a page which needs both
    asks once. `read` gives another static file as it is sent; it raises FileNotFoundError.
    """
    if path.endswith(".css"):
        return minified(content.decode()).encode()
    if not path.endswith(".js"):
        return content
    # A text in backticks over several lines would lose its indent: tests/web/test_static.py looks that there is none.
    joined = _JOINED.split(content)
    own = [_INDENT.sub(b"", _REMARK.sub(b"", piece)) for piece in joined[::2]]
    others = [read(name.decode()) for name in joined[1::2]]
    return b"".join(piece for pair in zip(own, [*others, b""], strict=True) for piece in pair)


class StaticFiles:
    """The static files of the core and of the plugins, by their path below /static/."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self.folders = list(folders)

    def of(self, path: str) -> str:
        """Eight hexadecimal digits of a file's SHA-256, which its address carries."""
        return hashlib.sha256(self.read(path)).hexdigest()[:8]

    def read(self, path: str) -> bytes:
        """A static file's bytes as they are sent; FileNotFoundError where there is none."""
        if path in SHEETS:
            return minified_css(SHEETS[path]).encode()
        for folder in self.folders:
            file = folder / path
            if file.is_file():
                return as_sent(path, file.read_bytes(), self.read)
        raise FileNotFoundError(f"No static file is called {path!r}.")

    def inlined(self) -> list[str]:
        """The style sheets that pages of plugins carry in themselves: those whose names end in .inline.css."""
        found = (file.relative_to(folder).as_posix() for folder in self.folders for file in folder.rglob(f"*{INLINED}"))
        return sorted(found)


@functools.lru_cache(maxsize=200)
def _packed(content: bytes) -> bytes:
    """As small as it goes. A process that assembles the application again, as tests do, need not pack again."""
    return gzip.compress(content, 9, mtime=0)


class PackedStatic(WhiteNoise):  # type: ignore[misc]  # WhiteNoise comes without types
    """Serves folders of files; the packed form of a text is made once and kept under `kept`, by its content."""

    def __init__(self, application: Any, files: StaticFiles, kept: Path) -> None:
        super().__init__(application, max_age=YEAR, autorefresh=False)
        self._kept, self._read = kept.absolute(), files.read
        for folder in files.folders:
            self.add_files(str(folder), prefix="static/")

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        """A file with its packed form, where packing makes it smaller."""
        plain: StaticFile = super().get_static_file(path, url, stat_cache)
        if not path.endswith(TEXT):
            return plain
        headers = [
            (name, value) for name, value in plain.alternatives[-1][2] if name in ("Content-Type", "Cache-Control")
        ]
        content = as_sent(path, Path(path).read_bytes(), self._read)
        name = hashlib.sha256(content).hexdigest()[:24]
        bare = str(self._keep(name, content)) if path.endswith((".js", ".css")) else path
        small = self._keep(f"{name}.gz", _packed(content))
        return StaticFile(bare, headers, encodings={"gzip": str(small)})

    def _keep(self, name: str, content: bytes) -> Path:
        kept = self._kept / name
        if not kept.exists():
            self._kept.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._kept, delete=False) as file:
                file.write(content)
            os.replace(file.name, kept)  # whole or not at all, whoever else is starting
        return kept
