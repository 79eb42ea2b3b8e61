"""Questions that give no mark by themselves: what is run elsewhere, and what a person marks."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select

import migrations
from lms.api.learning import RUNNERS
from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account
from lms.learning.models import Evidence
from lms.starting import demo_sign_ins
from plugins.practice import queries as practices
from plugins.practice.models import Run
from quizzes import queries
from quizzes.items.contract import WAITS, WHOLE
from quizzes.models import Attempt, Marking
from quizzes.services import attempts, running
from quizzes.services.importing import bank_of, publish_item
from tests.quizzes.specs import SPECS
from tests.quizzes.world import Quizzing, quizzing

PRACTICE = "ma-otp-qua-dien-thoai"


def ask(kind: str, spec: dict[str, Any], number: int = 1, **more: Any) -> None:
    """Puts a question into the exam pool, under a code of its type."""
    body = {
        "stem": f"Câu {kind} {number}?", "message": None, "lesson": "", "skills": [f"ZZ.{kind}"], "data": spec, **more,
    }  # fmt: skip
    with unit_of_work():
        publish_item(f"zz-{kind.replace('_', '-')}-{number}", bank_of("zz", "ZZ", 1), "exam", kind, body, None, None)


def quiz_of(app: Flask, *kinds: str, correct: int = 1) -> Quizzing:
    draw = [{"from": [f"ZZ.{kind}"], "count": 1, "spread": False} for kind in kinds]
    return quizzing(app, draw=draw, **{"pass": {"correct": correct, "parts": []}})


@pytest.fixture
def in_app(any_app: Flask) -> Iterator[Flask]:
    with any_app.app_context():
        yield any_app


def run_practice(account_id: int, ticket: UUID, points: int, most: int, traps: int = 0, mode: int = 3) -> None:
    found = practices.newest(PRACTICE)
    assert found is not None
    with unit_of_work():
        connection().execute(
            insert(Run).values(
                account_id=account_id, activity_id=found.activity_id, revision_id=found.revision_id,
                token=ticket.bytes, mode=mode, points=points, most=most, traps=traps, at=clock.seconds(),
            )
        )  # fmt: skip


def evidence_of(account_id: int, activity_id: int) -> int:
    e = Evidence.__table__
    found = select(func.count()).where(e.c.account_id == account_id, e.c.activity_id == activity_id)
    return int(connection().execute(found).scalar_one())


def test_a_run_gives_the_mark_and_only_ones_own_test_counts(in_app: Flask) -> None:
    ask("practice", {"practice": PRACTICE})
    quiz = quiz_of(in_app, "practice")
    uuid = quiz.begin()
    (version,) = queries.versions([quiz.row(uuid).paper[0][0]])
    ticket = running.ticket_of(uuid, 0)
    assert running.answer_of(version, uuid, 0, quiz.account) is None
    other = quiz.someone("ho-khac")
    run_practice(other, ticket, 5, 5)
    assert running.answer_of(version, uuid, 0, quiz.account) is None, "somebody else's run"
    second = quiz.begin(other)
    run_practice(other, running.ticket_of(second, 0), 5, 5, mode=1)
    assert running.answer_of(version, second, 0, other) is None, "with hints is no test"
    quiz.hand_in(uuid)
    assert quiz.row(uuid).marks == [0], "what was not done is not answered"

    third = quiz.begin()
    run_practice(quiz.account, running.ticket_of(third, 0), 4, 5)
    quiz.hand_in(third)
    assert quiz.row(third).marks == [WHOLE * 4 // 5]
    assert quiz.row(third).passed is False


def test_without_its_plugin_it_cannot_be_asked(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ask("practice", {"practice": PRACTICE})
    ask("practice", {"practice": "khong-con-nua"}, 2)
    quiz = quizzing(in_app, draw=[{"from": ["ZZ.practice"], "count": 2, "spread": False}])
    uuid = quiz.begin()
    marks = {}
    row = quiz.row(uuid)
    for version in queries.versions([entry[0] for entry in row.paper]):
        marks[version.body["data"]["practice"]] = attempts.mark_of(version, None)
    assert marks == {PRACTICE: 0, "khong-con-nua": None}
    monkeypatch.setattr(RUNNERS, "find", lambda _name: None)
    assert all(attempts.mark_of(v, None) is None for v in queries.versions([entry[0] for entry in row.paper]))


def mine(_client: FlaskClient) -> int:
    """The learner's account."""
    login = demo_sign_ins()["learner"]["login"]
    known = (Account.username == login) | (Account.phone == login)
    return int(connection().execute(select(Account.id).where(known)).scalar_one())


