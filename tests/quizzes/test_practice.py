"""Practice questions: anybody may answer, and nobody without end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import func, select

from lms import clock
from lms.db.unit_of_work import connection
from quizzes import queries
from quizzes.models import Item, PracticeAnswer
from quizzes.queries import VersionRow
from quizzes.services import attempts
from quizzes.views.check import draw_copy
from tests.quizzes.specs import form_of, right_answer
from tests.quizzes.test_item_types import reasons

MANY = {"matching", "short_answer", "numeric", "fill_blanks", "thread", "hotspot"}
MORNING = datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.fixture
def question(any_app: Flask) -> str:
    """The address of a practice question with options to choose from."""
    i = Item.__table__
    with any_app.app_context():
        slugs = connection().execute(select(i.c.slug).where(i.c.pool == "practice").order_by(i.c.id)).scalars().all()
    browser = any_app.test_client()
    return next(f"/luyen/{s}" for s in slugs if 'type="radio"' in browser.get(f"/luyen/{s}").text)


def kept(app: Flask) -> int:
    with app.app_context():
        return int(connection().execute(select(func.count()).select_from(PracticeAnswer.__table__)).scalar_one())


def answer(browser: FlaskClient, question: str, address: str) -> int:
    for value in ("a", "true"):
        sent = browser.post(question, data={"answer": value}, environ_base={"REMOTE_ADDR": address})
        if sent.status_code != 422:
            break
    return sent.status_code


def test_a_wording_names_its_question_in_practice_only(any_app: Flask) -> None:
    in_use = select(func.min(Item.current_id)).where(Item.retired_at.is_(None))
    with any_app.app_context():
        ids = [connection().execute(in_use.where(Item.pool == pool)).scalar_one() or 0 for pool in ("exam", "practice")]
        exam, practice = queries.versions(ids)
        named = connection().execute(select(Item.slug).where(Item.id == practice.item_id)).scalar_one()
    assert (exam.pool, exam.slug) == ("exam", "")
    assert (practice.pool, practice.slug) == ("practice", named)


def test_one_network_address_may_answer_so_often_and_no_more(
    any_app: Flask, question: str, sign_in: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MOST_PRACTICE", (3, 60))
    browser = any_app.test_client()
    with clock.frozen_at(MORNING):
        assert [answer(browser, question, "203.0.113.5") for _ in range(5)] == [200, 200, 200, 429, 429]
        assert kept(any_app) == 3
        assert answer(browser, question, "203.0.113.6") == 200, "another address"
        learner = sign_in("learner", on=any_app)
        assert answer(learner, question, "203.0.113.5") == 200, "whoever has an account counts alone"
    with clock.frozen_at(MORNING + timedelta(seconds=60)):
        assert answer(browser, question, "203.0.113.5") == 200
    assert kept(any_app) == 6


def test_a_class_behind_one_router_is_not_held_up() -> None:
    most, seconds = attempts.MOST_PRACTICE
    assert most / 40 >= 10, "forty people, each through the questions of a few lessons"
    assert seconds <= 600


def test_questions_of_many_types_tell_nothing_before_and_the_reason_after(any_app: Flask) -> None:
    browser = any_app.test_client()
    with any_app.app_context():
        found = [
            version
            for slug in connection().execute(select(Item.slug).where(Item.pool == "practice")).scalars().all()
            if (version := queries.practice_item(slug)) is not None and version.type in MANY
        ]
        assert {version.type for version in found} == MANY
        orders = {version.slug: attempts.practice_order(version) for version in found}
    for version in found:
        address = f"/luyen/{version.slug}"
        before = browser.get(address).get_data(as_text=True)
        told = [escape(text) for text in (*reasons(version.body["data"]), version.body.get("fix", "")) if text]
        assert not [text for text in told if text in before], version.slug
        assert "correct" not in before.split("<main", 1)[1]
        assert browser.post(address, data={"x": "y"}).status_code == 422
        answer = right_answer(version.type, version.spec)
        assert answer is not None
        sent = form_of(version.type, version.spec, answer, orders[version.slug])
        right = browser.post(address, data=sent)
        assert right.status_code == 200
        assert 'class="feedback"' in right.get_data(as_text=True), version.slug
        for odd in ({key: ["?"] for key in sent}, {key: ["x" * 5000] for key in sent}, {"answer": ["zz", "a"]}):
            assert browser.post(address, data=odd).status_code in (200, 422)
        copy = draw(any_app, version)
        assert ("data-answers" in copy) != ("wifi" in copy or 'class="callout info"' in copy)
        assert (version.type == "numeric") <= ("data-answers" not in copy)


def draw(app: Flask, version: VersionRow) -> str:
    """The question as a phone takes it along."""
    with app.test_request_context():
        return draw_copy(version, "/")
