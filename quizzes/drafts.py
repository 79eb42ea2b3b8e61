"""Reads of banks, questions and quizzes as their authors see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from lms.api.learning import Activity, Found
from lms.api.people import fold, reaches
from lms.api.work import connection
from quizzes.drawing import Candidate, lies_under
from quizzes.models import Bank, Item, ItemTag, ItemVersion, QuizDocument, QuizRevision
from quizzes.queries import cards, types_in_use
from quizzes.stems import words_of

B, IT, T, V, D, R, A = (
    Bank.__table__,
    Item.__table__,
    ItemTag.__table__,
    ItemVersion.__table__,
    QuizDocument.__table__,
    QuizRevision.__table__,
    Activity.__table__,
)
A_PAGE = 50


@dataclass(frozen=True)
class BankRow:
    """A bank with how many questions are in use in it."""

    id: int
    slug: str
    title: str
    org_id: int
    practice: int
    exam: int


def banks(granted: Collection[int], slug: str = "") -> list[BankRow]:
    """The banks of the units granted and all below them; one of them where a slug is given."""
    practice = func.count(IT.c.id).filter(IT.c.pool == "practice", IT.c.retired_at.is_(None))
    exam = func.count(IT.c.id).filter(IT.c.pool == "exam", IT.c.retired_at.is_(None))
    rows = connection().execute(
        select(B.c.id, B.c.slug, B.c.title, B.c.org_id, practice, exam)
        .outerjoin(IT, IT.c.bank_id == B.c.id)
        .where(*([B.c.slug == slug] if slug else []))
        .group_by(B.c.id, B.c.slug, B.c.title, B.c.org_id)
        .order_by(B.c.title)
    )
    return [BankRow(*row) for row in rows if reaches(granted, row.org_id)]


@dataclass(frozen=True)
class ItemRow:
    """A question with its wording in use."""

    id: int
    slug: str
    bank_id: int
    pool: str
    retired_at: int | None
    version_id: int
    number: int
    type: str
    body: Mapping[str, Any]
    digest: str
    made_at: int
    made_by: int | None

    @property
    def words(self) -> str:
        """The question in plain words, on one line."""
        return words_of(self.body["stem"])


_ITEM: Select[Any] = select(
    IT.c.id, IT.c.slug, IT.c.bank_id, IT.c.pool, IT.c.retired_at, V.c.id, V.c.number, V.c.type, V.c.body, V.c.digest,
    V.c.made_at, V.c.made_by,
).join(V, V.c.id == IT.c.current_id)  # fmt: skip


def item(slug: str) -> ItemRow | None:
    """A question by its slug."""
    row = connection().execute(_ITEM.where(IT.c.slug == slug)).first()
    return ItemRow(*row) if row else None


def items(bank_id: int, pool: str = "", skill: str = "", words: str = "", page: int = 1) -> tuple[list[ItemRow], int]:
    """A page of a bank's questions, the newest first, and how many pages there are."""
    wanted = _ITEM.where(IT.c.bank_id == bank_id).order_by(IT.c.retired_at.is_not(None), IT.c.id.desc())
    if pool:
        wanted = wanted.where(IT.c.pool == pool)
    if skill:
        under = select(T.c.item_id).where(or_(T.c.code == skill, T.c.code.startswith(f"{skill}.", autoescape=True)))
        wanted = wanted.where(IT.c.id.in_(under))
    rows = [ItemRow(*row) for row in connection().execute(wanted)]
    if words:
        rows = [r for r in rows if fold(words) in fold(r.words) or fold(words) in fold(r.slug)]
    pages = max(1, -(-len(rows) // A_PAGE))
    page = min(max(1, page), pages)
    return rows[(page - 1) * A_PAGE : page * A_PAGE], pages


def versions_of(item_id: int, most: int = 20) -> list[tuple[int, int, int | None]]:
    """(number, moment, account) of a question's wordings, the newest first."""
    rows = connection().execute(
        select(V.c.number, V.c.made_at, V.c.made_by)
        .where(V.c.item_id == item_id)
        .order_by(V.c.number.desc())
        .limit(most)
    )
    return [(row.number, row.made_at, row.made_by) for row in rows]


def practice_items(words: str, most: int) -> list[Found]:
    """Practice questions in use whose wording, name or skill codes hold the words."""
    rows = connection().execute(
        select(IT.c.slug, V.c.body)
        .join(V, V.c.id == IT.c.current_id)
        .where(IT.c.pool == "practice", IT.c.retired_at.is_(None))
        .order_by(IT.c.id.desc())
    )
    wanted, code, found = fold(words), words.strip().upper(), []
    for row in rows:
        codes = row.body["skills"]
        stem = words_of(row.body["stem"])
        if wanted in fold(stem) or wanted in fold(row.slug) or any(lies_under(c.upper(), code) for c in codes):
            found.append(Found(row.slug, stem, ", ".join(codes)))
            if len(found) == most:
                break
    return found


@dataclass(frozen=True)
class QuizDraft:
    """A quiz's draft with the save that it is."""

    activity_id: int
    slug: str
    org_id: int
    draft: Mapping[str, Any]
    base: int
    changed_at: int
    changed_by: int | None


_DRAFT = select(
    D.c.activity_id, A.c.slug, D.c.org_id, D.c.draft, D.c.base, D.c.changed_at, D.c.changed_by
).join(A, A.c.id == D.c.activity_id)  # fmt: skip


def quiz(slug: str) -> QuizDraft | None:
    """A quiz's draft by its slug."""
    row = connection().execute(_DRAFT.where(A.c.slug == slug)).first()
    return QuizDraft(*row) if row else None


@dataclass(frozen=True)
class ListedQuiz:
    """A quiz in a list."""

    slug: str
    title: str
    org_id: int
    changed_at: int
    published: int | None
    published_at: int | None

    @property
    def is_newer(self) -> bool:
        """Whether the draft was saved after it was last published."""
        return self.published_at is not None and self.changed_at > self.published_at


def quizzes(granted: Collection[int], words: str = "") -> list[ListedQuiz]:
    """The quizzes of the units granted and all below them, the one saved last first."""
    newest = (
        select(R.c.activity_id, func.max(R.c.number).label("number"), func.max(R.c.published_at).label("at"))
        .group_by(R.c.activity_id)
        .subquery()
    )
    rows = connection().execute(
        select(A.c.slug, D.c.draft["title"].as_string(), D.c.org_id, D.c.changed_at, newest.c.number, newest.c.at)
        .join(A, A.c.id == D.c.activity_id)
        .outerjoin(newest, newest.c.activity_id == A.c.id)
        .order_by(D.c.changed_at.desc(), A.c.slug)
    )
    wanted = fold(words)
    return [ListedQuiz(*row) for row in rows if wanted in fold(row[1]) and reaches(granted, row.org_id)]


def published_quizzes(words: str, most: int) -> list[Found]:
    """Published quizzes whose title or slug holds the words, marks or not."""
    wanted = fold(words)
    rows = connection().execute(
        select(A.c.slug, A.c.title).where(A.c.kind == "quiz", A.c.id.in_(select(R.c.activity_id))).order_by(A.c.title)
    )
    return [Found(r.slug, r.title) for r in rows if wanted in fold(r.title) or wanted in fold(r.slug)][:most]


def revisions(activity_id: int, most: int = 20) -> list[tuple[int, int, int | None]]:
    """(number, moment, account) of a quiz's published revisions, the newest first."""
    rows = connection().execute(
        select(R.c.number, R.c.published_at, R.c.published_by)
        .where(R.c.activity_id == activity_id)
        .order_by(R.c.number.desc())
        .limit(most)
    )
    return [(row.number, row.published_at, row.published_by) for row in rows]


def pool_of(pool: str) -> list[Candidate]:
    """Every question in use of a pool, its type in use too, as quizzes draw it."""
    return list(cards(pool, None, types_in_use()))
