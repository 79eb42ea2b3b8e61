"""The placement test by its pages: without an account, without a script, stopped, sent twice, taken over, forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.datastructures import MultiDict

from lms.api.competency import programme
from lms.api.work import clock, connection, unit_of_work
from lms.starting import demo_sign_ins
from lms.testing.page_client import Pages
from plugins.measuring.adaptive import FEWEST, MOST
from plugins.measuring.finding import row_of
from plugins.measuring.models import Calibration, Difficulty, Placing, PlacingAnswer
from plugins.measuring.services import placing
from plugins.measuring.views.placing import LEVELS
from quizzes.api import WHOLE, grade_alone, practice_cards, read_alone, worded
from quizzes.models import Item, PracticeAnswer

FRONT = "/bat-dau-tu-dau/nguoi-dan"
P, PA, KEPT = Placing.__table__, PlacingAnswer.__table__, PracticeAnswer.__table__


def rows(app: Flask) -> list[placing.PlacingRow]:
    with app.app_context():
        uuids = connection().execute(select(P.c.uuid).order_by(P.c.id)).scalars().all()
        found = [row_of(uuid) for uuid in uuids]
        return [row for row in found if row is not None]


def begun(client: FlaskClient) -> str:
    answer = client.post(FRONT)
    assert answer.status_code == 303
    return answer.headers["Location"]


def next_form(client: FlaskClient, path: str) -> tuple[str, list[str]] | None:
    """Where the question's form goes, and the answers that can be chosen; None at the end."""
    page = client.get(path)
    if page.status_code == 303:
        return None
    assert page.status_code == 200
    action = re.search(r'<form id="answer"[^>]*action="([^"]+)"', page.text)
    assert action is not None
    return action[1], re.findall(r'name="answer" value="([^"]*)"', page.text)


def answer_all(client: FlaskClient, path: str, **given: str) -> int:
    count = 0
    while (form := next_form(client, path)) is not None:
        sent = client.post(form[0], data=given or {"answer": form[1][0]})
        assert sent.status_code == 303
        assert sent.headers["Location"] == path
        count += 1
        assert count <= MOST
    return count


def is_right(version_id: int, value: str) -> bool:
    given = read_alone(version_id, MultiDict({"answer": value}))
    return given is not None and grade_alone(version_id, given) == WHOLE


def test_a_guest_goes_through_without_a_script(any_app: Flask) -> None:
    pages = Pages(any_app)
    pages.open("/chuong-trinh/nguoi-dan")
    pages.follow("Xem mình nên bắt đầu từ đâu")
    pages.press("Bắt đầu làm")
    for _n in range(MOST):
        if "Tôi không biết" not in pages.page:
            break
        pages.press("Tôi không biết")
    assert str(LEVELS[0][0]) not in pages.page  # said in Vietnamese
    assert "Ta cùng bắt đầu từ nút bấm đầu tiên" in pages.page
    assert "Gợi ý bắt đầu từ bài này" in pages.page
    assert "%" not in pages.page.text.partition("Gợi ý")[0]
    pages.follow("Học bài này")


def test_who_knows_nothing_is_through_early_and_begins_at_the_beginning(any_app: Flask) -> None:
    client = any_app.test_client()
    path = begun(client)
    assert FEWEST <= answer_all(client, path, unknown="1") < MOST
    (row,) = rows(any_app)
    assert row.ended_at is not None
    with any_app.app_context():
        held = connection().execute(select(P.c.level, P.c.ability, P.c.error, P.c.account_id)).one()
        assert held.level == 0
        assert held.ability < 0 < held.error
        assert held.account_id is None
        assert connection().execute(select(func.count()).select_from(KEPT)).scalar_one() == 0  # nothing was answered
    page = client.get(path + "/ket-qua").text
    assert "Nút bấm trên điện thoại" in page or "nut-bam-tren-dien-thoai" in page


def test_right_answers_place_higher_and_lead_further_on(any_app: Flask) -> None:
    client = any_app.test_client()
    path = begun(client)
    seen = []
    while True:
        (row,) = rows(any_app)
        if row.open is None:
            break
        with any_app.app_context():
            word = worded([row.open])[row.open]
        seen.append(word)
        assert word.pool == "practice"
        assert any(code.startswith("ND.") for code in word.skills)
        form = next_form(client, path)
        assert form is not None
        with any_app.app_context():
            right = next(value for value in form[1] if is_right(row.open, value))
        client.post(form[0], data={"answer": right})
    assert len(seen) <= MOST
    assert len({word.item_id for word in seen}) == len(seen)
    assert any(code.startswith("ND.4") for word in seen[:3] for code in word.skills)  # safety is asked early
    with any_app.app_context():
        held = connection().execute(select(P.c.level)).scalar_one()
        assert held >= 2
        answers = connection().execute(select(KEPT.c.right)).scalars().all()
        assert answers == [True] * len(seen)  # they count among the answers to practice questions
    page = client.get(path + "/ket-qua").text
    assert "nut-bam-tren-dien-thoai" not in page.partition("Gợi ý bắt đầu")[2][:700]


