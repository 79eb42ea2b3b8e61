"""Reads of published content. Rows are frozen; what never changes is kept in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Engine, and_, bindparam, select

from courses.blocks.standard import BLOCK_TYPES, Around
from courses.models import Declaration, Revision
from lms.api.people import people_below
from lms.api.web import render_fragment, renderer_key
from lms.api.work import NotFound, connection

R, D = Revision.__table__, Declaration.__table__
_BODY = select(R.c.body).where(R.c.id == bindparam("id"))
_bodies: dict[tuple[Engine, int], Mapping[str, Any]] = {}
_drawn: dict[tuple[Any, ...], Markup] = {}
MOST_KEPT = 400


def body(revision_id: int) -> Mapping[str, Any]:
    """A published body. It never changes, so each is read once a process."""
    database = connection()
    key = (database.engine, revision_id)
    held = _bodies.get(key)
    if held is None:
        found = database.execute(_BODY, {"id": revision_id}).scalar()
        if found is None:
            raise NotFound
        if len(_bodies) >= MOST_KEPT:
            _bodies.clear()
        held = _bodies[key] = found
    return held


def blocks_html(content: Mapping[str, Any], return_to: str, cache_key: tuple[Any, ...] | None = None) -> Markup:
    """The blocks of a lesson as they are shown; kept under `cache_key` and the reader's language and address."""
    key = (*cache_key, return_to, *renderer_key()) if cache_key else None
    if key is not None and key in _drawn:
        return _drawn[key]
    pieces: list[str] = []
    pictures = 0
    for block in content["blocks"]:
        kind = BLOCK_TYPES.find(block["kind"])
        if kind is None:
            continue  # its plugin is not in use; the rest of the lesson still stands
        row = kind.row(block["data"], Around(content["files"], return_to, pictures == 0))
        if row is None:
            continue
        pictures += block["kind"] == "image"
        pieces.append(render_fragment(kind.template, block=row))
    html = Markup("\n".join(pieces))  # noqa: S704  templates escape
    if key is not None:
        if len(_drawn) >= MOST_KEPT:
            _drawn.clear()
        _drawn[key] = html
    return html


@dataclass(frozen=True)
class LessonRow:
    """The head of a lesson."""

    slug: str
    title: str
    promise: str
    minutes: int
    number: int
    total: int
    lang: str
    checked: date | None
    sources: tuple[str, ...]


@dataclass(frozen=True)
class DeclarationRow:
    """What a learner said about a task."""

    id: int
    choice: str
    note: str
    at: int
    confirmed_at: int | None


@dataclass(frozen=True)
class WaitingRow:
    """A declaration that nobody has confirmed yet."""

    id: int
    account_id: int
    activity_id: int
    choice: str
    note: str
    at: int


_WAITING = select(D.c.id, D.c.account_id, D.c.activity_id, D.c.choice, D.c.note, D.c.at).where(
    D.c.confirmed_at.is_(None)
)


def _to_confirm(units: Sequence[int], officer: int) -> ColumnElement[bool]:
    """Of people in these units or below them; nobody confirms their own."""
    return and_(D.c.account_id != officer, people_below(D.c.account_id, units))


def waiting_declarations(
    activity_ids: Sequence[int], units: Sequence[int], officer: int, most: int = 500
) -> list[WaitingRow]:
    """Declarations of these tasks by people of these units that nobody has confirmed yet, oldest first."""
    rows = connection().execute(
        _WAITING.where(D.c.activity_id.in_(activity_ids), _to_confirm(units, officer)).order_by(D.c.id).limit(most)
    )
    return [WaitingRow(*row) for row in rows]


def waiting_declaration(declaration_id: int, units: Sequence[int], officer: int) -> WaitingRow | None:
    """One of them."""
    found = _WAITING.where(D.c.id == declaration_id, _to_confirm(units, officer))
    row = connection().execute(found).first()
    return WaitingRow(*row) if row else None


def declaration(account_id: int, activity_id: int) -> DeclarationRow | None:
    """The learner's newest declaration for a task."""
    row = (
        connection()
        .execute(
            select(D.c.id, D.c.choice, D.c.note, D.c.at, D.c.confirmed_at)
            .where(D.c.account_id == account_id, D.c.activity_id == activity_id)
            .order_by(D.c.id.desc())
            .limit(1)
        )
        .first()
    )
    return DeclarationRow(*row) if row else None
