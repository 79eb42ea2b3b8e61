"""Quizzes with a clock, a policy, breaks: as a learner's browser sees them, with no script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lms.api.learning import activity, enroll, newest_syllabus
from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account
from lms.identity.sessions import end_sessions
from lms.learning.models import Enrollment, SyllabusEntry
from lms.starting import demo_sign_ins
from quizzes import queries
from quizzes.api import begin, hand_in
from quizzes.items.contract import ITEM_TYPES, keys
from quizzes.models import Item
from quizzes.policies import Fairness
from quizzes.services import accommodating, timing
from tests.quizzes.world import Quizzing, quizzing

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)
TOKEN = r'name="token" value="[^"]*"'
SHORT = [{"from": ["ND.4"], "count": 3, "spread": False}]
COURSE = "ky-nang-so-nguoi-dan"


@dataclass
class Taking:
    """A learner's browser before one quiz, which stands open in their course."""

    app: Flask
    browser: FlaskClient
    quiz: Quizzing
    front: str

    def publish(self, **changes: Any) -> None:
        with self.app.app_context():
            self.quiz.publish(**changes)
            self.pin()

    def pin(self) -> None:
        """The course's last activity is this quiz, and nothing has to be learnt before it."""
        e = SyllabusEntry.__table__
        found = activity("course", COURSE)
        assert found is not None
        with unit_of_work():
            syllabus = newest_syllabus(found.id)
            assert syllabus is not None
            last = (
                connection()
                .execute(
                    select(e.c.activity_id).where(e.c.syllabus_id == syllabus).order_by(e.c.position.desc()).limit(1)
                )
                .scalar_one()
            )
            values = {"activity_id": self.quiz.quiz, "content_id": self.quiz.revision, "needs": 0}
            connection().execute(update(e).where(e.c.syllabus_id == syllabus, e.c.activity_id == last).values(**values))

    def learn_all(self) -> None:
        """Every lesson of the course is learnt, so that its quiz stands open."""
        e, n = SyllabusEntry.__table__, Enrollment.__table__
        found = activity("course", COURSE)
        assert found is not None
        with unit_of_work():
            enroll(_learner(), found.id)
            masks = connection().execute(
                select(e.c.mask).where(e.c.syllabus_id == newest_syllabus(found.id), e.c.activity_id != self.quiz.quiz)
            )
            connection().execute(update(n).where(n.c.account_id == _learner()).values(done=sum(masks.scalars())))

    def begin(self, token: str = "") -> TestResponse:
        return self.browser.post(f"{self.front}/bat-dau", data={"token": token or str(uuid4())})

    def begun(self) -> str:
        """The attempt's address."""
        answer = self.begin()
        assert answer.status_code == 303
        found = re.fullmatch(r"(/luot/[0-9a-f-]{36})/1", answer.headers["Location"])
        assert found, answer.headers["Location"]
        return found[1]

    def page(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.headers.get("Location"))
        return answer.get_data(as_text=True)

    def fields(self, attempt: str, n: int, right: bool = True) -> dict[str, Any]:
        """What to send at a question."""
        with self.app.app_context():
            version_id, order, _area = self.quiz.row(UUID(attempt.rsplit("/", 1)[1])).paper[n - 1]
            (version,) = queries.versions([version_id])
        spec = version.spec
        if version.type == "true_false":
            return {"answer": "true" if spec["answer"] == right else "false"}
        if version.type == "ordering":
            steps = list(range(len(spec["steps"])))
            wanted = steps if right else steps[::-1]
            return {f"place-{i}": keys(len(order))[order.index(step)] for i, step in enumerate(wanted, 1)}
        chosen = [i for i, o in enumerate(spec["options"]) if bool(o.get("correct")) == right]
        found = [keys(len(order))[order.index(i)] for i in chosen]
        return {"answer": found if version.type == "multiple_choice" else found[:1]}

    def answer(self, attempt: str, n: int, right: bool = True) -> TestResponse:
        return self.browser.post(f"{attempt}/{n}", data=self.fields(attempt, n, right))

    def hand_in(self, attempt: str) -> str:
        """The result page."""
        sent = self.browser.post(f"{attempt}/nop")
        assert sent.status_code == 303
        return self.page(sent.headers["Location"])


