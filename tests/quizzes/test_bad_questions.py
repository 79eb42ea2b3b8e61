"""The pages on which a bad question is put right: what an official sees and does, and what learners read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from certificates.models import Credential
from lms.api.competency import attained_by, courses_of
from lms.api.learning import activity
from lms.api.work import connection, unit_of_work
from lms.inbox.models import Note
from lms.outbox.worker import Worker
from lms.packages.policies import DEFAULTS, broken_rules, written_policy
from lms.testing import story
from quizzes import corrections, queries
from quizzes.corrections import APPLIED, LOOKED, UNDONE
from quizzes.graded import worded
from quizzes.items.contract import WHOLE
from quizzes.models import Attempt, Correction, QuizRevision
from quizzes.services import attempts, timing
from tests.quizzes.test_marked import mine
from tests.quizzes.test_neutralising import QUESTIONS, four_questions, item, taken

BAD = "/can-bo/cau-hoi-sai"


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def form(quiz: int, which: int, **more: Any) -> dict[str, Any]:
    return {
        "cau": "zz-bad-0", "version": str(which), "quizzes": [str(quiz)], "way": "all",
        "reason": "câu này có hai câu trả lời đúng", **more,
    }  # fmt: skip


def version() -> int:
    return corrections.versions_of(item(0))[0].id


def states() -> list[int]:
    c = Correction.__table__
    return list(connection().execute(select(c.c.state).order_by(c.c.id)).scalars())


def test_from_the_question_to_the_learner_and_back(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    learner = sign_in("learner", on=any_app)
    with any_app.app_context():
        me = mine(learner)
        quiz = four_questions(any_app)
        paper = taken(quiz, {1, 2}, account=me)
        which = version()
    result = f"/luot/{paper}/ket-qua"
    assert "hai câu trả lời đúng" not in text(learner, result)

    officer = sign_in("administrator", on=any_app)
    assert "otp-con-trai" in text(officer, f"{BAD}/moi")
    assert "Ngân hàng" in text(officer, f"{BAD}/moi?cau=khong-co", 404)
    page = text(officer, f"{BAD}/moi?cau=zz-bad-0")
    assert "Câu hỏi 0?" in page
    assert "Kiểm tra riêng" in page
    for wrong in (
        {"reason": " "},
        {"quizzes": []},
        {"way": "x"},
        {"since": "hôm qua"},
        {"way": "key"},
        {"version": ""},
    ):
        sent = officer.post(BAD, data=form(quiz.quiz, which, **wrong))
        assert sent.status_code == 422, wrong
        assert "error" in sent.get_data(as_text=True)
    begun = officer.post(BAD, data=form(quiz.quiz, which))
    assert begun.status_code == 303
    one = begun.location
    with any_app.app_context():
        assert states() == [LOOKED]
    page = text(officer, one)
    assert "1 bài nay mới đạt" in page
    assert "Áp dụng" in page
    assert "hai câu trả lời đúng" not in text(learner, result), "nothing is changed by counting"
    with any_app.app_context():
        assert quiz.row(paper).passed is False

    assert officer.post(f"{one}/ap-dung").status_code == 303
    with any_app.app_context():
        assert states() == [APPLIED]
        assert quiz.row(paper).passed is True
        n = Note.__table__
        told = connection().execute(select(n.c.link).where(n.c.account_id == me, n.c.kind == "quizzes.remarked"))
        assert told.scalar_one() == result
    seen = text(learner, result)
    assert "được tính đúng cho mọi người, vì: câu này có hai câu trả lời đúng" in seen
    names = text(officer, f"{one}/dat")
    assert "1 bài" in names
    text(officer, f"{one}/giu")
    text(officer, f"{one}/khac", 404)
    assert officer.post(f"{one}/bo").status_code == 409, "what was applied is undone, not thrown away"
    assert officer.post(f"{one}/hoan-tac", data={"reason": ""}).status_code == 422
    assert officer.post(f"{one}/hoan-tac", data={"reason": "đã xem lại"}).status_code == 303
    with any_app.app_context():
        assert states() == [UNDONE]
        assert quiz.row(paper).passed is False
    assert "hai câu trả lời đúng" not in text(learner, result)
    assert "zz-bad-0" in text(officer, BAD)


def test_what_was_only_counted_can_be_thrown_away(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    officer = sign_in("administrator", on=any_app)
    with any_app.app_context():
        quiz = four_questions(any_app)
        taken(quiz, set(range(QUESTIONS)))
        which = version()
    one = officer.post(BAD, data=form(quiz.quiz, which, way="key", also=[f"{which}:1"])).location
    assert "Trả lời 1" in text(officer, one)
    assert officer.post(f"{one}/bo").status_code == 303
    text(officer, one, 404)
    with any_app.app_context():
        assert states() == []


def test_it_is_for_those_who_publish_in_the_banks_unit(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    officer = sign_in("administrator", on=any_app)
    with any_app.app_context():
        quiz = four_questions(any_app)
        which = version()
    one = officer.post(BAD, data=form(quiz.quiz, which)).location
    for who in ("learner", "verifier"):
        other = sign_in(who, on=any_app)
        for path in (BAD, f"{BAD}/moi?cau=zz-bad-0", one, f"{one}/dat"):
            text(other, path, 404)
        for path in (BAD, f"{one}/ap-dung", f"{one}/bo", f"{one}/hoan-tac"):
            assert other.post(path, data={"cau": "zz-bad-0"}).status_code == 404
    with any_app.app_context():
        assert states() == [LOOKED]


def test_how_answers_are_marked_is_said_in_a_package() -> None:
    assert written_policy({"purpose": "final", "markers": 2}) == {"purpose": "final", "marking": {"markers": 2}}
    assert written_policy({"tries": 3}) == {"tries": 3}
    assert {"markers", "apart"} <= set(DEFAULTS)
    assert broken_rules({"markers": 2}, "exam") == []


def test_it_lists_what_was_attained_and_the_certificates(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    learner = sign_in("learner", on=any_app)
    officer = sign_in("administrator", on=any_app)
    with any_app.app_context():
        me = mine(learner)
        with unit_of_work():
            story.fulfil(me, "nguoi-dan")
        while Worker(any_app).once():
            pass
        (held,) = attained_by(me)
        (slug,) = held.evidence["quizzes"]
        quiz, course = activity("quiz", slug), courses_of(held.programme_id)[0][0]
        assert quiz is not None
        r, a = QuizRevision.__table__, Attempt.__table__
        newest = select(r.c.id).where(r.c.activity_id == quiz.id).order_by(r.c.id.desc()).limit(1)
        revision = connection().execute(newest).scalar_one()
        with unit_of_work():
            paper = attempts.start(me, course, quiz.id, revision, None, enrolled=True)
            timing.hand_in(paper)
            row = queries.attempt_by_uuid(paper)
            assert row is not None
            body, found = queries.revision(revision), queries.versions([entry[0] for entry in row.paper])
            # one point below the line: every part that must be passed by itself is
            own = [p["from"] for p in body["pass"]["parts"]]
            order = sorted(
                range(len(found)), key=lambda n: not any(c.startswith(tuple(own)) for c in skills_of(found[n]))
            )
            right = set(order[: body["pass"]["correct"] - 1])
            marks = [WHOLE if n in right else 0 for n in range(len(found))]
            connection().execute(a.update().where(a.c.uuid == paper).values(marks=marks))
        bad = found[order[-1]]
        name = worded([bad.id])[bad.id].slug
        number = connection().execute(
            select(Credential.number).where(Credential.attainment_id == held.id)
        ).scalar_one()  # fmt: skip
    asked = {"cau": name, "version": str(bad.id), "quizzes": [str(quiz.id)], "way": "all", "reason": "sai"}
    page = text(officer, officer.post(BAD, data=asked).location)
    assert "1 bài nay mới đạt" in page
    assert held.title in page
    assert number in page


def skills_of(version: queries.VersionRow) -> list[str]:
    return list(version.body["skills"])
