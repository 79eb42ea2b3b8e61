"""What can be signed in with, which names and passwords are taken, and what stays once it is given."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from lms.api.people import person_by_id
from lms.api.work import Invalid, unit_of_work
from lms.identity import accounts, passwords


@pytest.mark.parametrize("typed", ["0912345678", "0912 345 678", "+84 912.345.678", "84912345678", "(091) 234-5678"])
def test_one_telephone_number_in_many_spellings(typed: str) -> None:
    assert accounts.normal_phone(typed) == "+84912345678"


@pytest.mark.parametrize("typed", ["", "912345678", "0112345678", "09123456789", "091234567", "113", "sinh1960"])
def test_what_is_no_telephone_number(typed: str) -> None:
    assert accounts.normal_phone(typed) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Lanh1960", "lanh1960"),
        ("bà Lành", "balanh"),
        ("đào.thị-na", "daothina"),
        ("!?", None),
        ("1960lanh", None),
        ("ab", None),
    ],
)
def test_sign_in_names(typed: str, kept: str | None) -> None:
    assert accounts.normal_username(typed) == kept


@pytest.mark.parametrize("name", ["Nguyễn Thị Mai", "H'Hen Niê", "Y Moan Ênuôl", "Trần Lê-Hoàng", "Lý Ồ", "Sơn"])
def test_names_of_people_here(name: str) -> None:
    assert accounts.check_name(f"  {name}  ") == name


@pytest.mark.parametrize("name", ["", " ", "Mai 2", "<b>Mai</b>", "Mai; DROP TABLE", "Mai@nha", "M" * 121, "😀", "--"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(Invalid):
        accounts.check_name(name)


@pytest.mark.parametrize(
    "easy", ["1234", "12345678", "654321", "aaaaaaaa", "matkhau123", "balanh", "Hoàng Thị Lành", "short", "000000"]
)
def test_a_password_that_anybody_would_guess(easy: str) -> None:
    with pytest.raises(Invalid):
        passwords.check_strength(easy, "balanh", "Hoàng Thị Lành")


@pytest.mark.parametrize("good", ["khói bếp lam chiều", "271945", "chín bậc"])
def test_a_password_that_will_do(good: str) -> None:
    passwords.check_strength(good, "balanh", "Hoàng Thị Lành")


def test_the_right_password_and_no_other() -> None:
    stored = passwords.hash_password("khói bếp lam chiều")
    assert "khói" not in stored
    assert passwords.matches(stored, "khói bếp lam chiều")
    assert not passwords.matches(stored, "khói bếp lam chiều ")
    assert not passwords.matches(None, "khói bếp lam chiều")
    assert not passwords.matches("torn", "khói bếp lam chiều")


def test_a_birth_date_is_given_once(any_app: Flask) -> None:
    with any_app.app_context():
        with unit_of_work():
            account = accounts.sign_up("Vừ Mí Sính", "sinh1960", None)
            accounts.set_birth_date(account, date(1960, 2, 29))
            accounts.set_birth_date(account, date(1970, 1, 1))
        person = person_by_id(account)
        assert person is not None
        assert person.birth_date == date(1960, 2, 29), "afterwards only an officer who saw papers may change it"


def test_a_name_that_is_taken(any_app: Flask) -> None:
    with any_app.app_context(), unit_of_work():
        accounts.sign_up("Vừ Mí Sính", "0912 345 678", None)
        with pytest.raises(Invalid):
            accounts.sign_up("Vừ Mí Say", "+84912345678", None)
