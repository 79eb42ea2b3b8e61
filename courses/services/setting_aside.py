"""Drafts that could not be saved, because somebody else saved first: kept until their author decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, insert, select

from courses.models import SetAside
from lms.api.work import NotFound, clock, connection

S = SetAside.__table__


class SetAsideRow(Struct, frozen=True):
    """One of them: the save that it was written over, what its author saw then, and when it was set aside."""

    id: int
    base: int
    body: Mapping[str, Any]
    seen: Mapping[str, str]
    at: int


def keep(activity_id: int, by_id: int, base: int, body: Mapping[str, Any], seen: Mapping[str, str]) -> int:
    """Sets a body aside; the same one sent again is kept once. Returns its number."""
    for row in of(activity_id, by_id):
        if row.base == base and row.body == body:
            return row.id
    made = connection().execute(
        insert(S)
        .values(
            activity_id=activity_id,
            account_id=by_id,
            base=base,
            body=dict(body),
            seen=dict(seen),
            at=clock.seconds(),
        )
        .returning(S.c.id)
    )
    return int(made.scalar_one())


def of(activity_id: int, by_id: int) -> list[SetAsideRow]:
    """What a person has set aside of a lesson, the newest first."""
    rows = connection().execute(
        select(S.c.id, S.c.base, S.c.body, S.c.seen, S.c.at)
        .where(S.c.activity_id == activity_id, S.c.account_id == by_id)
        .order_by(S.c.id.desc())
    )
    return [SetAsideRow(*row) for row in rows]


def one(activity_id: int, by_id: int, number: int) -> SetAsideRow:
    """One of a person's own; NotFound where it is not there, or another's."""
    for row in of(activity_id, by_id):
        if row.id == number:
            return row
    raise NotFound


def discard(activity_id: int, by_id: int, number: int) -> None:
    """Forgets one of a person's own; harmless where it is gone."""
    connection().execute(delete(S).where(S.c.id == number, S.c.activity_id == activity_id, S.c.account_id == by_id))
