"""Somebody heard a broadcast."""

from __future__ import annotations

from msgspec import Struct

from acme.events import BroadcastHeard
from acme.queries import BroadcastRow, broadcast_for_anyone
from lms.api.learning import Happening, Kind, Result, Synced, record_result
from lms.api.work import clock, tell


def hear(account_id: int, row: BroadcastRow, token: bytes | None) -> None:
    """Records it through the one door; only the first time is told."""
    if record_result(account_id, row.activity_id, Result(Kind.COMPLETED), token):
        tell(BroadcastHeard(account_id, row.activity_id, clock.seconds()))


class HeardOnPhone(Struct, forbid_unknown_fields=True):
    """Heard without a network, and told later."""

    broadcast: str


def take_heard(happening: Happening, said: HeardOnPhone) -> None:
    """A union: heard on the phone and here is heard once."""
    hear(happening.account_id, broadcast_for_anyone(said.broadcast), None)


synced = (Synced("acme.heard", HeardOnPhone, take_heard),)
