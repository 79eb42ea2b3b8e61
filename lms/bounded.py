"""Starts a program that cannot take the machine with it: `python -I -S bounded.py SECONDS MEGABYTES FILE-MB PROGRAM …`.

Run as a script of its own between us and the program, so that limits are set in a process without threads: so much
processor time, so much memory, files no larger than that, no core dumps, and dead when its parent dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


def main(arguments: list[str]) -> None:
    """Sets the limits, then becomes the program."""
    seconds, memory, file_size = (int(a) for a in arguments[:3])
    program = arguments[3:]
    with contextlib.suppress(AttributeError, OSError):  # not Linux: a program left over ends by its limits
        ctypes.CDLL(None, use_errno=True).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    limits = (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory << 20),
        (resource.RLIMIT_FSIZE, file_size << 20),
        (resource.RLIMIT_CORE, 0),
    )
    for what, most in limits:
        resource.setrlimit(what, (most, most))
    os.nice(10)  # learners come first
    os.execv(program[0], program)  # noqa: S606  the program that we were told to limit


if __name__ == "__main__":
    main(sys.argv[1:])
