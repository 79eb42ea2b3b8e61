"""The only way a view obtains something: fetched and allowed, or NotFound."""

from __future__ import annotations

from lms.api.learning import KeptDraft, author_orgs
from lms.api.people import Person, reaches
from lms.api.work import NotFound
from plugins.practice import drafts, queries
from plugins.practice.queries import Published


def practice_for_anyone(slug: str, revision_id: int | None = None) -> Published:
    """A published practice, open to everybody: the revision that was begun with, where it is one of this practice."""
    found = queries.revision_of(slug, revision_id) if revision_id is not None else None
    found = found or queries.newest(slug)
    if found is None:
        raise NotFound
    return found


def practice_for(person: Person, slug: str) -> KeptDraft:
    """A draft of a unit where the person authors, or of one below it."""
    granted = author_orgs(person)
    row = drafts.document(slug)
    if row is None or not reaches(granted, row.org_id):
        raise NotFound
    return row
