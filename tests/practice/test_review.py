"""A practice goes from author to reviewer to publisher like a lesson, where its unit asks for it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Conflict
from lms.inbox.models import Note
from lms.packages.importing import known_parts, take_in
from lms.packages.model import Document, Package
from lms.reviewing import queries as reviews
from lms.reviewing.models import Submission
from lms.reviewing.steps import set_rule
from plugins.practice import queries
from plugins.practice.reviewables import PracticeReview
from tests.courses.hiring import Colleague, Hire, hire
from tests.practice.test_studio import a_practice, body_of

__all__ = ["hire"]
SLUG = "bat-den-pin"


@pytest.fixture
def author(app: Flask, hire: Hire) -> Colleague:  # noqa: F811
    """An author of a commune that asks for a review."""
    person = hire("instructor")
    with app.app_context(), unit_of_work():
        set_rule(person.org, True, person.id)
    return person


def states(app: Flask) -> list[str]:
    with app.app_context():
        return list(connection().execute(select(Submission.state).order_by(Submission.id)).scalars())


def act(person: Colleague, url: str, do: str, **more: str) -> int:
    return int(person.client.post(url, data={"do": do, **more}).status_code)


def published(app: Flask) -> bool:
    with app.app_context():
        return queries.newest(SLUG) is not None


def test_the_whole_way(app: Flask, author: Colleague, hire: Hire) -> None:  # noqa: F811
    page = a_practice(author)
    assert "Lưu và gửi" in author.get(page)
    url = author.press(page, "publish").headers["Location"]
    assert url == "/studio/duyet/1"
    assert not published(app)
    assert author.press(page, "publish").headers["Location"] == url, "the same once more is one"
    assert "được rút về" in author.get(page)
    reviewer, publisher = hire("reviewer", "province"), hire("publisher", "province")
    assert "Bật đèn pin" in reviewer.get("/studio/duyet")
    text = reviewer.get(url)
    assert "Bác mở **Đèn pin**." in text
    assert 'value="step-2"' in text, "a remark can be about a step"
    assert act(reviewer, url, "remark", words="Nói ngắn hơn.", block="step-2") == 303
    assert act(reviewer, url, "remark", words="?", block="step-9") == 404
    assert act(publisher, url, "publish") == 409, "not before it was reviewed"
    assert act(reviewer, url, "approve") == 303
    assert act(publisher, url, "publish") == 303
    with app.app_context():
        newest, held = queries.newest(SLUG), reviews.submission(1)
        assert newest is not None
        assert held is not None
        assert newest.body == held.body, "what is published is what was reviewed"
        told = select(Note.title).where(Note.account_id == author.id)
        assert len(list(connection().execute(told).scalars())) == 2
    assert author.press(page, "publish").headers["Location"].endswith("#published"), "nothing new to hand in"
    assert states(app) == ["published"]


def test_an_edit_takes_it_back(app: Flask, author: Colleague, hire: Hire) -> None:  # noqa: F811
    page = a_practice(author)
    url = author.press(page, "publish").headers["Location"]
    author.press(page, "save")
    assert states(app) == ["submitted"], "saving what is there changes nothing"
    author.press(f"{page}/buoc/1", say="Bác mở **đèn**.")
    assert states(app) == ["withdrawn"]
    assert act(hire("reviewer"), url, "approve") == 409
    assert not published(app)


def test_a_package_is_no_way_around_it(app: Flask, author: Colleague, hire: Hire) -> None:  # noqa: F811
    page = a_practice(author)
    author.press(page, "save")
    body = {**body_of(app, SLUG), "slug": "tu-goi", "title": "Từ gói"}
    package = Package("goi", "Gói", "1", documents=(Document("practices", "tu-goi", body, {}),))
    publisher = hire("publisher")
    with app.app_context():
        assert "practices" in known_parts().folders
        with pytest.raises(Conflict):
            take_in(package, author.org, author.id)
        assert queries.newest("tu-goi") is None
        take_in(package, author.org, publisher.id)
        assert queries.newest("tu-goi") is not None


def test_steps_are_laid_beside_those_that_they_were(app: Flask, author: Colleague) -> None:
    a_practice(author)
    old = body_of(app, SLUG)
    first, second = old["steps"]
    new = {
        **old,
        "title": "Khác",
        "steps": [second],
        "screens": [*old["screens"], {"id": "ba", "name": "Ba", "view": []}],
    }
    with app.test_request_context():
        found = PracticeReview().difference(old, new)
        assert [row.key for row in found.facts] == ["fact-title"]
        states_ = {row.key: row.state for row in found.blocks if row.state != "same"}
        assert states_ == {"screen-ba": "added", "gone-1": "removed"}
        assert PracticeReview().difference(old, old).is_empty
        changed = {**old, "steps": [{**first, "hint": "Ô thứ hai."}, second]}
        rows = {row.key: row.state for row in PracticeReview().difference(old, changed).blocks if row.state != "same"}
        assert rows == {"step-1": "changed"}
