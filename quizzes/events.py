"""Facts about attempts."""

from __future__ import annotations

from dataclasses import dataclass

from lms.api.plugins import Event


@dataclass(frozen=True)
class AttemptGraded(Event):
    """A paper was handed in and marked. Points are in halves."""

    attempt_id: int
    account_id: int
    activity_id: int
    halves: int
    most: int
    passed: bool
