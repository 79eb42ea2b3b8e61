"""Learners who have done everything but hand in, made by the services, many at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.api.learning import Kind, Result, activity, enroll, newest_syllabus, places, record_result
from lms.api.work import unit_of_work
from lms.identity import accounts
from quizzes import queries
from quizzes.services import attempts
from tests.quizzes.specs import right_answer

COURSE, QUIZ = "ky-nang-so-hoc-sinh", "kiem-tra-cuoi-hoc-sinh"
PASSWORD = "khói bếp lam chiều"


@dataclass(frozen=True)
class Ready:
    """A learner who only has to press the button."""

    login: str
    attempt: UUID

    def window(self, app: Flask) -> FlaskClient:
        """A browser window in which this learner is signed in."""
        client = app.test_client()
        answer = client.post("/dang-nhap", data={"identifier": self.login, "password": PASSWORD})
        assert answer.status_code == 303
        return client

    def hand_in(self, window: FlaskClient) -> int:
        """Presses the button; the status of the answer."""
        return window.post(f"/luot/{self.attempt}/nop").status_code

    def begin_again(self, window: FlaskClient, token: UUID) -> str:
        """Begins another attempt; where it leads."""
        answer = window.post(f"/hoc/{COURSE}/kiem-tra/{QUIZ}/bat-dau", data={"token": str(token)})
        assert answer.status_code == 303
        return answer.headers["Location"]


def _make_ready(number: int, hashed: str) -> Ready:
    login = f"hoc.sinh.{number}"
    found = activity("course", COURSE)
    assert found is not None
    syllabus = newest_syllabus(found.id)
    assert syllabus is not None
    account = accounts.sign_up("Má A Páo", login, hashed, target_group="students")
    accounts.set_birth_date(account, date(2010, 9, 5))
    enroll(account, found.id)
    for place in places(syllabus):
        if place.kind == "lesson":
            record_result(account, place.activity_id, Result(Kind.COMPLETED))
        else:
            quiz = place
    uuid = attempts.start(account, found.id, quiz.activity_id, quiz.content_id, None)
    row = queries.attempt_by_uuid(uuid)
    assert row is not None
    for position, version in enumerate(queries.versions([entry[0] for entry in row.paper])):
        attempts.save_answer(row.id, position, right_answer(version.type, version.spec) or [])
    return Ready(login, uuid)


@pytest.fixture
def ready() -> Callable[[Flask, int], list[Ready]]:
    """`ready(app, 8)`: eight learners of the pupils' programme, every question answered rightly, not handed in."""

    def make(app: Flask, count: int) -> list[Ready]:
        with app.app_context():
            hashed = accounts.prepared_password("Má A Páo", "hoc.sinh", PASSWORD)
            with unit_of_work():
                return [_make_ready(number, hashed) for number in range(1, count + 1)]

    return make
