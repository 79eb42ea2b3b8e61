"""From an Excel list to people who are enrolled, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from lms.api.competency import courses_of, programmes
from lms.api.learning import Kind, Result, newest_syllabus, places, record_result
from lms.api.people import NewPerson, make_people
from lms.api.work import clock, connection, unit_of_work
from lms.identity import grants, passwords
from lms.rebuilding import differences
from tests.rosters.conftest import HEADS, Clerk, table, workbook

MANY = "Họ và tên\tNgày sinh\tCCCD\tSĐT\n"
ClerkOn = Callable[[Flask], Clerk]


def citizens(app: Flask) -> tuple[str, list[int]]:
    """The citizens' programme and its courses."""
    with app.app_context():
        found = next(p for p in programmes() if p.target_group == "citizens")
        return str(found.id), [course_id for course_id, _slug, _title in courses_of(found.id)]


def person(app: Flask, name: str) -> Any:
    """The open account with this name."""
    a = table("lms_account")
    with app.app_context():
        return connection().execute(select(a).where(a.c.full_name == name, a.c.closed_at.is_(None))).one()


def sound(app: Flask) -> bool:
    """Whether every figure follows from the facts."""
    with app.app_context():
        return differences() == []


def outcomes(clerk: Clerk, address: str) -> list[list[str]]:
    """The file of what came of each row, without its heads."""
    answer = clerk.pages.send("GET", address + "/ket-qua.csv")
    assert answer.status == 200
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))[1:]


def test_a_list_goes_in_and_is_taken_back(any_app: Flask, clerk_on: ClerkOn) -> None:
    clerk = clerk_on(any_app)
    programme, courses = citizens(any_app)
    before = {name: clerk.count(name) for name in ("lms_membership", "lms_enrollment", "lms_consent")}
    content = workbook(
        [HEADS, (1, "NGUYỄN THỊ MAI", "12/03/1960", "Nữ", "001160001234", "912345678", None, "Nông dân", None),
         (2, "H'HEN NIÊ", 1972, "Nữ", None, None, None, "Cán bộ", None)],
    )  # fmt: skip
    address = clerk.take_in(content, programme=programme)
    assert "Nguyễn Thị Mai" in clerk.pages.page
    mai, hen = person(any_app, "Nguyễn Thị Mai"), person(any_app, "H'Hen Niê")
    assert (mai.birth_date, mai.phone, mai.identity_tail) == (date(1960, 3, 12), "+84912345678", "1234")
    assert mai.password_hash is None, "nothing is hashed"
    assert mai.made_at_org_id == clerk.unit
    assert (hen.birth_year, hen.birth_date, hen.target_group) == (1972, None, "officials")
    assert clerk.count("lms_membership") == before["lms_membership"] + 2
    assert clerk.count("lms_enrollment") == before["lms_enrollment"] + len(courses), "of her own group's programme"
    assert clerk.count("lms_consent") == before["lms_consent"], "their yes is asked for when they come"
    assert clerk.count("rosters_sheet") == 0, "the cells are not kept"
    assert sound(any_app)

    clerk.pages.follow("Hoàn tác danh sách")
    clerk.pages.press("Hoàn tác danh sách")
    clerk.work()
    clerk.pages.open(address)
    assert "Danh sách này đã hoàn tác" in clerk.pages.page
    a = table("lms_account")
    assert clerk.count("lms_account", a.c.full_name.in_(["Nguyễn Thị Mai", "H'Hen Niê"])) == 0
    assert clerk.count("lms_account", a.c.phone == "+84912345678") == 0
    for name in ("lms_membership", "lms_enrollment"):
        assert clerk.count(name) == before[name]
    assert sound(any_app)


