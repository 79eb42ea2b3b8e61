"""Reads of many questions as their authors look for them: by state, pool, skill, level, what they ask of the learner.

A question may be in two states at once: in use, and drafted anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select

from lms.api.people import fold
from lms.api.reviewing import StandsAt, stand_at
from lms.api.work import connection
from quizzes import drafts
from quizzes.drafts import ItemRow
from quizzes.drawing import lies_under
from quizzes.handed import KIND, key_of
from quizzes.models import Bank, Item, ItemDraft, ItemVersion
from quizzes.stems import words_of

B, IT, V, D = Bank.__table__, Item.__table__, ItemVersion.__table__, ItemDraft.__table__
A_PAGE = 50
DRAFT, WAITS, USED, RETIRED = STATES = ("nhap", "cho", "dung", "thoi")


class Wanted(Struct, frozen=True):
    """What is looked for; what is empty is not asked."""

    state: str = ""
    pool: str = ""
    skill: str = ""
    level: int = 0
    thinking: str = ""
    words: str = ""
    page: int = 1


class Listed(Struct, frozen=True):
    """A question in a list, with where its draft stands: None where it was never handed in."""

    row: ItemRow
    standing: StandsAt | None

    @property
    def states(self) -> tuple[str, ...]:
        """Its states, one or two."""
        return _states(self.row.version_id, self.row.retired_at, self.row.draft is not None, self.standing)


class Found(Struct, frozen=True):
    """A page of a list: its questions, which page of how many it is, how many there are in each state."""

    rows: list[Listed]
    page: int
    pages: int
    counts: Mapping[str, int]
    total: int


def _states(
    version_id: int | None, retired_at: int | None, is_drafted: bool, standing: StandsAt | None
) -> tuple[str, ...]:
    found = []
    if is_drafted:
        found.append(WAITS if standing is not None and standing.is_open else DRAFT)
    if retired_at is not None:
        found.append(RETIRED)
    elif version_id is not None:
        found.append(USED)
    return tuple(found)


def found_in(bank_id: int, wanted: Wanted) -> Found:
    """A bank's questions, the newest first, those out of use last. The counts heed all that is asked but the state."""
    standing = _standings(bank_id)
    stem = [V.c.body["stem"].as_string(), D.c.body["stem"].as_string()] if wanted.words else []
    columns = [
        IT.c.id, IT.c.slug, IT.c.current_id, IT.c.retired_at, D.c.item_id.label("drafted"), D.c.handed, V.c.level,
        V.c.thinking, D.c.body["level"].as_integer().label("new_level"),
        D.c.body["thinking"].as_string().label("new_thinking"), *stem,
    ]  # fmt: skip
    asked = select(*columns).outerjoin(V, V.c.id == IT.c.current_id).outerjoin(D, D.c.item_id == IT.c.id)
    asked = asked.where(IT.c.bank_id == bank_id).order_by(IT.c.retired_at.is_not(None), IT.c.id.desc())
    if wanted.pool:
        asked = asked.where(IT.c.pool == wanted.pool)
    codes = _codes(bank_id) if wanted.skill else {}
    counts, ids = Counter[str](), []
    total = 0
    for row in connection().execute(asked):
        is_drafted = row.drafted is not None
        if wanted.level and wanted.level != (row.new_level if is_drafted else row.level):
            continue
        if wanted.thinking and wanted.thinking != (row.new_thinking if is_drafted else row.thinking):
            continue
        if wanted.skill and not any(lies_under(code, wanted.skill) for code in codes.get(row.id, ())):
            continue
        if wanted.words and not _says(wanted.words, row.slug, *row[-2:]):
            continue
        states = _states(row.current_id, row.retired_at, is_drafted, standing.get(row.handed))
        counts.update(states)
        total += 1
        if not wanted.state or wanted.state in states:
            ids.append(row.id)
    pages = max(1, -(-len(ids) // A_PAGE))
    page = min(max(1, wanted.page), pages)
    here = ids[(page - 1) * A_PAGE : page * A_PAGE]
    rows = {row.id: row for row in drafts.items_by_id(here)}
    listed = [
        Listed(rows[i], standing.get(rows[i].draft.handed) if rows[i].draft is not None else None)  # type: ignore[union-attr]
        for i in here
    ]
    return Found(listed, page, pages, counts, total)


def _says(words: str, slug: str, *stems: str | None) -> bool:
    sought = fold(words)
    return sought in fold(slug) or any(stem is not None and sought in fold(words_of(stem)) for stem in stems)


def _codes(bank_id: int) -> dict[int, list[str]]:
    """The skills of a bank's questions, of the version in use and of the draft."""
    found: dict[int, list[str]] = {}
    for table, join in ((V, V.c.id == IT.c.current_id), (D, D.c.item_id == IT.c.id)):
        rows = connection().execute(
            select(IT.c.id, table.c.body["skills"]).join(table, join).where(IT.c.bank_id == bank_id)
        )
        for item_id, codes in rows:
            found.setdefault(item_id, []).extend(codes or ())
    return found


def _standings(bank_id: int) -> dict[int | None, StandsAt]:
    """Where each handing in of a bank that drafts name stands."""
    handed = list(
        connection()
        .execute(select(D.c.handed).where(D.c.bank_id == bank_id, D.c.handed.is_not(None)).distinct())
        .scalars()
    )
    found = stand_at(KIND, [key_of(bank_id, number) for number in handed])
    return {number: found[key_of(bank_id, number)] for number in handed if key_of(bank_id, number) in found}


def standing_of_draft(row: ItemRow) -> tuple[StandsAt | None, int]:
    """Where a question's draft stands, and how many questions were handed in together with it."""
    if row.draft is None or row.draft.handed is None:
        return None, 0
    key = key_of(row.bank_id, row.draft.handed)
    together = select(func.count()).where(D.c.bank_id == row.bank_id, D.c.handed == row.draft.handed)
    return stand_at(KIND, [key]).get(key), int(connection().execute(together).scalar_one())


# --- what is to be handed in ------------------------------------------------------------------------------------------


class Ready(Struct, frozen=True):
    """A draft that does not wait: its question, whether it is whole, what it asks."""

    id: int
    slug: str
    pool: str
    type: str
    is_whole: bool
    stem: str
    import_id: int | None
    changed_by: int

    @property
    def words(self) -> str:
        """The question in plain words, on one line."""
        return words_of(self.stem)


def to_hand_in(bank_id: int, pool: str, import_id: int | None = None) -> list[Ready]:
    """The drafts of a bank that do not wait for a review, the oldest first; of one file where it is named."""
    waiting = {number for number, at in _standings(bank_id).items() if at.is_open}
    asked = (
        select(
            D.c.item_id, IT.c.slug, D.c.pool, D.c.type, D.c.problems, D.c.body["stem"].as_string(), D.c.import_id,
            D.c.changed_by, D.c.handed,
        )
        .join(IT, IT.c.id == D.c.item_id)
        .where(D.c.bank_id == bank_id, D.c.pool == pool)
        .order_by(D.c.item_id)
    )  # fmt: skip
    if import_id is not None:
        asked = asked.where(D.c.import_id == import_id)
    return [
        Ready(row[0], row[1], row[2], row[3], not row[4], row[5] or "", row[6], row[7])
        for row in connection().execute(asked)
        if row.handed not in waiting
    ]


# --- what was handed in, over all banks -------------------------------------------------------------------------------


class HandedIn(Struct, frozen=True):
    """Drafts that were handed in together and are not in use yet: how many, of which bank, where they stand."""

    bank_slug: str
    bank_title: str
    org_id: int
    questions: int
    slug: str  # of one of them
    at: StandsAt


def handed_in(banks: Collection[int]) -> list[HandedIn]:
    """What stands in the review chain of these banks, or came back from it; what came back first, then the newest."""
    rows: list[Any] = list(
        connection().execute(
            select(
                D.c.bank_id, D.c.handed, B.c.slug, B.c.title, B.c.org_id, func.count().label("n"),
                func.min(IT.c.slug).label("one"),
            )
            .join(B, B.c.id == D.c.bank_id)
            .join(IT, IT.c.id == D.c.item_id)
            .where(D.c.handed.is_not(None), D.c.bank_id.in_(banks))
            .group_by(D.c.bank_id, D.c.handed, B.c.slug, B.c.title, B.c.org_id)
        )
    )  # fmt: skip
    standing = stand_at(KIND, [key_of(row.bank_id, row.handed) for row in rows])
    found = [
        HandedIn(row.slug, row.title, row.org_id, row.n, row.one, standing[key_of(row.bank_id, row.handed)])
        for row in rows
        if key_of(row.bank_id, row.handed) in standing
    ]
    return sorted(found, key=lambda one: (one.at.state != "returned", -one.at.id))


def loose_drafts(banks: Collection[int], account_id: int, most: int = 50) -> list[ItemRow]:
    """Drafts of these banks that somebody changed last, the newest change first."""
    wanted = (
        select(D.c.item_id)
        .where(D.c.bank_id.in_(banks), D.c.changed_by == account_id)
        .order_by(D.c.changed_at.desc(), D.c.item_id.desc())
        .limit(most)
    )
    ids = list(connection().execute(wanted).scalars())
    rows = {row.id: row for row in drafts.items_by_id(ids)}
    return [rows[i] for i in ids]
