"""Banks, questions and quizzes, from nothing to a learner's attempt."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.api.packages import Package, package_files
from lms.db.unit_of_work import connection
from lms.reviewing.models import Submission
from quizzes.drawing import Candidate, assured, deck_of, draw
from quizzes.models import Item, ItemVersion, QuizDocument, QuizRevision
from quizzes.services.exporting import quiz_of
from tests.studio.conftest import Author, a_lesson, begin, form_fields

OPTIONS = {
    "options-count": "3",
    "options-0-text": "Tắt máy, gọi lại số quen",
    "options-0-why": "Gọi lại số quen là chắc nhất.",
    "options-1-text": "Đọc mã cho họ",
    "options-1-why": "Đọc mã là trao chìa khóa.",
    "options-2-text": "Chuyển tiền ngay",
    "options-2-why": "Họ đang giục để bạn không kịp nghĩ.",
}


def a_bank(author: Author, title: str = "Câu hỏi của xã") -> str:
    return begin(author, "/studio/ngan-hang", title)


def an_item(author: Author, bank: str, pool: str = "practice", **changes: Any) -> str:
    """Writes a question with one right answer: for practice in use, for exams a draft; returns its editor's address."""
    page = f"{bank}/moi?type=single_choice&pool={pool}"
    fields = author.fields(page, f"{bank}/moi")
    fields |= {
        "stem": "Có người gọi hỏi mã OTP. Bạn làm gì?",
        "options-only": "0",
        "skills": ["ND.4.3"],
        **OPTIONS,
        **changes,
    }
    answer = author.send(f"{bank}/moi", fields, "use" if pool == "practice" else "save")
    return answer.headers["Location"].split("#")[0]


def versions(app: Flask, slug: str) -> list[int]:
    with app.app_context():
        rows = connection().execute(
            select(ItemVersion.number).join(Item, Item.id == ItemVersion.item_id).where(Item.slug == slug)
        )
        return sorted(rows.scalars())


def test_each_standard_type(author: Author, app: Flask) -> None:
    bank = a_bank(author)
    own: dict[str, dict[str, Any]] = {
        "single_choice": {**OPTIONS, "options-only": "0"},
        "multiple_choice": {**OPTIONS, "options-0-correct": "true", "options-2-correct": "true"},
        "true_false": {"answer": "false", "why_true": "Không phải.", "why_false": "Đúng vậy."},
        "ordering": {"steps": "Một\nHai\nBa", "why": "Đúng thứ tự.", "why_wrong": "Xem lại nhé."},
    }
    for kind, keys in own.items():
        page = f"{bank}/moi?type={kind}&pool=practice"
        fields = author.fields(page, f"{bank}/moi") | {"stem": f"Câu {kind}?", "skills": ["ND.4.3"], **keys}
        address = author.send(f"{bank}/moi", fields, "use").headers["Location"].split("#")[0]
        again = author.fields(address)
        for name, value in keys.items():
            assert again[name] == (value if isinstance(value, list) else [value]), (kind, name)
        author.press(address, "use")
        assert versions(app, address.rsplit("/", 1)[1]) == [1], "putting in use what is in use makes no version"
        assert f"Câu {kind}?" in author.get(f"{address}/xem-truoc")
        author.press(address, stem=f"Câu {kind} khác?")
        assert versions(app, address.rsplit("/", 1)[1]) == [1], "a draft is not in use"
        author.press(address, "use")
        assert versions(app, address.rsplit("/", 1)[1]) == [1, 2]


@pytest.mark.parametrize(
    "changes",
    [
        {"stem": ""},
        {"options-only": []},
        {"options-2-text": ""},
        {"options-0-text": "", "options-0-why": ""},
        {"options-1-text": "Tắt máy, gọi lại số quen"},
        {"skills": []},
        {"skills": ["KHONG.CO"]},
        {"lesson": "khong-co-bai-nay"},
        {"sender": "NGAN HANG"},
    ],
)
def test_what_a_question_may_not_lack(author: Author, app: Flask, changes: dict[str, Any]) -> None:
    bank = a_bank(author)
    fields = author.fields(f"{bank}/moi?pool=exam", f"{bank}/moi")
    fields |= {"stem": "Câu hỏi?", "options-only": "0", "skills": ["ND.4.3"], **OPTIONS, **changes}
    answer = author.send(f"{bank}/moi", fields, "submit", status=303 if changes.get("stem", "?") else 422)
    page = author.get(answer.headers["Location"]) if answer.status_code == 303 else answer.get_data(as_text=True)
    assert "Đọc mã là trao chìa khóa." in page, "nothing is lost"
    assert 'class="callout bad"' in page
    with app.app_context():
        waits = connection().execute(select(Submission.id).where(Submission.kind == "questions")).all()
        assert waits == [], "what is not whole is not handed in"


