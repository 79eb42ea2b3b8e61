"""A quiz of our own over the starter content's questions, and learners who take it by the services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from lms.api.learning import activity, anchor
from lms.api.work import connection, unit_of_work
from lms.identity import accounts
from quizzes import queries
from quizzes.models import QuizRevision
from quizzes.services import attempts
from quizzes.services.importing import publish_quiz

COURSE = "ky-nang-so-hoc-sinh"
SLUG = "kiem-tra-rieng"
DRAW = [{"from": ["ND.4"], "count": 2, "spread": False}, {"from": ["ND.1", "ND.5"], "count": 4, "spread": True}]


@dataclass
class Quizzing:
    """The quiz and one learner; a body's keys may be changed, which publishes a newer revision."""

    app: Flask
    account: int
    course: int
    quiz: int
    revision: int

    def publish(self, **changes: Any) -> None:
        """A newer revision: what is None is left out."""
        body = {**queries.revision(self.revision), **changes}
        with unit_of_work():
            publish_quiz(self.quiz, {k: v for k, v in body.items() if v is not None or k == "minutes"}, 1, None)
        self.revision = newest(self.quiz)

    def begin(self, account: int | None = None, token: bytes | None = None, session: str | None = None) -> UUID:
        with unit_of_work():
            return attempts.start(
                account or self.account, self.course, self.quiz, self.revision, token, enrolled=True, session=session
            )

    def hand_in(self, uuid: UUID) -> None:
        with unit_of_work():
            found = queries.attempt_held(uuid)
            assert found is not None
            attempts.submit(*found)

    def answer(self, uuid: UUID, position: int, answer: list[Any], once: bool = False) -> None:
        with unit_of_work():
            attempts.save_answer(self.row(uuid).id, position, answer, once)

    def row(self, uuid: UUID) -> queries.AttemptRow:
        found = queries.attempt_by_uuid(uuid)
        assert found is not None
        return found

    def items(self, uuid: UUID) -> list[int]:
        """The items of a paper."""
        return [v.item_id for v in queries.versions([entry[0] for entry in self.row(uuid).paper])]

    def someone(self, name: str) -> int:
        with unit_of_work():
            return accounts.sign_up("Má A Páo", name, PASSWORD, target_group="students")


PASSWORD = "not a hash: nobody signs in with it"


def newest(quiz: int) -> int:
    r = QuizRevision.__table__
    return int(connection().execute(select(func.max(r.c.id)).where(r.c.activity_id == quiz)).scalar_one())


def quizzing(app: Flask, **changes: Any) -> Quizzing:
    """Inside the application's context."""
    course = activity("course", COURSE)
    assert course is not None
    body = {
        "slug": SLUG, "title": "Kiểm tra riêng", "intro": "", "pool": "exam", "minutes": 10, "needs_birth_date": False,
        "draw": DRAW, "pass": {"correct": 4, "parts": []}, **changes,
    }  # fmt: skip
    with unit_of_work():
        quiz = anchor("quiz", SLUG, "Kiểm tra riêng", 10)
        publish_quiz(quiz, body, 1, None)
        account = accounts.sign_up("Má A Páo", "ma.a.pao", PASSWORD, target_group="students")
    return Quizzing(app, account, course.id, quiz, newest(quiz))
