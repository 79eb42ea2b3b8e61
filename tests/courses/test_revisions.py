"""Publishing over what was published: wording or meaning, side by side, going back, courses that hold the older one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses import drafts
from courses.models import Revision, SetAside
from lms.db.unit_of_work import connection
from lms.learning.models import SyllabusEntry
from lms.learning.queries import activity, newest_syllabus
from lms.learning.queries import enrollment as enrollment_of
from tests.courses.hiring import Hire
from tests.studio.conftest import SVG, Author, a_lesson, begin

COURSE = "mat-khau-cho-moi-nha"


@pytest.fixture
def author(hire: Hire) -> Author:
    return hire("instructor")


def a_course_of(author: Author, lesson: str) -> str:
    page = begin(author, "/studio/khoa-hoc", "Mật khẩu cho mọi nhà")
    author.press(page, "module", new__module="Bắt đầu")
    add = {"module": "0", "title": "Bắt đầu", "kind": "lesson", "slug": lesson.rsplit("/", 1)[1]}
    assert author.client.post(f"{page}/them", data=add).status_code == 303
    author.press(page, "publish", groups=["citizens"])
    return page


@pytest.fixture
def published(author: Author) -> str:
    lesson = a_lesson(author)
    author.press(lesson, "publish")
    return lesson


def of(lesson: str, kind: str = "lesson") -> str:
    return f"/studio/ban/{kind}/{lesson.rsplit('/', 1)[1]}"


def rows(app: Flask) -> list[Any]:
    r = Revision.__table__
    with app.app_context():
        row = activity("lesson", "chon-mat-khau-dai")
        assert row is not None
        found = select(r.c.number, r.c.change, r.c.note, r.c.base_id).where(r.c.activity_id == row.id)
        return list(connection().execute(found.order_by(r.c.number)).all())


def test_the_next_revision_is_asked_about_and_its_kind_is_kept(app: Flask, author: Author, published: str) -> None:
    answer = author.client.post(
        published, data={**author.fields(published), "3-md": "Dài thì rất chắc.", "do": "publish"}
    )
    assert answer.headers["Location"] == f"{of(published)}/xuat-ban"
    page = author.get(answer.headers["Location"])
    assert "<ins>" in page
    assert "đề xuất" in page
    author.publish_anew(answer.headers["Location"], change="minor", note="Sửa một từ")
    assert [tuple(r)[:3] for r in rows(app)] == [(1, "first", ""), (2, "minor", "Sửa một từ")]
    assert "Sửa một từ" in author.get(of(published))


@pytest.mark.parametrize(
    ("changes", "proposed"),
    [
        ({"4-md": "Bạn đổi mật khẩu vào ngày mai."}, "major"),
        ({"promise": "Học xong, bạn biết điều khác."}, "major"),
        ({"0-md": "## Mật khẩu là chìa khóa\n\nMật khẩu **dài** rất khó đoán."}, "minor"),
        ({"sources": "Nguồn mới"}, "minor"),
        ({"2-items": "Nghĩ ra năm từ."}, "major"),
    ],
)
def test_what_is_proposed(author: Author, published: str, changes: dict[str, str], proposed: str) -> None:
    author.client.post(published, data={**author.fields(published), **changes, "do": "save"})
    assert author.fields(f"{of(published)}/xuat-ban")["change"] == [proposed]


def test_a_draft_that_changed_since_it_was_looked_at_is_not_published(
    app: Flask, author: Author, published: str
) -> None:
    author.press(published, "save", b3__md="Một.")
    looked_at = author.fields(f"{of(published)}/xuat-ban")
    author.press(published, "save", b3__md="Hai.")
    answer = author.client.post(f"{of(published)}/xuat-ban", data=looked_at)
    assert answer.status_code == 409
    assert len(rows(app)) == 1
    author.publish_anew(f"{of(published)}/xuat-ban")
    assert len(rows(app)) == 2


def test_what_keeps_a_lesson_from_being_published_keeps_it_here_too(app: Flask, author: Author, published: str) -> None:
    author.press(published, "save", promise="")
    fields = author.fields(f"{of(published)}/xuat-ban")
    answer = author.client.post(f"{of(published)}/xuat-ban", data=fields)
    assert answer.status_code == 422
    assert len(rows(app)) == 1


def test_going_back_sets_the_draft_aside_and_publishes_nothing(app: Flask, author: Author, published: str) -> None:
    author.press(published, "publish", b3__md="Hai.")
    author.press(published, "save", b3__md="Ba, chưa xuất bản.")
    assert author.client.post(f"{of(published)}/lay-lai", data={"number": "1"}).status_code == 303
    assert "Dài thì chắc." in author.get(published)
    assert len(rows(app)) == 2
    with app.app_context():
        (aside,) = connection().execute(select(SetAside.body)).scalars()
        assert any(b["data"].get("md") == "Ba, chưa xuất bản." for b in aside["blocks"])
        row = activity("lesson", "chon-mat-khau-dai")
        assert row is not None
        assert drafts.body_of(row.id, 1)["blocks"][3]["data"]["md"] == "Dài thì chắc."
    assert author.client.post(f"{of(published)}/lay-lai", data={"number": "9"}).status_code == 404


def test_pictures_and_facts_stand_side_by_side(author: Author, published: str) -> None:
    other = SVG.replace(b"fff3d3", b"123456")
    author.press(published, "publish", minutes="5", b1__file__upload=("khac.svg", other))
    page = author.get(f"{of(published)}/so-sanh?before=1&after=2")
    assert page.count('<img src="/tep/') == 2
    assert "<del>" in page
    assert "Số phút" in page or "phút" in page
    assert author.get(f"{of(published)}/so-sanh?before=1&after=1").count("<ins>") == 0
    author.get(f"{of(published)}/so-sanh?before=7&after=2", 404)


def test_wording_carries_completion_over_and_meaning_does_not(
    app: Flask, author: Author, published: str, sign_in: Callable[..., Any]
) -> None:
    course = a_course_of(author, published)
    slug = published.rsplit("/", 1)[1]
    learner = sign_in("learner")
    assert learner.post(f"/hoc/{COURSE}/{slug}/xong").status_code == 303
    for change, stays in (("minor", True), ("major", False)):
        author.client.post(published, data={**author.fields(published), "3-md": f"Lời {change}.", "do": "publish"})
        author.publish_anew(f"{of(published)}/xuat-ban", change=change)
        assert "Mật khẩu cho mọi nhà" in author.get(of(published)), "the course that holds the older one is named"
        answer = author.client.post(f"{of(published)}/khoa-hoc", data={"course": [COURSE]})
        assert answer.status_code == 303
        assert "Mật khẩu cho mọi nhà" not in author.get(of(published))
        page = learner.get(f"/khoa-hoc/{COURSE}").get_data(as_text=True)
        assert "có bản mới" in page
        assert ("học lại" in page) != stays
        assert f"Lời {change}." not in learner.get(f"/hoc/{COURSE}/{slug}").get_data(as_text=True), "nobody is moved"
        for _twice in range(2):
            assert learner.post(f"/khoa-hoc/{COURSE}/ban-moi").status_code == 303
        assert f"Lời {change}." in learner.get(f"/hoc/{COURSE}/{slug}").get_data(as_text=True)
        with app.app_context():
            row = activity("course", COURSE)
            assert row is not None
            held = enrollment_of(account_of(app, "balanh"), row.id)
            assert held is not None
            assert bool(held.done) == stays
            assert held.completed_at is not None, "a completed course stays completed"
    assert "có bản mới" not in learner.get(f"/khoa-hoc/{COURSE}").get_data(as_text=True)
    assert ">1</td>" in author.get(of(course, "course")), "how many learn by which revision"


def account_of(app: Flask, username: str) -> int:
    from lms.identity.models import Account

    a = Account.__table__
    return int(connection().execute(select(a.c.id).where(a.c.username == username)).scalar_one())


def test_taking_the_newest_leaves_the_rest_of_the_course_as_it_was(app: Flask, author: Author, published: str) -> None:
    course = a_course_of(author, published)
    author.press(course, "save", title="Tên chưa xong")
    author.press(published, "publish", b3__md="Hai.")
    author.client.post(f"{of(published)}/khoa-hoc", data={"course": [COURSE]})
    with app.app_context():
        row = activity("course", COURSE)
        assert row is not None
        newest = drafts.newest_body(row.id)
        assert newest is not None
        assert newest["title"] == "Mật khẩu cho mọi nhà"
        syllabus = newest_syllabus(row.id)
        counts = connection().execute(
            select(SyllabusEntry.counts_from, SyllabusEntry.content_id).where(SyllabusEntry.syllabus_id == syllabus)
        )
        assert [content - oldest for oldest, content in counts if oldest] != []
    assert "Tên chưa xong" in author.get(course)


def test_of_another_commune_nothing_is_seen(hire: Hire, sign_in: Callable[..., Any], published: str) -> None:
    stranger = sign_in("verifier")
    for path in ("", "/so-sanh", "/xuat-ban"):
        assert stranger.get(of(published) + path).status_code == 404
    for path in ("/xuat-ban", "/lay-lai", "/khoa-hoc"):
        assert stranger.post(of(published) + path).status_code == 404
    reviewer = hire("reviewer")
    assert reviewer.client.get(of(published)).status_code == 200
    assert reviewer.client.get(f"{of(published)}/xuat-ban").status_code == 404, "who reviews does not write"
