"""Reminders: to those who asked for them, in their own hours, when a course was begun and then left."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, select, update

from lms import clock
from lms.db.unit_of_work import unit_of_work
from lms.identity.models import Account
from lms.inbox.models import NoteChoice
from lms.inbox.telling import notify
from lms.learning.models import Activity, Enrollment
from lms.text import _

DAY = 86_400
AFTER = 3 * DAY  # without learning
BUT_NOT_AFTER = 60 * DAY  # whoever has been away so long is not called after
BETWEEN = 7 * DAY  # at least, from one reminder to the next
AT_ONCE = 200  # people in one transaction
C, E, A = NoteChoice.__table__, Enrollment.__table__, Account.__table__


def remind_due() -> None:
    """Tells those whose hour it is. Repeating it does no harm: whoever was told is not due."""
    while _remind(AT_ONCE) == AT_ONCE:
        pass


def _remind(most: int) -> int:
    at, hour = clock.seconds(), clock.local(clock.now()).hour
    due = (
        select(C.c.account_id, func.max(E.c.course_id).label("course_id"))
        .join(A, and_(A.c.id == C.c.account_id, A.c.closed_at.is_(None)))
        .join(E, and_(E.c.account_id == C.c.account_id, E.c.completed_at.is_(None)))
        .where(
            C.c.remind,
            C.c.hour_from <= hour,
            C.c.hour_to > hour,
            or_(C.c.reminded_at.is_(None), C.c.reminded_at <= at - BETWEEN),
        )
        .group_by(C.c.account_id)
        .having(func.max(E.c.last_at) <= at - AFTER, func.max(E.c.last_at) > at - BUT_NOT_AFTER)
        .order_by(C.c.account_id)
        .limit(most)
    )
    with unit_of_work() as database:
        rows = database.execute(due).all()
        titles = dict(
            database.execute(
                select(Activity.id, Activity.title).where(Activity.id.in_({row.course_id for row in rows}))
            ).all()
        )
        for row in rows:
            notify(
                row.account_id,
                "reminder",
                _("Your course is waiting"),
                _("“{course}” is begun. One short lesson takes a few minutes.", course=titles[row.course_id]),
                "/cua-toi",
            )
        if rows:
            database.execute(
                update(C).where(C.c.account_id.in_([row.account_id for row in rows])).values(reminded_at=at)
            )
    return len(rows)
