"""Other programs, started for one piece of work: with an end in time, little memory, no shell, none of our secrets."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from lms.errors import NoRoom

BOUNDED = Path(__file__).with_name("bounded.py")
SECONDS = 120
MEMORY = 2048  # megabytes of address space: ffmpeg with a few threads wants one of them
FILE_SIZE = 1024  # megabytes that a program may write into one file
MOST_OUTPUT = 128 << 20  # bytes that a program may give at its standard output
MOST_COMPLAINTS = 2000  # lines of its standard error that are remembered: the last ones


class ProgramError(Exception):
    """A program is missing, failed or took too long; the message says which and what it said last, for the log."""


def there(name: str) -> bool:
    """Whether a program can be started."""
    return shutil.which(name) is not None


def run(
    command: Sequence[str],
    given: bytes = b"",
    seconds: int = SECONDS,
    *,
    on_line: Callable[[str], None] | None = None,
    memory: int = MEMORY,
    alive: Callable[[], None] | None = None,
) -> tuple[bytes, str]:
    """Runs a program with `given` at its standard input; returns (its standard output, what it complained of).

    `on_line` hears each line of its output as it comes. `alive` is called every second while it runs; what it raises
    ends the program. ProgramError where it is missing, fails, gives too much, or takes more than `seconds` of time or
    of the processor; then it is ended with all that it started. NoRoom where it says that the disk is full. It sees
    PATH of our environment and nothing else.
    """
    program = shutil.which(command[0])
    if program is None:
        raise ProgramError(f"{command[0]} is not installed")
    limits = [str(seconds), str(memory), str(FILE_SIZE)]
    ends = time.monotonic() + seconds
    with (
        subprocess.Popen(  # noqa: S603  a list, no shell; our own words or the operator's
            [sys.executable, "-I", "-S", str(BOUNDED), *limits, program, *command[1:]],
            stdin=subprocess.PIPE if given else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"},
        ) as process
    ):
        said = _Heard(process.stdout, on_line)
        complained = _Heard(process.stderr, None, MOST_COMPLAINTS)
        threads = [threading.Thread(target=one.listen, daemon=True) for one in (said, complained)]
        if process.stdin is not None:
            threads.append(threading.Thread(target=_give, args=(process.stdin, given), daemon=True))
        for thread in threads:
            thread.start()
        try:
            while True:
                try:
                    process.wait(1)
                    break
                except subprocess.TimeoutExpired:
                    if alive is not None:
                        alive()
                    if time.monotonic() > ends:
                        raise ProgramError(f"{command[0]} took more than {seconds} seconds and was ended.") from None
                    if said.size > MOST_OUTPUT:
                        raise ProgramError(f"{command[0]} gave more than {MOST_OUTPUT >> 20} MB.") from None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # what it started itself too, though it has ended
            for thread in threads:
                thread.join()
    words = b"".join(complained.lines).decode(errors="replace").strip()
    if process.returncode:
        if os.strerror(errno.ENOSPC) in words:  # what it was to work on may be whole
            raise NoRoom
        last = words[-500:] or f"exit {process.returncode}"
        raise ProgramError(f"{command[0]} ended with {process.returncode}: {last}")
    if said.size > MOST_OUTPUT:
        raise ProgramError(f"{command[0]} gave more than {MOST_OUTPUT >> 20} MB.")
    return b"".join(said.lines), words


class _Heard:
    """What a program says: remembered within a bound, listened to without one, so that it is never kept waiting."""

    def __init__(
        self, stream: IO[bytes] | None, on_line: Callable[[str], None] | None, most: int | None = None
    ) -> None:
        assert stream is not None
        self._stream, self._on_line = stream, on_line
        self.lines: deque[bytes] = deque(maxlen=most)
        self.size = 0

    def listen(self) -> None:
        while line := self._stream.readline(1 << 20):
            self.size += len(line)
            if self.size <= MOST_OUTPUT or self.lines.maxlen is not None:
                self.lines.append(line)
            if self._on_line is not None:
                self._on_line(line.decode(errors="replace"))


def _give(stream: IO[bytes], content: bytes) -> None:
    with contextlib.suppress(BrokenPipeError, ValueError):  # it needs no more of it
        stream.write(content)
    with contextlib.suppress(BrokenPipeError, ValueError):
        stream.close()
