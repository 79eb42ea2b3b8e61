"""Memory: what was used for a moment goes back to the system, and what stays is not looked through in vain.

The C library keeps what was freed for the next time. A password check works in 19 MB, so each process that ever
checked one would hold them for ever: a third of all that it has. Taking them anew costs half a check, so they go back
only after a while without any.
"""

from __future__ import annotations

import ctypes
import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

QUIET = 10.0  # seconds
_last = 0.0
_waiting: threading.Thread | None = None


def much_was_used() -> None:
    """Notes that much was used and freed just now; it is given back once nobody has said so for `QUIET` seconds."""
    global _last, _waiting
    _last = time.monotonic()
    if _waiting is None or not _waiting.is_alive():  # after a fork none is
        _waiting = threading.Thread(target=_give_back_when_quiet, name="gives memory back", daemon=True)
        _waiting.start()


def _give_back_when_quiet() -> None:
    while (left := _last + QUIET - time.monotonic()) > 0:
        time.sleep(left)
    give_back()


def give_back() -> None:
    """Gives all free pages back; does nothing where the C library is not GNU's."""
    _library("malloc_trim", 0)


def keep_one_heap() -> None:
    """Has all threads take memory from one heap: of those of other threads the end is never given back.

    Python's threads work one at a time anyhow. To be called before there are any; does nothing as above.
    """
    _library("mallopt", -8, 1)  # M_ARENA_MAX


@contextmanager
def uncollected() -> Iterator[None]:
    """Has nothing looked through that is made inside: it is all here to stay, and there is ever more of it."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _library(name: str, *values: int) -> None:
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*values)
