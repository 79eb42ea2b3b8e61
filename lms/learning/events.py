"""Facts about learning."""

from __future__ import annotations

from dataclasses import dataclass

from lms.contract.points import Event


@dataclass(frozen=True)
class ActivityCompleted(Event):
    """A person completed an activity for the first time."""

    account_id: int
    activity_id: int
    at: int


@dataclass(frozen=True)
class CourseCompleted(Event):
    """Every required activity of a course is done."""

    account_id: int
    course_id: int
    at: int


@dataclass(frozen=True)
class Practised(Event):
    """A person did something inside a lesson for the first time: a practice question, a simulation, hearing it."""

    account_id: int
    kind: str
    slug: str
    at: int
