"""Activities: the anchor that every plugin's content hangs on."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from sqlalchemy import delete, insert, select, update

from lms.db.unit_of_work import connection
from lms.learning.models import Activity, ActivitySkill

A, LINK = Activity.__table__, ActivitySkill.__table__


def anchor(kind: str, slug: str, title: str, minutes: int = 0) -> int:
    """The activity of this kind and slug, made where it is new and renamed where it is known; returns its id."""
    database = connection()
    held = database.execute(select(A.c.id, A.c.title, A.c.minutes).where(A.c.kind == kind, A.c.slug == slug)).first()
    if held is None:
        made = insert(A).values(uuid=uuid4(), kind=kind, slug=slug, title=title, minutes=minutes)
        return int(database.execute(made.returning(A.c.id)).scalar_one())
    if (held.title, held.minutes) != (title, minutes):
        database.execute(update(A).where(A.c.id == held.id).values(title=title, minutes=minutes))
    return int(held.id)


def set_skills(activity_id: int, skill_ids: Iterable[int]) -> None:
    """Says which skills an activity teaches, in place of what was said before."""
    wanted = set(skill_ids)
    database = connection()
    held = set(database.execute(select(LINK.c.skill_id).where(LINK.c.activity_id == activity_id)).scalars())
    if held - wanted:
        database.execute(delete(LINK).where(LINK.c.activity_id == activity_id, LINK.c.skill_id.in_(held - wanted)))
    if wanted - held:
        rows = [{"activity_id": activity_id, "skill_id": s} for s in sorted(wanted - held)]
        database.execute(insert(LINK), rows)
