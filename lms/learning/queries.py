"""Reads about learning. Rows are frozen; templates run no queries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Engine,
    FromClause,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from lms.db.statement import Statement
from lms.db.unit_of_work import connection
from lms.errors import NotFound
from lms.learning.models import Activity, Enrollment, Evidence, Kind, Syllabus, SyllabusEntry
from lms.orgs.models import Membership
from lms.orgs.queries import of_membership


class ActivityRow(Struct, frozen=True):
    """An activity as others may know it."""

    id: int
    uuid: UUID
    kind: str
    slug: str
    title: str
    minutes: int


class Place(Struct, frozen=True):
    """An activity's place in a syllabus."""

    activity_id: int
    kind: str
    slug: str
    title: str
    minutes: int
    position: int
    mask: int
    module: int
    module_title: str
    required: bool
    weight: int
    content_id: int
    needs: int = 0  # the masks of the activities to be done before this one


# Statements that pages send often are made once: making one costs more than sending it.
_A = Activity.__table__
_BY_SLUG = Statement(select(_A).where(_A.c.kind == bindparam("kind"), _A.c.slug == bindparam("slug")), ActivityRow)
_BY_ID = Statement(select(_A).where(_A.c.id == bindparam("id")), ActivityRow)


def activity(kind: str, slug: str) -> ActivityRow | None:
    """An activity by its kind and slug."""
    return _BY_SLUG.first(kind=kind, slug=slug)


def activity_by_id(activity_id: int) -> ActivityRow | None:
    """An activity by its number."""
    return _BY_ID.first(id=activity_id)


def named_of(kind: str) -> Callable[[Collection[str], Collection[int]], Mapping[str, str]]:
    """What activities of a kind are called, by their slugs: for the journal of acts (lms.audit.Subject).

    Those that a published course holds, or such courses: what a draft is called is its unit's business.
    """
    entry, syllabus = SyllabusEntry.__table__.c, Syllabus.__table__.c
    public = exists().where(syllabus.course_id == _A.c.id) if kind == "course" else exists().where(
        entry.activity_id == _A.c.id
    )  # fmt: skip

    def names(slugs: Collection[str], _units: Collection[int]) -> Mapping[str, str]:
        found = connection().execute(
            select(_A.c.slug, _A.c.title).where(_A.c.kind == kind, _A.c.slug.in_(list(slugs)), public)
        )
        return {row.slug: row.title for row in found}

    return names


def membership_at(account_id: int | BindParameter[int], at: int | BindParameter[int]) -> ScalarSelect[int]:
    """The membership that a person held at a moment, the one taken up last: to be part of another statement."""
    return of_membership(Membership.__table__.c.id, account_id, at)


def memberships_of(account_id: int, at: int) -> list[int]:
    """Every membership that a person holds at a moment."""
    m = Membership.__table__
    found = connection().execute(
        select(m.c.id).where(
            m.c.account_id == account_id, m.c.valid_from <= at, or_(m.c.valid_to.is_(None), m.c.valid_to > at)
        )
    )
    return list(found.scalars())


def newest_syllabus(course_id: int) -> int | None:
    """The id of a course's newest published syllabus."""
    s = Syllabus.__table__
    found = connection().execute(
        select(s.c.id).where(s.c.course_id == course_id).order_by(s.c.revision.desc()).limit(1)
    )
    return found.scalar()


class SyllabusRow(Struct, frozen=True):
    """A published revision of a course, with how many learn by it and how many of them have completed the course."""

    id: int
    revision: int
    published_at: int
    learners: int
    completed: int


def syllabuses(course_id: int) -> list[SyllabusRow]:
    """The published revisions of a course, the newest first."""
    s, e = Syllabus.__table__, Enrollment.__table__
    rows = connection().execute(
        select(s.c.id, s.c.revision, s.c.published_at, func.count(e.c.id), func.count(e.c.completed_at))
        .outerjoin(e, and_(e.c.syllabus_id == s.c.id, e.c.course_id == course_id))
        .where(s.c.course_id == course_id)
        .group_by(s.c.id, s.c.revision, s.c.published_at)
        .order_by(s.c.revision.desc())
    )
    return [SyllabusRow(*row) for row in rows]


_places: dict[tuple[Engine, int], tuple[Place, ...]] = {}


