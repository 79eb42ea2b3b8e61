"""The activity kinds of this package: course, lesson, task."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from courses.services.publishing import newest_revision
from lms.api.work import Text, _


@dataclass(frozen=True)
class LessonKind:
    """A short lesson."""

    name: str = "lesson"
    title: Text = _("Lesson")
    icon: str = "book-open"

    def url(self, course: str, slug: str) -> str:
        return url_for("courses.lesson", course=course, lesson=slug)

    def embed(self, slug: str, return_to: str) -> Markup | None:
        return None

    def content_of(self, slug: str) -> int | None:
        return newest_revision(self.name, slug)


@dataclass(frozen=True)
class TaskKind:
    """One thing done in real life, declared by the learner."""

    name: str = "task"
    title: Text = _("Real-life task")
    icon: str = "hand-heart"

    def url(self, course: str, slug: str) -> str:
        return url_for("courses.task", course=course, task=slug)

    def embed(self, slug: str, return_to: str) -> Markup | None:
        return None

    def content_of(self, slug: str) -> int | None:
        return newest_revision(self.name, slug)
