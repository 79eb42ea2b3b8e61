"""Classes on shared devices: two taps, locked when left lying, nothing left behind, one end for all."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from lms.api.people import NewPerson, make_people
from lms.api.work import clock, connection, unit_of_work
from lms.orgs.queries import org_by_code
from lms.progress import join_unit
from plugins.cards.services import teaching
from tests.cards.conftest import RIGHT, WRONG, Client, Commune

LOCK = "274936"


def open_class(commune: Commune, *people: int) -> tuple[Client, str]:
    """A helper who has opened a class with these people, and the class's address."""
    helper = commune.client(commune.helper)
    page = helper.post("/can-bo/lop", title="Nhà văn hóa", hours="3", lock=LOCK).location
    address = str(page).removesuffix("/them")
    helper.post(f"{address}/them", person=[commune.uuid(i) for i in people])
    return helper, address


def device_in(commune: Commune, helper: Client, address: str) -> Client:
    """A device that has joined by the number."""
    helper.post(f"{address}/ma")
    number = re.search(r"Số của lớp: (\d{4} \d{4})", helper.get(address).text)
    assert number is not None
    device = commune.client()
    device.post("/lop", number=number[1])
    return device


def test_two_taps_from_name_to_pictures(commune: Commune) -> None:
    one, two = commune.learners[:2]
    for learner in (one, two):
        commune.choose(learner)
    device = device_in(commune, *open_class(commune, one, two))
    page = device.get("/lop").text
    assert "Hoàng Thị Mận" in page
    assert "Vàng A Pao" in page
    assert device.press(f"/lop/{commune.uuid(one)}", RIGHT).location == "/cua-toi"
    page = device.get("/cua-toi").text
    assert "Mận" in page
    assert "Đổi người" in page, "on every page there is the way to the next"
    answer = device.post("/lop/khoa")
    assert answer.location == "/lop"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not device.is_in()
    device.press(f"/lop/{commune.uuid(two)}", RIGHT)
    assert "Pao" in device.get("/cua-toi").text


def test_the_next_one_ends_the_turn_of_the_one_before(commune: Commune) -> None:
    one, two = commune.learners[:2]
    for learner in (one, two):
        commune.choose(learner)
    device = device_in(commune, *open_class(commune, one, two))
    device.press(f"/lop/{commune.uuid(one)}", RIGHT)
    before = device.browser.get_cookie("hv")
    assert before is not None
    device.press(f"/lop/{commune.uuid(two)}", RIGHT)
    thief = commune.client()
    thief.browser.set_cookie("hv", before.value)
    assert not thief.is_in(), "a cookie from before opens nothing"


def test_no_page_is_kept_by_the_browser(commune: Commune) -> None:
    one = commune.learners[0]
    commune.choose(one)
    device = device_in(commune, *open_class(commune, one))
    assert device.get("/lop").headers["Cache-Control"] == "no-store"
    assert device.get(f"/lop/{commune.uuid(one)}").headers["Cache-Control"] == "no-store"
    device.press(f"/lop/{commune.uuid(one)}", RIGHT)
    for path in ("/", "/cua-toi", "/cai-dat", "/giay", "/chuong-trinh"):
        assert device.get(path).headers["Cache-Control"] == "no-store", path


def test_left_lying_a_device_locks_itself_without_script(lone: Commune) -> None:
    one = lone.learners[0]
    lone.choose(one)
    device = device_in(lone, *open_class(lone, one))
    now = clock.now()
    device.press(f"/lop/{lone.uuid(one)}", RIGHT)
    with clock.frozen_at(now + timedelta(seconds=teaching.IDLE - 20)):
        assert device.is_in()
    with clock.frozen_at(now + timedelta(seconds=2 * teaching.IDLE - 60)):
        assert device.is_in()
    with clock.frozen_at(now + timedelta(seconds=3 * teaching.IDLE)):
        assert not device.is_in()
        assert device.get("/dang-nhap").text.count("Về lớp học") == 1, "and the way back to the class is offered"
        device.get("/lop")


def test_the_first_time_the_helper_says_who_it_is(commune: Commune) -> None:
    one = commune.learners[0]
    device = device_in(commune, *open_class(commune, one))
    address = f"/lop/{commune.uuid(one)}"
    assert "Lần đầu người hỗ trợ đăng nhập giúp" in device.get(address).text
    assert "Chưa có lời đồng ý" in device.post(f"{address}/giup", 422, lock=LOCK).text
    assert "Mã khóa chưa đúng" in device.post(f"{address}/giup", 422, lock="111112", agreed="yes").text
    assert device.post(f"{address}/giup", lock=LOCK, agreed="yes", present="anh Tú").location == "/the/dat-hinh"
    device.press("/the/dat-hinh", WRONG, 200)
    assert device.press("/the/dat-hinh", WRONG, first=WRONG).location == "/cua-toi"
    assert "anh Tú" in device.get("/cai-dat").text
    device.post("/lop/khoa")
    assert device.press(address, WRONG).location == "/cua-toi", "from now on without the helper"