def test_whoever_has_begun_stays(any_app: Flask, clerk_on: ClerkOn) -> None:
    clerk = clerk_on(any_app)
    programme, courses = citizens(any_app)
    address = clerk.take_in(MANY + "Lò Văn Phúc\t1960\t\t\nSùng A Chớ\t1970\t\t\n", programme=programme)
    phuc = person(any_app, "Lò Văn Phúc")
    with any_app.app_context():
        syllabus = newest_syllabus(courses[0])
        assert syllabus is not None
        with unit_of_work():
            record_result(phuc.id, places(syllabus)[0].activity_id, Result(Kind.COMPLETED))
    clerk.pages.open(address + "/hoan-tac")
    clerk.pages.press("Hoàn tác danh sách")
    clerk.work()
    assert [row[6] for row in outcomes(clerk, address)] == ["Giữ lại: đã bắt đầu dùng", "Đã hoàn tác"]
    assert person(any_app, "Lò Văn Phúc").id == phuc.id
    e = table("lms_enrollment")
    assert clerk.count("lms_enrollment", e.c.account_id == phuc.id) == len(courses)
    assert sound(any_app)


def test_rows_are_mended_in_place(any_app: Flask, clerk_on: ClerkOn) -> None:
    clerk = clerk_on(any_app)
    address = clerk.check(
        MANY + "Nguyễn Văn 2\t1960\t\t\nLò Thị Mai\t13/25/1961\t12345\t0162 1234567\nSùng A Chớ\t1970\t\t12345\n"
    )
    assert "Họ tên không đọc được" in clerk.pages.page
    clerk.pages.press("Nhận danh sách", status=422)
    assert "Vẫn còn dòng có lỗi" in clerk.pages.page
    clerk.pages.open(address + "/ra-soat/phone")
    assert "0321234567" in str(clerk.pages.page.root.by_id(_box(clerk, "0162 1234567"))), "what it became is suggested"
    clerk.pages.press("Lấy theo gợi ý")
    clerk.pages.open(address + "/ra-soat/phone")
    clerk.pages.press("Để trống ở tất cả")
    clerk.pages.open(address + "/ra-soat/birth")
    clerk.pages.press("Lưu các dòng này", {"Ngày sinh hoặc năm sinh": "25/13/1961"})
    assert clerk.pages.page.heading == "Ngày sinh không đọc được", "still wrong"
    clerk.pages.press("Lưu các dòng này", {"Ngày sinh hoặc năm sinh": "25/12/1961"})
    clerk.pages.open(address + "/ra-soat/number")
    clerk.pages.press("Lưu các dòng này", {"Số căn cước (CCCD)": "010161001234"})
    clerk.pages.open(address + "/ra-soat/full_name")
    clerk.pages.press("Lưu các dòng này", {"Họ và tên": "NGUYỄN VĂN HAI"})
    assert "Không còn lỗi nào" in clerk.pages.page
    clerk.pages.press("Nhận danh sách")
    clerk.work()
    mai = person(any_app, "Lò Thị Mai")
    assert (mai.birth_date, mai.phone, mai.identity_tail) == (date(1961, 12, 25), "+84321234567", "1234")
    assert person(any_app, "Nguyễn Văn Hai").birth_year == 1960
    w = table("rosters_row")
    assert clerk.count("rosters_row", w.c.number_key.is_not(None)) == 0, "not even its hash is kept with the list"


def _box(clerk: Clerk, typed: str) -> str:
    node = next(n for n in clerk.pages.page.root.all("b") if n.text == typed)
    card = node.up("div")
    assert card is not None
    assert card.parent is not None
    return card.parent.all("input")[0].attrs["id"]


def test_rows_with_problems_may_stay_out(clerk: Clerk) -> None:
    address = clerk.check(MANY + "Lò Thị Mai\t1961\t12345\t\nSùng A Chớ\t1970\t\t\n")
    clerk.pages.press("Nhận danh sách", choose=["Bỏ qua 1 dòng còn lỗi"])
    clerk.work()
    assert [row[6] for row in outcomes(clerk, address)] == ["Không nhận: còn lỗi", "Đã thêm mới"]


def test_one_telephone_of_two_people(any_app: Flask, clerk_on: ClerkOn) -> None:
    clerk = clerk_on(any_app)
    address = clerk.check(MANY + "Lò Thị Mai\t1961\t\t0912345678\nSùng A Chớ\t1970\t\t912345678\n")
    assert "Mỗi số chỉ đăng nhập cho một người" in clerk.pages.page
    clerk.pages.press("Nhận danh sách")
    clerk.work()
    assert person(any_app, "Lò Thị Mai").phone == "+84912345678"
    assert person(any_app, "Sùng A Chớ").phone is None
    assert "Số điện thoại trùng" in outcomes(clerk, address)[1][7]


