"""What every studio needs: where somebody may author, and names that are free."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Any

from msgspec import Struct
from sqlalchemy import Table, func, select

from lms.db.unit_of_work import connection
from lms.identity.people import Person
from lms.identity.roles import May, roles_that
from lms.learning.models import Activity
from lms.orgs.queries import reaches
from lms.orgs.scope import require_anywhere
from lms.vietnamese import fold

AUTHORS = roles_that(May.AUTHOR)
MOST_SLUG = 56  # leaves room for a number behind it
A = Activity.__table__


def author_orgs(person: Person) -> frozenset[int]:
    """The units where a person authors, each with all below it; NotFound for whoever authors nowhere."""
    return frozenset(require_anywhere(person, May.AUTHOR))


def slug_of(title: str) -> str:
    """A title as a name for addresses: lower-case ASCII letters, digits and hyphens; may be empty."""
    plain = unicodedata.normalize("NFD", title.lower().replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words[:MOST_SLUG].strip("-")


def first_free(wanted: str, taken: Iterable[str]) -> str:
    """The name itself, or with the first number behind it that makes it new."""
    held = set(taken)
    name, number = wanted, 2
    while name in held:
        name, number = f"{wanted}-{number}", number + 1
    return name


def free_slug(title: str, fallback: str) -> str:
    """A slug that no activity of any kind has: lessons, quizzes, tasks and courses share their names."""
    wanted = slug_of(title) or fallback
    return first_free(wanted, connection().execute(select(A.c.slug).where(A.c.slug.like(f"{wanted}%"))).scalars())


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

    `drafts` and `revisions`: the tables of a kind of activity (activity_id, org_id, draft, changed_at; activity_id,
    number, published_at). `only`: what columns of `drafts` must be.
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
