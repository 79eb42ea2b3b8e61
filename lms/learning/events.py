"""Facts about learning."""

from __future__ import annotations

from lms.contract.points import Event


class ActivityCompleted(Event, frozen=True):
    """A person completed an activity for the first time."""

    account_id: int
    activity_id: int
    at: int


class CourseCompleted(Event, frozen=True):
    """Every required activity of a course is done."""

    account_id: int
    course_id: int
    at: int


class Practised(Event, frozen=True):
    """A person did something inside a lesson for the first time: a practice question, a simulation, hearing it."""

    account_id: int
    kind: str
    slug: str
    at: int
