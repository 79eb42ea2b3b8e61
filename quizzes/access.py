"""The only way a view obtains something: fetched and allowed, or NotFound."""

from __future__ import annotations

from uuid import UUID

from lms.api.people import Person
from lms.api.work import NotFound
from quizzes.queries import AttemptRow, VersionRow, attempt, practice_item


def attempt_for(person: Person, uuid: UUID) -> AttemptRow:
    """One's own attempt; another person's does not exist."""
    row = attempt(uuid, person.id)
    if row is None:
        raise NotFound
    return row


def practice_item_for_anyone(slug: str) -> VersionRow:
    """A practice item, open to everybody."""
    row = practice_item(slug)
    if row is None:
        raise NotFound
    return row
