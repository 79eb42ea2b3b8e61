"""The same for other programs."""

from __future__ import annotations

from msgspec import Struct

from acme.queries import broadcasts
from lms.api.web import ANYONE, Operations

operations = Operations("acme")


class BroadcastSaid(Struct):
    """What the loudspeaker says."""

    slug: str
    title: str
    words: str


class Broadcasts(Struct):
    """Every broadcast."""

    broadcasts: list[BroadcastSaid]


@operations.get("/broadcasts", ANYONE)
def list_broadcasts() -> Broadcasts:
    """What the loudspeaker says, the newest first."""
    return Broadcasts([BroadcastSaid(row.slug, row.title, row.words) for row in broadcasts()])
