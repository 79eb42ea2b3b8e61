"""What is done when somebody has just signed in or up: keeping what they learnt before, for one."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from lms.contract.points import ExtensionPoint
from lms.identity.people import Person


class Arrival(Struct, frozen=True):
    """`welcome(person)` runs in the request that signed them in, outside any unit of work."""

    name: str
    welcome: Callable[[Person], None]


ARRIVALS: ExtensionPoint[Arrival] = ExtensionPoint(
    "arrivals", "Done when somebody has just signed in.", lambda a: a.name
)
