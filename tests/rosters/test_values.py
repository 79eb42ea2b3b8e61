"""What is in the cells: as people write it, and as Excel spoils it."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.identity.accounts import check_name
from lms.sheets.giving import harmless
from plugins.rosters.formats.values import (
    Wrong,
    proper,
    read_birth,
    read_group,
    read_name,
    read_number,
    read_phone,
)

TODAY = date(2026, 11, 21)
FEAST = date(1960, 3, 12)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("NGUYỄN THỊ MAI", "Nguyễn Thị Mai"),
        ("nguyễn thị mai", "Nguyễn Thị Mai"),
        ("H'HEN NIÊ", "H'Hen Niê"),
        ("H’LINH MLÔ", "H’Linh Mlô"),
        ("Y-BHĂM ÊBAN", "Y-Bhăm Êban"),
        ("K'BRẾU", "K'Brếu"),
        ("ĐIỂU K’LY", "Điểu K’Ly"),
        ("Lê McDonald", "Lê McDonald"),
        ("  Lò   Văn\tPhúc ", "Lò Văn Phúc"),
        ("12. TRẦN VĂN BẢY", "Trần Văn Bảy"),
        ("Bà: Tống Thị Công", "Tống Thị Công"),
        (unicodedata.normalize("NFD", "ĐẶNG THỊ HUỆ"), "Đặng Thị Huệ"),
    ],
)
def test_names(typed: str, name: str) -> None:
    assert read_name(typed) == name


@pytest.mark.parametrize("typed", ["=HYPERLINK(1)", "A1", "Nguyễn Văn 2", "@SUM(A1)", "#N/A", "Mai <b>"])
def test_what_is_no_name(typed: str) -> None:
    assert isinstance(read_name(typed), Wrong)


@pytest.mark.parametrize("typed", ["", "  ", "1.", "***"])
def test_an_empty_name(typed: str) -> None:
    assert read_name(typed) is None or isinstance(read_name(typed), Wrong)


@pytest.mark.parametrize(
    ("typed", "birth"),
    [
        ("12/03/1960", FEAST), ("12-3-1960", FEAST), ("12.03.60", FEAST), ("12/3/60", FEAST), ("12 03 1960", FEAST),
        ("1960-03-12", FEAST), ("1960-03-12 00:00:00", FEAST), ("12/03/1960 00:00:00", FEAST), ("21987.0", FEAST),
        ("21987", FEAST), ("12031960", FEAST), ("2031960", date(1960, 3, 2)),
        ("ngày 12 tháng 3 năm 1960", FEAST), ("Ngày 12/3/1960", FEAST), ("1960", 1960), ("1960.0", 1960),
        ("Năm 1960", 1960), ("03/1960", 1960), ("00/00/1960", 1960), ("60", 1960), ("12/03/05", date(2005, 3, 12)),
        ("", None), ("không rõ", None),
    ],
)  # fmt: skip
def test_birth_dates(typed: str, birth: object) -> None:
    assert read_birth(typed, TODAY) == birth


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [("03/25/1960", "25/03/1960"), ("30/02/1970", "1970"), ("abc", ""), ("31/12/2030", ""), ("1 960", ""), ("5", "")],
)
def test_dates_that_are_asked_about(typed: str, suggestion: str) -> None:
    found = read_birth(typed, TODAY)
    assert isinstance(found, Wrong)
    assert found.suggestion == suggestion


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("0912345678", "+84912345678"), ("912345678", "+84912345678"), ("912345678.0", "+84912345678"),
        ("0912 345 678", "+84912345678"), ("0912.345.678", "+84912345678"), ("+84 912 345 678", "+84912345678"),
        ("84912345678", "+84912345678"), ("0084912345678", "+84912345678"), ("(+84) 91 234 5678", "+84912345678"),
        ("9.12345678E+8", "+84912345678"), ("0912345678/0987654321", "+84912345678"),
        ("'0912345678", "+84912345678"), ("", None), ("không có", None), ("0", None),
    ],
)  # fmt: skip
def test_phones(typed: str, phone: str | None) -> None:
    assert read_phone(typed) == phone


def test_an_old_phone_is_suggested_as_it_is_today() -> None:
    assert read_phone("0162 1234567") == Wrong("0162 1234567", "0321234567")


@pytest.mark.parametrize("typed", ["9.12E+08", "12345", "091234567x9"])
def test_phones_that_have_lost_something(typed: str) -> None:
    assert isinstance(read_phone(typed), Wrong), "digits that are gone are not made up"


@pytest.mark.parametrize(
    ("typed", "year", "number"),
    [
        ("001060001234", None, "001060001234"), ("001 060 001 234", None, "001060001234"),
        ("'001060001234", None, "001060001234"), ("1060001234", 1960, "001060001234"),
        ("10205001234.0", 2005, "010205001234"), ("012345678", 1960, "012345678"), ("", 1960, None),
    ],
)  # fmt: skip
def test_numbers(typed: str, year: int | None, number: str | None) -> None:
    assert read_number(typed, year) == number


@pytest.mark.parametrize(
    ("typed", "year", "suggestion"),
    [("1060001234", None, "001060001234"), ("1060001234", 1971, ""), ("111111111111", 1960, ""), ("12AB", 1960, "")],
)
def test_numbers_that_are_asked_about(typed: str, year: int | None, suggestion: str) -> None:
    assert read_number(typed, year) == Wrong(typed, suggestion)


@pytest.mark.parametrize(
    ("typed", "group"),
    [("Người dân", "citizens"), ("NÔNG DÂN", "citizens"), ("CBCCVC", "officials"), ("Học sinh lớp 9", "students"),
     ("Công nhân", "workers"), ("", None)],
)  # fmt: skip
def test_groups(typed: str, group: str | None) -> None:
    assert read_group(typed) == group
    assert isinstance(read_group("Hộ nghèo"), Wrong)


SPOKEN = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằấệộỷñĭŏĕčjwzfAĂÂĐÊÔƠƯỆỘÀẾ", min_size=1, max_size=12)
LETTERS = st.text(st.characters(categories=("L",)), min_size=1, max_size=12)


@given(st.text(max_size=200))
def test_whatever_a_cell_holds_is_read_or_asked_about(text: str) -> None:
    name = read_name(text)
    assert name is None or isinstance(name, Wrong) or check_name(name) == name
    birth = read_birth(text, TODAY)
    assert birth is None or isinstance(birth, (Wrong, date)) or 1900 <= birth <= 2026
    phone = read_phone(text)
    assert phone is None or isinstance(phone, Wrong) or (phone.startswith("+84") and len(phone) == 12)
    number = read_number(text, 1960)
    assert number is None or isinstance(number, Wrong) or (number.isdigit() and len(number) in (9, 12))


@given(st.dates(date(1900, 1, 1), TODAY))
def test_a_date_is_read_however_it_is_written(day: date) -> None:
    for typed in (
        f"{day:%d/%m/%Y}",
        f"{day.day}-{day.month}-{day.year}",
        day.isoformat(),
        f"{day:%d.%m.%Y}",
        f"{day:%d%m%Y}",
    ):
        assert read_birth(typed, TODAY) == day, typed
    if day >= date(1927, 6, 1):  # before that the count has four digits, as years have
        assert read_birth(str((day - date(1899, 12, 30)).days), TODAY) == day


@given(st.sampled_from("35789"), st.integers(0, 99_999_999))
def test_a_phone_is_read_however_it_is_written(head: str, rest: int) -> None:
    digits = f"{head}{rest:08d}"
    for typed in (
        f"0{digits}",
        digits,
        f"+84{digits}",
        f"84{digits}",
        f"{digits}.0",
        f"0{digits[:3]} {digits[3:6]} {digits[6:]}",
    ):
        assert read_phone(typed) == f"+84{digits}", typed


@given(st.lists(st.lists(SPOKEN, min_size=1, max_size=3).map("'".join), min_size=1, max_size=5).map(" ".join))
def test_proper_is_proper_already(name: str) -> None:
    once = proper(name)
    assert proper(once) == once
    assert len(once.split()) == len(name.split())


@given(st.text(max_size=30))
def test_nothing_given_back_is_a_formula(cell: str) -> None:
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert harmless(cell).endswith(cell)
