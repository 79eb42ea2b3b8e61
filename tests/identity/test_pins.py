"""A PIN that an officer or helper gives: once, for three days, never to those above them, always written down."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms import clock
from lms.audit import AuditEntry
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import NotFound
from lms.identity import second_factor
from lms.proving import pins
from tests.identity.test_second_factor import enrol
from tests.identity.ways import NOON, PASSWORD, A, account, belongs, give, inside, knock, make, sign_in

HERE, NEAR = "02839", "02842"
HELPER = "0912 000 222"


def helper(app: Flask, role: str = "mentor", unit: str = HERE) -> int:
    who = make(app, HELPER, "Trần Thị Soi")
    give(app, who, role, unit)
    return who


def address(app: Flask, who: int) -> str:
    return f"/can-bo/nguoi/{account(app, who).uuid}/ma-pin"


def given(browser: FlaskClient, at: str, **more: str) -> str:
    answer = browser.post(at, data=more)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    found = re.search(r"\b(\d{3}) (\d{3})\b(?!\s*\d)", answer.get_data(as_text=True).split("dùng một lần")[1])
    assert found is not None
    return found[1] + found[2]


@pytest.mark.parametrize("role", ["mentor", "manager"])
def test_a_pin_for_whoever_lost_theirs(any_app: Flask, role: str) -> None:
    who, by = make(any_app), helper(any_app, role)
    belongs(any_app, who, HERE)
    theirs, browser = sign_in(any_app), sign_in(any_app, HELPER)
    assert browser.get(address(any_app, who)).status_code == 200
    pin = given(browser, address(any_app, who))
    assert not inside(theirs), "signed out everywhere"
    learner = any_app.test_client()
    assert knock(learner).status_code == 422, "the old password is gone"
    assert knock(learner, password=pin, return_to="/giay").location == "/dang-nhap/mat-khau-moi"
    assert not inside(learner)
    same = learner.post("/dang-nhap/mat-khau-moi", data={"password": pin})
    assert same.status_code == 422, "whoever gave the PIN knows it"
    assert learner.post("/dang-nhap/mat-khau-moi", data={"password": "gió qua đồi chè"}).location == "/giay"
    assert inside(learner)
    assert inside(sign_in(any_app, password="gió qua đồi chè")), "and no step is left the next time"
    with any_app.app_context():
        entry = connection().execute(select(AuditEntry).where(AuditEntry.act == "account.pin_given")).first()
        assert entry is not None
        assert (entry[0].actor_id if hasattr(entry[0], "actor_id") else entry.actor_id) == by
        assert pin not in str(entry)


def test_a_newer_pin_ends_what_the_older_one_began(any_app: Flask) -> None:
    who = make(any_app)
    helper(any_app)
    belongs(any_app, who, HERE)
    browser, at = sign_in(any_app, HELPER), address(any_app, who)
    early = any_app.test_client()
    assert knock(early, password=given(browser, at)).location == "/dang-nhap/mat-khau-moi"
    given(browser, at)
    answer = early.post("/dang-nhap/mat-khau-moi", data={"password": "gió qua đồi chè"})
    assert answer.location.startswith("/dang-nhap?")
    assert not inside(early)


def test_three_days_and_no_longer(any_app: Flask) -> None:
    who = make(any_app)
    helper(any_app)
    belongs(any_app, who, HERE)
    with clock.frozen_at(NOON):
        pin = given(sign_in(any_app, HELPER), address(any_app, who))
    with clock.frozen_at(NOON + timedelta(days=3, seconds=1)):
        answer = knock(any_app.test_client(), password=pin)
        assert answer.status_code == 422
        assert "nay đã quá hạn" in answer.get_data(as_text=True)


def test_nobody_outside_their_units_nor_themselves(app: Flask) -> None:
    who, by = make(app), helper(app, unit=NEAR)
    belongs(app, who, HERE)
    belongs(app, by, NEAR)
    browser = sign_in(app, HELPER)
    assert browser.get(address(app, who)).status_code == 404
    assert browser.post(address(app, who)).status_code == 404
    assert browser.post(address(app, by)).status_code == 409
    sign_in(app)


@pytest.mark.parametrize("role", ["instructor", "manager", "administrator"])
def test_whoever_works_here_is_not_taken_over_by_a_helper(app: Flask, role: str) -> None:
    """A manager of the commune must not become the administrator by giving them a PIN."""
    who = make(app)
    belongs(app, who, HERE)
    give(app, who, role, "VN")
    helper(app, "manager")
    browser = sign_in(app, HELPER)
    answer = browser.post(address(app, who))
    assert answer.status_code == 403
    assert "chỉ quản trị viên" in answer.get_data(as_text=True)
    assert inside(sign_in(app))
    boss = make(app, "0912 000 333", "Lý Văn Quản")
    give(app, boss, "administrator", "VN")
    given(sign_in(app, "0912 000 333"), address(app, who))
    assert knock(app.test_client()).status_code == 422


def test_whoever_has_no_name_to_sign_in_with_gets_one(any_app: Flask) -> None:
    who = make(any_app)
    helper(any_app)
    belongs(any_app, who, HERE)
    with any_app.app_context(), unit_of_work() as database:
        database.execute(update(A).where(A.c.id == who).values(phone=None, password_hash=None))
    browser, at = sign_in(any_app, HELPER), address(any_app, who)
    assert browser.post(at, data={"username": ""}).status_code == 422
    assert browser.post(at, data={"username": "balanh"}).status_code == 422, "somebody else's"
    pin = given(browser, at, username="sinh1960")
    assert knock(any_app.test_client(), "sinh1960", pin).location == "/dang-nhap/mat-khau-moi"


def test_an_administrator_ends_the_second_step_of_a_lost_phone(any_app: Flask) -> None:
    who, boss = make(any_app), make(any_app, HELPER, "Lý Văn Quản")
    give(any_app, who, "instructor", HERE)
    give(any_app, boss, "administrator", "VN")
    enrol(any_app, who)
    browser, at = sign_in(any_app, HELPER), address(any_app, who)
    assert "Tắt bước thứ hai" in browser.get(at).get_data(as_text=True)
    assert browser.post(at.replace("ma-pin", "buoc-hai")).status_code == 303
    with any_app.app_context():
        assert not second_factor.is_on(who)
    assert inside(sign_in(any_app, password=PASSWORD))


def test_a_helper_does_not_end_a_second_step(app: Flask) -> None:
    who = make(app)
    belongs(app, who, HERE)
    enrol(app, who)
    helper(app, "manager")
    browser, at = sign_in(app, HELPER), address(app, who)
    assert "Tắt bước thứ hai" not in browser.get(at).get_data(as_text=True)
    assert browser.post(at.replace("ma-pin", "buoc-hai")).status_code == 404
    pin = given(browser, at)
    learner = app.test_client()
    assert knock(learner, password=pin).location == "/dang-nhap/buoc-hai", "a new PIN goes not round it"


def test_the_only_administrator_is_let_in_again_from_the_server(any_app: Flask) -> None:
    boss = make(any_app, HELPER, "Lý Văn Quản")
    give(any_app, boss, "administrator", "VN")
    enrol(any_app, boss)
    with any_app.app_context():
        pin = pins.let_in("0912000222")
        with pytest.raises(NotFound):
            pins.let_in("khong-co-ai")
        with pytest.raises(NotFound):
            pins.let_in("")
    browser = any_app.test_client()
    assert knock(browser, HELPER, pin).location == "/dang-nhap/mat-khau-moi"
    assert browser.post("/dang-nhap/mat-khau-moi", data={"password": "gió qua đồi chè"}).status_code == 303
    assert inside(browser)
