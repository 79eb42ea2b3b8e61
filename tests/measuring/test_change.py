"""Change between forms: what is kept, on which scale, for whom it is shown, who is asked again later."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms.api.learning import Entry, enrollments, publish_syllabus
from lms.api.people import find_units, person_by_id
from lms.api.work import clock, connection, unit_of_work
from lms.inbox.models import Note
from plugins.measuring import change
from plugins.measuring.ability import Answered, Known, unweighted
from plugins.measuring.models import Invited, Taken
from plugins.measuring.services import changing
from plugins.measuring.views import change as change_pages
from quizzes.api import AttemptGraded
from quizzes.kinds import QuizKind
from quizzes.measures import DAY, ENTRY, EXIT, LATER
from quizzes.models import Attempt, Measured
from tests.measuring.people import Measuring
from tests.quizzes.forms import MEASURE
from tests.quizzes.world import COURSE, newest

T = Taken.__table__


@pytest.fixture
def m(any_app: Flask) -> Iterator[Measuring]:
    with any_app.app_context():
        yield Measuring(any_app)


def test_what_a_form_came_to_is_kept_once_and_anew_with_new_difficulties(m: Measuring) -> None:
    paper = m.take(m.someone(0), ENTRY, 6)
    row = connection().execute(select(T)).one()
    assert (row.attempt_id, row.measure, row.purpose, row.questions, row.calibrated) == (paper, MEASURE, ENTRY, 8, 0)
    assert (row.share, row.ability, row.helped, row.target_group) == (0.75, None, 0, "citizens")
    with unit_of_work():
        changing.when_graded(AttemptGraded(paper, row.account_id, 0, 0, 0, True))  # told twice
    assert len(connection().execute(select(T)).all()) == 1
    m.calibrate(0.5)
    changing.rescale()
    row = connection().execute(select(T)).one()
    same = unweighted([Answered(Known(0.5), float(n < 6)) for n in range(8)])
    assert same is not None
    assert row.ability == pytest.approx(same.ability)
    assert row.error == pytest.approx(same.error)
    assert row.calibrated == 8
    changing.rescale()  # nothing is new


def test_a_mark_that_was_changed_changes_what_is_kept(m: Measuring) -> None:
    paper = m.take(m.someone(0), ENTRY, 6)
    with unit_of_work():
        marks = connection().execute(select(Attempt.__table__.c.marks)).scalar_one()
        connection().execute(update(Attempt.__table__).values(marks=[None, *marks[1:]]))  # the first does not count
    with unit_of_work():
        changing.keep([paper])
    row = connection().execute(select(T)).one()
    assert (row.questions, row.share) == (7, pytest.approx(5 / 7))


def test_a_unit_is_told_with_spread_and_those_who_are_missing(m: Measuring) -> None:
    people = [m.someone(n, "citizens" if n < 10 else "workers") for n in range(12)]
    for n, account in enumerate(people):
        m.take(account, ENTRY, 2)
        if n != 11:
            m.take(account, EXIT, 5 + n % 3, helped=1 if n == 3 else 0)
    scale = change.scale_of(MEASURE)
    assert not scale.in_logits
    found = change.compared(change.forms_of(MEASURE, scale, [m.unit]), ENTRY, EXIT)
    assert (found.began, found.both, found.missing) == (12, 11, 1)
    assert found.all is not None
    assert found.all.n == 11
    # 2 of 8 is (2 + 1) / 10; 5, 6 and 7 of 8 are 60, 70 and 80
    assert found.all.median == pytest.approx(40)
    assert found.all.low < found.all.mean < found.all.high
    assert found.by_group == {"citizens": None, "workers": None}  # the one is too small, so both are hidden
    assert found.alone is None  # the helped one alone could be reckoned
    assert found.helped is None
    other = find_units("sa pa lao cai", 1, levels={"commune"})[0].id
    assert change.compared(change.forms_of(MEASURE, scale, [other]), ENTRY, EXIT).began == 0
    m.calibrate()
    changing.rescale()
    scale = change.scale_of(MEASURE)
    assert scale.in_logits
    found = change.compared(change.forms_of(MEASURE, scale, [m.unit]), ENTRY, EXIT)
    assert found.all is not None
    low, high = (unweighted([Answered(Known(0.5), float(n < k)) for n in range(8)]) for k in (2, 6))
    assert low is not None
    assert high is not None
    assert found.all.median == pytest.approx(high.ability - low.ability)


def test_the_page_of_a_unit_and_its_files(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with any_app.app_context():
        m = Measuring(any_app)
        for n in range(9):
            account = m.someone(n)
            m.take(account, ENTRY, 2)
            m.take(account, EXIT, 7)
    official, learner = sign_in("administrator", any_app), sign_in("learner", any_app)
    path = f"/can-bo/thay-doi?unit={m.unit}&measure={MEASURE}"
    few = official.get(path)
    assert few.status_code == 200
    assert "Chỉ nêu số liệu khi có từ 10 người" in few.text
    assert "dưới 10 người: không nêu" in official.get(path.replace("?", "/tep.csv?")).text
    with any_app.app_context():
        account = m.someone(9)
        m.take(account, ENTRY, 2)
        m.take(account, EXIT, 7)
    page = official.get(path).text
    assert "tiến bộ rõ ràng" in page
    assert "10 người đã nộp bài đầu" in page
    assert "Đây không phải bảng xếp hạng" in page
    table = official.get(path.replace("?", "/tep.csv?"))
    assert table.mimetype == "text/csv"
    assert table.data.startswith(b"\xef\xbb\xbf")
    assert "Tất cả" in table.text
    assert official.get(path.replace("?", "/tep.xlsx?")).data.startswith(b"PK")
    assert official.get(f"/can-bo/thay-doi?unit={m.unit}&measure=khong-co").status_code == 404
    assert official.get("/can-bo/thay-doi?unit=999999999").status_code == 404
    assert learner.get(path).status_code == 404


def test_a_learner_takes_a_form_and_says_who_helped(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with any_app.app_context():
        m = Measuring(any_app)
        entries = [Entry(m.quizzes[p], 0, "Đo", newest(m.quizzes[p]), required=False) for p in (ENTRY, EXIT)]
        with unit_of_work():
            publish_syllabus(m.course, entries)
    client = sign_in("learner", any_app)
    front = client.get(f"/hoc/{COURSE}/kiem-tra/do-entry")
    assert front.status_code == 200
    assert "Đây không phải bài thi" in front.text
    assert "là đủ" not in front.text  # nothing is asked to pass
    answer = client.post(f"/hoc/{COURSE}/kiem-tra/do-entry/bat-dau", data={"token": ""})
    attempt = answer.headers["Location"].split("/")[2]
    assert client.post(f"/luot/{attempt}/nop", data={"token": ""}).status_code == 303
    result = client.get(f"/luot/{attempt}/ket-qua").text
    assert "Cảm ơn" in result
    assert "một mình, hay có người giúp" in result
    assert "Từng câu một" not in result
    assert client.post(f"/luot/{attempt}/ai-giup", data={"much": "9"}).status_code == 422
    assert client.post(f"/luot/{attempt}/ai-giup", data={"much": "1"}).status_code == 303
    assert "Có người giúp một chút" in client.get(f"/luot/{attempt}/ket-qua").text
    again = client.get(f"/hoc/{COURSE}/kiem-tra/do-entry").text
    assert "chỉ làm một lần" in again
    stranger = sign_in("instructor", any_app)
    assert stranger.post(f"/luot/{attempt}/ai-giup", data={"much": "1"}).status_code == 404


@pytest.mark.parametrize(("days", "told"), [(59.9, 0), (60, 1), (90.9, 1), (91, 0)])
def test_who_is_due_is_told_once_and_kindly(
    m: Measuring, any_app: Flask, monkeypatch: pytest.MonkeyPatch, days: float, told: int
) -> None:
    account = m.someone(0)
    m.take(account, ENTRY, 2)
    m.take(account, EXIT, 6)
    exit_at = connection().execute(select(Measured.__table__.c.exit_at)).scalar_one()
    m.quizzes[LATER] = m.quiz(LATER)
    with unit_of_work():
        publish_syllabus(m.course, [Entry(m.quizzes[LATER], 0, "Đo", newest(m.quizzes[LATER]), required=False)])
    monkeypatch.setattr(clock, "seconds", lambda: int(exit_at + days * DAY))
    for _twice in range(2):
        changing.invite()
    notes = connection().execute(select(Note.__table__).where(Note.__table__.c.account_id == account)).all()
    own = [note for note in notes if note.kind == "measuring.later"]
    assert len(own) == told
    assert len(connection().execute(select(Invited.__table__)).all()) == told
    if told:
        assert own[0].link == "/"
        with any_app.test_request_context():
            panel = change_pages.later(person_by_id(account))
        assert panel is not None
        assert f"/hoc/{COURSE}/kiem-tra/do-later" in panel
        assert "không phải bài thi" in own[0].body
        m.take(account, LATER, 5)
        assert changing.due_later(clock.seconds()) == []


def test_a_course_is_complete_without_what_measures_change(m: Measuring) -> None:
    assert QuizKind().is_voluntary("do-entry")
    assert not QuizKind().is_voluntary("kiem-tra-cuoi-nguoi-dan")
    account = m.someone(0)
    m.take(account, ENTRY, 3)
    assert [e for e, _course in enrollments(account) if e.completed_at is not None] == []


def test_a_question_of_a_form_may_be_passed_over(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with any_app.app_context():
        m = Measuring(any_app)
        with unit_of_work():
            publish_syllabus(m.course, [Entry(m.quizzes[ENTRY], 0, "Đo", newest(m.quizzes[ENTRY]), required=False)])
    client = sign_in("learner", any_app)
    answer = client.post(f"/hoc/{COURSE}/kiem-tra/do-entry/bat-dau", data={"token": ""})
    first = answer.headers["Location"]
    assert client.get(first).status_code == 200
    passed = client.post(first, data={"token": ""})
    assert passed.status_code == 303
    assert passed.headers["Location"] == first[:-1] + "2"
