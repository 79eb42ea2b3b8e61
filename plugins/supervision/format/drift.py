"""What a clock did: how far it was from the server's, whether it was set meanwhile, how long something lasted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from plugins.supervision.format.contents import Step

TOLERATED = 5  # seconds: less says nothing about a clock
ONLINE, WATCH, BOUND, UNKNOWN = "online", "watch", "bound", "unknown"


class Jump(Struct, frozen=True):
    """The system's clock was set by so many seconds (back: below 0) shortly before a moment of the station's clock."""

    at: int
    by: int


class Drift(Struct, frozen=True):
    """How far the station's clock was ahead of the server's, in seconds, and how that is known.

    `online`: both were compared. `watch`: somebody compared it with a watch. `bound`: it was at least so far off, since
    otherwise something would have happened before its cause. `unknown`: nothing says so.
    """

    ahead: int
    known: str
    jumps: tuple[Jump, ...] = ()
    restarts: int = 0


def jumps(steps: Sequence[Step]) -> tuple[tuple[Jump, ...], int]:
    """Where the system's clock and the count ran apart, and how often the machine was started anew."""
    found, restarts = [], 0
    for before, after in pairwise(steps):
        if before.boot != after.boot:
            restarts += 1
            continue
        by = (after.wall - before.wall) - round((after.counted - before.counted) / 1000)
        if abs(by) > TOLERATED:
            found.append(Jump(after.at, by))
    return tuple(found), restarts


def drift(
    steps: Sequence[Step], *, made_at: int, said_at: int, got_at: int, watch: int | None = None, online: bool = False
) -> Drift:
    """What is known. `made_at`: when the server made the papers; `said_at`: what the station's clock said when it made
    the answers; `got_at`: when the server got them; `online`: both at the same moment.
    """
    set_by, restarts = jumps(steps)
    if online:
        return _known(said_at - got_at, ONLINE, set_by, restarts)
    if watch is not None:
        return _known(watch, WATCH, set_by, restarts)
    first = min((step.at for step in steps), default=said_at)
    if said_at - got_at > TOLERATED:
        return Drift(said_at - got_at, BOUND, set_by, restarts)
    if made_at - first > TOLERATED:
        return Drift(first - made_at, BOUND, set_by, restarts)
    return Drift(0, UNKNOWN, set_by, restarts)


def _known(ahead: int, how: str, set_by: tuple[Jump, ...], restarts: int) -> Drift:
    return Drift(ahead if abs(ahead) > TOLERATED else 0, how, set_by, restarts)
