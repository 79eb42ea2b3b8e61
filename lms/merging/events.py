"""Facts about merging."""

from __future__ import annotations

from dataclasses import dataclass

from lms.contract.points import Event


@dataclass(frozen=True)
class AccountMerged(Event):
    """Two accounts were one person; what was the one's is now the other's."""

    merge_id: int
    kept_id: int
    gone_id: int
    at: int


@dataclass(frozen=True)
class AccountMergeUndone(Event):
    """They were two people after all; each has their own again."""

    merge_id: int
    kept_id: int
    gone_id: int
    at: int
