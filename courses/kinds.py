"""The activity kinds of this package: course, lesson, task."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from markupsafe import Markup
from msgspec import Struct

from courses import drafts, noted
from courses.access import may_author
from courses.services import authoring
from courses.services.publishing import counts_from, newest_revision
from courses.views import copies
from lms.api.learning import Found, InCourse, LeftAt, Place
from lms.api.people import Person
from lms.api.web import address
from lms.api.work import Text, _


class LessonKind(Struct, frozen=True):
    """A short lesson."""

    name: str = "lesson"
    title: Text = _("Lesson")
    icon: str = "book-open"

    def url(self, course: str, slug: str) -> str:
        return address("courses.lesson", course=course, lesson=slug)

    def embed(self, slug: str, return_to: str) -> Markup | None:
        return None

    def content_of(self, slug: str) -> int | None:
        return newest_revision(self.name, slug)

    def counts_from(self, content_id: int) -> int | None:
        return counts_from(content_id)

    def copy_of(self, at: InCourse, place: Place) -> str:
        return copies.lesson_copy(at, place)

    def find(self, words: str, most: int) -> Sequence[Found]:
        return drafts.published(self.name, words, most)

    def begin(self, title: str, org_id: int, by_id: int) -> str:
        return authoring.begin(self.name, title, org_id, by_id)

    def studio_url(self, person: Person, slug: str) -> str | None:
        return url_for("courses.studio_lesson", slug=slug) if may_author(person, self.name, slug) else None

    def left_at(self, account_id: int, activity_ids: Sequence[int]) -> LeftAt | None:
        found = noted.left_at(account_id, activity_ids)
        return LeftAt(*found) if found else None


class TaskKind(Struct, frozen=True):
    """One thing done in real life, declared by the learner."""

    name: str = "task"
    title: Text = _("Real-life task")
    icon: str = "hand-heart"

    def url(self, course: str, slug: str) -> str:
        return address("courses.task", course=course, task=slug)

    def embed(self, slug: str, return_to: str) -> Markup | None:
        return None

    def content_of(self, slug: str) -> int | None:
        return newest_revision(self.name, slug)

    def counts_from(self, content_id: int) -> int | None:
        return counts_from(content_id)

    def copy_of(self, at: InCourse, place: Place) -> str:
        return copies.task_copy(at, place)

    def find(self, words: str, most: int) -> Sequence[Found]:
        return drafts.published(self.name, words, most)

    def begin(self, title: str, org_id: int, by_id: int) -> str:
        return authoring.begin(self.name, title, org_id, by_id)

    def studio_url(self, person: Person, slug: str) -> str | None:
        return url_for("courses.studio_task", slug=slug) if may_author(person, self.name, slug) else None
