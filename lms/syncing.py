"""What a phone did without a network and sends later: each kind of it is taken in by the package that it belongs to.

This is the point only. Who may send, how often, and that each is taken in once is the business of whoever receives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from lms.contract.points import ExtensionPoint


class Happening(Struct, frozen=True):
    """Something that a person did on a phone. `t` is the phone's clock, which may be wrong; `at` is when it came here.

    Both are seconds since 1970. `key`: the phone's own name for it, 16 bytes, the same each time it is sent.
    """

    account_id: int
    key: bytes
    t: int
    at: int


class Synced(Struct, frozen=True):
    """A kind of happening. `takes` is the Struct that its data must fit.

    `handle(happening, data)` runs in a unit of work, once for each key. It adds up (a union, a maximum, one more row),
    so that the order in which phones send never matters; it checks against the revision that was seen, and raises a
    DomainError where the happening cannot be taken in: its sentence is what the person reads.
    """

    kind: str
    takes: type[msgspec.Struct]
    handle: Callable[[Happening, Any], None]


SYNCED: ExtensionPoint[Synced] = ExtensionPoint(
    "synced", "What phones did without a network, and who takes it in.", lambda s: s.kind
)
