"""From author to reviewer to publisher: who may do which step, what is published, what everybody is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses import drafts
from lms.audit import AuditEntry
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Conflict
from lms.identity import grants
from lms.inbox.models import Note
from lms.learning.queries import activity
from lms.packages.importing import take_in
from lms.packages.model import Block, Package
from lms.packages.reading import read_files
from lms.reviewing import steps
from lms.reviewing.models import Submission
from lms.reviewing.queries import rule_at, submission
from tests.courses.hiring import Colleague, Hire
from tests.packages.conftest import MP3, SVG, TEXTS
from tests.studio.conftest import a_lesson, begin

SLUG = "chon-mat-khau-dai"
PUBLISH = f"/studio/ban/lesson/{SLUG}/xuat-ban"


@pytest.fixture
def publisher(hire: Hire) -> Colleague:
    """The province asks for a review."""
    person = hire("publisher", "province")
    answer = person.client.post("/studio/duyet", data={"org": str(person.org), "choice": "yes"})
    assert answer.status_code == 303
    return person


@pytest.fixture
def author(publisher: Colleague, hire: Hire) -> Colleague:
    return hire("instructor")


@pytest.fixture
def handed_in(app: Flask, author: Colleague) -> str:
    """The address of a submission."""
    lesson = a_lesson(author)
    answer = author.client.post(lesson, data={**author.fields(lesson), "do": "publish"})
    assert answer.headers["Location"] == PUBLISH
    with app.app_context():
        row = activity("lesson", SLUG)
        assert row is not None
        assert drafts.newest_body(row.id) is None, "nothing is published by handing in"
    answer = author.publish_anew(PUBLISH, note="Bài mới")
    return answer.headers["Location"]


def act(person: Colleague, url: str, do: str, **more: str) -> int:
    return int(person.client.post(url, data={"do": do, **more}).status_code)


def state(app: Flask) -> list[str]:
    with app.app_context():
        return list(connection().execute(select(Submission.state).order_by(Submission.id)).scalars())


def notes(app: Flask, account_id: int) -> list[str]:
    with app.app_context():
        return list(connection().execute(select(Note.title).where(Note.account_id == account_id)).scalars())


def test_the_whole_way(app: Flask, author: Colleague, publisher: Colleague, handed_in: str, hire: Hire) -> None:
    reviewer = hire("reviewer", "province")
    assert "Chọn mật khẩu dài" in reviewer.get("/studio/duyet")
    assert act(publisher, handed_in, "publish") == 409, "not before it was reviewed"
    block = next(b for b in body_of(app, 1)["blocks"] if b["kind"] == "remember")["id"]
    assert act(reviewer, handed_in, "remark", words="Câu này hay.", block=block) == 303
    assert act(reviewer, handed_in, "remark", words="Câu này hay.", block=block) == 303
    assert author.get(handed_in).count("Câu này hay.") == 1
    assert act(reviewer, handed_in, "remark", words="Hả?", block="bzzzzzzz") == 404
    assert act(reviewer, handed_in, "approve") == 303
    assert act(reviewer, handed_in, "approve") == 409, "once"
    assert act(reviewer, handed_in, "publish") == 404, "who reviews does not publish"
    assert act(publisher, handed_in, "publish") == 303
    assert state(app) == ["published"]
    with app.app_context():
        row = activity("lesson", SLUG)
        assert row is not None
        newest = drafts.newest_body(row.id)
        submitted = submission(1)
        assert newest is not None
        assert submitted is not None
        assert steps.digest_of(newest) == submitted.digest, "what is published is what was reviewed"
        (revision,) = drafts.revisions(row.id)
        assert (revision.change, revision.note, revision.published_by) == ("first", "Bài mới", publisher.id)
        acts = list(connection().execute(select(AuditEntry.act).order_by(AuditEntry.id)).scalars())
        way = ["review.rule", "lesson.submitted", "lesson.remarked", "lesson.reviewed", "lesson.published"]
        assert [a for a in acts if a in way] == way
    assert notes(app, author.id) == ["Bài của bạn đã được thẩm định", "Bài của bạn đã được xuất bản"]


def body_of(app: Flask, submission_id: int) -> Any:
    with app.app_context():
        row = submission(submission_id)
        assert row is not None
        return row.body


def test_it_is_given_back_with_a_reason(app: Flask, author: Colleague, handed_in: str, hire: Hire) -> None:
    reviewer = hire("reviewer")
    assert act(reviewer, handed_in, "return") == 422, "never without a reason"
    assert act(reviewer, handed_in, "return", words="Thiếu nguồn.") == 303
    assert state(app) == ["returned"]
    assert notes(app, author.id) == ["Mời bạn xem lại bài"]
    lesson = f"/studio/bai-hoc/{SLUG}"
    assert "Thiếu nguồn." in author.get(lesson)
    assert act(reviewer, handed_in, "approve") == 409
    author.client.post(lesson, data={**author.fields(lesson), "sources": "Nguồn", "do": "publish"})
    author.publish_anew(PUBLISH)
    assert state(app) == ["returned", "submitted"]


def test_an_edit_takes_it_back_and_says_so_before(app: Flask, author: Colleague, handed_in: str, hire: Hire) -> None:
    lesson = f"/studio/bai-hoc/{SLUG}"
    assert "được rút về" in author.get(lesson)
    author.press(lesson, "save")
    assert state(app) == ["submitted"], "saving what is there changes nothing"
    author.press(lesson, "save", b3__md="Khác.")
    assert state(app) == ["withdrawn"]
    assert act(hire("reviewer"), handed_in, "approve") == 409


def test_its_author_takes_it_back(app: Flask, author: Colleague, handed_in: str) -> None:
    assert act(author, handed_in, "withdraw") == 303
    assert state(app) == ["withdrawn"]
    assert act(author, handed_in, "withdraw") == 409
    again = author.publish_anew(PUBLISH)
    assert again.headers["Location"] == "/studio/duyet/2"


def test_nobody_reviews_their_own(app: Flask, author: Colleague, handed_in: str) -> None:
    with app.app_context(), unit_of_work():
        grants.give(author.id, "reviewer", author.org, None)
    assert act(author, handed_in, "approve") == 409
    assert state(app) == ["submitted"]


def test_two_drafts_of_one_lesson_do_not_wait_at_once(app: Flask, author: Colleague, handed_in: str) -> None:
    with app.app_context():
        row = drafts.document("lesson", SLUG)
        assert row is not None
        with unit_of_work():
            assert steps.submit("lesson", SLUG, "Bài", row.draft, author.id, "major") == 1, "the same is one"
        with pytest.raises(Conflict), unit_of_work():
            steps.submit("lesson", SLUG, "Khác", {**row.draft, "title": "Khác"}, author.id, "major")


def test_a_right_that_ended_writes_nothing(app: Flask, handed_in: str, hire: Hire) -> None:
    reviewer = hire("reviewer")
    with app.app_context(), unit_of_work():
        for grant in (
            connection().execute(select(grants.G.c.id).where(grants.G.c.account_id == reviewer.id)).scalars().all()
        ):
            grants.end(grant, None)
    assert act(reviewer, handed_in, "approve") == 404
    assert state(app) == ["submitted"]


def test_the_nearest_unit_that_decided_counts(app: Flask, publisher: Colleague, hire: Hire) -> None:
    commune = hire("publisher")
    with app.app_context():
        assert rule_at(commune.org).needs_review
        assert rule_at(commune.org).decided_at == publisher.org
    for choice, needed in (("no", False), ("above", True)):
        answer = commune.client.post("/studio/duyet", data={"org": str(commune.org), "choice": choice})
        assert answer.status_code == 303
        with app.app_context():
            assert rule_at(commune.org).needs_review == needed
    assert commune.client.post("/studio/duyet", data={"org": str(publisher.org), "choice": "no"}).status_code == 404
    assert commune.client.post("/studio/duyet", data={"org": str(commune.org), "choice": "?"}).status_code == 422
    assert (
        hire("instructor").client.post("/studio/duyet", data={"org": str(commune.org), "choice": "no"}).status_code
        == 404
    )


@pytest.mark.parametrize("kind", ["task", "course"])
def test_tasks_and_courses_go_the_same_way(
    app: Flask, kind: str, author: Colleague, publisher: Colleague, hire: Hire, sign_in: Callable[..., Any]
) -> None:
    if kind == "task":
        page = begin(author, "/studio/bai-hoc", "Đổi mật khẩu", kind="task")
        author.press(page, "publish", text="Đổi mật khẩu của bạn.")
    else:
        page = begin(author, "/studio/khoa-hoc", "Khóa mới")
        author.press(page, "module", new__module="Một")
        add = {"module": "0", "title": "Một", "kind": "lesson", "slug": a_published_slug(app)}
        author.client.post(f"{page}/them", data=add)
        author.press(page, "publish", groups=["citizens"])
    assert state(app) == ["submitted"]
    reviewer = hire("reviewer")
    reviewer.get("/studio/duyet/1")
    assert act(reviewer, "/studio/duyet/1", "approve") == 303
    assert act(publisher, "/studio/duyet/1", "publish") == 303
    with app.app_context():
        row = activity(kind, page.rsplit("/", 1)[1])
        assert row is not None
        assert drafts.newest_body(row.id) is not None


def a_published_slug(app: Flask) -> str:
    with app.app_context():
        return drafts.published("lesson", "", 1)[0].slug


def test_where_nobody_asks_for_a_review_authors_publish(app: Flask, hire: Hire) -> None:
    author = hire("instructor")
    lesson = a_lesson(author)
    author.press(lesson, "publish")
    assert state(app) == []
    assert "Bản 1" in author.get(f"/studio/ban/lesson/{SLUG}")


def test_a_package_is_no_way_around_a_review(app: Flask, author: Colleague, publisher: Colleague) -> None:
    pictures = {"lessons/giu-kin-ma-otp/ma.svg": SVG, "lessons/giu-kin-ma-otp/nghe.mp3": MP3}
    (held,) = read_files({**{name: text.encode() for name, text in TEXTS.items()}, **pictures}).lessons
    lesson = replace(held, slug="bai-tu-goi", blocks=(Block("text", {"md": "Một."}),), files={}, skills=())
    package = Package("goi", "Gói", "1", lessons=(lesson,))
    with app.app_context():
        with pytest.raises(Conflict):
            take_in(package, author.org, author.id)
        assert activity("lesson", "bai-tu-goi") is None, "all or nothing"
        take_in(package, author.org, publisher.id)
        assert activity("lesson", "bai-tu-goi") is not None
