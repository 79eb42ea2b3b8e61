"""Where somebody stopped in a course: the first page leads back there, and so does a copy on a phone."""

from __future__ import annotations

from collections.abc import Sequence

from lms.learning.kinds import ACTIVITY_KINDS, LeftAt, resumable
from lms.learning.queries import EnrollmentRow, Place


def stopped(account_id: int, enrollment: EnrollmentRow, places: Sequence[Place]) -> tuple[Place, LeftAt] | None:
    """What was begun and not finished since something was finished last, on whatever device, and where in it."""
    undone = {p.activity_id: p for p in places if not enrollment.done & p.mask and not p.needs & ~enrollment.done}
    for kind in sorted({p.kind for p in undone.values()}):
        knows = resumable(ACTIVITY_KINDS.find(kind))
        left = knows.left_at(account_id, [i for i, p in undone.items() if p.kind == kind]) if knows else None
        if left is not None and left.at >= enrollment.last_at:
            return undone[left.activity_id], left
    return None
