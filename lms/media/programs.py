"""ffmpeg and ffprobe: whether they are here, and how they are asked: nothing but files, nothing of the network."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lms.programs import ProgramError, run

PROBE_SECONDS = 20
_QUIET = ("-hide_banner", "-nostdin", "-loglevel", "error")
_ONLY_FILES = ("-protocol_whitelist", "file,pipe")
# Formats that hold sound or pictures themselves. A play list that names other files is none of them.
_WANTED = ("mov", "matroska", "ogg", "mp3", "wav", "w64", "flac", "aac")


def ffmpeg() -> str | None:
    """Where ffmpeg is, or None."""
    return shutil.which("ffmpeg")


def ffprobe() -> str | None:
    """Where ffprobe is, or None."""
    return shutil.which("ffprobe")


def is_here() -> bool:
    """Whether sound and video can be made smaller on this machine."""
    return ffmpeg() is not None and ffprobe() is not None


def probed(path: Path) -> dict[str, Any]:
    """What a file holds as ffprobe tells it: `streams` and `format`. ProgramError for what it cannot read."""
    program = ffprobe()
    if program is None:
        raise ProgramError("ffprobe is not installed")
    said, _complained = run(
        [
            program, "-hide_banner", "-loglevel", "error", *_ONLY_FILES, "-format_whitelist", ",".join(_WANTED),
            "-show_streams", "-show_format", "-of", "json", str(path),
        ],
        seconds=PROBE_SECONDS,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(said)
    return found


def convert(
    source: Path,
    arguments: Sequence[str],
    target: Path | None,
    seconds: int,
    length: float = 0,
    on_percent: Callable[[int], None] | None = None,
    alive: Callable[[], None] | None = None,
) -> str:
    """Runs ffmpeg on a file; returns what it complained of, where measuring filters say their figures.

    `length` of the source in seconds makes its progress per cent. No `target`: it only looks.
    """
    program = ffmpeg()
    if program is None:
        raise ProgramError("ffmpeg is not installed")

    def heard(line: str) -> None:
        if on_percent is not None and length and line.startswith("out_time_us="):
            done = line.removeprefix("out_time_us=").strip()
            if done.isdigit():
                on_percent(min(99, int(int(done) / 10_000 / length)))

    to = [str(target)] if target is not None else ["-f", "null", "-"]
    quiet = _QUIET if target is not None else ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "info")
    _said, complained = run(
        [
            program, *quiet, "-y", *_ONLY_FILES, "-format_whitelist", ",".join(_WANTED), "-i", str(source),
            "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
            "-flags:a", "+bitexact", *arguments, "-progress", "pipe:1", *to,
        ],
        seconds=seconds, on_line=heard, alive=alive,
    )  # fmt: skip
    return complained
