"""A paper that was begun outlives the plugin of one of its questions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.contract.points import Plugin
from lms.db.base import db
from lms.db.unit_of_work import connection
from lms.learning.models import Evidence, Kind
from lms.learning.queries import activity
from lms.orgs.queries import nation_id
from lms.packages.importing import known_parts, take_in
from lms.packages.reading import read_files
from lms.testing.building import migrate
from lms.testing.page_client import Pages
from tests.acme.conftest import CONTENT, SVG

SignIn = Callable[..., FlaskClient]
ONE_MORE = """\
- id: doc-ma
  type: true_false
  pool: exam
  skills: [LX.1.1]
  stem: Đọc mã cho người gọi đến là an toàn.
  answer: false
  why_true: Mã là chìa khóa, không đọc cho ai.
  why_false: Đúng rồi.
"""
QUIZ = """\
slug: kiem-tra-loa
title: Kiểm tra
intro: Hai câu.
pool: exam
draw:
  - {from: [LX.1], count: 2}
pass:
  correct: 2
"""
GONE = "Câu này tạm thời không hiển thị được"


def take_content() -> None:
    texts = {**CONTENT, "quizzes/kiem-tra-loa.yaml": QUIZ}
    texts["items/loa-xa.yaml"] += ONE_MORE
    files = {name: text.encode() for name, text in texts.items()} | {"lessons/nghe-loa-xa/loa.svg": SVG}
    nation = nation_id()
    assert nation is not None
    take_in(read_files(files, known_parts()), nation, None)


@pytest.fixture
def begun(app_with: Callable[..., Flask], acme: Plugin, sign_in: SignIn) -> str:
    """A paper of two questions, one of a type of acme's, begun while acme was there: its address."""
    app = app_with(acme)
    migrate(app)
    with app.app_context():
        take_content()
        db.session.remove()
    client = sign_in("learner", on=app)
    client.post("/hoc/loa-xa/nghe-loa-xa/xong")
    started = client.post("/hoc/loa-xa/kiem-tra/kiem-tra-loa/bat-dau")
    assert started.status_code == 303
    return str(started.location.rpartition("/")[0])


@pytest.mark.parametrize(("said", "raw", "passed"), [("false", 2, True), ("true", 0, False)])
def test_it_is_read_answered_and_handed_in_without_that_question(
    begun: str, app_with: Callable[..., Flask], sign_in: SignIn, said: str, raw: int, passed: bool
) -> None:
    app = app_with()
    client = sign_in("learner", on=app)
    pages = [client.get(f"{begun}/{n}") for n in (1, 2)]
    assert [p.status_code for p in pages] == [200, 200]
    gone = [n for n, page in enumerate(pages, 1) if GONE in page.text]
    assert len(gone) == 1
    left = 3 - gone[0]
    assert "Đọc mã cho người gọi đến" in pages[left - 1].text

    reader = Pages(app)
    reader.sign_in("learner")
    reader.open(f"{begun}/{gone[0]}")

    onward = client.post(f"{begun}/{gone[0]}", data={"answer": "114"})
    assert onward.status_code == 303, "nothing is asked of it, and nothing is in the way"
    assert client.post(f"{begun}/{left}", data={}).status_code == 422
    review = client.get(f"{begun}/xem-lai").text
    assert GONE in review
    assert "1 câu chưa trả lời" in review, "the other one"
    client.post(f"{begun}/{left}", data={"answer": said})
    review = client.get(f"{begun}/xem-lai").text
    assert "chưa trả lời" not in review

    assert client.post(f"{begun}/nop").status_code == 303
    result = client.get(f"{begun}/ket-qua").text
    assert f"trả lời đúng {raw // 2} trong 1 câu" in result
    assert GONE in result
    assert "Không tính điểm" in result
    assert f"Đúng {raw // 2} trong 1 câu" in client.get("/hoc/loa-xa/kiem-tra/kiem-tra-loa").text
    e = Evidence.__table__
    with app.app_context():
        quiz = activity("quiz", "kiem-tra-loa")
        assert quiz is not None
        kept = connection().execute(
            select(e.c.raw, e.c.most, e.c.passed).where(e.c.activity_id == quiz.id, e.c.kind == int(Kind.SCORED))
        )
        assert [tuple(row) for row in kept] == [(raw, 2, passed)]


def test_what_was_handed_in_before_stays_as_it_was_marked(
    begun: str, app_with: Callable[..., Flask], acme: Plugin, sign_in: SignIn
) -> None:
    client = sign_in("learner", on=app_with(acme))
    for n in (1, 2):
        number = "Có cháy" in client.get(f"{begun}/{n}").text
        client.post(f"{begun}/{n}", data={"answer": "114" if number else "false"})
    client.post(f"{begun}/nop")
    result = sign_in("learner", on=app_with()).get(f"{begun}/ket-qua")
    assert result.status_code == 200
    assert "trả lời đúng 2 trong 2 câu" in result.text
    assert GONE in result.text
    assert "Không tính điểm" not in result.text
