"""Reads of placement tests."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct
from sqlalchemy import bindparam, select

from lms.api.data import Statement
from lms.api.work import connection
from plugins.measuring.models import Placing, PlacingAnswer

P, PA = Placing.__table__, PlacingAnswer.__table__


class PlacingRow(Struct, frozen=True):
    """A placement test as its page needs it. `asked`: (version, parts of a point) answered, in order."""

    id: int
    uuid: UUID
    account_id: int | None
    programme_id: int
    seed: int
    ended_at: int | None
    asked: tuple[tuple[int, int], ...]
    open: int | None  # the version that waits for its answer

    @property
    def number(self) -> int:
        """The number of the question that waits, from 1."""
        return len(self.asked) + 1


def row_of(uuid: UUID, hold: bool = False) -> PlacingRow | None:
    """A test by its name, whoever's it is; `hold`: until the unit of work ends nobody else may change it."""
    wanted = select(P.c.id, P.c.uuid, P.c.account_id, P.c.programme_id, P.c.seed, P.c.ended_at).where(P.c.uuid == uuid)
    row = connection().execute(wanted.with_for_update() if hold else wanted).first()
    if row is None:
        return None
    answers = (
        connection()
        .execute(
            select(PA.c.version_id, PA.c.parts, PA.c.answered_at)
            .where(PA.c.placing_id == row.id)
            .order_by(PA.c.position)
        )
        .all()
    )
    return PlacingRow(
        *row,
        tuple((a.version_id, a.parts or 0) for a in answers if a.answered_at is not None),
        next((a.version_id for a in answers if a.answered_at is None), None),
    )


def open_one(account_id: int, programme_id: int) -> UUID | None:
    """A person's test in a programme that has not ended."""
    found: UUID | None = (
        connection()
        .execute(
            select(P.c.uuid)
            .where(P.c.account_id == account_id, P.c.programme_id == programme_id, P.c.ended_at.is_(None))
            .order_by(P.c.id.desc())
            .limit(1)
        )
        .scalar()
    )
    return found


_LAST: Statement[tuple[UUID, int]] = Statement(
    select(P.c.uuid, P.c.level)
    .where(P.c.account_id == bindparam("who"), P.c.programme_id == bindparam("programme"), P.c.level.is_not(None))
    .order_by(P.c.id.desc())
    .limit(1),
    lambda uuid, level: (uuid, level),
)


def last_result(account_id: int, programme_id: int) -> tuple[UUID, int] | None:
    """(name, level) of the test of a programme that a person ended last."""
    return _LAST.first(who=account_id, programme=programme_id)
