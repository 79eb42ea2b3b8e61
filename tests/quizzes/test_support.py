"""Officers arrange checks for people of their units."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.api.work import connection
from lms.identity.models import Account
from lms.starting import demo_sign_ins
from quizzes import queries
from quizzes.policies import Fairness

A = Account.__table__
WANTED = {"extra": "50", "break_minutes": "10", "read_aloud": "1", "reason": "Mắt kém", "until": "open"}


@pytest.fixture
def learner(app: Flask) -> tuple[int, str]:
    """The demo learner: their number, and their page."""
    with app.app_context():
        login = demo_sign_ins()["learner"]["login"]
        row = connection().execute(select(A.c.id, A.c.uuid).where(A.c.username == login)).one()
    return row.id, f"/can-bo/nguoi/{row.uuid}"


def test_given_changed_and_ended(app: Flask, learner: tuple[int, str], sign_in: Callable[..., FlaskClient]) -> None:
    who, person = learner
    officer = sign_in("administrator")
    page = f"{person}/ho-tro-kiem-tra"
    assert "Làm bài kiểm tra như mọi người." in officer.get(person).get_data(as_text=True)
    assert officer.post(page, data=WANTED).status_code == 303
    assert officer.post(page, data=WANTED).status_code == 303
    with app.app_context():
        held = queries.accommodation(who)
        assert held is not None
        assert held.fairness == Fairness(50, False, True, 10)
        assert held.valid_to is None
        assert len(queries.accommodations(who)) == 1, "a form sent twice gives it once"
    shown = officer.get(page).get_data(as_text=True)
    assert "thêm 50 % thời gian" in shown
    assert 'value="50"' in shown
    assert "thêm 50 % thời gian" in officer.get(person).get_data(as_text=True)
    assert officer.post(page, data={**WANTED, "extra": "25", "until": "half"}).status_code == 303
    for _twice in range(2):
        assert officer.post(f"{page}/thoi").status_code == 303
    with app.app_context():
        assert queries.accommodation(who) is None
        assert len(queries.accommodations(who)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"extra": "", "break_minutes": "", "read_aloud": ""},
        {"extra": "301"},
        {"extra": "-1"},
        {"extra": "nhiều"},
        {"break_minutes": "121"},
        {"reason": " "},
        {"reason": "a" * 301},
        {"until": "mãi mãi"},
    ],
)
def test_what_may_not_be_given(
    app: Flask, learner: tuple[int, str], sign_in: Callable[..., FlaskClient], changes: dict[str, str]
) -> None:
    who, person = learner
    form = {k: v for k, v in {**WANTED, **changes}.items() if v or k != "read_aloud"}
    answer = sign_in("administrator").post(f"{person}/ho-tro-kiem-tra", data=form)
    assert answer.status_code == 422
    assert 'class="error"' in answer.get_data(as_text=True)
    with app.app_context():
        assert queries.accommodation(who) is None


def test_it_is_nobody_elses_business(learner: tuple[int, str], sign_in: Callable[..., FlaskClient]) -> None:
    """Not theirs to see who may see people, though not enter them, nor the learner's own neighbors'."""
    _who, person = learner
    for role in ("learner", "instructor", "verifier"):
        assert sign_in(role).get(f"{person}/ho-tro-kiem-tra").status_code == 404
        assert sign_in(role).post(f"{person}/ho-tro-kiem-tra", data=WANTED).status_code == 404
