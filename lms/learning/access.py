"""The only way a view obtains something: fetched and allowed, or NotFound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, select

from lms.db.statement import Statement
from lms.errors import NotFound, NotSignedIn
from lms.identity.people import CLAIM_HOLDS, Claim, Person
from lms.learning.models import Activity, Enrollment, Syllabus
from lms.learning.queries import ActivityRow, EnrollmentRow, Place, places


@dataclass(frozen=True)
class InCourse:
    """A reader in a published course: the syllabus they are on, and how far they are."""

    course: ActivityRow
    syllabus_id: int
    places: tuple[Place, ...]
    enrollment: EnrollmentRow | None

    @property
    def done(self) -> int:
        return self.enrollment.done if self.enrollment else 0

    def place(self, kind: str, slug: str) -> Place:
        """An activity of this course; NotFound where the syllabus has none."""
        for place in self.places:
            if place.slug == slug and place.kind == kind:
                return place
        raise NotFound

    def after(self, place: Place) -> Place | None:
        """The next activity in order."""
        return self.places[place.position + 1] if place.position + 1 < len(self.places) else None

    def before(self, place: Place) -> Place | None:
        """The activity before."""
        return self.places[place.position - 1] if place.position else None


_A, _E, _S = Activity.__table__, Enrollment.__table__, Syllabus.__table__
_NEWEST = select(_S.c.id).where(_S.c.course_id == _A.c.id).order_by(_S.c.revision.desc()).limit(1).scalar_subquery()
_COURSE = Statement[tuple[Any, ...]](
    select(
        _A.c.id, _A.c.uuid, _A.c.kind, _A.c.slug, _A.c.title, _A.c.minutes,
        _E.c.id, _E.c.course_id, _E.c.syllabus_id, _E.c.done, _E.c.last_at, _E.c.completed_at,
        _NEWEST, CLAIM_HOLDS,
    )
    .select_from(_A.outerjoin(_E, and_(_E.c.course_id == _A.c.id, _E.c.account_id == bindparam("who"))))
    .where(_A.c.kind == "course", _A.c.slug == bindparam("slug")),
    lambda *row: row,
)  # fmt: skip


def course_for(reader: Person | Claim | None, slug: str) -> InCourse:
    """A published course as this reader has it: those who began stay on their syllabus.

    One statement, which also checks that the reader's session still holds: NotSignedIn where it does not.
    """
    who, session_id = (reader.id, reader.session_id) if reader else (0, 0)
    row = _COURSE.first(who=who, session=session_id, slug=slug)
    if row is None:
        raise NotFound
    if reader is not None and not row[13]:
        raise NotSignedIn
    held = EnrollmentRow(*row[6:12]) if row[6] is not None else None
    syllabus_id = held.syllabus_id if held else row[12]
    if syllabus_id is None:
        raise NotFound
    return InCourse(ActivityRow(*row[:6]), syllabus_id, places(syllabus_id), held)
