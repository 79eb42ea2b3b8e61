"""What acme tells."""

from __future__ import annotations

from lms.api.plugins import Event


class BroadcastHeard(Event, frozen=True):
    """Somebody said that they heard a broadcast, for the first time."""

    account_id: int
    activity_id: int
    at: int
