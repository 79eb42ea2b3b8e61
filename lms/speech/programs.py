"""Other programs, started for one piece of work: with an end in time, little memory, no network of ours, no shell."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Sequence

MOST_SECONDS = 120
MOST_MEMORY = 2 << 30
_LAST = ["nice", "-n", "10"] if shutil.which("nice") else []  # whoever waits for a page comes first


class ProgramError(Exception):
    """A program is missing, failed or took too long; the message says which and what it said last."""


def there(name: str) -> bool:
    """Whether a program can be started."""
    return shutil.which(name) is not None


def run(command: Sequence[str], given: bytes = b"", seconds: int = MOST_SECONDS) -> tuple[bytes, str]:
    """Runs a program with `given` at its standard input; returns what it wrote, and what it said. Raises ProgramError.

    It is killed with all that it started when it takes more than `seconds`.
    """
    try:
        process = subprocess.Popen(  # noqa: S603  a list, no shell; the operator's or our own words
            [*_LAST, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ProgramError(f"{command[0]}: {error.strerror or error}") from error
    with contextlib.suppress(ProcessLookupError, PermissionError, ValueError, AttributeError):
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.prlimit(process.pid, resource.RLIMIT_AS, (MOST_MEMORY * 4, MOST_MEMORY * 4))
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (MOST_MEMORY, MOST_MEMORY))
    try:
        out, said = process.communicate(given, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise ProgramError(f"{command[0]} took more than {seconds} seconds and was ended.") from error
    words = said.decode(errors="replace").strip()
    if process.returncode:
        last = words.splitlines()[-1] if words else f"exit {process.returncode}"
        raise ProgramError(f"{command[0]}: {last}")
    return out, words
