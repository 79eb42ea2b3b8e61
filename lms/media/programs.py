"""ffmpeg and ffprobe: whether they are here, and how they are run: apart, with limits, without the network."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

BOUNDED = Path(__file__).with_name("bounded.py")
MEMORY = 2048  # megabytes of address space: ffmpeg with a few threads wants one of them
FILE_SIZE = 1024  # megabytes that a program may write
PROBE_SECONDS = 20
_QUIET = ("-hide_banner", "-nostdin", "-loglevel", "error")
_ONLY_FILES = ("-protocol_whitelist", "file,pipe")
# Formats that hold sound or pictures themselves. A play list that names other files is none of them.
_WANTED = ("mov", "matroska", "ogg", "mp3", "wav", "w64", "flac", "aac")


class Failed(Exception):
    """A program did not do what it was asked to; the message is its own last words, for the log."""


def ffmpeg() -> str | None:
    """Where ffmpeg is, or None."""
    return shutil.which("ffmpeg")


def ffprobe() -> str | None:
    """Where ffprobe is, or None."""
    return shutil.which("ffprobe")


def is_here() -> bool:
    """Whether sound and video can be made smaller on this machine."""
    return ffmpeg() is not None and ffprobe() is not None


def run(
    command: Sequence[str],
    seconds: int,
    on_line: Callable[[str], None] | None = None,
    memory: int = MEMORY,
    alive: Callable[[], None] | None = None,
) -> tuple[str, str]:
    """Runs a program within its limits; returns what it said (standard output, standard error).

    `on_line` hears each line of its standard output as it comes. `alive` is called every second while it runs; what it
    raises ends the program. Failed where the program fails, or takes more than `seconds` of time or of the processor.
    """
    limited = [sys.executable, "-I", "-S", str(BOUNDED), str(seconds), str(memory), str(FILE_SIZE), *command]
    ends = time.monotonic() + seconds
    with subprocess.Popen(  # noqa: S603  a program that this module names, with arguments of ours
        limited,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"},
    ) as process:
        said: list[str] = []
        complained: list[str] = []
        assert process.stdout is not None
        assert process.stderr is not None
        readers = [
            threading.Thread(target=_read, args=(process.stdout, said, on_line), daemon=True),
            threading.Thread(target=_read, args=(process.stderr, complained, None), daemon=True),
        ]
        for reader in readers:
            reader.start()
        try:
            while True:
                try:
                    process.wait(1)
                    break
                except subprocess.TimeoutExpired:
                    if alive is not None:
                        alive()
                    if time.monotonic() > ends:
                        raise Failed(f"{command[0]} took more than {seconds} seconds") from None
        except BaseException:
            process.kill()
            raise
        finally:
            for reader in readers:
                reader.join()
    if process.returncode:
        raise Failed(f"{command[0]} ended with {process.returncode}: {' '.join(complained)[-500:]}")
    return "".join(said), "".join(complained)


def _read(stream: Any, lines: list[str], on_line: Callable[[str], None] | None) -> None:
    size = 0
    for line in stream:
        size += len(line)
        if size < 2_000_000:  # a program that talks without end is listened to, not remembered
            lines.append(line)
        if on_line is not None:
            on_line(line)


def probed(path: Path) -> dict[str, Any]:
    """What a file holds as ffprobe tells it: `streams` and `format`. Failed for what it cannot read."""
    program = ffprobe()
    if program is None:
        raise Failed("ffprobe is not installed")
    said, _complained = run(
        [
            program, "-hide_banner", "-loglevel", "error", *_ONLY_FILES, "-format_whitelist", ",".join(_WANTED),
            "-show_streams", "-show_format", "-of", "json", str(path),
        ],
        PROBE_SECONDS,
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
        raise Failed("ffmpeg is not installed")

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
        seconds, heard, alive=alive,
    )  # fmt: skip
    return complained
