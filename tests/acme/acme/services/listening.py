"""Somebody heard a broadcast."""

from __future__ import annotations

from acme.events import BroadcastHeard
from acme.queries import BroadcastRow
from lms.api.learning import Kind, Result, record_result
from lms.api.work import clock, tell


def hear(account_id: int, row: BroadcastRow, token: bytes | None) -> None:
    """Records it through the one door; only the first time is told."""
    if record_result(account_id, row.activity_id, Result(Kind.COMPLETED), token):
        tell(BroadcastHeard(account_id, row.activity_id, clock.seconds()))
