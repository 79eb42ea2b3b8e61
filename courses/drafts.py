"""Reads of drafts, and of what was published when: what authors see."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import select

from courses.models import Document, Revision
from lms.api.learning import Found, KeptDraft, ListedDraft, draft_titles, find_published, kept_draft, listed_drafts
from lms.api.work import NotFound, connection

R, DOC = Revision.__table__, Document.__table__


def document(kind: str, slug: str) -> KeptDraft | None:
    """A draft by its kind and slug."""
    return kept_draft(DOC, kind, slug)


def titles(kind: str, slugs: Collection[str]) -> list[tuple[str, str, int]]:
    """(slug, title, unit) of those drafts that are there."""
    return draft_titles(DOC, kind, slugs)


def documents(kind: str, granted: Collection[int], words: str = "", most: int = 100) -> list[ListedDraft]:
    """Drafts of the units granted and all below them, the one saved last first."""
    return listed_drafts(DOC, R, granted, words, most, kind=kind)


def orgs_with_lessons() -> list[int]:
    """The units that hold lessons."""
    return list(connection().execute(select(DOC.c.org_id).where(DOC.c.kind == "lesson").distinct()).scalars())


def published(kind: str, words: str, most: int) -> list[Found]:
    """Published activities of a kind whose title or slug holds the words, marks or not."""
    return find_published(R, kind, words, most)


class RevisionRow(Struct, frozen=True):
    """What was published when, and by whom; `change`: first, minor or major; `note`: what changed, in their words."""

    id: int
    number: int
    digest: str
    published_at: int
    published_by: int | None
    change: str
    note: str


def revisions(activity_id: int, most: int = 20) -> list[RevisionRow]:
    """The published revisions of an activity, the newest first."""
    rows = connection().execute(
        select(R.c.id, R.c.number, R.c.digest, R.c.published_at, R.c.published_by, R.c.change, R.c.note)
        .where(R.c.activity_id == activity_id)
        .order_by(R.c.number.desc())
        .limit(most)
    )
    return [RevisionRow(*row) for row in rows]


def newest_body(activity_id: int) -> Mapping[str, Any] | None:
    """What is published now, or None."""
    found: Mapping[str, Any] | None = (
        connection()
        .execute(select(R.c.body).where(R.c.activity_id == activity_id).order_by(R.c.number.desc()).limit(1))
        .scalar()
    )
    return found


def body_of(activity_id: int, number: int) -> Mapping[str, Any]:
    """A published body by its number; NotFound where there is none."""
    found: Mapping[str, Any] | None = (
        connection().execute(select(R.c.body).where(R.c.activity_id == activity_id, R.c.number == number)).scalar()
    )
    if found is None:
        raise NotFound
    return found
