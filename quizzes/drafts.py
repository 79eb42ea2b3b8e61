"""Reads of banks, questions and quizzes as their authors see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, Select, bindparam, func, select, text

from lms.api.learning import Found, KeptDraft, ListedDraft, find_published, kept_draft, listed_drafts, published_when
from lms.api.people import fold, reaches
from lms.api.work import connection
from quizzes.drawing import Candidate, lies_under
from quizzes.items.contract import WHOLE
from quizzes.models import Bank, Item, ItemDraft, ItemVersion, QuizDocument, QuizRevision, SignOff
from quizzes.queries import cards, types_in_use
from quizzes.stems import words_of

B, IT, ID, SO, V, D, R = (
    Bank.__table__,
    Item.__table__,
    ItemDraft.__table__,
    SignOff.__table__,
    ItemVersion.__table__,
    QuizDocument.__table__,
    QuizRevision.__table__,
)


class BankRow(Struct, frozen=True):
    """A bank with how many questions are in use in it."""

    id: int
    slug: str
    title: str
    org_id: int
    practice: int
    exam: int


def banks(granted: Collection[int], slug: str = "") -> list[BankRow]:
    """The banks of the units granted and all below them; one of them where a slug is given."""
    used = IT.c.retired_at.is_(None), IT.c.current_id.is_not(None)
    practice = func.count(IT.c.id).filter(IT.c.pool == "practice", *used)
    exam = func.count(IT.c.id).filter(IT.c.pool == "exam", *used)
    rows = connection().execute(
        select(B.c.id, B.c.slug, B.c.title, B.c.org_id, practice, exam)
        .outerjoin(IT, IT.c.bank_id == B.c.id)
        .where(*([B.c.slug == slug] if slug else []))
        .group_by(B.c.id, B.c.slug, B.c.title, B.c.org_id)
        .order_by(B.c.title)
    )
    return [BankRow(*row) for row in rows if reaches(granted, row.org_id)]


class ItemDraftRow(Struct, frozen=True):
    """The wording of a question that is not in use. See the model for `problems`, `raw`, `base`, `over`, `handed`."""

    type: str
    body: Mapping[str, Any]
    problems: Mapping[str, Any]
    raw: str
    base: int
    over: int
    handed: int | None
    changed_by: int
    changed_at: int


class ItemRow(Struct, frozen=True):
    """A question: its version in use (0 and None: there is none), and its draft."""

    id: int
    slug: str
    bank_id: int
    pool: str
    retired_at: int | None
    version_id: int | None
    number: int
    used_type: str | None
    used_body: Mapping[str, Any] | None
    made_at: int | None
    made_by: int | None
    draft: ItemDraftRow | None

    @property
    def type(self) -> str:
        """Its type as its author sees it."""
        return self.draft.type if self.draft is not None else self.used_type or ""

    @property
    def body(self) -> Mapping[str, Any]:
        """What its author sees: the draft, else what is in use."""
        return self.draft.body if self.draft is not None else self.used_body or {}

    @property
    def words(self) -> str:
        """The question in plain words, on one line."""
        return words_of(self.body["stem"])


_DRAFT_COLUMNS = [ID.c[name] for name in ItemDraftRow.__struct_fields__]
_ITEM: Select[Any] = (
    select(
        IT.c.id, IT.c.slug, IT.c.bank_id, IT.c.pool, IT.c.retired_at, V.c.id, V.c.number, V.c.type, V.c.body,
        V.c.made_at, V.c.made_by, *_DRAFT_COLUMNS,
    )
    .outerjoin(V, V.c.id == IT.c.current_id)
    .outerjoin(ID, ID.c.item_id == IT.c.id)
)  # fmt: skip


def item(slug: str) -> ItemRow | None:
    """A question by its slug."""
    row = connection().execute(_ITEM.where(IT.c.slug == slug)).first()
    return item_row(row) if row else None


def item_row(row: Row[Any]) -> ItemRow:
    """A question of a row."""
    values: list[Any] = list(row)
    draft = ItemDraftRow(*values[11:]) if values[15] is not None else None
    return ItemRow(*[*values[:6], values[6] or 0, *values[7:11], draft])


def items_by_id(ids: Collection[int]) -> list[ItemRow]:
    """Questions by their numbers, the newest first."""
    rows = connection().execute(_ITEM.where(IT.c.id.in_(ids)).order_by(IT.c.id.desc()))
    return [item_row(row) for row in rows]


class Version(Struct, frozen=True):
    """A version of a question that is or was in use, with who answers for it."""

    id: int
    number: int
    type: str
    body: Mapping[str, Any]
    made_at: int
    made_by: int | None
    how: str
    reviewed_by: int | None
    reviewed_at: int | None
    put_by: int | None
    put_at: int


def versions_of(item_id: int, most: int = 20) -> list[Version]:
    """A question's versions, the newest first."""
    rows = connection().execute(
        select(
            V.c.id, V.c.number, V.c.type, V.c.body, V.c.made_at, V.c.made_by, SO.c.how, SO.c.reviewed_by,
            SO.c.reviewed_at, SO.c.put_by, SO.c.put_at,
        )
        .join(SO, SO.c.version_id == V.c.id)
        .where(V.c.item_id == item_id)
        .order_by(V.c.number.desc())
        .limit(most)
    )  # fmt: skip
    return [Version(*row) for row in rows]


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


