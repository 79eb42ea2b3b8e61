"""An officer looks at two people, joins them, parts them again; nobody sees pairs that are not theirs."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from lms import progress
from lms.db.unit_of_work import let_go, unit_of_work
from lms.identity import accounts, grants
from lms.identity.making import NewPerson, make_people
from lms.identity.models import Account
from lms.identity.people import joined_to
from lms.learning.models import Kind
from lms.learning.record import Result
from lms.merging import finding
from lms.testing.page_client import Pages
from tests.merging.test_joining import COMMUNE, OTHER, activities, course, unit

PASSWORD = "ruộng bậc thang mùa lúa chín"
PROVINCE = "15"


def officer_of(code: str, login: str) -> None:
    hashed = accounts.prepared_password("Vàng A Lù", login, PASSWORD)
    who = accounts.sign_up("Vàng A Lù", login, hashed, target_group="officials")
    progress.join_unit(who, unit(code), "officials")
    grants.give(who, "manager", unit(code), None)


def twice(at: tuple[str, str] = (COMMUNE, COMMUNE)) -> tuple[int, int]:
    people = [
        NewPerson("Lò Thị Mẩy", "citizens", birth_year=1960, phone="+84912345678"),
        NewPerson("LÒ THỊ MẨY", "citizens", birth_year=1960),
    ]
    low, high = make_people(people, None, None)
    for who, code in zip((low, high), at, strict=True):
        progress.join_unit(who, unit(code), "citizens")
    for who, lessons in ((low, activities("lesson")[:2]), (high, activities("lesson")[1:4])):
        progress.enroll(who, course())
        for lesson in lessons:
            progress.record_result(who, lesson, Result(Kind.COMPLETED))
    finding.note_pairs([(low, high, finding.NAME)])
    return low, high


def province_of_both() -> str:
    from lms.orgs.queries import ancestors, org

    common = [i for i in ancestors(unit(COMMUNE)) if i in ancestors(unit(OTHER))]
    row = org(common[0])
    assert row is not None
    assert row.code is not None
    return row.code


def signed_in(app: Flask, login: str) -> Pages:
    pages = Pages(app)
    pages.open("/dang-nhap?return_to=/can-bo/trung-ten")
    pages.press("Đăng nhập", {"Số điện thoại hoặc tên đăng nhập": login, "Mật khẩu": PASSWORD})
    return pages


@pytest.fixture
def story(app: Flask) -> Flask:
    with app.app_context():
        with unit_of_work():
            twice()
            officer_of(COMMUNE, "canboxa")
            officer_of(OTHER, "canboxakhac")
            officer_of(province_of_both(), "canbotinh")
        let_go()
    return app


def test_join_and_part_again(story: Flask) -> None:
    pages = signed_in(story, "canboxa")
    pages.open("/can-bo/trung-ten")
    assert "trùng họ tên, năm sinh, cùng một nơi" in pages.page
    pages.follow("So sánh")
    assert pages.page.heading == "Một người hay hai người?"
    assert "…678" in pages.page
    assert "+84912345678" not in pages.page
    pages.press("Xem những gì sẽ chuyển")
    assert "Những gì bạn đã học và đã làm" in pages.page or "đã học và đã làm" in pages.page
    pages.press("Gộp hai tài khoản", {"Vì sao là một người?": "Bà Mẩy đến xã, nói cả hai đều là của bà."})
    assert "Nay là một người" in pages.page
    pages.open("/can-bo/trung-ten")
    assert "Không thấy ai bị trùng" in pages.page
    pages.follow("Đã gộp")
    pages.follow("Xem")
    pages.press("Tách lại", {"Vì sao là hai người?": "Hai chị em."})
    assert "Đã tách lại" in pages.page
    pages.open("/can-bo/trung-ten?xem=khac")
    assert "Lò Thị Mẩy" in pages.page


def test_without_a_reason_nothing_is_done(story: Flask) -> None:
    pages = signed_in(story, "canboxa")
    pages.open("/can-bo/trung-ten")
    pages.follow("So sánh")
    pages.press("Xem những gì sẽ chuyển")
    method, action, sent = pages.filled("Gộp hai tài khoản", {"Vì sao là một người?": "x"})
    answer = pages.send(method, action, [(k, "" if k == "reason" else v) for k, v in sent])
    assert answer.status == 422
    assert "ghi lý do" in answer.body.decode()


def test_sent_twice_it_is_done_once(story: Flask) -> None:
    pages = signed_in(story, "canboxa")
    pages.open("/can-bo/trung-ten")
    pages.follow("So sánh")
    pages.press("Xem những gì sẽ chuyển")
    sent = pages.filled("Gộp hai tài khoản", {"Vì sao là một người?": "Một người."})
    assert pages.send(*sent).status == 303
    again = pages.send(*sent)
    assert again.status in (404, 409)


def test_two_people_are_remembered(story: Flask) -> None:
    pages = signed_in(story, "canboxa")
    pages.open("/can-bo/trung-ten")
    pages.follow("So sánh")
    pages.press("Đây là hai người", {"Vì sao bạn biết?": "Hai chị em họ."})
    assert "Không thấy ai bị trùng" in pages.page
    with story.app_context():
        finding.sweep()
        let_go()
    pages.again()
    assert "Không thấy ai bị trùng" in pages.page


def test_a_pair_of_two_communes_is_theirs_who_are_above_both(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            low, high = twice((COMMUNE, OTHER))
            officer_of(COMMUNE, "canboxa")
            officer_of(OTHER, "canboxakhac")
            officer_of(province_of_both(), "canbotinh")
        let_go()
    province = signed_in(app, "canbotinh")
    province.open("/can-bo/trung-ten")
    address = province.page.link("So sánh")
    for login in ("canboxa", "canboxakhac"):
        pages = signed_in(app, login)
        pages.open("/can-bo/trung-ten")
        assert "Không thấy ai bị trùng" in pages.page
        for path in (address, f"{address}/gop?giu=x"):
            pages.open(path, 404)
        for path in (f"{address}/gop", f"{address}/khac"):
            assert pages.send("POST", path, [("reason", "x"), ("giu", "x")]).status == 404
    province.follow("So sánh")
    province.press("Xem những gì sẽ chuyển")
    province.press("Gộp hai tài khoản", {"Vì sao là một người?": "Một người, đã chuyển nhà."})
    merged = province.page.path
    with app.app_context():
        assert {joined_to(low), joined_to(high)} == {None, low} or {joined_to(low), joined_to(high)} == {None, high}
        let_go()
    for login in ("canboxa", "canboxakhac"):
        pages = signed_in(app, login)
        pages.open(merged, 404)
        assert pages.send("POST", f"{merged}/tach", [("reason", "x")]).status == 404
        pages.open("/can-bo/trung-ten/da-gop")
        assert "Chưa gộp tài khoản nào" in pages.page
    province.open(merged)
    province.press("Tách lại", {"Vì sao là hai người?": "Nhầm."})


def test_from_a_persons_page(story: Flask) -> None:
    with story.app_context():
        with unit_of_work():
            (other,) = make_people([NewPerson("Lò Thị May", "citizens", birth_year=1962)], None, None)
            progress.join_unit(other, unit(COMMUNE), "citizens")
        uuid = db_uuid(other)
        let_go()
    pages = signed_in(story, "canboxa")
    pages.open(f"/can-bo/nguoi/{uuid}")
    pages.follow("Tìm tài khoản khác của người này")
    pages.press("Tìm", {"Một phần họ tên": "lo thi"})
    found = re.findall(r"LÒ THỊ MẨY|Lò Thị Mẩy", pages.page.text)
    assert found
    buttons = pages.page.named("So sánh", "button")
    form = buttons[0].up("form")
    assert form is not None
    hidden = [(n.attrs["name"], n.attrs["value"]) for n in form.all("input")]
    answer = pages.send("POST", form.attrs["action"], hidden)
    assert answer.status == 303
    pages.open(answer.headers["Location"])
    assert "cán bộ thấy giống nhau" in pages.page


def db_uuid(account_id: int) -> str:
    from sqlalchemy import select

    from lms.db.unit_of_work import connection

    return str(connection().execute(select(Account.uuid).where(Account.id == account_id)).scalar_one())
