"""The only way a studio page obtains a draft: fetched and allowed, or NotFound."""

from __future__ import annotations

from courses.drafts import DocumentRow, document
from lms.api.learning import author_orgs
from lms.api.people import Person, reaches
from lms.api.work import NotFound


def document_for(person: Person, kind: str, slug: str) -> DocumentRow:
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