def quiz(slug: str) -> KeptDraft | None:
    """A quiz's draft by its slug."""
    return kept_draft(D, "quiz", slug)


def quizzes(granted: Collection[int], words: str = "") -> list[ListedDraft]:
    """The quizzes of the units granted and all below them, the one saved last first."""
    return listed_drafts(D, R, granted, words)


def published_quizzes(words: str, most: int) -> list[Found]:
    """Published quizzes whose title or slug holds the words, marks or not."""
    return find_published(R, "quiz", words, most)


def revisions(activity_id: int, most: int = 20) -> list[tuple[int, int, int | None]]:
    """(number, moment, account) of a quiz's published revisions, the newest first."""
    return published_when(R, activity_id, most)


def pool_of(pool: str) -> list[Candidate]:
    """Every question in use of a pool, its type in use too, as quizzes draw it."""
    return list(cards(pool, None, types_in_use()))


MOST_COUNTED = 20_000  # papers that are looked through, the newest
_COUNT = {
    "sqlite": """SELECT json_extract(e.value, '$[0]') AS version, count(*) AS given,
sum(json_extract(a.marks, '$[' || e.key || ']') = :whole) AS rights
FROM (SELECT paper, marks FROM quizzes_attempt WHERE state = 1 AND json_type(marks) = 'array'
ORDER BY id DESC LIMIT :most) a, json_each(a.paper) e
WHERE version IN :ids GROUP BY version""",
    "postgresql": """SELECT CAST(q.entry ->> 0 AS bigint) AS version, count(*) AS given,
count(*) FILTER (WHERE q.mark = to_jsonb(CAST(:whole AS integer))) AS rights
FROM (SELECT paper, marks FROM quizzes_attempt WHERE state = 1 AND jsonb_typeof(marks) = 'array'
ORDER BY id DESC LIMIT :most) a
CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements(a.paper), jsonb_array_elements(a.marks)) AS q(entry, mark)
WHERE CAST(q.entry ->> 0 AS bigint) IN :ids GROUP BY 1""",
}


def given_and_right(version_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """How often each version stood in the newest papers that were handed in, and how often it got the whole point."""
    if not version_ids:
        return {}
    asked = text(_COUNT[connection().dialect.name]).bindparams(bindparam("ids", expanding=True))
    rows = connection().execute(asked, {"ids": list(version_ids), "whole": WHOLE, "most": MOST_COUNTED})
    return {int(row.version): (int(row.given), int(row.rights or 0)) for row in rows}
