"""Drafts of activities, whichever plugin's table holds them: read, listed, begun and saved; and what was published.

A plugin's table of drafts has the columns activity_id, org_id, draft (the body, with its title), base (the number of
the save), changed_at and changed_by; that of its revisions activity_id, number, published_at and published_by.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import Table, func, insert, select, update

from lms import audit, clock
from lms.db.unit_of_work import connection
from lms.errors import Conflict
from lms.identity.accounts import hold
from lms.learning.activities import anchor
from lms.learning.authoring import free_slug
from lms.learning.kinds import Found
from lms.learning.models import Activity
from lms.orgs.queries import reaches
from lms.vietnamese import fold

A = Activity.__table__


class ListedDraft(Struct, frozen=True):
    """A draft in a list."""

    slug: str
    title: str
    org_id: int
    changed_at: int
    published: int | None  # the number of the newest revision
    published_at: int | None

    @property
    def is_newer(self) -> bool:
        """Whether the draft was saved after it was last published."""
        return self.published_at is not None and self.changed_at > self.published_at


def listed_drafts(
    drafts: Table, revisions: Table, granted: Collection[int], words: str = "", most: int | None = None, **only: Any
) -> list[ListedDraft]:
    """Drafts of the units granted and all below them whose title or slug holds the words, the one saved last first.

    `only`: what columns of `drafts` must be.
    """
    database = connection()
    those = [drafts.c[name] == value for name, value in only.items()]
    units = database.execute(select(drafts.c.org_id).where(*those).distinct()).scalars()
    newest = (
        select(revisions.c.activity_id, func.max(revisions.c.number).label("number"),
               func.max(revisions.c.published_at).label("at"))
        .group_by(revisions.c.activity_id)
        .subquery()
    )  # fmt: skip
    rows = database.execute(
        select(A.c.slug, drafts.c.draft["title"].as_string(), drafts.c.org_id, drafts.c.changed_at, newest.c.number,
               newest.c.at)
        .join(A, A.c.id == drafts.c.activity_id)
        .outerjoin(newest, newest.c.activity_id == A.c.id)
        .where(*those, drafts.c.org_id.in_([unit for unit in units if reaches(granted, unit)]))
        .order_by(drafts.c.changed_at.desc(), A.c.slug)
    )  # fmt: skip
    wanted = fold(words)
    return [ListedDraft(*row) for row in rows if wanted in fold(row[1]) or wanted in fold(row[0])][:most]


class KeptDraft(Struct, frozen=True):
    """A draft with the save that it is."""

    activity_id: int
    kind: str
    slug: str
    org_id: int
    draft: Mapping[str, Any]
    base: int
    changed_at: int
    changed_by: int | None


def kept_draft(drafts: Table, kind: str, slug: str) -> KeptDraft | None:
    """A draft of a kind by its slug."""
    d = drafts.c
    row = connection().execute(
        select(d.activity_id, A.c.kind, A.c.slug, d.org_id, d.draft, d.base, d.changed_at, d.changed_by)
        .join(A, A.c.id == d.activity_id)
        .where(A.c.kind == kind, A.c.slug == slug)
    ).first()  # fmt: skip
    return KeptDraft(*row) if row else None


def draft_titles(drafts: Table, kind: str, slugs: Collection[str]) -> list[tuple[str, str, int]]:
    """(slug, title, unit) of those drafts of a kind that are there."""
    rows = connection().execute(
        select(A.c.slug, drafts.c.draft["title"].as_string(), drafts.c.org_id)
        .join(A, A.c.id == drafts.c.activity_id)
        .where(A.c.kind == kind, A.c.slug.in_(slugs))
    )
    return [(row[0], row[1], row[2]) for row in rows]


def find_published(revisions: Table, kind: str, words: str, most: int) -> list[Found]:
    """Published activities of a kind whose title or slug holds the words, marks or not."""
    wanted = fold(words)
    rows = connection().execute(
        select(A.c.slug, A.c.title)
        .where(A.c.kind == kind, A.c.id.in_(select(revisions.c.activity_id)))
        .order_by(A.c.title)
    )
    return [Found(r.slug, r.title) for r in rows if wanted in fold(r.title) or wanted in fold(r.slug)][:most]


def published_when(revisions: Table, activity_id: int, most: int = 20) -> list[tuple[int, int, int | None]]:
    """(number, moment, account) of what was published of an activity, the newest first."""
    r = revisions.c
    rows = connection().execute(
        select(r.number, r.published_at, r.published_by)
        .where(r.activity_id == activity_id)
        .order_by(r.number.desc())
        .limit(most)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def begin_draft(
    drafts: Table, kind: str, title: str, fallback: str, org_id: int, by_id: int, minutes: int,
    body: Callable[[str], dict[str, Any]], own: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """Makes a draft of the body that belongs to its slug, and returns the slug; `fallback` where the title gives none.

    A form sent twice makes one: an untouched draft of the same author with the same title is the same draft. `own`:
    what other columns of `drafts` hold.
    """
    hold(by_id)
    d, database = drafts.c, connection()
    untouched = database.execute(
        select(A.c.slug, d.draft)
        .join(A, A.c.id == d.activity_id)
        .where(A.c.kind == kind, d.org_id == org_id, d.changed_by == by_id, d.base == 1, A.c.title == title)
    )
    for row in untouched:
        if row.draft == body(row.slug):
            return str(row.slug)
    slug = free_slug(title, fallback)
    database.execute(
        insert(drafts).values(
            activity_id=anchor(kind, slug, title, minutes), org_id=org_id, draft=body(slug), base=1,
            changed_at=clock.seconds(), changed_by=by_id, **(own or {}),
        )
    )  # fmt: skip
    audit.record(by_id, f"{kind}.begun", f"{kind}:{slug}", org=org_id)
    return slug


class Saved(Struct, frozen=True):
    """A draft after a save: the number of its newest save, and whether this one made it."""

    kind: str
    slug: str
    base: int
    is_new: bool


def save_draft(drafts: Table, activity_id: int, base: int, body: Mapping[str, Any], by_id: int) -> Saved:
    """Keeps a draft over the save numbered `base`.

    Saving what is there already changes nothing, so a form sent twice is harmless. Raises Conflict where somebody
    saved something else since, be it in this very moment.
    """
    d, database = drafts.c, connection()
    held = database.execute(
        select(d.base, d.draft, A.c.kind, A.c.slug)
        .join(A, A.c.id == d.activity_id)
        .where(d.activity_id == activity_id)
        .with_for_update(of=drafts)
    ).one()
    if held.draft == body:
        return Saved(held.kind, held.slug, held.base, False)
    if held.base != base:
        raise Conflict
    values = {"draft": dict(body), "base": base + 1, "changed_at": clock.seconds(), "changed_by": by_id}
    database.execute(update(drafts).where(d.activity_id == activity_id).values(**values))
    return Saved(held.kind, held.slug, base + 1, True)
