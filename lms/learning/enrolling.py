"""Joining a course, and publishing what a course asks for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct
from sqlalchemy import exists, func, insert, literal, select, update

from lms import clock
from lms.db.unit_of_work import connection
from lms.errors import Invalid, NotFound
from lms.identity.models import Account
from lms.learning import record
from lms.learning.models import MOST_ACTIVITIES, Enrollment, Evidence, Kind, Syllabus, SyllabusEntry
from lms.learning.rollup import is_complete
from lms.text import _


class Entry(Struct, frozen=True):
    """One activity of a syllabus about to be published; `content_id` pins the revision at the plugin that owns it.

    `counts_from`: the oldest revision whose completion counts here (`rollup.counts`); None: every one.
    """

    activity_id: int
    module: int
    module_title: str
    content_id: int
    weight: int = 1
    required: bool = True
    counts_from: int | None = None
    needs: int = 0  # the masks (1 << position) of the entries to be done before this one


def publish_syllabus(course_id: int, entries: Sequence[Entry]) -> int:
    """Stores the next revision of what a course asks for; returns its id. Those who began keep theirs."""
    if not entries:
        raise Invalid(_("A course needs at least one activity before it can be published."))
    if len(entries) > MOST_ACTIVITIES:
        raise Invalid(_("A course holds at most {most} activities. Split it into two courses.", most=MOST_ACTIVITIES))
    database = connection()
    s = Syllabus.__table__
    revision = database.execute(select(func.max(s.c.revision)).where(s.c.course_id == course_id)).scalar() or 0
    required = sum(1 << i for i, e in enumerate(entries) if e.required)
    syllabus_id: int = database.execute(
        insert(s)
        .values(course_id=course_id, revision=revision + 1, required=required, published_at=clock.seconds())
        .returning(s.c.id)
    ).scalar_one()
    database.execute(
        insert(SyllabusEntry.__table__),
        [
            {
                "syllabus_id": syllabus_id,
                "position": i,
                "activity_id": e.activity_id,
                "mask": 1 << i,
                "module": e.module,
                "module_title": e.module_title,
                "required": e.required,
                "weight": e.weight,
                "content_id": e.content_id,
                "counts_from": e.counts_from,
                "needs": e.needs,
            }
            for i, e in enumerate(entries)
        ],
    )
    return syllabus_id


def enroll(account_id: int, course_id: int) -> tuple[int, record.Moved | None]:
    """Puts a person into the newest revision of a course; what they did before counts. Harmless when repeated.

    Returns the enrollment's id, and the enrollment itself where earlier evidence already completes it.
    """
    database = connection()
    e, s = Enrollment.__table__, Syllabus.__table__
    held = database.execute(select(e.c.id).where(e.c.account_id == account_id, e.c.course_id == course_id)).scalar()
    if held is not None:
        return int(held), None
    newest = database.execute(
        select(s.c.id, s.c.required).where(s.c.course_id == course_id).order_by(s.c.revision.desc()).limit(1)
    ).first()
    if newest is None:
        raise NotFound
    at, done = clock.seconds(), record.done_before(account_id, newest.id)
    enrollment_id: int = database.execute(
        insert(e)
        .values(account_id=account_id, course_id=course_id, syllabus_id=newest.id, done=done, started_at=at, last_at=at)
        .returning(e.c.id)
    ).scalar_one()
    if is_complete(done, newest.required):
        return enrollment_id, record.Moved(enrollment_id, course_id, newest.id, done, newest.required, None)
    return enrollment_id, None


def move_on(account_id: int, course_id: int) -> record.Moved | None:
    """Puts a learner from an older revision of a course onto the newest; returns the enrollment, None if it is there.

    What was done and still counts stays done, and a course that is complete stays so. The ledger says on which revision
    it was completed; where it does not say so yet, that is added.
    """
    database = connection()
    e, s = Enrollment.__table__, Syllabus.__table__
    held = database.execute(
        select(e.c.id, e.c.syllabus_id, e.c.completed_at)
        .where(e.c.account_id == account_id, e.c.course_id == course_id)
        .with_for_update()
    ).first()
    if held is None:
        raise NotFound
    newest = database.execute(
        select(s.c.id, s.c.required).where(s.c.course_id == course_id).order_by(s.c.revision.desc()).limit(1)
    ).one()
    if newest.id == held.syllabus_id:
        return None
    at, done = clock.seconds(), record.done_before(account_id, newest.id)
    said = is_complete(done, newest.required) or record.once_complete(account_id, course_id, newest.id)
    if held.completed_at is not None and not said:
        record.append(account_id, course_id, record.Result(Kind.COMPLETED, content_id=held.syllabus_id), at)
    database.execute(update(e).where(e.c.id == held.id).values(syllabus_id=newest.id, done=done, last_at=at))
    return record.Moved(held.id, course_id, newest.id, done, newest.required, held.completed_at)


def enroll_newcomers(account_ids: Collection[int], course_id: int) -> None:
    """`enroll` for people who were made in this unit of work, so that nothing they did can count. One statement."""
    syllabus_id, at, a = _newest(course_id), clock.seconds(), Account.__table__
    rows = select(a.c.id, literal(course_id), literal(syllabus_id), literal(0), literal(at), literal(at))
    connection().execute(insert(Enrollment).from_select(_NEW, rows.where(a.c.id.in_(account_ids))))


def enroll_untaught(account_ids: Collection[int], course_id: int) -> dict[int, int]:
    """`enroll` for people of whom no evidence is kept: account → enrollment, where it is new."""
    syllabus_id, at, a, e = _newest(course_id), clock.seconds(), Account.__table__, Enrollment.__table__
    learns = exists().where(e.c.account_id == a.c.id, e.c.course_id == course_id)
    rows = select(a.c.id, literal(course_id), literal(syllabus_id), literal(0), literal(at), literal(at))
    made = connection().execute(
        insert(Enrollment)
        .from_select(_NEW, rows.where(a.c.id.in_(account_ids), ~learns))
        .returning(e.c.account_id, e.c.id)
    )
    return {row.account_id: row.id for row in made}


def taught(account_ids: Collection[int]) -> set[int]:
    """Those of these people of whom there is any evidence."""
    e = Evidence.__table__
    found = select(e.c.account_id).where(e.c.account_id.in_(account_ids)).distinct()
    return set(connection().execute(found).scalars())


_NEW = ("account_id", "course_id", "syllabus_id", "done", "started_at", "last_at")


def _newest(course_id: int) -> int:
    s = Syllabus.__table__
    newest = select(s.c.id).where(s.c.course_id == course_id).order_by(s.c.revision.desc()).limit(1)
    found = connection().execute(newest).scalar()
    if found is None:
        raise NotFound
    return int(found)