def test_two_names_that_differ_by_a_tone_and_share_a_telephone(any_app: Flask, clerk_on: ClerkOn) -> None:
    clerk = clerk_on(any_app)
    address = clerk.check(MANY + "Lò Thị Mai\t\t\t0912345678\nLò Thị Mái\t\t\t0912345678\n")
    clerk.pages.open(address + "/ra-soat/twin")
    clerk.pages.press("Lưu các dòng này", choose=["Là người khác"])
    clerk.pages.press("Nhận danh sách")
    clerk.work()
    assert person(any_app, "Lò Thị Mai").phone == "+84912345678"
    assert person(any_app, "Lò Thị Mái").phone is None


def test_the_same_person_twice_in_a_list(any_app: Flask, clerk_on: ClerkOn) -> None:
    clerk = clerk_on(any_app)
    address = clerk.check(
        MANY
        + "Lò Thị Mai\t1961\t010161001234\t\nLÒ THỊ MAI\t1961\t010161001234\t\n"  # certainly
        + "Sùng A Chớ\t1970\t\t\nSùng A Chớ\t1970\t\t\nSùng A Chớ\t1971\t\t\n"  # perhaps; no
        + "Vàng A Nhà\t1980\t010161001234\t\n"  # one of the two numbers is wrong
    )
    assert "1 dòng trùng với dòng ở trên" in clerk.pages.page
    clerk.pages.open(address + "/ra-soat/number")
    assert "Dòng 2: Lò Thị Mai" in clerk.pages.page
    clerk.pages.press("Để trống ở tất cả")
    clerk.pages.open(address + "/ra-soat/twin")
    clerk.pages.press("Đều là người khác")
    clerk.pages.press("Nhận danh sách")
    clerk.work()
    a = table("lms_account")
    assert clerk.count("lms_account", a.c.full_name == "Lò Thị Mai") == 1
    assert clerk.count("lms_account", a.c.full_name == "Sùng A Chớ") == 3


def test_people_who_are_here_already(any_app: Flask, clerk_on: ClerkOn) -> None:
    clerk = clerk_on(any_app)
    programme, courses = citizens(any_app)
    clerk.take_in(MANY + "Lò Thị Mai\t1961\t010161001234\t\nSùng A Chớ\t1970\t\t0966123123\nVàng A Nhà\t1980\t\t\n")
    people = clerk.count("lms_account")
    address = clerk.check(
        MANY + "LÒ THỊ MAI\t1961\t010161001234\t\nSùng A Chớ\t\t\t966123123\nVàng A Nhà\t01/05/1980\t\t\n"
        "Giàng A Tủa\t1982\t\t0966123123\n",
        programme=programme,
    )
    assert clerk.pages.page.facts()["Người đã có: chỉ thêm đơn vị và chương trình"] == "2", "number; telephone and name"
    clerk.pages.follow("Có thể đã có trong hệ thống")
    assert "cùng tên và năm sinh" in clerk.pages.page
    clerk.pages.press("Đều là một người")
    clerk.pages.press("Nhận danh sách")
    clerk.work()
    assert clerk.count("lms_account") == people + 1, "only the one whom nobody knew"
    mai = person(any_app, "Lò Thị Mai")
    assert clerk.count("lms_enrollment", table("lms_enrollment").c.account_id == mai.id) == len(courses)
    assert [row[6] for row in outcomes(clerk, address)] == ["Đã có; thêm đơn vị hoặc chương trình"] * 3 + [
        "Đã thêm mới"
    ]
    assert person(any_app, "Giàng A Tủa").phone is None
    assert sound(any_app)

    clerk.pages.open(address + "/hoan-tac")
    clerk.pages.press("Hoàn tác danh sách")
    clerk.work()
    assert clerk.count("lms_enrollment", table("lms_enrollment").c.account_id == mai.id) == 0, "as it was before"
    assert person(any_app, "Lò Thị Mai").id == mai.id
    assert sound(any_app)


