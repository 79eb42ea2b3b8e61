"""Reads of what learners keep of lessons, and of what they did not understand."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, TextClause, bindparam, func, select, text

from courses.models import Document, Note, ReadTo, Unclear
from lms.api.data import Statement
from lms.api.learning import Activity
from lms.api.work import connection

A, D, N, T, U = (t.__table__ for t in (Activity, Document, Note, ReadTo, Unclear))
MOST_SAYINGS = 8  # what learners wrote of one block, the newest first
# How far this reader is in a lesson: to stand beside the course that they are in, at no statement's cost.
READ_TO = (
    select(T.c.block)
    .join(A, A.c.id == T.c.activity_id)
    .where(A.c.kind == "lesson", A.c.slug == bindparam("lesson"), T.c.account_id == bindparam("who"))
    .scalar_subquery()
)
_POSITION: Statement[tuple[int, int]] = Statement(
    select(T.c.content_id, T.c.position).where(
        T.c.account_id == bindparam("who"), T.c.activity_id == bindparam("activity")
    ),
    lambda content_id, position: (content_id, position),
)


def _left_at(among: str) -> TextClause:
    return text(
        "SELECT activity_id, block, at FROM courses_read_to"  # noqa: S608  our own words
        f" WHERE account_id = :who AND activity_id IN (SELECT CAST(value AS BIGINT) FROM {among})"
        " ORDER BY at DESC LIMIT 1"
    )


_LEFT_AT: Statement[tuple[int, str, int]] = Statement(
    {
        "sqlite": _left_at("json_each(:among)"),
        "postgresql": _left_at("jsonb_array_elements_text(CAST(:among AS jsonb)) AS each(value)"),
    },
    lambda activity_id, block, at: (activity_id, block, at),
)
_MARKED: Statement[Any] = Statement(select(func.count()).where(N.c.account_id == bindparam("who")))


def read_to(account_id: int, activity_id: int) -> tuple[int, int] | None:
    """(revision, place of the block) as far as somebody has read a lesson."""
    return _POSITION.first(who=account_id, activity=activity_id)


def left_at(account_id: int, activity_ids: Collection[int]) -> tuple[int, str, int] | None:
    """The lesson of these that somebody read last and where in it: (activity, block, when)."""
    return _LEFT_AT.first(who=account_id, among=json.dumps(sorted(activity_ids)))


class NoteRow(Struct, frozen=True):
    """A mark of one's own: a bookmark where there are no words."""

    block: str
    passage: str
    words: str
    at: int


def notes_in(account_id: int, activity_id: int) -> dict[str, NoteRow]:
    """One's marks in a lesson, by block."""
    rows = connection().execute(
        select(N.c.block, N.c.passage, N.c.words, N.c.at).where(
            N.c.account_id == account_id, N.c.activity_id == activity_id
        )
    )
    return {row.block: NoteRow(*row) for row in rows}


class OwnNote(Struct, frozen=True):
    """A mark of one's own with the lesson that it stands in."""

    activity_id: int
    slug: str
    title: str
    block: str
    passage: str
    words: str
    at: int


def notes_of(account_id: int, most: int = 200) -> list[OwnNote]:
    """All one's marks, the newest first."""
    rows = connection().execute(
        select(A.c.id, A.c.slug, A.c.title, N.c.block, N.c.passage, N.c.words, N.c.at)
        .join(A, A.c.id == N.c.activity_id)
        .where(N.c.account_id == account_id)
        .order_by(N.c.at.desc(), N.c.id.desc())
        .limit(most)
    )
    return [OwnNote(*row) for row in rows]


def how_many_notes(account_id: int) -> int:
    """How many places somebody has marked."""
    return int(_MARKED.scalar(who=account_id))


def unclear_in(account_id: int, activity_id: int) -> dict[str, str]:
    """The blocks that one has said not to understand and that are still the same: block → one's words."""
    rows = connection().execute(
        select(U.c.block, U.c.words).where(
            U.c.account_id == account_id, U.c.activity_id == activity_id, U.c.closed_at.is_(None)
        )
    )
    return {row.block: row.words for row in rows}


class UnclearRow(Struct, frozen=True):
    """A block that people did not understand: how many, and what they wrote. Nobody's name."""

    activity_id: int
    slug: str
    title: str
    block: str
    passage: str
    people: int
    newest: int
    words: tuple[str, ...] = ()


def unclear_blocks(org_ids: Sequence[int], activity_id: int | None = None, most: int = 100) -> list[UnclearRow]:
    """The blocks of these units' lessons, or of one lesson, that most people did not understand, first the most."""
    open_ones: list[ColumnElement[bool]] = [U.c.closed_at.is_(None), D.c.org_id.in_(org_ids)]
    if activity_id is not None:
        open_ones.append(U.c.activity_id == activity_id)
    people = func.count(U.c.id)
    rows = (
        connection()
        .execute(
            select(A.c.id, A.c.slug, A.c.title, U.c.block, func.max(U.c.passage), people, func.max(U.c.at))
            .join(A, A.c.id == U.c.activity_id)
            .join(D, D.c.activity_id == U.c.activity_id)
            .where(*open_ones)
            .group_by(A.c.id, A.c.slug, A.c.title, U.c.block, U.c.print)
            .order_by(people.desc(), func.max(U.c.at).desc())
            .limit(most)
        )
        .all()
    )
    said: dict[tuple[int, str], list[str]] = {}
    if rows:
        told = connection().execute(
            select(U.c.activity_id, U.c.block, U.c.words)
            .where(U.c.activity_id.in_({row[0] for row in rows}), U.c.closed_at.is_(None), U.c.words != "")
            .order_by(U.c.at.desc())
            .limit(2000)
        )
        for activity, block, words in told:
            held = said.setdefault((activity, block), [])
            if len(held) < MOST_SAYINGS:
                held.append(words)
    return [
        UnclearRow(
            row[0], row[1], row[2], row[3], row[4], row[5], row[6], tuple(said.get((int(row[0]), str(row[3])), ()))
        )
        for row in rows
    ]