def test_an_answer_sent_twice_is_once_and_an_empty_one_is_asked_again(any_app: Flask) -> None:
    client = any_app.test_client()
    path = begun(client)
    form = next_form(client, path)
    assert form is not None
    empty = client.post(form[0])
    assert empty.status_code == 422
    assert "Tôi không biết" in empty.text
    for _twice in range(2):
        assert client.post(form[0], data={"unknown": "1"}).status_code == 303
    (row,) = rows(any_app)
    assert len(row.asked) == 1
    assert client.post(f"{path}/7", data={"unknown": "1"}).status_code == 303  # a question that is not asked yet
    assert len(rows(any_app)[0].asked) == 1


def test_it_may_be_stopped_at_any_time(any_app: Flask) -> None:
    client = any_app.test_client()
    path = begun(client)
    assert client.get(path + "/ket-qua").headers["Location"] == path
    assert client.post(path + "/dung").status_code == 303
    page = client.get(path + "/ket-qua")
    assert page.status_code == 200
    assert "chưa trả lời câu nào" in page.text
    assert client.post(path + "/dung").status_code == 303
    other = begun(client)
    assert other != path
    client.post(next_form(client, other)[0], data={"unknown": "1"})  # type: ignore[index]
    client.post(other + "/dung")
    assert "chỉ là ước đoán" in client.get(other + "/ket-qua").text


def test_a_guests_test_is_gone_on_with_and_goes_along_at_sign_in(
    any_app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    guest = any_app.test_client()
    path = begun(guest)
    assert begun(guest) == path  # not a second one
    assert path in guest.get(FRONT).text
    stranger = any_app.test_client()
    assert begun(stranger) != path
    who = demo_sign_ins()["learner"]
    guest.post("/dang-nhap", data={"identifier": who["login"], "password": who["password"]})
    held = rows(any_app)[0]
    assert held.uuid == UUID(path.rpartition("/")[2])
    assert held.account_id is not None
    assert guest.get(path).status_code == 200
    assert stranger.get(path).status_code == 404  # it is somebody's now
    assert stranger.post(path + "/1", data={"unknown": "1"}).status_code == 404
    other_device = sign_in("learner", any_app)
    assert path in other_device.get(FRONT).text
    assert begun(other_device) == path


def test_guests_tests_are_forgotten_and_those_of_accounts_are_not(
    any_app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    begun(any_app.test_client())
    begun(sign_in("learner", any_app))
    with any_app.app_context():
        long_after = clock.seconds() + 10
        assert placing.guests_before(long_after) == 1
        placing.forget_guests(long_after)
        assert placing.guests_before(long_after) == 0
        left = connection().execute(select(P.c.account_id)).scalars().all()
        assert len(left) == 1
        assert left[0] is not None
        assert connection().execute(select(func.count()).select_from(PA)).scalar_one() == 1


def test_a_difficulty_that_was_found_takes_the_place_of_the_guess(any_app: Flask) -> None:
    with any_app.app_context():
        row = programme("nguoi-dan")
        assert row is not None
        before = placing.plan_of(row)
        assert before.safety == "ND.4"
        assert before.areas[0] == "ND.0"
        one = before.cards[0]
        with unit_of_work():
            run = connection().execute(
                Calibration.__table__.insert().values(
                    at=1, took_ms=1, versions=1, too_few=0, papers=1, groups=1, parts=1, anchors=0, log_likelihood=0.0,
                    rounds=1, converged=True, code="test", counted=0,
                ).returning(Calibration.__table__.c.id)
            ).scalar_one()  # fmt: skip
            connection().execute(
                Difficulty.__table__.insert().values(
                    version_id=one.version_id, item_id=one.item_id, difficulty=1.25, error=0.2, n=100, infit=1.0,
                    outfit=1.0, base=1.25, base_error=0.2, calibration_id=run, at=1,
                )
            )  # fmt: skip
        after = placing.plan_of(row)
    assert after.cards[0].known.difficulty == 1.25
    assert after.cards[0].known.error == 0.2
    assert after.cards[1:] == before.cards[1:]


def test_without_questions_it_says_so(any_app: Flask) -> None:
    with any_app.app_context():
        ids = [card.item_id for card in practice_cards()]
        with unit_of_work():
            connection().execute(update(Item.__table__).where(Item.__table__.c.id.in_(ids)).values(retired_at=1))
    answer = any_app.test_client().post(FRONT)
    assert answer.status_code == 409
    assert "chưa có đủ câu hỏi" in answer.text.lower()


@pytest.mark.parametrize(
    "path", ["/bat-dau-tu-dau/khong-co", "/bat-dau-tu-dau/luot/00000000-0000-4000-8000-000000000000"]
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
