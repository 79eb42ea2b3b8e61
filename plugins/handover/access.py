"""Who may hand over: officials who may issue, for their units; the only way a view obtains a batch."""

from __future__ import annotations

from uuid import UUID

from lms.api.people import May, Person, may_at, require_anywhere
from lms.api.work import NotFound
from plugins.handover.queries import BatchRow, batch_by_uuid


def units_of(officer: Person) -> list[int]:
    """The units whose records this officer hands over."""
    return require_anywhere(officer, May.ISSUE)


def batch_for(officer: Person, uuid: UUID, hold: bool = False) -> BatchRow:
    """A batch of a unit where the officer may issue papers."""
    row = batch_by_uuid(uuid, hold)
    if row is None or not may_at(officer, May.ISSUE, row.org_id):
        raise NotFound
    return row
