"""What may be decided about a programme after it was made."""

from __future__ import annotations

from sqlalchemy import select, update

from lms import audit
from lms.competency.models import Programme
from lms.db.unit_of_work import connection
from lms.errors import Invalid, NotFound

P = Programme.__table__
PREREQUISITES = ("advice", "lock")


def set_prerequisites(programme_id: int, rule: str, by_id: int) -> None:
    """Whether what an activity needs first is advice in this programme's courses, or locks it. Inside a unit of work.

    A course that several programmes ask for is locked where one of them locks.
    """
    if rule not in PREREQUISITES:
        raise Invalid
    held = connection().execute(select(P.c.slug, P.c.prerequisites).where(P.c.id == programme_id)).first()
    if held is None:
        raise NotFound
    if held.prerequisites != rule:
        connection().execute(update(P).where(P.c.id == programme_id).values(prerequisites=rule))
        audit.record(by_id, "programme.prerequisites", f"programme:{held.slug}", rule=rule)
