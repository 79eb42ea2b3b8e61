"""The spine. What a learner does comes in here and moves up one tree, by plain calls, in one transaction:

evidence → lesson → module → course → programme → counted → told.
"""

from __future__ import annotations

from sqlalchemy import select

from lms import clock
from lms.competency import attaining
from lms.db.unit_of_work import connection
from lms.identity.accounts import hold
from lms.indicators import counting
from lms.learning import enrolling, record
from lms.learning.events import ActivityCompleted, CourseCompleted
from lms.learning.models import Enrollment, Kind
from lms.learning.queries import memberships_of
from lms.learning.record import Result
from lms.learning.rollup import is_complete
from lms.orgs import units
from lms.outbox.telling import tell


def record_result(account_id: int, activity_id: int, result: Result, token: bytes | None = None) -> bool:
    """The one door. Takes in what somebody did and moves everything above it. Inside a unit of work.

    `token` names this write by the phone that sent it: the same token again changes nothing and returns False.
    So does completing a lesson that is complete. A scored result is always kept: every try is evidence.
    A withdrawal takes back what was said of the activity before it, and what followed from that in its courses; what
    was attained stays attained.
    """
    if token is not None and not record.first_time(token):
        return False
    at = clock.seconds()
    moved = record.set_done(account_id, activity_id, at) if result.completes else []
    if not moved and result.kind is Kind.COMPLETED and record.completed_before(account_id, activity_id):
        return False
    if result.kind is Kind.WITHDRAWN:
        _move_down(account_id, activity_id, result.by_id, at)
    record.append(account_id, activity_id, result, at)
    if moved or result.completes:
        tell(ActivityCompleted(account_id, activity_id, at))
    _move_up(account_id, moved, at)
    if not moved and result.kind in (Kind.OBSERVED, Kind.SCORED, Kind.RECOGNISED, Kind.WAIVED) and result.completes:
        _attain(account_id, _complete_courses(account_id), at)
    return True


def enroll(account_id: int, course_id: int) -> int:
    """Joins a course; evidence from before counts at once. Inside a unit of work. Returns the enrollment's id."""
    hold(account_id)
    first = not _has_enrollments(account_id)
    enrollment_id, complete = enrolling.enroll(account_id, course_id)
    at = clock.seconds()
    if first:
        for membership_id in memberships_of(account_id, at):
            counting.count(counting.ENROLLED, membership_id)
    if complete is not None:
        _move_up(account_id, [complete], at)
    return enrollment_id


def reconsider(account_id: int) -> list[int]:
    """Judges again every programme whose courses a person has completed: after a rule set changed, for example."""
    return _attain(account_id, _complete_courses(account_id), clock.seconds())


def _move_up(account_id: int, moved: list[record.Moved], at: int) -> None:
    finished = [m for m in moved if m.completed_at is None and is_complete(m.done, m.required)]
    for enrollment in finished:
        record.complete_course(enrollment, account_id, at)
        tell(CourseCompleted(account_id, enrollment.course_id, at))
    again = [m.course_id for m in moved if m.completed_at is not None]
    _attain(account_id, [m.course_id for m in finished] + again, at)


def _move_down(account_id: int, activity_id: int, by_id: int | None, at: int) -> None:
    hold(account_id)
    for enrollment in record.clear_done(account_id, activity_id):
        if enrollment.completed_at is not None and not is_complete(enrollment.done, enrollment.required):
            record.reopen_course(enrollment, account_id, by_id, at)


def _attain(account_id: int, course_ids: list[int], at: int) -> list[int]:
    if not course_ids:
        return []
    hold(account_id)
    made = attaining.consider(account_id, course_ids, at)
    for attainment in made:
        if attainment.recognition == "attainment":
            counting.count(counting.ATTAINED, attainment.membership_id)
    return [attainment.id for attainment in made]


def _complete_courses(account_id: int) -> list[int]:
    e = Enrollment.__table__
    rows = connection().execute(
        select(e.c.course_id).where(e.c.account_id == account_id, e.c.completed_at.is_not(None))
    )
    return list(rows.scalars())


def _has_enrollments(account_id: int) -> bool:
    e = Enrollment.__table__
    return connection().execute(select(e.c.id).where(e.c.account_id == account_id).limit(1)).first() is not None


def join_unit(account_id: int, org_id: int, target_group: str) -> int:
    """Makes a person a member of a unit; a learner is counted there from now on. Returns the membership's id."""
    at = clock.seconds()
    membership_id, new = units.join(account_id, org_id, target_group, at)
    if new and _has_enrollments(account_id):
        counting.count(counting.ENROLLED, membership_id)
    return membership_id
