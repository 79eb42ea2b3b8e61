"""The spine. What a learner does comes in here and moves up one tree, by plain calls, in one transaction:

evidence → lesson → module → course → programme → counted → told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Column, delete, exists, select

from lms import clock
from lms.competency import attaining
from lms.db.unit_of_work import connection
from lms.identity.accounts import hold, hold_all
from lms.identity.making import mentioned
from lms.indicators import counting
from lms.learning import enrolling, queries, record
from lms.learning.events import ActivityCompleted, CourseCompleted
from lms.learning.models import Enrollment, Evidence, Kind
from lms.learning.queries import memberships_of
from lms.learning.record import Result
from lms.learning.rollup import is_complete
from lms.orgs import units
from lms.orgs.models import Membership
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
    content_id = result.content_id
    moved = record.set_done(account_id, activity_id, content_id, at) if result.completes else []
    if not moved and result.kind is Kind.COMPLETED and record.completed_before(account_id, activity_id, content_id):
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


class Rescored(Struct, frozen=True):
    """The score of a paper that was marked anew. `newly`: passes, and did not before; `done_at`: when it was done."""

    account_id: int
    activity_id: int
    result: Result
    newly: bool
    done_at: int


def record_again(rescored: Sequence[Rescored]) -> list[int | None]:
    """Takes in the scores of many papers that were marked anew; the ids of the evidence, in that order.

    Nothing that was said before is taken back: what was done stays done, and what was attained stays attained. Whoever
    passes only now moves up as by `record_result`. Where the activity was withdrawn from somebody since they did it,
    nothing is said (None): marking anew does not bring back what was taken for another reason. Statements grow with
    those who pass only now, and not with the papers.
    """
    if not rescored:
        return []
    at = clock.seconds()
    taken = record.withdrawn_since({r.account_id for r in rescored}, {r.activity_id for r in rescored})
    said = [r for r in rescored if taken.get((r.account_id, r.activity_id), -1) < r.done_at]
    ids = dict(
        zip(map(id, said), record.append_many([(r.account_id, r.activity_id, r.result) for r in said], at), strict=True)
    )
    for one in sorted((r for r in said if r.newly), key=lambda r: r.account_id):
        hold(one.account_id)
        moved = record.set_done(one.account_id, one.activity_id, one.result.content_id, at)
        tell(ActivityCompleted(one.account_id, one.activity_id, at))
        _move_up(one.account_id, moved, at)
        if not moved:
            _attain(one.account_id, _complete_courses(one.account_id), at)
    return [ids.get(id(r)) for r in rescored]


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


def move_on(account_id: int, course_id: int) -> bool:
    """Takes a learner to the newest revision of a course they began; False where they are on it. In a unit of work.

    What they did counts there where its meaning is the same (`rollup.counts`); a completed course stays completed.
    NotFound where they have not begun it.
    """
    hold(account_id)
    moved = enrolling.move_on(account_id, course_id)
    if moved is None:
        return False
    if moved.completed_at is None:
        _move_up(account_id, [moved], clock.seconds())
    return True


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
    record.clear_done(account_id, activity_id)
    for enrollment in record.completed_enrollments(account_id):
        if is_complete(enrollment.done, enrollment.required):
            continue
        if not record.once_complete(account_id, enrollment.course_id, enrollment.syllabus_id, without=activity_id):
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


def join_unit(account_id: int, org_id: int, target_group: str, at: int | None = None) -> int:
    """Makes a person a member of a unit, from now or an earlier moment on; a learner is counted there from now on.

    Returns the membership's id. Conflict where the unit has ended.
    """
    membership_id, new = units.join(account_id, org_id, target_group, clock.seconds() if at is None else at)
    if new and _has_enrollments(account_id):
        counting.count(counting.ENROLLED, membership_id)
    return membership_id


def leave_unit(account_id: int, membership_id: int, at: int | None = None) -> None:
    """Ends a membership, now or at an earlier moment; what was attained in it stays counted where it was.

    Raises Invalid for a moment that lies outside it, Conflict where it has ended already.
    """
    units.leave(membership_id, clock.seconds() if at is None else at)
    if _has_enrollments(account_id):
        counting.count(counting.ENROLLED, membership_id, -1)


def change_unit(account_id: int, membership_id: int, org_id: int, target_group: str, at: int | None = None) -> int:
    """Transfers a person: one membership ends and another begins at the same moment. Returns the new one's id."""
    moment = clock.seconds() if at is None else at
    leave_unit(account_id, membership_id, moment)
    return join_unit(account_id, org_id, target_group, moment)


