"""The only way a studio page obtains a draft: fetched and allowed, or NotFound."""

from __future__ import annotations

from courses.drafts import document
from lms.api.learning import KeptDraft, author_orgs
from lms.api.people import Person, reaches
from lms.api.reviewing import units_of_studio
from lms.api.work import NotFound


def document_for(person: Person, kind: str, slug: str) -> KeptDraft:
    """A draft of a unit where the person authors, or of one below it."""
    granted = author_orgs(person)
    row = document(kind, slug)
    if row is None or not reaches(granted, row.org_id):
        raise NotFound
    return row


def may_author(person: Person, kind: str, slug: str) -> bool:
    """Whether `document_for` would give it."""
    try:
        document_for(person, kind, slug)
    except NotFound:
        return False
    return True


def published_for(person: Person, kind: str, slug: str) -> KeptDraft:
    """What was published of a unit, for whoever writes, reviews or publishes there or above. Its draft is not shown."""
    row = document(kind, slug)
    if row is None or not reaches(units_of_studio(person), row.org_id):
        raise NotFound
    return row
