"""What acme tells."""

from __future__ import annotations

from dataclasses import dataclass

from lms.api.plugins import Event


@dataclass(frozen=True)
class BroadcastHeard(Event):
    """Somebody said that they heard a broadcast, for the first time."""

    account_id: int
    activity_id: int
    at: int
