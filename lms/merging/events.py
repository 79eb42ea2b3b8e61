"""Facts about merging."""

from __future__ import annotations

from lms.contract.points import Event


class AccountMerged(Event, frozen=True):
    """Two accounts were one person; what was the one's is now the other's."""

    merge_id: int
    kept_id: int
    gone_id: int
    at: int


class AccountMergeUndone(Event, frozen=True):
    """They were two people after all; each has their own again."""

    merge_id: int
    kept_id: int
    gone_id: int
    at: int