def test_not_sure_who_it_is(any_app: Flask, clerk_on: ClerkOn) -> None:
    clerk = clerk_on(any_app)
    clerk.take_in(MANY + "Lò Thị Mai\t1961\t010161001234\t\n")
    address = clerk.check(MANY + "Lò Thị Đào\t1961\t010161001234\t\nLò Thị Mận\t1961\t010161001234\t\n")
    clerk.pages.open(address + "/ra-soat/number")
    clerk.pages.press("Để trống ở tất cả")
    clerk.pages.open(address + "/ra-soat/known")
    assert "cùng số căn cước" in clerk.pages.page
    clerk.pages.press("Đều chưa chắc")
    clerk.pages.press("Nhận danh sách")
    clerk.work()
    new = person(any_app, "Lò Thị Đào")
    assert new.identity_key is None, "the number stays with whom it was"
    d = table("lms_duplicate")
    assert clerk.count("lms_duplicate", d.c.high_id == new.id, d.c.why == "identity") == 1


def test_a_telephone_of_somebody_elsewhere_gives_nothing_away(any_app: Flask, clerk_on: ClerkOn) -> None:
    clerk = clerk_on(any_app)
    with any_app.app_context(), unit_of_work():
        a = table("lms_account")
        hashed = passwords.hash_password("nhập-danh-sách")
        (manager,) = make_people([NewPerson("Đặng Thị Nhập", username="can.bo.nhap", password_hash=hashed)], None, None)
        grants.give(manager, "manager", clerk.unit, None)
        (stranger,) = make_people([NewPerson("Phạm Thị Khuất", phone="+84966123123", birth_year=1961)], None, None)
        assert connection().execute(select(a.c.id).where(a.c.id == stranger)).scalar() == stranger
    pages = type(clerk.pages)(any_app)
    pages.open("/dang-nhap")
    pages.press("Đăng nhập", {"Số điện thoại hoặc tên đăng nhập": "can.bo.nhap", "Mật khẩu": "nhập-danh-sách"})
    local = Clerk(pages, any_app, clerk.unit)
    address = local.check(MANY + "Phạm Thị Khuất\t1961\t\t0966123123\nSùng A Chớ\t1970\t\t\n")
    assert "đã là tên đăng nhập của người khác" in pages.page
    pages.press("Nhận danh sách")
    local.work()
    assert local.count("lms_membership", table("lms_membership").c.account_id == stranger) == 0
    assert outcomes(local, address)[0][6] == "Đã thêm mới", "as somebody new, without the telephone"


def test_villages_and_groups_are_said_once(any_app: Flask, clerk_on: ClerkOn) -> None:
    clerk = clerk_on(any_app)
    address = clerk.check(
        "Họ và tên\tThôn\tĐối tượng\nLò Thị Mai\tNa Hối\tHộ nghèo\nSùng A Chớ\tNa Hối\tHộ nghèo\nVàng A Nhà\t\t\n"
    )
    clerk.pages.open(address + "/ra-soat/group")
    clerk.pages.press("Lưu các dòng này", {"“Hộ nghèo” nghĩa là": "Người lao động"})
    clerk.pages.open(address + "/ra-soat/village")
    clerk.pages.press("Tất cả thuộc xã Bắc Hà")
    clerk.pages.press("Nhận danh sách")
    clerk.work()
    m = table("lms_membership")
    for name, group in (("Lò Thị Mai", "workers"), ("Sùng A Chớ", "workers"), ("Vàng A Nhà", "citizens")):
        who = person(any_app, name).id
        assert clerk.count("lms_membership", m.c.account_id == who, m.c.org_id == clerk.unit, m.c.target_group == group)


