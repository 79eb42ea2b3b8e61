"""The activity kinds of this package: quiz, and the practice question inside a lesson."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import func, select

from lms.api.learning import activity
from lms.api.web import address
from lms.api.work import Text, _, connection
from quizzes.models import QuizRevision
from quizzes.queries import practice_item
from quizzes.views.check import draw_check

R = QuizRevision.__table__


@dataclass(frozen=True)
class QuizKind:
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


@dataclass(frozen=True)
class CheckKind:
    """One practice question, asked in a lesson. It stands in no syllabus."""

    name: str = "check"
    title: Text = _("Practice question")
    icon: str = "circle-help"

    def url(self, course: str, slug: str) -> str:
        return address("quizzes.check", item=slug)

    def embed(self, slug: str, return_to: str) -> Markup | None:
        item = practice_item(slug)
        return Markup(draw_check(item, return_to)) if item else None  # noqa: S704  a template's own output

    def content_of(self, slug: str) -> int | None:
        return None
