"""What officials and learners see and send: by the pages, as they would."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account
from lms.indicators import counting
from plugins.integrity import queries
from plugins.integrity.models import Case, CaseHand, KnownDevice
from plugins.integrity.views import arriving
from tests.integrity.test_looking import WRONG, many
from tests.integrity.world import START, Integrity

LATE = START + timedelta(days=20)


@pytest.fixture
def learner(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in("learner", on=any_app)


@pytest.fixture
def officer(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in("administrator", on=any_app)


def found_of(any_app: Flask) -> tuple[UUID, int]:
    """A hurried paper of the demo learner, found."""
    with any_app.app_context():
        world = Integrity(any_app)
        who = connection().execute(select(Account.id).where(Account.username == "balanh")).scalar_one()
        world.paper(who, each=0.5)
        world.look()
        uuid = connection().execute(select(Case.uuid)).scalar_one()
        return uuid, who


def test_a_learner_reads_answers_and_reads_the_outcome(
    any_app: Flask, learner: FlaskClient, officer: FlaskClient
) -> None:
    assert "không có việc nào" in learner.get("/viec-can-tra-loi").get_data(as_text=True).lower()
    uuid, who = found_of(any_app)
    mine = f"/viec-can-tra-loi/{uuid}"
    for page in ("/", "/cua-toi", "/viec-can-tra-loi"):
        assert "Chưa ai kết luận gì" in learner.get(page).get_data(as_text=True), page
    page = learner.get(mine).get_data(as_text=True)
    assert "Đây không phải là lời buộc lỗi" in page
    for word in ("gian lận", "vi phạm", "nghi vấn"):
        assert word not in page.lower()
    refused = learner.post(mine, data={"answer": "  "})
    assert refused.status_code == 422
    assert learner.post(mine, data={"answer": "Cháu đọc cho tôi nghe.", "help": "1"}).status_code == 303
    assert "Chưa ai kết luận gì" not in learner.get("/cua-toi").get_data(as_text=True), "it waits for nobody now"
    seen = officer.get(f"/can-bo/xem-lai/{uuid}").get_data(as_text=True)
    assert "Cháu đọc cho tôi nghe." in seen
    assert "Muốn nói chuyện với cán bộ" in seen
    send = f"/can-bo/xem-lai/{uuid}"
    assert officer.post(send, data={"step": "", "reason": "x"}).status_code == 422
    assert officer.post(send, data={"step": "cleared", "reason": " "}).status_code == 422
    assert officer.post(send, data={"step": "cleared", "reason": "Đã hỏi bác."}).status_code == 303
    assert officer.post(send, data={"step": "cleared", "reason": "Lần nữa."}).status_code == 409
    outcome = learner.get(mine).get_data(as_text=True)
    assert "Đã hỏi bác." in outcome
    assert learner.post(mine, data={"answer": "Muộn rồi."}).status_code == 409
    with any_app.app_context():
        assert queries.asked(who) == (0, None)


def test_the_list_is_by_state_and_says_how_many(any_app: Flask, officer: FlaskClient) -> None:
    assert "Không có gì đang chờ" in officer.get("/can-bo/xem-lai").get_data(as_text=True)
    uuid, _who = found_of(any_app)
    listed = officer.get("/can-bo/xem-lai").get_data(as_text=True)
    assert f"/can-bo/xem-lai/{uuid}" in listed
    assert "Trả lời nhanh hơn mức đọc kịp" in listed
    assert f"/can-bo/xem-lai/{uuid}" not in officer.get("/can-bo/xem-lai?loc=xong").get_data(as_text=True)
    for odd in ("?loc=khac", "?trang=0", "?trang=99", "?trang=-1", "?trang=abc", f"?trang={'9' * 40}"):
        assert officer.get(f"/can-bo/xem-lai{odd}").status_code == 200


def test_others_do_not_find_it(any_app: Flask, learner: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
    uuid, _who = found_of(any_app)
    assert learner.get("/can-bo/xem-lai").status_code == 404
    assert learner.get(f"/can-bo/xem-lai/{uuid}").status_code == 404
    other = sign_in("verifier", on=any_app)
    assert other.get(f"/viec-can-tra-loi/{uuid}").status_code == 404
    assert other.post(f"/viec-can-tra-loi/{uuid}", data={"answer": "Tôi"}).status_code == 404


def test_whoever_had_a_hand_in_it_does_not_decide(any_app: Flask, officer: FlaskClient) -> None:
    uuid, _who = found_of(any_app)
    assert officer.get(f"/can-bo/xem-lai/{uuid}").status_code == 200
    with any_app.app_context(), unit_of_work() as database:
        case_id = database.execute(select(Case.id)).scalar_one()
        officer_id = database.execute(select(Account.id).where(Account.username == "quantri")).scalar_one()
        database.execute(CaseHand.__table__.insert().values(case_id=case_id, account_id=officer_id))
    assert officer.get(f"/can-bo/xem-lai/{uuid}").status_code == 404
    assert officer.post(f"/can-bo/xem-lai/{uuid}", data={"step": "cleared", "reason": "x"}).status_code == 404
    assert str(uuid) not in officer.get("/can-bo/xem-lai").get_data(as_text=True)


def test_two_papers_side_by_side_without_the_key(any_app: Flask, officer: FlaskClient) -> None:
    with any_app.app_context():
        world = Integrity(any_app)
        many(world)
        one, other = world.people(2)
        world.paper(one, WRONG)
        world.paper(other, WRONG, begin=START + timedelta(minutes=40))
        world.look()
        uuid = connection().execute(select(Case.uuid)).scalar_one()
    page = officer.get(f"/can-bo/xem-lai/{uuid}").get_data(as_text=True)
    address = re.search(rf'href="(/can-bo/xem-lai/{uuid}/1/2)"', page)
    assert address is not None
    sides = officer.get(address[1]).get_data(as_text=True)
    assert sides.count("Cả hai sai, cùng một câu trả lời") == len(WRONG)
    assert sides.count("Cả hai đúng") == 24 - len(WRONG)
    assert "Cách làm thứ" not in page + sides, "neither what was answered nor what is right"
    assert "trúng thưởng" not in page + sides, "nor what was asked"
    for wrong in ("1/1", "1/3", "0/1", "9/2"):
        assert officer.get(f"/can-bo/xem-lai/{uuid}/{wrong}").status_code == 404


def test_the_unit_says_what_is_not_counted(any_app: Flask, officer: FlaskClient) -> None:
    with any_app.app_context():
        world = Integrity(any_app)
        (who,) = world.people(1)
        world.paper(who, each=0.5)
        world.attain(who)
        unit = world.unit
    sentence = "1 kết quả đang được xem lại, chưa tính"
    assert sentence not in officer.get(f"/can-bo/don-vi/{unit}").get_data(as_text=True)
    with any_app.app_context():
        world.look()
        assert counting.held_back([unit]) == 1
    assert sentence in officer.get(f"/can-bo/don-vi/{unit}").get_data(as_text=True)


def test_a_device_is_known_again_and_kept_as_a_hash(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    browser = sign_in("learner", on=any_app)
    cookie = browser.get_cookie(arriving.COOKIE)
    assert cookie is not None
    with any_app.app_context():
        (row,) = connection().execute(select(KnownDevice.device, KnownDevice.at)).all()
        assert bytes(row.device) == arriving.named(cookie.value)
        assert cookie.value.encode() not in bytes(row.device)
        assert row.at <= clock.seconds()
    sign_in("administrator", on=any_app)
    with any_app.app_context():
        assert len(connection().execute(select(KnownDevice.id)).all()) == 1, "of officials nothing is noted"