def places(syllabus_id: int) -> tuple[Place, ...]:
    """Every activity of a syllabus in order. Published syllabuses never change, so each is read once a process."""
    database = connection()
    key = (database.engine, syllabus_id)
    held = _places.get(key)
    if held is None:
        se, a = SyllabusEntry.__table__, Activity.__table__
        wanted: Select[*tuple[Any, ...]] = (
            select(
                a.c.id, a.c.kind, a.c.slug, a.c.title, a.c.minutes, se.c.position, se.c.mask, se.c.module,
                se.c.module_title, se.c.required, se.c.weight, se.c.content_id, se.c.needs,
            )
            .join(a, a.c.id == se.c.activity_id)
            .where(se.c.syllabus_id == syllabus_id)
            .order_by(se.c.position)
        )  # fmt: skip
        held = tuple(Place(*row) for row in database.execute(wanted))
        if len(_places) > 500:
            _places.clear()
        _places[key] = held
    return held


def course_with(activity_id: int) -> str | None:
    """The slug of a published course in which an activity stands now, the one published last first."""
    s, se, course = Syllabus.__table__, SyllabusEntry.__table__, Activity.__table__
    newer = s.alias()
    found: str | None = connection().execute(
        select(course.c.slug)
        .select_from(se.join(s, s.c.id == se.c.syllabus_id).join(course, course.c.id == s.c.course_id))
        .where(
            se.c.activity_id == activity_id,
            ~exists().where(newer.c.course_id == s.c.course_id, newer.c.revision > s.c.revision),
        )
        .order_by(s.c.id.desc())
        .limit(1)
    ).scalar()  # fmt: skip
    return found


class EnrollmentRow(Struct, frozen=True):
    """A person's place in a course."""

    id: int
    course_id: int
    syllabus_id: int
    done: int
    last_at: int
    completed_at: int | None


_E = Enrollment.__table__
_ENROLLMENT = select(_E.c.id, _E.c.course_id, _E.c.syllabus_id, _E.c.done, _E.c.last_at, _E.c.completed_at).where(
    _E.c.account_id == bindparam("who")
)
_ENROLLMENTS = Statement(
    _ENROLLMENT.add_columns(_A).join(_A, _A.c.id == _E.c.course_id).order_by(_E.c.last_at.desc(), _E.c.id.desc()),
    lambda *row: (EnrollmentRow(*row[:6]), ActivityRow(*row[6:])),
)
_ONE_ENROLLMENT = Statement(_ENROLLMENT.where(_E.c.course_id == bindparam("course")), EnrollmentRow)


def enrollment(account_id: int, course_id: int) -> EnrollmentRow | None:
    """A person's enrollment in a course."""
    return _ONE_ENROLLMENT.first(who=account_id, course=course_id)


def enrollments(account_id: int) -> list[tuple[EnrollmentRow, ActivityRow]]:
    """A person's enrollments with their courses, the one touched last first."""
    return _ENROLLMENTS.all(who=account_id)


_slugs: dict[tuple[Engine, int], str] = {}


def activity_slug(activity_id: int) -> str:
    """The slug of an activity, which never changes: read once a process. NotFound where there is none."""
    key = (connection().engine, activity_id)
    held = _slugs.get(key)
    if held is None:
        row = activity_by_id(activity_id)
        if row is None:
            raise NotFound
        held = _slugs[key] = row.slug
    return held


def stands(evidence: FromClause) -> ColumnElement[bool]:
    """Whether a row of the ledger has not been taken back: no withdrawal of its activity was appended after it."""
    w = Evidence.__table__.alias("withdrawal")
    return ~exists().where(
        w.c.account_id == evidence.c.account_id,
        w.c.activity_id == evidence.c.activity_id,
        w.c.kind == int(Kind.WITHDRAWN),
        w.c.id > evidence.c.id,
    )


def evidence_of(account_id: int, activity_id: int, kind: Kind) -> int | None:
    """The moment of the newest evidence of one kind that stands, or None."""
    e = Evidence.__table__
    found = connection().execute(
        select(func.max(e.c.at)).where(
            and_(e.c.account_id == account_id, e.c.activity_id == activity_id, e.c.kind == int(kind), stands(e))
        )
    )
    return found.scalar()