def test_a_question_sent_twice_is_one_and_its_pool_is_fixed(author: Author, app: Flask) -> None:
    bank = a_bank(author)
    first = an_item(author, bank, "practice")
    assert an_item(author, bank, "practice") == first
    exam = an_item(author, bank, "exam")
    assert exam != first
    author.press(first, pool="exam", stem="Câu khác?")
    slug = first.rsplit("/", 1)[1]
    with app.app_context():
        pool = connection().execute(select(Item.pool).where(Item.slug == slug)).scalar_one()
        assert pool == "practice"
    anyone = app.test_client()
    assert anyone.get(f"/luyen/{slug}").status_code == 200
    assert anyone.get(f"/luyen/{exam.rsplit('/', 1)[1]}").status_code == 404


def test_a_retired_question_goes_and_comes_back(author: Author, app: Flask) -> None:
    bank = a_bank(author)
    page = an_item(author, bank)
    slug = page.rsplit("/", 1)[1]
    for _twice in range(2):
        assert author.client.post(f"{page}/ngung").status_code == 303
    assert app.test_client().get(f"/luyen/{slug}").status_code == 404
    author.client.post(f"{page}/ngung", data={"back": "1"})
    assert app.test_client().get(f"/luyen/{slug}").status_code == 200


def test_wording_over_somebody_elses_wording_shows_both(author: Author, sign_in: Any) -> None:
    page = an_item(author, a_bank(author))
    mine = author.fields(page)
    Author(sign_in("administrator")).press(page, stem="Câu của quản trị?")
    mine["stem"] = ["Câu của giảng viên?"]
    text = author.send(page, mine, status=409).get_data(as_text=True)
    assert "Câu của quản trị?" in text
    assert "Câu của giảng viên?" in text
    author.send(page, form_fields(text, page))
    assert "Câu của giảng viên?" in author.get(page)


def test_the_list_filters(author: Author) -> None:
    bank = a_bank(author)
    an_item(author, bank, "practice", stem="Câu luyện về mã?")
    an_item(author, bank, "exam", stem="Câu thi về mạng?", skills=["ND.1.1"])
    assert "Câu thi về mạng?" not in author.get(f"{bank}?pool=practice")
    assert "Câu luyện về mã?" not in author.get(f"{bank}?skill=ND.1")
    assert "Câu thi về mạng?" in author.get(f"{bank}?q=cau+thi")
    assert author.get(f"{bank}?trang=99&skill=%25_")


def test_a_question_is_asked_in_a_lesson(author: Author, app: Flask) -> None:
    item = an_item(author, a_bank(author), stem="Ai đó hỏi mã OTP, bạn làm gì?")
    lesson = a_lesson(author)
    author.press(lesson, "add::check")
    assert author.press(lesson, "find:6").headers["Location"].endswith("/cau-hoi?block=6&field=item")
    page = f"{lesson}/cau-hoi"
    assert "Ai đó hỏi mã OTP" in author.get(f"{page}?block=6&q=ma+otp")
    base = author.fields(lesson)["base"]
    chosen = {"base": base, "block": "6", "item": item.rsplit("/", 1)[1]}
    assert author.client.post(page, data=chosen).status_code == 303
    author.press(lesson, "publish")
    assert "Ai đó hỏi mã OTP" in author.get(f"{lesson}/xem-truoc")
    assert author.client.get(f"{page}?block=0").status_code == 404


def test_a_quiz_from_nothing_to_an_attempt(author: Author, app: Flask, sign_in: Any) -> None:
    quiz = begin(author, "/studio/bai-kiem-tra", "Kiểm tra nhanh")
    author.press(quiz, "publish", 422)
    author.press(quiz, "line")
    author.press(quiz, "publish", 422, **{"b0__from": "ND.4", "b0__count": "500"})
    author.press(quiz, "save", 422, **{"b0__from": "KHONG.CO"})
    author.press(quiz, "save", b0__from="ND.4", b0__count="3", correct="2", intro="Ba câu ngắn.")
    author.press(quiz, "part")
    author.press(quiz, "publish", 422, p0__from="ND.5", p0__correct="1")
    author.press(quiz, "publish", p0__from="ND.4", p0__correct="1")

    course = begin(author, "/studio/khoa-hoc", "Khóa có bài kiểm tra")
    author.press(course, "module", new__module="Một")
    slug = quiz.rsplit("/", 1)[1]
    author.client.post(f"{course}/them", data={"module": "0", "title": "Một", "kind": "quiz", "slug": slug})
    author.press(course, "publish", groups=["citizens"])
    learner = sign_in("learner")
    front = learner.get(f"/hoc/khoa-co-bai-kiem-tra/kiem-tra/{slug}")
    assert front.status_code == 200
    assert "Ba câu ngắn." in front.get_data(as_text=True)
    started = learner.post(f"/hoc/khoa-co-bai-kiem-tra/kiem-tra/{slug}/bat-dau", data={})
    assert started.status_code == 303, started.get_data(as_text=True)

    author.press(quiz, "publish", title="Kiểm tra nhanh, bản hai")
    with app.app_context():
        numbers = connection().execute(select(QuizRevision.number, QuizRevision.body).order_by(QuizRevision.id)).all()
        assert [n for n, body in numbers if body["slug"] == slug] == [1, 2]


