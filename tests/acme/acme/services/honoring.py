"""Whoever completes a course is named on the loudspeaker."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import delete, func, insert, select

from acme.models import Honor
from lms.api.learning import Activity, CourseCompleted
from lms.api.transparency import Claim, body_of, enter
from lms.api.work import connection, unit_of_work

H = Honor.__table__
activities = Activity.__table__


def when_course_completed(event: CourseCompleted) -> None:
    """Notes the name, once: an event may come twice."""
    database = connection()
    held = select(H.c.id).where(H.c.account_id == event.account_id, H.c.course_id == event.course_id)
    if database.execute(held).first() is None:
        made = insert(H).values(account_id=event.account_id, course_id=event.course_id, at=event.at).returning(H.c.id)
        honor = database.execute(made).scalar_one()
        enter("acme-honor", f"honor:{honor}", at=event.at)


def claims() -> Iterator[Claim]:
    """What the log must say of each name that was read out: when, and not whose."""
    for row in connection().execute(select(H.c.id, H.c.at)):
        yield Claim(f"honor:{row.id}", (body_of("acme-honor", at=row.at),))


def known(subjects: Collection[str]) -> Collection[str]:
    """Which of these are still there."""
    return {f"honor:{i}" for i in connection().execute(select(H.c.id)).scalars()} & set(subjects)


def how_old(before: int) -> int:
    """How many names were read out before a moment."""
    return connection().execute(select(func.count()).where(H.c.at < before)).scalar_one()


def forget(before: int) -> None:
    """Forgets those names, in a transaction of its own."""
    with unit_of_work():
        connection().execute(delete(H).where(H.c.at < before))


def forget_orphans() -> None:
    """Of names that were read out for a course that is no more; periodic work opens its own transaction."""
    with unit_of_work():
        connection().execute(delete(H).where(H.c.course_id.not_in(select(activities.c.id))))
