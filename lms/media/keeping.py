"""How long the bytes as they came are kept once what was made of them has been read again and found whole."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, func, select, update

from lms.db.unit_of_work import connection, unit_of_work
from lms.media.models import READY, REFUSED, Media, MediaFile
from lms.media.taking import store

M, F = Media.__table__, MediaFile.__table__
DAYS, LEAST = 30, 1
AT_ONCE = 200  # files in one transaction


def _due(before: int) -> ColumnElement[bool]:
    return and_(M.c.original.is_(True), M.c.state.in_((READY, REFUSED)), M.c.done_at < before)


def old_originals(before: int) -> int:
    """How many uploads as they came are older than a moment."""
    return connection().execute(select(func.count()).where(_due(before))).scalar_one()


def forget_originals(before: int) -> None:
    """Removes them. Bytes that another upload still waits for, or that are themselves shown, stay."""
    other = M.alias()
    needed = exists().where(
        other.c.digest == M.c.digest, other.c.id != M.c.id,
        other.c.original.is_(True), other.c.state.not_in((READY, REFUSED)),
    )  # fmt: skip
    shown = exists().where(F.c.key == M.c.digest)
    while True:
        with unit_of_work() as database:
            rows = database.execute(
                select(M.c.id, M.c.digest, (needed | shown).label("stays")).where(_due(before)).limit(AT_ONCE)
            ).all()
            if rows:
                database.execute(update(M).where(M.c.id.in_([r.id for r in rows])).values(original=False))
        for row in rows:
            if not row.stays:
                store().remove(row.digest)
        if len(rows) < AT_ONCE:
            return