def test_how_a_quiz_is_taken(author: Author, app: Flask) -> None:
    quiz = begin(author, "/studio/bai-kiem-tra", "Kiểm tra cuối khóa")
    author.press(quiz, "line")
    author.press(quiz, "save", b0__from="ND.4", b0__count="3", correct="2")
    author.press(quiz, "publish")
    slug = quiz.rsplit("/", 1)[1]
    assert not {"limit", "policy"} & newest_body(app, slug).keys(), "what is as everywhere is not stored"
    for wrong in ({"limit": "0"}, {"tries": "21"}, {"exposure": "100"}, {"days": "0"}, {"b0__levels": "ba"}):
        author.press(quiz, "save", 422, **wrong)
    author.press(quiz, "publish", 422, feedback="end")
    author.press(quiz, "publish", 422, purpose="practice", feedback="no_key", tries="3")
    author.press(quiz, "publish", 422, purpose="final", supervised="required")
    author.press(quiz, "publish", 422, supervised="required", where="Ở nhà văn hóa", b0__thinking=["extend"])
    author.press(
        quiz, "publish", limit="30", wait="1440", counts="last", when_short="fewer", exposure="20", days="7",
        b0__levels="", b0__thinking=[],
    )  # fmt: skip
    body = newest_body(app, slug)
    assert body["limit"] == 30
    assert body["policy"] == {
        "purpose": "final", "tries": 3, "wait": 1440, "supervised": "required", "where": "Ở nhà văn hóa",
        "counts": "last", "when_short": "fewer", "exposure": 20, "days": 7,
    }  # fmt: skip
    again = author.fields(quiz)
    assert (again["limit"], again["tries"], again["wait"]) == (["30"], ["3"], ["1440"])
    author.press(quiz, "save", b0__levels="2, 1", b0__thinking=["extend", "know"])
    with app.app_context():
        draft = connection().execute(select(QuizDocument.draft).order_by(QuizDocument.changed_at.desc())).scalars()
        line = next(d for d in draft if d["slug"] == slug)["draw"][0]
    assert (line["levels"], line["thinking"]) == ([1, 2], ["know", "extend"])
    quiz_spec = quiz_of({**body, "draw": [line]})
    files = package_files(Package("x", "x", "1", quizzes=(quiz_spec,)))
    assert "thinking: [know, extend]" in files[f"quizzes/{slug}.yaml"].decode()


def newest_body(app: Flask, slug: str) -> dict[str, Any]:
    with app.app_context():
        bodies = connection().execute(select(QuizRevision.body).order_by(QuizRevision.id.desc())).scalars()
        return next(dict(body) for body in bodies if body["slug"] == slug)


def test_saving_a_quiz_over_somebody_elses_save_shows_both(author: Author, sign_in: Any) -> None:
    quiz = begin(author, "/studio/bai-kiem-tra", "Kiểm tra chung")
    mine = author.fields(quiz)
    Author(sign_in("administrator")).press(quiz, intro="Lời của quản trị.")
    mine["intro"] = ["Lời của giảng viên."]
    text = author.send(quiz, mine, status=409).get_data(as_text=True)
    assert "Lời của quản trị." in text
    assert "Lời của giảng viên." in text


def test_what_is_assured_can_be_drawn() -> None:
    bank = [Candidate(i, i, frozenset({f"A.{i % 3}.1"})) for i in range(12)]
    lines = [{"from": ["A"], "count": 4}, {"from": ["A.1"], "count": 4, "spread": True}]
    assert assured(lines, bank) == [(12, 12), (4, 0)]
    turned = [lines[1], lines[0]]
    assert assured(turned, bank) == [(4, 4), (12, 8)]
    for seed in range(200):
        assert len(draw(deck_of(turned, bank), seed).places) == 8
