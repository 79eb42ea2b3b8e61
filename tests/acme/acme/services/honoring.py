"""Whoever completes a course is named on the loudspeaker."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from acme.models import Honor
from lms.api.learning import CourseCompleted
from lms.api.work import clock, connection, unit_of_work

H = Honor.__table__
KEPT = 365 * 86_400  # seconds


def when_course_completed(event: CourseCompleted) -> None:
    """Notes the name, once: an event may come twice."""
    database = connection()
    held = select(H.c.id).where(H.c.account_id == event.account_id, H.c.course_id == event.course_id)
    if database.execute(held).first() is None:
        database.execute(insert(H).values(account_id=event.account_id, course_id=event.course_id, at=event.at))


def forget_old() -> None:
    """Names are kept for a year; periodic work opens its own transaction."""
    with unit_of_work():
        connection().execute(delete(H).where(H.c.at < clock.seconds() - KEPT))
