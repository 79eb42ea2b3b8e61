"""What belongs to somebody else, or is not published, does not exist for anybody else."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from lms.api.work import connection
from lms.testing import story
from lms.testing.page_client import Pages
from lms.testing.story import AnswerKey

NOT_HERE = "Không có trang này"


@pytest.fixture
def begun(app: Flask) -> tuple[Pages, str]:
    """A learner in the middle of a check, and the address of the attempt."""
    learner = Pages(app)
    story.come_to_the_final_check(learner, "Học sinh, sinh viên", "Sùng A Phừ", "phu2010")
    learner.press("Bắt đầu làm")
    return learner, learner.page.path.rpartition("/")[0]


def test_an_attempt_is_its_owners_alone(app: Flask, begun: tuple[Pages, str]) -> None:
    learner, attempt = begun
    other = Pages(app)
    other.sign_in("administrator")
    for page in ("/1", "/xem-lai", "/ket-qua"):
        assert other.open(attempt + page, status=404).heading == NOT_HERE
    assert other.send("POST", attempt + "/1", [("answer", "a")]).status == 404
    assert other.send("POST", attempt + "/nop").status == 404
    with app.app_context():
        state = connection().execute(text("SELECT state FROM quizzes_attempt")).scalar_one()
        answers = connection().execute(text("SELECT count(*) FROM quizzes_response")).scalar_one()
    assert (state, answers) == (0, 0), "nothing of it was touched"
    assert learner.again().heading == "Câu 1 trong 20"


@pytest.mark.parametrize("n", ["0", "21", "99999999999999999999"])
def test_a_question_that_is_not_on_the_paper(begun: tuple[Pages, str], n: str) -> None:
    learner, attempt = begun
    assert learner.open(f"{attempt}/{n}", status=404).heading == NOT_HERE
    assert learner.send("POST", f"{attempt}/{n}", [("answer", "a")]).status == 404


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("answer", "")],
        [("answer", "ab")],
        [("answer", "9")],
        [("answer", "é")],
        [("answer", "\U0001f600")],
        [("place-1", "z"), ("place-99", "a")],
        [("answer[]", "a")],
    ],
)
def test_an_answer_that_the_paper_does_not_offer(
    begun: tuple[Pages, str], app: Flask, fields: list[tuple[str, str]]
) -> None:
    learner, attempt = begun
    for n in range(1, 21):
        answer = learner.send("POST", f"{attempt}/{n}", fields)
        assert answer.status == 422
        assert "chọn câu trả lời" in answer.body.decode()
    with app.app_context():
        assert connection().execute(text("SELECT count(*) FROM quizzes_response")).scalar_one() == 0


def test_another_persons_paper(app: Flask, answer_key: AnswerKey) -> None:
    learner = Pages(app)
    story.attain(learner, answer_key, "Học sinh, sinh viên", "Sùng Thị Dợ", "do2010")
    story.one_round(app)
    learner.follow("Xem lại")
    learner.follow("Mở giấy")
    paper = learner.page.path
    for other in (Pages(app), Pages(app)):
        if other is not None:
            other.sign_in("administrator")
        for ending in ("", ".pdf", ".png"):
            assert other.send("GET", paper + ending).status == 404
    nobody = Pages(app)
    assert nobody.open(paper).heading == "Đăng nhập", "who is not signed in is asked to, and learns nothing"


def test_what_is_not_published(app: Flask, pages: Pages) -> None:
    with app.app_context():
        database = connection()
        database.execute(
            text("INSERT INTO lms_activity (uuid, kind, slug, title, minutes) VALUES (:u, 'lesson', :s, 'Nháp', 3)"),
            {"u": uuid4().hex, "s": "bai-nhap"},
        )
        database.execute(
            text("INSERT INTO lms_activity (uuid, kind, slug, title, minutes) VALUES (:u, 'course', :s, 'Nháp', 3)"),
            {"u": uuid4().hex, "s": "khoa-nhap"},
        )
        database.commit()
    course = "ky-nang-so-nguoi-dan"
    for path in (
        f"/hoc/{course}/bai-nhap",
        "/hoc/khoa-nhap/bai-nhap",
        "/khoa-hoc/khoa-nhap",
        "/khoa-hoc/khong-co",
        "/chuong-trinh/khong-co",
        "/nhom/khong-co",
        f"/hoc/{course}/chuyen-doi-so-o-xa",
    ):
        assert pages.open(path, status=404).heading == NOT_HERE, path
    assert pages.send("POST", f"/hoc/{course}/bai-nhap/xong").status == 404


def test_an_exam_question_cannot_be_practised(app: Flask, pages: Pages) -> None:
    with app.app_context():
        rows = connection().execute(text("SELECT pool, slug FROM quizzes_item ORDER BY id")).all()
    practice = next(r.slug for r in rows if r.pool == "practice")
    exam = next(r.slug for r in rows if r.pool == "exam")
    assert pages.open(f"/luyen/{practice}").heading == "Thử sức một câu"
    assert pages.open(f"/luyen/{exam}", status=404).heading == NOT_HERE
    assert pages.send("POST", f"/luyen/{exam}", [("answer", "a")]).status == 404


@pytest.mark.parametrize(
    "path", ["/cua-toi", "/giay", "/cai-dat", "/ngay-sinh", "/can-bo/giay", "/hoc/x/viec/y", "/hoc/x/kiem-tra/y"]
)
def test_a_page_of_ones_own_asks_who_is_there(pages: Pages, path: str) -> None:
    assert pages.open(path).heading == "Đăng nhập"
    answer = pages.send("GET", path, Accept="application/json")
    assert answer.status == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
