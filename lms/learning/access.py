"""The only way a view obtains something: fetched and allowed, or NotFound."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlalchemy import ScalarSelect, and_, bindparam, column, exists, select, table

from lms.db.statement import Statement
from lms.errors import NotFound, NotSignedIn, TooEarly
from lms.identity.people import CLAIM_HOLDS, Claim, Person
from lms.learning.models import Activity, Enrollment, Syllabus
from lms.learning.queries import ActivityRow, EnrollmentRow, Place, places
from lms.text import _


class InCourse(Struct, frozen=True):
    """A reader in a published course: the syllabus they are on, and how far they are."""

    course: ActivityRow
    syllabus_id: int
    places: tuple[Place, ...]
    enrollment: EnrollmentRow | None
    newest_id: int = 0  # the course's newest syllabus
    locks: bool = False  # a programme that asks for the course locks what needs something else first

    def missing(self, place: Place) -> list[Place]:
        """What is to be done before this activity and is not: advice, or a lock."""
        open_ones = place.needs & ~self.done
        return [p for p in self.places if p.mask & open_ones] if open_ones else []

    def is_locked(self, place: Place) -> bool:
        """Whether this activity may not be begun yet. What was done once stays open."""
        return self.locks and bool(place.needs & ~self.done) and not self.done & place.mask

    def require_open(self, place: Place) -> None:
        """Raises TooEarly, naming what comes first, where the activity is locked."""
        if self.is_locked(place):
            first = self.missing(place)[0]
            raise TooEarly(_("First learn “{title}” in this course; then this opens.", title=first.title))

    @property
    def is_behind(self) -> bool:
        """Whether the learner began an older revision than the newest: they may stay there, or move on."""
        return self.enrollment is not None and self.syllabus_id != self.newest_id

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
# Whether a programme that asks for the course locks. Programmes stand above learning, so they are named, not imported.
_P, _PC = table("lms_programme", column("id"), column("prerequisites")), table(
    "lms_programme_course", column("programme_id"), column("course_id")
)  # fmt: skip
_LOCKS = exists().where(_PC.c.course_id == _A.c.id, _P.c.id == _PC.c.programme_id, _P.c.prerequisites == "lock")


class Reading:
    """`course_for`, with what a plugin keeps of this reader beside it: still one statement.

    `besides` are scalar subqueries, with the parameter `who` for the reader (0: nobody) and others of their own; what
    they found comes back in their order.
    """

    def __init__(self, *besides: ScalarSelect[Any]) -> None:
        self._statement = Statement[tuple[Any, ...]](
            select(
                _A.c.id, _A.c.uuid, _A.c.kind, _A.c.slug, _A.c.title, _A.c.minutes,
                _E.c.id, _E.c.course_id, _E.c.syllabus_id, _E.c.done, _E.c.last_at, _E.c.completed_at,
                _NEWEST, CLAIM_HOLDS, _LOCKS, *besides,
            )
            .select_from(_A.outerjoin(_E, and_(_E.c.course_id == _A.c.id, _E.c.account_id == bindparam("who"))))
            .where(_A.c.kind == "course", _A.c.slug == bindparam("slug")),
            lambda *row: row,
        )  # fmt: skip

    def __call__(self, reader: Person | Claim | None, slug: str, **given: Any) -> tuple[InCourse, tuple[Any, ...]]:
        """The course as this reader has it, and what stands beside it; raises as `course_for` does."""
        who, session_id = (reader.id, reader.session_id) if reader else (0, 0)
        row = self._statement.first(who=who, session=session_id, slug=slug, **given)
        if row is None:
            raise NotFound
        if reader is not None and not row[13]:
            raise NotSignedIn
        held = EnrollmentRow(*row[6:12]) if row[6] is not None else None
        syllabus_id = held.syllabus_id if held else row[12]
        if syllabus_id is None:
            raise NotFound
        locks = bool(row[14])
        course = ActivityRow(*row[:6])
        return InCourse(course, syllabus_id, places(syllabus_id), held, row[12] or syllabus_id, locks), row[15:]


_COURSE = Reading()


def course_for(reader: Person | Claim | None, slug: str) -> InCourse:
    """A published course as this reader has it: those who began stay on their syllabus.

    One statement, which also checks that the reader's session still holds: NotSignedIn where it does not.
    """
    return _COURSE(reader, slug)[0]
