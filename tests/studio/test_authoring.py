"""An instructor makes a course from nothing; a learner learns it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses import drafts, forms
from courses.blocks.fields import fields_of
from courses.blocks.standard import MessageBubble
from courses.models import Document, Revision
from courses.services import authoring
from courses.views import studio_editor
from courses.views.studio_editor import empty_of
from lms.audit import AuditEntry
from lms.db.unit_of_work import connection, unit_of_work
from tests.studio.conftest import Author, a_lesson, begin


def a_course(author: Author, title: str = "Mật khẩu cho mọi nhà") -> str:
    page = begin(author, "/studio/khoa-hoc", title)
    author.press(page, "module", new__module="Bắt đầu")
    return page


def test_from_nothing_to_a_learner(app: Flask, author: Author, sign_in: Any) -> None:
    course = a_course(author)
    lesson = a_lesson(author)
    slug = lesson.rsplit("/", 1)[1]
    learner = sign_in("learner")
    assert learner.get("/khoa-hoc/mat-khau-cho-moi-nha").status_code == 404
    assert learner.get(f"/hoc/mat-khau-cho-moi-nha/{slug}").status_code == 404

    author.press(lesson, "publish")
    author.press(course, "find:0")
    found = author.get(f"{course}/them?module=0&q=mat%20khau%20dai")
    assert "Chọn mật khẩu dài" in found
    add = {"module": "0", "title": "Bắt đầu", "kind": "lesson", "slug": slug}
    for _again in range(2):
        assert author.client.post(f"{course}/them", data=add).status_code == 303
    author.press(course, "new:0", b0__new="Đổi mật khẩu thật", b0__new__kind="task")
    assert author.press(course, "publish", 422, groups=["citizens"])
    task = "/studio/viec-that/doi-mat-khau-that"
    author.press(task, "publish", 422)
    author.press(task, "publish", text="Đổi mật khẩu của **một** tài khoản.", choices="Đã đổi\nCần giúp")
    author.press(course, "publish", groups=["citizens"])

    page = learner.get(f"/hoc/mat-khau-cho-moi-nha/{slug}")
    assert page.status_code == 200
    text = re.sub(r"</?span[^>]*>", "", page.get_data(as_text=True))  # what is read aloud is marked in it
    assert "Mật khẩu <strong>dài</strong> khó đoán hơn." in text
    assert 'alt="Một chiếc chìa khóa dài"' in text
    assert "<li><div><p>Nghĩ ra bốn từ.</p>" in text
    assert learner.post(f"/hoc/mat-khau-cho-moi-nha/{slug}/xong").status_code == 303
    done = learner.post("/hoc/mat-khau-cho-moi-nha/viec/doi-mat-khau-that", data={"choice": "Đã đổi"})
    assert done.status_code == 303
    assert learner.get("/hoc/mat-khau-cho-moi-nha/viec/doi-mat-khau-that").status_code == 200
    with app.app_context():
        acts = list(connection().execute(select(AuditEntry.act)).scalars())
        assert {"lesson.published", "task.published", "course.published"} <= set(acts)


def test_learners_stay_on_the_revision_that_they_began(app: Flask, author: Author, sign_in: Any) -> None:
    course, lesson = a_course(author), a_lesson(author)
    slug = lesson.rsplit("/", 1)[1]
    author.press(lesson, "publish")
    add = {"module": "0", "title": "Bắt đầu", "kind": "lesson", "slug": slug}
    author.client.post(f"{course}/them", data=add)
    author.press(course, "publish", groups=["citizens"])
    learner = sign_in("learner")
    learner.post(f"/hoc/mat-khau-cho-moi-nha/{slug}/xong")

    author.press(lesson, "publish", b3__md="Ghi nhớ mới.")
    anyone = app.test_client()
    assert "Ghi nhớ mới." not in anyone.get(f"/hoc/mat-khau-cho-moi-nha/{slug}").get_data(as_text=True)
    assert "Chọn mật khẩu dài" in author.get(course).partition("Phần mới hơn")[2]
    author.press(course, "publish", groups=["citizens"])
    assert "Ghi nhớ mới." in anyone.get(f"/hoc/mat-khau-cho-moi-nha/{slug}").get_data(as_text=True)
    assert "Ghi nhớ mới." not in learner.get(f"/hoc/mat-khau-cho-moi-nha/{slug}").get_data(as_text=True)


def test_blocks_move_and_go(author: Author) -> None:
    page = a_lesson(author)

    def kinds() -> list[str]:
        fields = author.fields(page)
        return [fields[f"{key}:kind"][0] for key in fields["block"]]

    assert kinds() == ["text", "image", "steps", "remember", "do", "message"]
    author.press(page, "up:3")
    assert kinds()[2:4] == ["remember", "steps"]
    author.press(page, "down:0")
    author.press(page, "remove:5")
    assert kinds() == ["image", "text", "remember", "steps", "do"]
    author.press(page, "insert:0", **{"0:insert": "warning"})
    assert kinds()[:3] == ["image", "warning", "text"]
    author.press(page, "up:0")
    author.press(page, "remove:99")
    author.press(page, "add::nothing")
    assert kinds() == ["image", "warning", "text", "remember", "steps", "do"]


def test_a_form_sent_twice_is_harmless(app: Flask, author: Author) -> None:
    first = begin(author, "/studio/bai-hoc", "Gửi hai lần")
    assert begin(author, "/studio/bai-hoc", "Gửi hai lần") == first
    fields = author.fields(first)
    for _again in range(2):
        author.send(first, dict(fields), "add::text")
    assert author.fields(first)["block"] == ["0"]
    with app.app_context():
        row = connection().execute(select(Document.base).order_by(Document.activity_id.desc()).limit(1)).scalar_one()
        assert row == 2


def test_html_comes_out_as_text(author: Author) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    page = a_lesson(author)
    author.press(
        page, title=bad[:60], promise=bad, sources=bad, guide=bad, b0__md=bad, b1__alt=bad, b1__caption=bad,
        b2__items=bad, b3__md=bad, b5__sender=bad, b5__text=bad,
    )  # fmt: skip
    for url in (page, f"{page}/xem-truoc", "/studio/bai-hoc", f"{page}/cau-hoi?block=0&q={bad}"):
        text = author.client.get(url).get_data(as_text=True)
        assert "<script>alert" not in text
        assert "<img src=x" not in text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("anh.exe", b"MZ"),
        ("anh.png", b"khong phai anh"),
        ("anh.svg", b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script></svg>'),
        ("anh.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="9000" height="9000"></svg>'),
        ("anh.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\xff\xd9"),
        ("to.png", b"\x89PNG\r\n\x1a\n" + b"0" * (20 * 1024 * 1024 + 1)),
    ],
)
def test_a_bad_picture_is_refused_and_the_text_stays(author: Author, name: str, content: bytes) -> None:
    page = a_lesson(author)
    answer = author.press(page, "save", 422, b1__file__upload=(name, content), b0__md="Chữ tôi vừa gõ.")
    assert "Chữ tôi vừa gõ." in answer.get_data(as_text=True)
    assert author.fields(page)["1-file"] == ["hinh-ve.svg"]


def test_a_request_that_is_too_large_gets_a_page(author: Author) -> None:
    page = a_lesson(author)
    answer = author.client.post(page, data=b"0" * (33 * 1024 * 1024), content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "Tệp" in answer.get_data(as_text=True)


def test_what_keeps_a_lesson_from_being_published(app: Flask, author: Author) -> None:
    page = begin(author, "/studio/bai-hoc", "Bài trống")
    author.press(page, "publish", 422)
    for kind in ("image", "check", "message", "steps", "remember"):
        author.press(page, f"add::{kind}")
    answer = author.press(page, "publish", 422, skills=["KHONG.CO"], b1__item="khong-co-cau-nay")
    text = answer.get_data(as_text=True)
    assert "KHONG.CO" in text
    assert "khong-co-cau-nay" in text
    for block in range(5):
        assert f'class="blk bad" id="block-{block}"' in text
    with app.app_context():
        row = connection().execute(select(Document).order_by(Document.activity_id.desc()).limit(1)).one()
        assert not connection().execute(select(Revision.id).where(Revision.activity_id == row.activity_id)).all()


def test_bad_numbers_and_dates(author: Author) -> None:
    page = a_lesson(author)
    for changes in ({"minutes": "x"}, {"minutes": "0"}, {"minutes": "²"}, {"checked": "31/02/2026"}, {"title": ""},
                    {"checked": "20/11/2026", "review": "20/11/2026"}, {"title": "x" * 61}):  # fmt: skip
        author.press(page, "save", 422, **changes)
    author.press(page, checked="20/11/2026", review="20/5/2027", minutes="5")
    fields = author.fields(page)
    assert (fields["checked"], fields["review"], fields["minutes"]) == (["20/11/2026"], ["20/05/2027"], ["5"])


def test_what_keeps_a_course_from_being_published(author: Author) -> None:
    course = begin(author, "/studio/khoa-hoc", "Khóa trống")
    author.press(course, "publish", 422)
    author.press(course, "publish", 422, groups=["citizens"])
    author.press(course, "module", new__module="Trống")
    assert "“Trống” còn trống" in author.press(course, "publish", 422).get_data(as_text=True)


def test_a_course_is_put_in_order(author: Author) -> None:
    course = a_course(author)
    author.press(course, "module", new__module="Làm thật")
    for title in ("Một", "Hai"):
        author.press(course, "new:0", b0__new=title, b0__new__kind="task")

    def outline() -> list[tuple[str, list[str]]]:
        fields = author.fields(course)
        return [
            (fields[f"{key}-title"][0], [a.split("/")[1] for a in fields.get(f"{key}-activity", [])])
            for key in fields["module"]
        ]

    assert outline() == [("Bắt đầu", ["mot", "hai"]), ("Làm thật", [])]
    author.press(course, "up:0:task/hai")
    author.press(course, "down:0:task/mot")
    assert outline() == [("Bắt đầu", ["hai"]), ("Làm thật", ["mot"])]
    author.press(course, "up:1")
    assert outline() == [("Làm thật", ["mot"]), ("Bắt đầu", ["hai"])]
    author.press(course, "remove:0:task/mot", b1__title="Khởi đầu")
    assert outline() == [("Làm thật", []), ("Khởi đầu", ["hai"])]
    author.press(course, "remove:0")
    assert outline() == [("Khởi đầu", ["hai"])]


def test_a_course_saved_over_somebody_elses_save_shows_both(author: Author, sign_in: Any) -> None:
    course = a_course(author)
    mine = author.fields(course)
    Author(sign_in("administrator")).press(course, summary="Lời của quản trị.")
    mine["summary"] = ["Lời của giảng viên."]
    text = author.send(course, mine, status=409).get_data(as_text=True)
    assert "Lời của quản trị." in text
    assert "Lời của giảng viên." in text


def test_a_block_without_a_form_is_written_as_a_package_writes_it(
    author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = a_lesson(author)
    for module in (forms, studio_editor):
        monkeypatch.setattr(module, "fields_of", lambda t: () if isinstance(t, MessageBubble) else fields_of(t))
    monkeypatch.setattr(studio_editor, "empty_of", lambda kind: {} if kind == "message" else empty_of(kind))
    fields = author.fields(page)
    assert fields["5-text"] == [':::message "NGAN HANG LANG"\nTai khoan cua ban se bi khoa\n:::']
    author.press(page, b5__text=':::message "CONG AN"\nMời lên xã.\n:::')
    assert "CONG AN" in author.get(f"{page}/xem-truoc")
    for wrong in (":::message", "chữ thường", ':::message "A"\nB\n:::\n:::remember\nC\n:::'):
        text = author.press(page, "save", 422, b5__text=wrong, b0__md="Chữ vừa gõ.").get_data(as_text=True)
        assert "Chữ vừa gõ." in text
    author.press(page, "add::message")
    author.get(f"{page}/xem-truoc")


def test_a_block_of_a_missing_plugin_is_kept(app: Flask, author: Author) -> None:
    page = a_lesson(author)
    slug = page.rsplit("/", 1)[1]
    strange = {"kind": "bando", "data": {"lat": 22.5}}
    with app.app_context():
        row = drafts.document("lesson", slug)
        assert row is not None
        with unit_of_work():
            body = {**row.draft, "blocks": [strange, *row.draft["blocks"]]}
            authoring.save(row.activity_id, row.base, body, row.changed_by or 0)
    author.press(page, "down:0", b1__md="Chữ mới.")
    author.get(f"{page}/xem-truoc")
    with app.app_context():
        row = drafts.document("lesson", slug)
        assert row is not None
        kept = row.draft["blocks"][1]
        assert {"kind": kept["kind"], "data": kept["data"]} == strange
    author.press(page, "publish", 422)
