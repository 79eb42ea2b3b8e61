"""The activity kinds of this package: quiz, and the practice question inside a lesson."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from markupsafe import Markup
from msgspec import Struct
from sqlalchemy import func, select

from lms.api.learning import Found, Printed, activity
from lms.api.people import Person
from lms.api.web import address
from lms.api.work import NotFound, Text, _, connection
from quizzes import drafts
from quizzes.access import quiz_for
from quizzes.items.contract import ITEM_TYPES, writable
from quizzes.measures import measure_of
from quizzes.models import QuizRevision
from quizzes.queries import practice_item, revision
from quizzes.services import authoring
from quizzes.views.check import draw_check, draw_copy

R = QuizRevision.__table__
LINE_TO_WRITE_ON = "…" * 40


class QuizKind(Struct, frozen=True):
    """A paper drawn from a bank."""

    name: str = "quiz"
    title: Text = _("Quiz")
    icon: str = "list-checks"

    def url(self, course: str, slug: str) -> str:
        return address("quizzes.front", course=course, quiz=slug)

    def embed(self, slug: str, return_to: str) -> Markup | None:
        return None

    def content_of(self, slug: str) -> int | None:
        row = activity(self.name, slug)
        if row is None:
            return None
        found: int | None = connection().execute(select(func.max(R.c.id)).where(R.c.activity_id == row.id)).scalar()
        return found

    def is_voluntary(self, slug: str) -> bool:
        """A quiz that measures change is a favor that learners do us: a course is complete without it."""
        newest = self.content_of(slug)
        return newest is not None and bool(measure_of(revision(newest)))

    def find(self, words: str, most: int) -> Sequence[Found]:
        return drafts.published_quizzes(words, most)

    def begin(self, title: str, org_id: int, by_id: int) -> str:
        return authoring.begin_quiz(title, org_id, by_id)

    def studio_url(self, person: Person, slug: str) -> str | None:
        try:
            quiz_for(person, slug)
        except NotFound:
            return None
        return url_for("quizzes.studio_quiz", slug=slug)


class CheckKind(Struct, frozen=True):
    """One practice question, asked in a lesson. It stands in no syllabus."""

    name: str = "check"
    title: Text = _("Practice question")
    icon: str = "circle-help"

    def url(self, course: str, slug: str) -> str:
        return address("quizzes.check", item=slug)

    def embed(self, slug: str, return_to: str) -> Markup | None:
        item = practice_item(slug)
        return Markup(draw_check(item, return_to)) if item else None  # noqa: S704  a template's own output

    def carried(self, slug: str, return_to: str) -> Markup | None:
        item = practice_item(slug)
        return Markup(draw_copy(item, return_to)) if item else None  # noqa: S704  a template's own output

    def printed(self, slug: str) -> Printed | None:
        item = practice_item(slug)
        kind = writable(ITEM_TYPES.find(item.type)) if item else None
        if item is None or kind is None:
            return None
        paper = kind.on_paper(item.spec)
        rows = [LINE_TO_WRITE_ON] * paper.lines
        stem = "\n\n".join(piece for piece in (item.body["stem"], paper.ask, *rows) if piece)
        return Printed(stem, paper.options, paper.answer, paper.why)

    def content_of(self, slug: str) -> int | None:
        return None

    def find(self, words: str, most: int) -> Sequence[Found]:
        return drafts.practice_items(words, most)
