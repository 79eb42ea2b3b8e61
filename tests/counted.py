"""Work counted in calls of functions: the same on every machine, however busy it is. So nothing here is timed.

What goes wild inside one call of C (an expression that tries all ways) is not counted: it hangs, and the run with it.
"""

from __future__ import annotations

import cProfile
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def counted(act: Callable[[], T]) -> tuple[int, T]:
    """How many functions were called, Python's and C's, and what came back."""
    profile = cProfile.Profile()
    profile.enable()
    try:
        found = act()
    finally:
        profile.disable()
    return sum(entry.callcount for entry in profile.getstats()), found
