"""What a learner says of a real-life task is kept as the task asks for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from courses.models import Declaration, Revision
from lms.db.unit_of_work import connection, unit_of_work
from lms.learning.queries import activity
from lms.testing.page_client import Pages

TASK = "/hoc/ky-nang-so-nguoi-dan/viec/viec-that-nguoi-dan"


@pytest.fixture
def without_choices(app: Flask) -> Flask:
    """The starter's task asks in free words only."""
    r = Revision.__table__
    with app.app_context():
        task = activity("task", "viec-that-nguoi-dan")
        assert task is not None
        held = connection().execute(select(r.c.id, r.c.body).where(r.c.activity_id == task.id)).one()
        with unit_of_work():
            connection().execute(update(r).where(r.c.id == held.id).values(body={**held.body, "choices": []}))
    return app


def declared(app: Flask) -> list[tuple[str, str]]:
    d = Declaration.__table__
    with app.app_context():
        return [(row.choice, row.note) for row in connection().execute(select(d.c.choice, d.c.note))]


@pytest.mark.parametrize("sent", ["Đã chuyển tiền", "x" * 5000])
def test_a_choice_that_was_not_offered_is_not_kept(
    without_choices: Flask, sign_in: Callable[..., FlaskClient], sent: str
) -> None:
    answer = sign_in("learner").post(TASK, data={"choice": sent, "note": "Đã gọi điện cho con."})
    assert answer.status_code == 303
    assert declared(without_choices) == [("", "Đã gọi điện cho con.")]


def test_among_choices_only_one_of_them_is_taken(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    assert sign_in("learner").post(TASK, data={"choice": "Đã chuyển tiền"}).status_code == 422
    assert declared(app) == []


@pytest.mark.usefixtures("without_choices")
def test_where_words_are_all_that_is_asked_they_are_not_marked_as_optional(pages: Pages) -> None:
    pages.sign_in("learner")
    note = pages.open(TASK).root.by_id("note")
    assert note is not None
    assert "required" in note.attrs
    assert "không bắt buộc" not in pages.page.text