@pytest.fixture
def taking(app: Flask, sign_in: Callable[..., FlaskClient]) -> Iterator[Taking]:
    """At noon, a quiz of three questions of which two are enough; only types that every form can answer."""
    with clock.frozen_at(NOON):
        browser = sign_in("learner")
        with app.app_context():
            quiz = quizzing(app, draw=SHORT, **{"pass": {"correct": 2, "parts": []}})
            simple = {"single_choice", "multiple_choice", "true_false", "ordering"}
            others = {t.name for t in ITEM_TYPES} - simple
            hard = [c.item_id for pool in ("exam", "practice") for c in queries.cards(pool, None, others)]
            with unit_of_work():
                i = Item.__table__
                connection().execute(update(i).where(i.c.id.in_(hard)).values(retired_at=1))
            made = Taking(app, browser, quiz, f"/hoc/{COURSE}/kiem-tra/kiem-tra-rieng")
            made.pin()
            made.learn_all()
        yield made


def test_without_a_policy_all_is_as_it_was(taking: Taking) -> None:
    front = taking.page(taking.front)
    assert "không tính giờ" in front
    attempt = taking.begun()
    page = taking.page(f"{attempt}/1")
    assert "data-clock" not in page
    assert "paper.js" not in page


def test_the_time_left_is_said_and_the_server_keeps_it(taking: Taking) -> None:
    taking.publish(limit=20)
    front = taking.page(taking.front)
    assert "20 phút" in front
    assert "không tính giờ" not in front
    attempt = taking.begun()
    page = taking.page(f"{attempt}/1")
    assert "Còn 20 phút" in page
    assert 'data-left="1200"' in page
    assert "12:20" in page, "until when, on the Vietnamese clock, for whoever has no script"
    assert taking.answer(attempt, 1).headers["Location"].endswith("/2")
    with clock.frozen_at(NOON + timedelta(minutes=16)):
        page = taking.page(f"{attempt}/2")
        assert "Còn 4 phút" in page
        assert "tag-wait" in page
    with clock.frozen_at(NOON + timedelta(minutes=20, seconds=40)):
        sent = taking.browser.get(f"{attempt}/2")
        assert sent.headers["Location"].endswith("/xem-lai"), "no more questions are shown"
        review = taking.page(f"{attempt}/xem-lai")
        assert "Hết giờ" in review
        assert f'href="{attempt}/2"' not in review
        assert taking.answer(attempt, 2).headers["Location"].endswith("/3"), "an answer on its way still counts"
    with clock.frozen_at(NOON + timedelta(minutes=21, seconds=1)):
        late = taking.browser.post(f"{attempt}/3", data={})
        assert late.headers["Location"].endswith("/ket-qua"), "with nothing chosen too"
        result = taking.page(f"{attempt}/ket-qua")  # handed in with what was saved
        assert "Hết giờ" in result
        assert "2 trong 3" in result
        assert taking.answer(attempt, 3).headers["Location"].endswith("/ket-qua")


def test_an_answer_that_comes_too_late_costs_itself_and_nothing_more(taking: Taking) -> None:
    taking.publish(limit=20)
    attempt = taking.begun()
    taking.page(f"{attempt}/1")
    taking.answer(attempt, 1)
    taking.page(f"{attempt}/2")
    with clock.frozen_at(NOON + timedelta(minutes=21, seconds=1)):
        assert taking.answer(attempt, 2).headers["Location"].endswith("/ket-qua")
        assert "1 trong 3" in taking.page(f"{attempt}/ket-qua")


def test_what_was_saved_is_found_on_another_device(taking: Taking, sign_in: Callable[..., FlaskClient]) -> None:
    taking.publish(limit=20)
    attempt = taking.begun()
    taking.answer(attempt, 1)
    other = sign_in("learner")
    front = other.get(taking.front).get_data(as_text=True)
    assert f'href="{attempt}/2"' in front
    assert re.search(r" (checked|selected)\b", other.get(f"{attempt}/1").get_data(as_text=True))
    assert taking.begin().headers["Location"].startswith(attempt), "beginning again goes on with it"


def test_answers_that_do_not_belong_there(taking: Taking, sign_in: Callable[..., FlaskClient]) -> None:
    attempt = taking.begun()
    fields = taking.fields(attempt, 1)
    assert taking.browser.post(f"{attempt}/4", data=fields).status_code == 404, "there is no fourth question"
    assert taking.browser.post(f"{attempt}/0", data=fields).status_code == 404
    assert taking.browser.post(f"/luot/{uuid4()}/1", data=fields).status_code == 404
    assert sign_in("instructor").post(f"{attempt}/1", data=fields).status_code == 404, "somebody else's paper"
    assert taking.browser.post(f"{attempt}/1", data={"answer": "zz"}).status_code == 422
    huge = taking.browser.post(f"{attempt}/1", data={"answer": "a" * 10_000_000})
    assert huge.status_code == 413
    assert taking.browser.get(f"{attempt}/1").status_code == 200
    with taking.app.app_context():
        assert queries.responses(taking.quiz.row(UUID(attempt.rsplit("/", 1)[1])).id) == {}


