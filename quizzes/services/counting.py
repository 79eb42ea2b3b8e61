"""Figures for `lms stats`."""

from __future__ import annotations

from sqlalchemy import distinct, func, or_, select

from lms.api.competency import ProgrammeRow, area_codes
from lms.api.work import connection
from quizzes.models import Item, ItemTag

I, T = Item.__table__, ItemTag.__table__


def items(programme: ProgrammeRow | None) -> int:
    """How many items in use test the skills of a programme's framework and group."""
    if programme is None:
        return int(
            connection().execute(select(func.count()).select_from(I).where(I.c.retired_at.is_(None))).scalar_one()
        )
    under = or_(*(T.c.code.like(f"{code}.%") for code in area_codes(programme.framework_id, programme.target_group)))
    return int(
        connection()
        .execute(
            select(func.count(distinct(T.c.item_id)))
            .join(I, I.c.id == T.c.item_id)
            .where(under, I.c.retired_at.is_(None))
        )
        .scalar_one()
    )
