"""Reads of drafts, and of what was published when: what authors see."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select

from lms.api.learning import Activity, Found, ListedDraft, listed_drafts
from lms.api.media import settled
from lms.api.people import fold
from lms.api.work import connection
from plugins.practice.models import PracticeDocument, PracticeRevision

D, R, A = PracticeDocument.__table__, PracticeRevision.__table__, Activity.__table__


class PracticeDraft(Struct, frozen=True):
    """A draft with the save that it is."""

    activity_id: int
    slug: str
    org_id: int
    draft: Mapping[str, Any]
    base: int
    changed_at: int
    changed_by: int | None


def document(slug: str) -> PracticeDraft | None:
    """A draft by its slug; its sounds as far as they are made by now."""
    row = connection().execute(
        select(D.c.activity_id, A.c.slug, D.c.org_id, D.c.draft, D.c.base, D.c.changed_at, D.c.changed_by)
        .join(A, A.c.id == D.c.activity_id)
        .where(A.c.kind == "practice", A.c.slug == slug)
    ).first()  # fmt: skip
    if row is None:
        return None
    held = PracticeDraft(*row)
    return replace(held, draft={**held.draft, "files": settled(held.draft["files"])})


def titles(slugs: Collection[str]) -> list[tuple[str, str, int]]:
    """(slug, title, unit) of those drafts that are there."""
    rows = connection().execute(
        select(A.c.slug, D.c.draft["title"].as_string(), D.c.org_id)
        .join(A, A.c.id == D.c.activity_id)
        .where(A.c.kind == "practice", A.c.slug.in_(slugs))
    )
    return [(row[0], row[1], row[2]) for row in rows]


def documents(granted: Collection[int], words: str = "") -> list[ListedDraft]:
    """The drafts of the units granted and all below them, the one saved last first."""
    return listed_drafts(D, R, granted, words)


def revisions(activity_id: int, most: int = 20) -> list[tuple[int, int, int | None]]:
    """(number, moment, account) of what was published, the newest first."""
    rows = connection().execute(
        select(R.c.number, R.c.published_at, R.c.published_by)
        .where(R.c.activity_id == activity_id)
        .order_by(R.c.number.desc())
        .limit(most)
    )
    return [(row.number, row.published_at, row.published_by) for row in rows]


def published(words: str, most: int) -> list[Found]:
    """Published practices whose title or slug holds the words, marks or not."""
    wanted = fold(words)
    rows = connection().execute(
        select(A.c.slug, A.c.title)
        .where(A.c.kind == "practice", A.c.id.in_(select(R.c.activity_id)))
        .order_by(A.c.title)
    )
    return [Found(r.slug, r.title) for r in rows if wanted in fold(r.title) or wanted in r.slug][:most]