def test_a_person_gives_the_mark_and_the_verdict_follows(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    browser = sign_in("learner", on=any_app)
    with any_app.app_context():
        me = mine(browser)
        ask("task", SPECS["task"][0])
        ask("short_answer", SPECS["short_answer"][0])
        quiz = quiz_of(any_app, "task", "short_answer", correct=2)
        uuid = quiz.begin(me)
        row = quiz.row(uuid)
        kinds = [v.type for v in queries.versions([entry[0] for entry in row.paper])]
    place = kinds.index("task") + 1
    asked = browser.get(f"/luot/{uuid}/{place}").get_data(as_text=True)
    assert "Tự làm" in asked
    assert "Tự làm được" not in asked, "the levels of the rubric are the marker's"
    assert browser.post(f"/luot/{uuid}/{place}", data={"answer": "  "}).status_code == 422
    assert browser.post(f"/luot/{uuid}/{place}", data={"answer": "Em tự làm ạ."}).status_code == 303
    other = 3 - place
    sent = browser.post(f"/luot/{uuid}/{other}", data={"answer": "MAT KHAU"})
    assert sent.status_code == 303
    assert "MAT KHAU" in browser.get(f"/luot/{uuid}/{other}").get_data(as_text=True)
    assert browser.post(f"/luot/{uuid}/nop").status_code == 303
    page = browser.get(f"/luot/{uuid}/ket-qua").get_data(as_text=True)
    assert "Em tự làm ạ." in page
    with any_app.app_context():
        row = quiz.row(uuid)
        assert (row.waits, row.passed) == (1, None)
        assert sorted(row.marks or []) == [WAITS, WHOLE]
        assert evidence_of(me, quiz.quiz) == 0, "nothing is certain yet"

    assert browser.get("/can-bo/cham-bai").status_code == 404
    marker = sign_in("verifier", on=any_app)
    listed = marker.get("/can-bo/cham-bai").get_data(as_text=True)
    address = f"/can-bo/cham-bai/{uuid}/{place}"
    assert address in listed
    assert marker.get(f"/can-bo/cham-bai/{uuid}/{other}").status_code == 404, "that one does not wait"
    assert "Em tự làm ạ." in marker.get(address).get_data(as_text=True)
    for wrong in ({}, {"level-0": "0"}, {"level-0": "0", "level-1": "7"}, {"level-0": "x", "level-1": "0"}):
        assert marker.post(address, data=wrong).status_code == 422
    assert marker.post(address, data={"level-0": "0", "level-1": "1", "note": "Làm tốt lắm!"}).status_code == 303
    assert marker.post(address, data={"level-0": "0", "level-1": "1"}).status_code == 404, "it waits no more"
    with any_app.app_context():
        row = quiz.row(uuid)
        assert (row.waits, row.passed, row.marks) == (0, True, [WHOLE, WHOLE])
        assert evidence_of(me, quiz.quiz) == 1
        kept = connection().execute(select(Marking.levels, Marking.note)).one()
        assert (kept.levels, kept.note) == ([0, 1], "Làm tốt lắm!")
    said = browser.get(f"/luot/{uuid}/ket-qua").get_data(as_text=True)
    assert "Làm tốt lắm!" in said
    assert "Tự làm được" in said


def test_points_that_are_no_whole_number(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    browser = sign_in("learner", on=any_app)
    with any_app.app_context():
        ask("multiple_choice", SPECS["multiple_choice"][0], fix="Đọc lại câu hỏi một lần nữa.")
        ask("numeric", SPECS["numeric"][0])
        quiz = quiz_of(any_app, "multiple_choice", "numeric", correct=2)
        uuid = quiz.begin(mine(browser))
        row = quiz.row(uuid)
        kinds = [v.type for v in queries.versions([entry[0] for entry in row.paper])]
        many = kinds.index("multiple_choice")
        quiz.answer(uuid, many, [0])
    refused = browser.post(f"/luot/{uuid}/{2 - many}", data={"answer": "mười hai"})
    assert refused.status_code == 422
    assert "mười hai" in refused.get_data(as_text=True), "what was typed is there to be mended"
    assert "1.234,5" in refused.get_data(as_text=True)
    assert browser.post(f"/luot/{uuid}/{2 - many}", data={"answer": "12,7"}).status_code == 303
    browser.post(f"/luot/{uuid}/nop")
    page = browser.get(f"/luot/{uuid}/ket-qua").get_data(as_text=True)
    assert "1,5" in page
    assert "Đọc lại câu hỏi một lần nữa." not in page, "what puts it right may tell the key to whoever comes after"
    assert "Câu hỏi kiểm tra không hiện lại" in page
    assert "Câu multiple_choice 1?" not in page
    with any_app.app_context():
        assert quiz.row(uuid).passed is False, "the verdict is made on the exact points"


def test_old_marks_become_parts(any_app: Flask) -> None:
    """The move of stored marks, as the migration makes it, there and back."""
    path = Path(migrations.__file__).parent / "quizzes" / "0002_items.py"
    spec = importlib.util.spec_from_file_location("quizzes_0002", path)
    assert spec is not None
    assert spec.loader is not None
    moving = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(moving)
    with any_app.app_context():
        quiz = quizzing(any_app)
        uuid, untouched = quiz.begin(), quiz.begin(quiz.someone("nguoi-khac"))
        a = Attempt.__table__
        with unit_of_work():
            connection().execute(a.update().where(a.c.uuid == uuid).values(marks=[0, 1, 2, None, 2]))
            change = moving._TIMES[connection().dialect.name]
            connection().exec_driver_sql(change.format(change=f"* {moving.HALF}"))
        assert quiz.row(uuid).marks == [0, WHOLE // 2, WHOLE, None, WHOLE]
        assert quiz.row(untouched).marks is None
        with unit_of_work():
            connection().exec_driver_sql(change.format(change=f"/ {moving.HALF}"))
        assert quiz.row(uuid).marks == [0, 1, 2, None, 2]
