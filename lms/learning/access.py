"""The only way a view obtains something: fetched and allowed, or NotFound."""

from __future__ import annotations

from dataclasses import dataclass

from lms.errors import NotFound
from lms.identity.people import Person
from lms.learning.queries import ActivityRow, EnrollmentRow, Place, activity, enrollment, newest_syllabus, places


@dataclass(frozen=True)
class InCourse:
    """A reader in a published course: the syllabus they are on, and how far they are."""

    course: ActivityRow
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


def course_for(person: Person | None, slug: str) -> InCourse:
    """A published course as this reader has it: those who began stay on their syllabus."""
    row = activity("course", slug)
    if row is None:
        raise NotFound
    held = enrollment(person.id, row.id) if person else None
    syllabus_id = held.syllabus_id if held else newest_syllabus(row.id)
    if syllabus_id is None:
        raise NotFound
    return InCourse(row, places(syllabus_id), held)