def test_the_lock_is_not_for_guessing(commune: Commune) -> None:
    one = commune.learners[0]
    device = device_in(commune, *open_class(commune, one))
    address = f"/lop/{commune.uuid(one)}/giup"
    for _try in range(teaching.MOST_LOCK_TRIES):
        device.post(address, 422, lock="000000", agreed="yes")
    assert "sai quá nhiều lần" in device.post(address, 429, lock=LOCK, agreed="yes").text


def test_closing_the_class_ends_everything_in_it(commune: Commune) -> None:
    one, two = commune.learners[:2]
    for learner in (one, two):
        commune.choose(learner)
    helper, address = open_class(commune, one, two)
    first, second = device_in(commune, helper, address), device_in(commune, helper, address)
    first.press(f"/lop/{commune.uuid(one)}", RIGHT)
    second.press(f"/lop/{commune.uuid(two)}", RIGHT)
    page = helper.get(address).text
    assert "Máy 1" in page
    assert "Máy 2" in page
    helper.post(f"{address}/dong")
    for device in (first, second):
        assert not device.is_in()
        assert "Vào lớp học" in device.get("/lop").text
        device.get(f"/lop/{commune.uuid(one)}", 404)
    helper.get(f"{address}")
    helper.post(f"{address}/them", 404, person=commune.uuid(commune.learners[2]))


def test_a_class_is_over_when_its_time_is(lone: Commune) -> None:
    one = lone.learners[0]
    lone.choose(one)
    helper, address = open_class(lone, one)
    device = device_in(lone, helper, address)
    now = clock.now()
    device.press(f"/lop/{lone.uuid(one)}", RIGHT)
    with clock.frozen_at(now + timedelta(hours=3, minutes=1)):
        device.get(f"/lop/{lone.uuid(one)}", 404)
        with lone.app.app_context():
            teaching.close_those_over()
    from lms.identity.models import Session

    with lone.app.app_context():
        s = Session.__table__
        left = connection().execute(select(s.c.id).where(s.c.account_id == one, s.c.ended_at.is_(None))).all()
    assert left == []


def test_one_device_is_sent_away(commune: Commune) -> None:
    one = commune.learners[0]
    commune.choose(one)
    helper, address = open_class(commune, one)
    device = device_in(commune, helper, address)
    device.press(f"/lop/{commune.uuid(one)}", RIGHT)
    number = re.search(r'name="device" value="(\d+)"', helper.get(address).text)
    assert number is not None
    helper.post(f"{address}/may-ra", device=number[1])
    assert not device.is_in()
    assert "Vào lớp học" in device.get("/lop").text


def test_the_helpers_own_phone_becomes_a_device_of_the_class_and_forgets_the_helper(commune: Commune) -> None:
    one = commune.learners[0]
    commune.choose(one)
    helper, address = open_class(commune, one)
    answer = helper.post(f"{address}/may")
    assert answer.location == "/lop"
    assert "Hoàng Thị Mận" in helper.get("/lop").text
    helper.get("/can-bo/lop", 303)
    assert "Mã khóa chưa đúng" in helper.post("/lop/nguoi-huong-dan", 422, lock="999999", do="number").text
    assert re.search(r"Số của lớp: \d{4} \d{4}", helper.post("/lop/nguoi-huong-dan", 200, lock=LOCK, do="number").text)
    helper.post("/lop/nguoi-huong-dan", lock=LOCK, do="close")
    assert "Vào lớp học" in helper.get("/lop").text


def test_numbers_of_classes_are_not_for_guessing_and_hold_half_an_hour(lone: Commune) -> None:
    helper, address = open_class(lone, lone.learners[0])
    device_in(lone, helper, address)
    number = re.search(r"Số của lớp: (\d{4} \d{4})", helper.get(address).text)
    assert number is not None
    with clock.frozen_at(clock.now() + timedelta(minutes=31)):
        assert "không có lớp nào" in lone.client().post("/lop", 422, number=number[1]).text
    guesser = lone.client()
    assert "tám chữ số" in guesser.post("/lop", 422, number="12").text
    for n in range(teaching.MOST_JOINS):
        guesser.post("/lop", 422, number=f"{n:08d}")
    guesser.post("/lop", 429, number="99999999")