def test_practice_tells_the_right_answer_after_each_question(taking: Taking) -> None:
    taking.publish(pool="practice", policy={"purpose": "practice", "feedback": "each"})
    attempt = taking.begun()
    assert "đáp án đúng" not in taking.page(f"{attempt}/1")
    assert taking.answer(attempt, 1, right=False).headers["Location"] == f"{attempt}/1"
    told = taking.page(f"{attempt}/1")
    assert "Nên chọn" in told
    assert f'href="{attempt}/2"' in told
    assert taking.answer(attempt, 1, right=True).headers["Location"] == f"{attempt}/1"
    assert "Nên chọn" in taking.page(f"{attempt}/1"), "the first answer stays"
    taking.answer(attempt, 2)
    taking.answer(attempt, 3)
    assert "2 trong 3" in taking.hand_in(attempt)


@pytest.mark.parametrize("pool", ["exam", "practice"])
def test_the_right_answers_of_an_exam_are_never_told(taking: Taking, pool: str) -> None:
    """Whatever the quiz's body says: what is in the exam pool stays secret."""
    taking.publish(pool=pool, policy={"feedback": "end"})
    attempt = taking.begun()
    for n in (1, 2, 3):
        taking.answer(attempt, n, right=False)
    assert ("Nên chọn" in taking.hand_in(attempt)) == (pool == "practice")


def test_when_one_may_try_again_is_said(taking: Taking) -> None:
    taking.publish(policy={"purpose": "final", "tries": 2, "wait": 60})
    assert "2 lần" in taking.page(taking.front)
    attempt = taking.begun()
    result = taking.hand_in(attempt)
    assert "13:00 ngày 20/11/2026" in result
    assert f"{taking.front}" not in result, "no button that leads nowhere"
    front = taking.page(taking.front)
    assert "13:00 ngày 20/11/2026" in front
    assert "bat-dau" not in front
    refused = taking.begin()
    assert refused.headers["Location"] == taking.front
    with clock.frozen_at(NOON + timedelta(hours=1)):
        again = taking.begun()
        for n in (1, 2, 3):
            taking.answer(again, n)
        assert "giỏi quá" in taking.hand_in(again)
        front = taking.page(taking.front)
        assert "bat-dau" not in front, "passed once, done"


def test_a_supervised_check_says_where(taking: Taking) -> None:
    where = "Đến nhà văn hóa thôn, sáng thứ Bảy."
    taking.publish(policy={"purpose": "final", "supervised": "required", "where": where})
    front = taking.page(taking.front)
    assert where in front
    assert "bat-dau" not in front
    assert taking.begin().headers["Location"] == taking.front
    quiz = taking.quiz
    with taking.app.app_context(), unit_of_work():
        uuid = begin(_learner(), quiz.course, quiz.quiz, quiz.revision, None, session="buoi-1")
    assert taking.browser.get(f"/luot/{uuid}/1").status_code == 409, "begun in a room it does not go on at home"
    assert taking.browser.post(f"/luot/{uuid}/nop").status_code == 409
    with taking.app.app_context(), unit_of_work():
        hand_in(uuid)
    assert taking.browser.get(f"/luot/{uuid}/ket-qua").status_code == 200, "the result is its person's, anywhere"


def _learner() -> int:
    """Whose browser it is."""
    a = Account.__table__
    login = demo_sign_ins()["learner"]["login"]
    return int(connection().execute(select(a.c.id).where(a.c.username == login)).scalar_one())


