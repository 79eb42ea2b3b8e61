"""Where a draft stands on its way to being published, for the page on which it is written."""

from __future__ import annotations

from msgspec import Struct

from lms.reviewing.queries import newest_of, rule_at
from lms.studio import name_of, unit_name


class Standing(Struct, frozen=True):
    """Where a draft stands. `state` is the newest submission's; empty where there is none."""

    needs_review: bool
    decided_at: str  # the unit that asks for a review
    state: str
    submission_id: int
    submitted_at: int
    reason: str
    ended_by: str


def standing_of(kind: str, key: str, org_id: int) -> Standing:
    """Where a draft of this unit stands; `reviewing/_standing.html` says it in words."""
    rule = rule_at(org_id)
    held = newest_of(kind, key)
    return Standing(
        rule.needs_review,
        unit_name(rule.decided_at) if rule.decided_at is not None else "",
        held.state if held else "",
        held.id if held else 0,
        held.submitted_at if held else 0,
        held.reason if held else "",
        name_of(held.ended_by) if held else "",
    )