class Joining(Struct, frozen=True):
    """Somebody who is to belong to a unit in a target group, and to learn these courses."""

    account_id: int
    org_id: int
    target_group: str
    course_ids: tuple[int, ...] = ()


class Joined(Struct, frozen=True):
    """What was made for somebody: the membership and the enrollments that were not there before."""

    membership_id: int | None
    enrollment_ids: tuple[int, ...]


def join_newcomers(people: Sequence[Joining]) -> None:
    """`join_unit` and `enroll` for people who were made in this unit of work; statements grow with the units alone."""
    units.join_newcomers([(p.account_id, p.org_id, p.target_group) for p in people], clock.seconds())
    for course_id, account_ids in _by_course(people).items():
        enrolling.enroll_newcomers(account_ids, course_id)
    learners = Counter((counting.ENROLLED, p.org_id, p.target_group) for p in people if p.course_ids)
    for key, how_many in sorted(learners.items()):
        counting.count_at(key, how_many)


def join_many(people: Sequence[Joining]) -> list[Joined]:
    """`join_unit` and `enroll` for people who are here already, in the order given.

    Statements grow with the courses and with those who have learnt something before: what they did counts, so each of
    them goes through `enroll`'s own way.
    """
    ids = {p.account_id for p in people}
    hold_all(ids)
    before = counting.facts(ids)
    memberships = units.join_many([(p.account_id, p.org_id, p.target_group) for p in people], clock.seconds())
    made: dict[int, list[int]] = {}
    learnt, at = enrolling.taught(ids), clock.seconds()
    for course_id, account_ids in _by_course(people).items():
        for account_id, enrollment_id in enrolling.enroll_untaught(account_ids - learnt, course_id).items():
            made.setdefault(account_id, []).append(enrollment_id)
        for account_id in sorted(account_ids & learnt):
            if queries.enrollment(account_id, course_id) is None:
                enrollment_id, complete = enrolling.enroll(account_id, course_id)
                made.setdefault(account_id, []).append(enrollment_id)
                _move_up(account_id, [complete] if complete else [], at)
    _recount_enrolled(before, counting.facts(ids))
    return [Joined(m, tuple(made.pop(p.account_id, ()))) for p, m in zip(people, memberships, strict=True)]


def _by_course(people: Sequence[Joining]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for person in people:
        for course_id in person.course_ids:
            found.setdefault(course_id, set()).add(person.account_id)
    return found


def unjoin_many(membership_ids: Collection[int], enrollment_ids: Collection[int], account_ids: Collection[int]) -> None:
    """Takes back what `join_many` or `join_newcomers` made for these people, as if it had never been.

    For what was entered by mistake, and only where nothing was learnt in it: evidence that names a membership keeps it.
    """
    m, e, v = Membership.__table__, Enrollment.__table__, Evidence.__table__
    hold_all(account_ids)
    before = counting.facts(account_ids)
    database = connection()
    database.execute(delete(e).where(e.c.id.in_(enrollment_ids), e.c.done == 0, e.c.completed_at.is_(None)))
    database.execute(delete(m).where(m.c.id.in_(membership_ids), ~exists().where(v.c.membership_id == m.c.id)))
    _recount_enrolled(before, counting.facts(account_ids))


def unmake_newcomers(account_ids: Collection[int], besides: Collection[Column[Any]]) -> set[int]:
    """Takes memberships and enrollments from people who were entered by mistake; returns those who keep theirs.

    Whoever has signed in, learnt, or is spoken of in any other table but the columns `besides` stays as they are. The
    accounts of the others are then the caller's to remove (`unmake_people`), with what those columns say.
    """
    m, e = Membership.__table__, Enrollment.__table__
    hold_all(account_ids)
    stay = mentioned(account_ids, [*besides, m.c.account_id, e.c.account_id])
    go = set(account_ids) - stay
    before = counting.facts(go)
    database = connection()
    database.execute(delete(e).where(e.c.account_id.in_(go)))
    database.execute(delete(m).where(m.c.account_id.in_(go)))
    _recount_enrolled(before, {})
    return stay


def _recount_enrolled(before: Mapping[counting.Key, int], after: Mapping[counting.Key, int]) -> None:
    for key in sorted(set(before) | set(after)):
        moved = after.get(key, 0) - before.get(key, 0)
        if key[0] == counting.ENROLLED and moved:
            counting.count_at(key, moved)
