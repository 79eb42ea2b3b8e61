"""Answers that two people mark, not seeing each other's mark, and the one who decides where they differ."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.api.work import Conflict, Invalid, clock, connection, unit_of_work
from lms.identity import accounts
from lms.learning.models import Evidence
from lms.rebuilding import differences
from quizzes import queries, to_mark
from quizzes.items.contract import WAITS, WHOLE
from quizzes.models import Attempt, Marking, Reading, ToMark
from quizzes.services import marking, moderating
from quizzes.services.importing import bank_of, publish_item
from tests.quizzes.specs import SPECS
from tests.quizzes.world import PASSWORD, Quizzing, quizzing

Q = ToMark.__table__
# Levels of the rubric of SPECS["task"][0]: two lines.
BEST, WORST = [0, 1], [1, 0]


@pytest.fixture
def in_app(any_app: Flask) -> Iterator[Flask]:
    with any_app.app_context():
        yield any_app


def ask_task(number: int = 1) -> None:
    body = {
        "stem": f"Việc {number}?", "message": None, "lesson": "", "skills": ["ZZ.task"], "data": SPECS["task"][0],
    }  # fmt: skip
    with unit_of_work():
        publish_item(f"zz-task-{number}", bank_of("zz", "ZZ", 1), "exam", "task", body, None, None)


def marked_by(app: Flask, markers: int, apart: int = 20, tasks: int = 1, correct: int = 1) -> Quizzing:
    for number in range(tasks):
        ask_task(number + 1)
    return quizzing(
        app,
        draw=[{"from": ["ZZ.task"], "count": tasks, "spread": False}],
        policy={"markers": markers, "apart": apart},
        **{"pass": {"correct": correct, "parts": []}},
    )


def handed_in(quiz: Quizzing, account: int | None = None) -> UUID:
    uuid = quiz.begin(account)
    for position in range(quiz.row(uuid).total):
        quiz.answer(uuid, position, ["Em tự làm ạ."])
    quiz.hand_in(uuid)
    return uuid


def officers(*names: str) -> list[int]:
    with unit_of_work():
        return [accounts.sign_up(f"Cán bộ {name}", f"can.bo.{name}", PASSWORD) for name in names]


def give(quiz: Quizzing, uuid: UUID, levels: list[int], by_id: int, position: int = 0, note: str = "") -> None:
    one = marking.one_waiting(quiz.row(uuid), position)
    with unit_of_work():
        marking.mark(one, levels, note, by_id)


def parts_of(quiz: Quizzing, uuid: UUID, levels: list[int]) -> int:
    one = marking.one_waiting(quiz.row(uuid), 0)
    return marking.graded(one, levels).parts


def evidence(account: int) -> int:
    e = Evidence.__table__
    return int(connection().execute(select(func.count()).where(e.c.account_id == account, e.c.kind == 2)).scalar_one())


def stage(uuid: UUID) -> int | None:
    a = Attempt.__table__
    found = select(Q.c.stage).join(a, a.c.id == Q.c.attempt_id).where(a.c.uuid == uuid)
    return connection().execute(found).scalar()


def test_two_who_agree_give_the_mean(in_app: Flask) -> None:
    quiz = marked_by(in_app, 2, apart=100)
    one, two = officers("mot", "hai")
    uuid = handed_in(quiz)
    best, worst = parts_of(quiz, uuid, BEST), parts_of(quiz, uuid, WORST)
    assert best == WHOLE
    assert worst < best
    give(quiz, uuid, BEST, one, note="Rõ ràng.")
    row = quiz.row(uuid)
    assert (row.marks, row.waits, row.passed) == ([WAITS], 1, None), "one mark of two says nothing yet"
    assert stage(uuid) == 2
    with pytest.raises(Conflict):
        give(quiz, uuid, BEST, one)
    give(quiz, uuid, BEST, two, note="Đủ ý.")
    row = quiz.row(uuid)
    assert (row.marks, row.waits, row.passed) == ([WHOLE], 0, True)
    assert stage(uuid) is None
    assert evidence(quiz.account) == 1
    (version,) = queries.versions([row.paper[0][0]])
    said = marking.marked(row.id, [version])[0].why
    assert "Rõ ràng." in said
    assert "Đủ ý." in said
    assert differences() == []


def test_two_who_differ_are_decided_between(in_app: Flask) -> None:
    quiz = marked_by(in_app, 2)
    one, two, three = officers("mot", "hai", "ba")
    uuid = handed_in(quiz)
    give(quiz, uuid, BEST, one)
    give(quiz, uuid, WORST, two)
    assert quiz.row(uuid).marks == [WAITS]
    assert stage(uuid) == 3
    assert to_mark.waiting([1], three, True, to_mark.Wanted())[1] == 1
    assert to_mark.waiting([1], one, True, to_mark.Wanted())[1] == 0, "not by who gave one of the marks"
    assert to_mark.waiting([1], three, False, to_mark.Wanted())[1] == 0
    with pytest.raises(Conflict):
        give(quiz, uuid, BEST, three)
    waiting = marking.one_waiting(quiz.row(uuid), 0)
    with pytest.raises(Invalid), unit_of_work():
        moderating.decide(waiting, BEST, "  ", three)
    with pytest.raises(Conflict), unit_of_work():
        moderating.decide(waiting, BEST, "Vì tôi.", one)
    with unit_of_work():
        moderating.decide(waiting, WORST, "Thiếu một bước.", three)
    row = quiz.row(uuid)
    assert row.waits == 0
    assert row.marks == [parts_of_levels(quiz, uuid, WORST)]
    agreed = to_mark.agreement([1])
    assert (agreed.pairs, agreed.same, agreed.decided) == (1, 0, 1)
    assert not agreed.says_something


def parts_of_levels(quiz: Quizzing, uuid: UUID, levels: list[int]) -> int:
    return marking.graded(moderating.one_marked(quiz.row(uuid), 0), levels).parts


def test_near_marks_with_different_verdicts_are_decided_between(in_app: Flask) -> None:
    quiz = marked_by(in_app, 2, apart=100)
    one, two = officers("mot", "hai")
    uuid = handed_in(quiz)
    give(quiz, uuid, BEST, one)
    give(quiz, uuid, WORST, two)
    assert stage(uuid) == 3, "one passes the paper, the other does not"


def test_nobody_marks_what_somebody_else_has_claimed(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    quiz = marked_by(in_app, 1)
    one, two = officers("mot", "hai")
    uuid = handed_in(quiz)
    waiting = marking.one_waiting(quiz.row(uuid), 0)
    with unit_of_work():
        marking.claim(waiting, one)
        marking.claim(waiting, one)
    with pytest.raises(Conflict), unit_of_work():
        marking.claim(waiting, two)
    with pytest.raises(Conflict):
        give(quiz, uuid, BEST, two)
    assert to_mark.next_free([1], two, to_mark.Wanted()) is None
    assert to_mark.next_free([1], one, to_mark.Wanted()) == (uuid, 0)
    later = clock.seconds() + marking.CLAIM + 1
    monkeypatch.setattr(clock, "seconds", lambda: later)
    assert to_mark.next_free([1], two, to_mark.Wanted()) == (uuid, 0), "a claim ends by itself"
    give(quiz, uuid, BEST, two)
    assert quiz.row(uuid).passed is True


def test_the_queue_has_pages_and_filters(in_app: Flask) -> None:
    quiz = marked_by(in_app, 1)
    (officer,) = officers("mot")
    papers = [handed_in(quiz, quiz.someone(f"nguoi-{n}")) for n in range(5)]
    rows, total = to_mark.waiting([1], officer, False, to_mark.Wanted(), 1, 2)
    assert (len(rows), total) == (2, 5)
    assert [r.uuid for r in rows] == papers[:2]
    assert [r.uuid for r in to_mark.waiting([1], officer, False, to_mark.Wanted(), 3, 2)[0]] == papers[4:]
    assert to_mark.waiting([1], officer, False, to_mark.Wanted(quiz=quiz.quiz))[1] == 5
    assert to_mark.waiting([1], officer, False, to_mark.Wanted(quiz=quiz.course))[1] == 0
    assert to_mark.waiting([1], officer, False, to_mark.Wanted(days=3))[1] == 0
    assert to_mark.quizzes_waiting([1], officer, False) == [(quiz.quiz, "Kiểm tra riêng", 5)]


def test_two_at_once_give_one_first_and_one_second_mark(any_app: Flask) -> None:
    with any_app.app_context():
        quiz = marked_by(any_app, 2, apart=100)
        people = officers("mot", "hai", "ba")
        uuid = handed_in(quiz)
    ready, said = threading.Barrier(3), []

    def mark(by_id: int) -> None:
        with any_app.app_context():
            one = marking.one_waiting(quiz.row(uuid), 0)
            ready.wait()
            try:
                with unit_of_work():
                    marking.mark(one, BEST, "", by_id)
                said.append("given")
            except Conflict:
                said.append("refused")

    threads = [threading.Thread(target=mark, args=(by_id,)) for by_id in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with any_app.app_context():
        assert sorted(said) == ["given", "given", "refused"]
        roles = connection().execute(select(Reading.role).order_by(Reading.role)).scalars()
        assert list(roles) == [1, 2]
        assert quiz.row(uuid).marks == [WHOLE]
        assert evidence(quiz.account) == 1


def test_marking_anew_changes_the_score_and_tells_the_learner(in_app: Flask) -> None:
    quiz = marked_by(in_app, 1)
    one, two = officers("mot", "hai")
    uuid = handed_in(quiz)
    give(quiz, uuid, WORST, one)
    assert quiz.row(uuid).passed is False
    held = moderating.one_marked(quiz.row(uuid), 0)
    looked = moderating.looked_at(held, BEST)
    assert (looked.passed_before, looked.after.passed) == (False, True)
    assert quiz.row(uuid).passed is False, "looking changes nothing"
    with pytest.raises(Conflict), unit_of_work():
        moderating.mark_anew(held, BEST, "Vì tôi nghĩ lại.", one)
    with pytest.raises(Invalid), unit_of_work():
        moderating.mark_anew(held, BEST, "", two)
    with unit_of_work():
        moderating.mark_anew(moderating.one_marked(quiz.row(uuid), 0), BEST, "Người chấm bỏ sót ý cuối.", two)
    row = quiz.row(uuid)
    assert (row.marks, row.passed, row.acts) == ([WHOLE], True, 1)
    assert evidence(quiz.account) == 2
    assert [g.role for g in marking.given_to(row.id, 0)] == [1, 4], "the first mark is kept"
    assert marking.marked_anew(row.id)[0][2] == "Người chấm bỏ sót ý cuối."
    (four,) = officers("tu")
    with unit_of_work():
        moderating.mark_anew(moderating.one_marked(quiz.row(uuid), 0), WORST, "Xem lại lần nữa.", four)
    assert quiz.row(uuid).passed is False
    assert differences() == [], "what was done stays done, and the ledger says so"


@given(st.integers(0, WHOLE), st.integers(0, WHOLE))
def test_the_mean_is_exact_and_for_the_learner(first: int, second: int) -> None:
    found = marking.mean(first, second)
    assert found == marking.mean(second, first)
    assert min(first, second) <= found <= max(first, second)
    assert 0 <= 2 * found - (first + second) <= 1


def test_pages_are_blind_and_say_what_goes_on(any_app: Flask, sign_in: Callable[..., object]) -> None:
    with any_app.app_context():
        quiz = marked_by(any_app, 2)
        (other,) = officers("khac")
        uuid = handed_in(quiz)
        give(quiz, uuid, WORST, other, note="Chỗ này sai.")
    browser = sign_in("administrator", on=any_app)
    page = f"/can-bo/cham-bai/{uuid}/1"
    text = browser.get(page).get_data(as_text=True)  # type: ignore[attr-defined]
    assert "Chỗ này sai." not in text, "the second marker does not see the first mark"
    assert "Cán bộ khac" not in text
    decide = f"/can-bo/quyet-dinh-diem/{uuid}/1"
    assert "Chỗ này sai." not in browser.get(decide).get_data(as_text=True)  # type: ignore[attr-defined]
    claimed = browser.post("/can-bo/cham-bai/ke-tiep")  # type: ignore[attr-defined]
    assert claimed.status_code == 303
    assert claimed.location.endswith(page)
    assert browser.post(f"{page}/giu", data={"do": "release"}).status_code == 303  # type: ignore[attr-defined]
    sent = browser.post(page, data={"level-0": "0", "level-1": "1"})  # type: ignore[attr-defined]
    assert sent.status_code == 303
    assert browser.post(page, data={"level-0": "0", "level-1": "1"}).status_code == 409  # type: ignore[attr-defined]
    assert "Chỗ này sai." not in browser.get(decide).get_data(as_text=True), "who marked decides nothing"  # type: ignore[attr-defined]
    with any_app.app_context():
        assert connection().execute(select(func.count()).select_from(Marking.__table__)).scalar_one() == 0