def test_a_list_has_sixty_people_and_nobody_from_elsewhere(commune: Commune) -> None:
    helper, address = open_class(commune, commune.learners[0])
    helper.post(f"{address}/them", 404, person=commune.uuid(commune.other))
    with commune.app.app_context():
        place = org_by_code("02839")
        assert place is not None
        with unit_of_work():
            ids = make_people([NewPerson("Người Đông")] * 60, None, place.id)
            for account_id in ids:
                join_unit(account_id, place.id, "citizens")
    page = helper.post(f"{address}/them", 422, person=[commune.uuid(i) for i in ids]).text
    assert "nhiều nhất 60 người" in page
    helper.post(f"{address}/them", person=[commune.uuid(i) for i in ids[:59]])
    faces = re.findall(r"<small>([^<]+)</small>", device_in(commune, helper, address).get("/lop").text)
    assert len(faces) == len(set(faces)) == 60, "each has a face of their own"


def test_a_class_is_its_helpers_own(commune: Commune) -> None:
    _helper, address = open_class(commune, commune.learners[0])
    other = commune.client(commune.stranger)
    other.get(address, 404)
    for act in ("them", "bo", "ma", "may", "may-ra", "dong"):
        other.post(f"{address}/{act}", 404)
    device = commune.client()
    device.get(f"/lop/{commune.uuid(commune.learners[0])}", 404)
    device.browser.set_cookie("lop", "made-up")
    device.get(f"/lop/{commune.uuid(commune.learners[0])}", 404)
    device.get(f"/lop/{UUID(int=0)}", 404)


@pytest.mark.parametrize("lock", ["", "12345", "123456", "111111", "abcdef", "1234567"])
def test_an_easy_lock_is_refused(lone: Commune, lock: str) -> None:
    page = lone.client(lone.helper).post("/can-bo/lop", 422, title="Lớp", hours="2", lock=lock).text
    assert "sáu chữ số khó đoán" in page


def test_a_removed_person_is_out_at_once(commune: Commune) -> None:
    one = commune.learners[0]
    commune.choose(one)
    helper, address = open_class(commune, one, commune.learners[1])
    device = device_in(commune, helper, address)
    device.press(f"/lop/{commune.uuid(one)}", RIGHT)
    helper.post(f"{address}/bo", person=commune.uuid(one))
    assert not device.is_in()
    device.get(f"/lop/{commune.uuid(one)}", 404)


def test_what_an_unknown_reader_learnt_is_not_given_to_the_next(lone: Commune) -> None:
    from tests.browser.people import COURSE, lessons

    one = lone.learners[0]
    lone.choose(one)
    helper, address = open_class(lone, one)
    device = device_in(lone, helper, address)
    device.post(f"/hoc/{COURSE}/{lessons(lone.app, COURSE)[0].slug}/xong")
    device.press(f"/lop/{lone.uuid(one)}", RIGHT)
    from lms.learning.models import Evidence

    with lone.app.app_context():
        assert connection().execute(select(Evidence.id).where(Evidence.account_id == one)).all() == []


def test_whoever_signs_in_otherwise_on_a_device_of_a_class_is_locked_and_ended_too(lone: Commune) -> None:
    helper, address = open_class(lone, lone.learners[0])
    device = device_in(lone, helper, address)
    device.post("/dang-nhap", identifier="balanh", password="den-dau-1945")
    assert "Đổi người" in device.get("/cua-toi").text
    with clock.frozen_at(clock.now() + timedelta(seconds=teaching.IDLE + 30)):
        assert not device.is_in()
    helper.post(f"{address}/dong")
    assert not device.is_in()


def test_whoever_still_owes_a_yes_of_their_own_says_it_first_and_has_the_turn_then(lone: Commune) -> None:
    """People from lists are asked at their first sign-in; the device stays one of the class meanwhile."""
    with lone.app.app_context():
        place = org_by_code("02839")
        assert place is not None
        with unit_of_work():
            [asked] = make_people([NewPerson("Sùng Thị Hỏi", "citizens")], lone.helper, place.id)
            join_unit(asked, place.id, "citizens")
    helper, address = open_class(lone, asked)
    device = device_in(lone, helper, address)
    answer = device.post(f"/lop/{lone.uuid(asked)}/giup", lock=LOCK, agreed="yes")
    assert str(answer.location).startswith("/dang-nhap/dong-y")
    page = device.get(answer.location).text
    assert "Đổi người" in page