def test_columns_are_remembered_for_the_units_next_list(clerk: Clerk) -> None:
    text = "Mã\tAi\tSinh ra\tTên học viên\nLò Thị Mai\tx\t1961\ty\n"
    clerk.pages.open(clerk.send(text))
    clerk.pages.press(
        "Sang bước rà soát", {"Mã": "Họ và tên", "Sinh ra": "Ngày sinh hoặc năm sinh", "Tên học viên": "bỏ qua"}
    )
    clerk.pages.open(clerk.send(text.replace("Mai", "Mận")))
    assert "như lần trước" in clerk.pages.page
    clerk.pages.press("Sang bước rà soát")
    assert "Không còn lỗi nào" in clerk.pages.page


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"Họ và tên": "bỏ qua"}, "Hãy chọn cột nào là họ và tên"),
        ({"Ngày sinh": "Họ và tên"}, "Có hai cột cùng được chọn"),
    ],
)
def test_columns_that_cannot_be(clerk: Clerk, chosen: dict[str, str], words: str) -> None:
    clerk.pages.open(clerk.send(MANY + "Lò Thị Mai\t1961\t\t\n"))
    clerk.pages.press("Sang bước rà soát", chosen, status=422)
    assert words in clerk.pages.page


def test_the_same_list_again_is_told(clerk: Clerk) -> None:
    clerk.take_in(MANY + "Lò Thị Mai\t1961\t\t\n")
    clerk.pages.open(clerk.send(MANY + "Lò Thị Mai\t1961\t\t\n"))
    assert "Danh sách này đã từng gửi" in clerk.pages.page


def test_what_is_given_back_is_never_a_formula(clerk: Clerk) -> None:
    address = clerk.check(MANY + "=HYPERLINK(1)\t1961\t\t\n+1\t1962\t\t\n")
    clerk.pages.open(address + "/ra-soat/full_name")
    clerk.pages.press("Bỏ qua tất cả các dòng này")
    clerk.pages.open(address + "/ra-soat")
    clerk.pages.press("Nhận danh sách")
    clerk.work()
    assert [row[6] for row in outcomes(clerk, address)] == ["Bỏ qua", "Bỏ qua"]
    answer = clerk.pages.send("GET", address + "/ket-qua.xlsx")
    sheet = load_workbook(io.BytesIO(answer.body)).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}, "no formula"


def test_a_draft_is_its_senders_alone_and_is_forgotten(any_app: Flask, clerk_on: ClerkOn) -> None:
    from plugins.rosters.services import forgetting

    clerk = clerk_on(any_app)
    address = clerk.check(MANY + "Lò Thị Mai\t1961\t\t\n")
    other = type(clerk.pages)(any_app)
    other.sign_in("verifier")
    for path in ("/cot", "/ra-soat", "/ra-soat/phone", "", "/ket-qua.csv", "/hoan-tac"):
        assert other.send("GET", address + path).status == 404, path
    for path in ("/cot", "/nhan", "/bo", "/ra-soat/phone", "/hoan-tac"):
        assert other.send("POST", address + path).status == 404, path
    assert clerk.pages.send("POST", address + "/hoan-tac").status == 404, "not taken in yet"
    later = clock.now() + 15 * date.resolution
    with clock.frozen_at(later), any_app.app_context():
        forgetting.forget_old()
    assert clerk.count("rosters_roster") == clerk.count("rosters_row") == clerk.count("rosters_sheet") == 0


def test_a_draft_is_given_up(clerk: Clerk) -> None:
    clerk.check(MANY + "Lò Thị Mai\t1961\t\t\n")
    clerk.pages.press("Bỏ danh sách này")
    assert clerk.count("rosters_roster") == 0


def test_refusals_at_the_door(clerk: Clerk) -> None:
    assert "Hãy chọn tệp, hoặc dán danh sách" in clerk.send("", status=422)
    assert "Không thấy cột họ tên" in clerk.send("Mã\tSố\n1\t2\n", status=422)
    assert "kiểu cũ (.xls)" in clerk.send(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, status=422)
    with clerk.app.app_context():
        from lms.api.people import nation_id

        nation = nation_id()
    assert "Hãy chọn đơn vị cụ thể" in clerk.send(MANY + "Lò Thị Mai\t1961\t\t\n", status=422, unit=str(nation))


def test_it_is_accepted_once(clerk: Clerk) -> None:
    address = clerk.check(MANY + "Lò Thị Mai\t1961\t\t\n")
    assert clerk.pages.send("POST", address + "/nhan").status == 303
    assert clerk.pages.send("POST", address + "/nhan").status == 404
    assert "0 trong 1 dòng" in clerk.pages.open(address)
    clerk.work()
    assert clerk.count("lms_account", table("lms_account").c.full_name == "Lò Thị Mai") == 1