def test_breaks_and_reading_aloud(taking: Taking) -> None:
    taking.publish(limit=20)
    with taking.app.app_context():
        who = _learner()
        with unit_of_work():
            accommodating.give(who, Fairness(50, False, True, 5), "nhìn kém", None, taking.quiz.account)
    front = taking.page(taking.front)
    assert "30 phút" in front
    assert "5 phút" in front
    attempt = taking.begun()
    page = taking.page(f"{attempt}/1")
    assert "Còn 30 phút" in page
    assert "data-aloud-button" in page
    assert f'action="{attempt}/nghi"' in page
    rest = taking.browser.post(f"{attempt}/nghi")
    assert rest.headers["Location"] == f"{attempt}/nghi"
    assert taking.browser.get(f"{attempt}/1").headers["Location"] == f"{attempt}/nghi"
    assert taking.browser.get(f"{attempt}/xem-lai").headers["Location"] == f"{attempt}/nghi"
    assert taking.answer(attempt, 1).headers["Location"] == f"{attempt}/nghi", "nothing is answered in a break"
    with clock.frozen_at(NOON + timedelta(minutes=2)):
        assert "3 phút" in taking.page(f"{attempt}/nghi")
        taking.browser.post(f"{attempt}/tiep")
        assert "Còn 30 phút" in taking.page(f"{attempt}/1"), "a break costs no time"
    uuid = UUID(attempt.rsplit("/", 1)[1])
    with taking.app.app_context(), unit_of_work():
        timing.pause(uuid, taking.quiz.account)
    stopped = taking.page(f"{attempt}/nghi")
    assert f'action="{attempt}/tiep"' not in stopped
    taking.browser.post(f"{attempt}/tiep")
    assert taking.browser.get(f"{attempt}/1").headers["Location"] == f"{attempt}/nghi", "only whoever stopped it"


def test_an_answer_is_kept_only_for_its_owner_while_signed_in_and_the_paper_is_open(
    taking: Taking, sign_in: Callable[..., FlaskClient]
) -> None:
    attempt = taking.begun()
    taking.page(f"{attempt}/1")  # from here on this process knows the paper
    assert taking.answer(attempt, 1).headers["Location"] == f"{attempt}/2"

    def kept() -> dict[int, list[int]]:
        with taking.app.app_context():
            return queries.responses(taking.quiz.row(UUID(attempt.rsplit("/", 1)[1])).id)

    assert list(kept()) == [0]
    fields = taking.fields(attempt, 2)
    assert sign_in("verifier").post(f"{attempt}/2", data=fields).status_code == 404
    with taking.app.app_context(), unit_of_work():
        end_sessions(_learner())
    assert "/dang-nhap" in taking.browser.post(f"{attempt}/2", data=fields).headers["Location"]
    assert list(kept()) == [0]
    taking.browser = sign_in("learner")
    assert taking.answer(attempt, 2).headers["Location"] == f"{attempt}/3"
    before = kept()
    assert list(before) == [0, 1]
    taking.hand_in(attempt)
    assert taking.answer(attempt, 1, right=False).headers["Location"] == f"{attempt}/ket-qua"
    assert kept() == before


def test_our_script_gets_the_next_page_with_the_answer(taking: Taking) -> None:
    attempt, script = taking.begun(), {"X-Fragment": "page"}
    for n, then in ((1, "2"), (2, "3"), (3, "xem-lai")):
        fields = taking.fields(attempt, n)
        got = taking.browser.post(f"{attempt}/{n}", data=fields, headers=script)
        url = f"{attempt}/{then}"
        assert (got.status_code, got.headers["Content-Location"]) == (200, url)
        assert got.headers["Cache-Control"] == "no-store"
        assert _without_style(taking.page(url)) == re.sub(TOKEN, "", got.get_data(as_text=True))


def test_our_script_is_told_what_is_missing_and_where_to_sign_in(taking: Taking) -> None:
    attempt, script = taking.begun(), {"X-Fragment": "page"}
    got = taking.browser.post(f"{attempt}/1", data={}, headers=script)
    said = got.get_data(as_text=True)
    assert got.status_code == 422
    assert "<style" not in said
    assert 'role="alert"' in said
    with taking.app.app_context(), unit_of_work():
        end_sessions(_learner())
    fields = taking.fields(attempt, 1)
    got = taking.browser.post(f"{attempt}/1", data=fields, headers=script)
    assert got.status_code == 303
    assert got.headers["Location"].startswith("/dang-nhap?")
    assert "answer" in got.headers["Location"] or "place-" in got.headers["Location"], "the answer comes back"


def test_where_practice_teaches_at_once_our_script_gets_that_too(taking: Taking) -> None:
    taking.publish(pool="practice", policy={"purpose": "practice", "feedback": "each"})
    attempt = taking.begun()
    got = taking.browser.post(f"{attempt}/1", data=taking.fields(attempt, 1), headers={"X-Fragment": "page"})
    assert (got.status_code, got.headers["Content-Location"]) == (200, f"{attempt}/1")
    assert _without_style(taking.page(f"{attempt}/1")) == re.sub(TOKEN, "", got.get_data(as_text=True))


def _without_style(page: str) -> str:
    style = re.search("<style>.*?</style>", page, re.S)
    assert style is not None, "a browser that asks for the page gets all of it"
    return re.sub(TOKEN, "", page.replace(style[0], ""))
