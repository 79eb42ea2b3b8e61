"""The only way a view obtains something: fetched and allowed, or NotFound."""

from __future__ import annotations

from uuid import UUID

from lms.api.people import Claim, Person, here
from lms.api.work import NotFound
from quizzes.queries import Answers, AttemptRow, VersionRow, attempt, practice_item


def attempt_for(reader: Person | Claim, uuid: UUID) -> tuple[AttemptRow, Answers]:
    """One's own attempt with its answers; another person's does not exist. NotSignedIn where the session has ended."""
    found = attempt(uuid, reader)
    if found is None:
        here()  # a session that was ended is asked to sign in again
        raise NotFound
    return found


def practice_item_for_anyone(slug: str) -> VersionRow:
    """A practice item, open to everybody."""
    row = practice_item(slug)
    if row is None:
        raise NotFound
    return row
