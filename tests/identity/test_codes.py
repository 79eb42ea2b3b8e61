"""A code on the phone lets in whoever holds it: once, for five minutes, five tries; nobody learns who is here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from lms import clock
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts, codes
from lms.outbox.worker import Worker
from lms.testing.building import make_app
from lms.testing.page_client import InProcess, Pages
from tests.identity.ways import NOON, PASSWORD, A, C, O, account, code_sent, inside, make, open_sessions, sign_in

ASKED = {"phone": "0912345678"}


def ask(browser: FlaskClient, **more: Any) -> int:
    return browser.post("/dang-nhap/ma", data={**ASKED, **more}).status_code


def type_in(browser: FlaskClient, code: str | None) -> int:
    return browser.post("/dang-nhap/ma/nhap", data={"code": code or ""}).status_code


def wrong(code: str | None) -> str:
    return f"{(int(code or 0) + 1) % 10**6:06}"


def test_in_by_a_code(app: Flask) -> None:
    who = make(app)
    pages = Pages(app)
    pages.open("/dang-nhap?return_to=/giay")
    pages.follow("Đăng nhập bằng mã gửi về điện thoại")
    pages.press("Gửi mã", {"Số điện thoại": "+84 912 345 678"})
    assert "0912 345 678" in pages.page
    code = code_sent(app)
    pages.press("Đi tiếp", {"Mã gồm sáu chữ số": f"{code[:3]} {code[3:]}" if code else ""})
    assert pages.page.path == "/giay"
    assert account(app, who).assurance_level == 1, "the phone is proved by it"
    pages.open("/cai-dat/danh-tinh")
    assert "Số điện thoại đuôi 678" in pages.page


def test_a_code_is_good_once_and_only_where_it_was_asked_for(any_app: Flask) -> None:
    make(any_app)
    mine, theirs = any_app.test_client(), any_app.test_client()
    assert ask(mine) == 303
    code = code_sent(any_app)
    assert type_in(theirs, code) == 303, "who asked for none is led to the sign-in page"
    assert not inside(theirs)
    with mine.session_transaction() as kept:
        asked = kept["asked"]
    assert type_in(mine, code) == 303
    assert inside(mine)
    with theirs.session_transaction() as kept:
        kept["asked"] = asked
    assert type_in(theirs, code) == 422, "used"
    assert not inside(theirs)


def test_five_tries_and_five_minutes(any_app: Flask) -> None:
    make(any_app)
    with clock.frozen_at(NOON):
        browser = any_app.test_client()
        ask(browser)
        code = code_sent(any_app)
        for _n in range(5):
            assert type_in(browser, wrong(code)) == 422
        assert type_in(browser, code) == 422, "the sixth try is none, even if it is right"
        ask(browser)
        code = code_sent(any_app)
    with clock.frozen_at(NOON + timedelta(seconds=301)):
        assert type_in(browser, code) == 422
        assert not inside(browser)


def test_nobody_learns_who_is_here(any_app: Flask) -> None:
    make(any_app)
    known, unknown = any_app.test_client(), any_app.test_client()
    answers = []
    for browser, phone in ((known, "0912345678"), (unknown, "0912345679")):
        asked = browser.post("/dang-nhap/ma", data={"phone": phone})
        page = browser.get(asked.location).get_data(as_text=True)
        refused = browser.post("/dang-nhap/ma/nhap", data={"code": wrong(code_sent(any_app))}).get_data(as_text=True)
        answers.append((asked.status_code, asked.location, page.replace("679", "678"), refused.replace("679", "678")))
    assert answers[0] == answers[1]
    with any_app.app_context():
        assert connection().execute(select(func.count()).select_from(O)).scalar() == 1, "nothing is sent to strangers"
        hashes = connection().execute(select(C.c.code_hash)).scalars().all()
    assert all(len(h) == 32 for h in hashes), "codes are kept as keyed hashes"


def test_a_closed_account_gets_no_code(any_app: Flask) -> None:
    who = make(any_app)
    with any_app.app_context(), unit_of_work():
        accounts.close(who)
    assert ask(any_app.test_client()) == 303
    assert code_sent(any_app) is None


def test_how_many_codes_are_sent(any_app: Flask) -> None:
    """SMS cost money and wake people: 3 in a quarter of an hour, 8 a day for one number, 20 an hour by one address."""
    make(any_app)
    sent = 0
    for quarter in range(24):
        with clock.frozen_at(NOON + timedelta(minutes=15 * quarter + 1)):
            answers = [ask(any_app.test_client()) for _n in range(4)]
            sent += answers.count(303)
            assert set(answers) <= {303, 429}
            assert answers.count(303) <= 3
    assert 8 <= sent <= 10
    with clock.frozen_at(NOON + timedelta(days=3)):
        answers = [any_app.test_client().post("/dang-nhap/ma", data={"phone": f"09000000{n:02}"}) for n in range(25)]
        assert [a.status_code for a in answers].count(303) == 20


def test_the_operator_sets_how_many_a_day(prepared_folder: Any, app: Flask) -> None:
    make(app)
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    thrifty = make_app(prepared_folder, url, codes_per_day=2)
    answers = [thrifty.test_client().post("/dang-nhap/ma", data=ASKED) for _n in range(3)]
    assert [a.status_code for a in answers] == [303, 303, 429]
    assert "Hôm nay đã hết lượt gửi mã" in answers[2].get_data(as_text=True)
    stranger = thrifty.test_client().post("/dang-nhap/ma", data={"phone": "0912345679"})
    assert stranger.status_code == 429, "the same for every number, so that it tells nothing"


def test_without_a_channel_the_way_is_not_offered(prepared_folder: Any, app: Flask) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    dumb = make_app(prepared_folder, url, channels="")
    browser = dumb.test_client()
    page = browser.get("/dang-nhap").get_data(as_text=True)
    assert "/dang-nhap/ma" not in page
    assert "cấp cho bạn mã PIN mới" in page
    assert browser.get("/dang-nhap/ma").status_code == 404
    assert browser.post("/dang-nhap/ma", data=ASKED).status_code == 410


def test_a_lost_password(any_app: Flask) -> None:
    who = make(any_app)
    there = sign_in(any_app)
    browser = any_app.test_client()
    ask(browser, lost="1")
    answer = browser.post("/dang-nhap/ma/nhap", data={"code": code_sent(any_app), "return_to": "/giay"})
    assert answer.location == "/dang-nhap/mat-khau-moi"
    assert not inside(browser), "nobody is in before the new password is set"
    assert inside(there)
    assert browser.post("/dang-nhap/mat-khau-moi", data={"password": "123456"}).status_code == 422
    answer = browser.post("/dang-nhap/mat-khau-moi", data={"password": "gió qua đồi chè"})
    assert (answer.status_code, answer.location) == (303, "/giay")
    assert inside(browser)
    assert not inside(there), "whoever had the old password is out"
    assert open_sessions(any_app, who) == 1
    sign_in(any_app, password="gió qua đồi chè")
    again = browser.post("/dang-nhap/mat-khau-moi", data={"password": PASSWORD})
    assert again.location == "/cua-toi", "the step is done once"


def test_a_sign_in_code_sets_no_password(any_app: Flask) -> None:
    make(any_app)
    browser = any_app.test_client()
    ask(browser)
    with browser.session_transaction() as kept:
        kept["asked"] = [kept["asked"][0], codes.RESET, kept["asked"][2]]
    assert type_in(browser, code_sent(any_app)) == 422


def test_proving_a_telephone(app: Flask) -> None:
    who = make(app, "sinh1960")
    pages = Pages(app)
    assert isinstance(pages.browser, InProcess)
    pages.browser.client = sign_in(app, "sinh1960")
    pages.open("/cai-dat/danh-tinh")
    pages.follow("Xác nhận một số điện thoại")
    pages.press("Gửi mã", {"Số điện thoại": "0912 345 678"})
    pages.press("Đi tiếp", {"Mã gồm sáu chữ số": wrong(code_sent(app))}, status=422)
    pages.press("Đi tiếp", {"Mã gồm sáu chữ số": code_sent(app) or ""})
    assert "Đã xác nhận số điện thoại." in pages.page
    row = account(app, who)
    assert (row.phone, row.assurance_level) == ("+84912345678", 1)
    sign_in(app, "0912 345 678")


def test_a_telephone_opens_one_account(any_app: Flask) -> None:
    """Whoever holds the phone learns that it is in use here, for they hold it; nothing is moved."""
    make(any_app)
    who = make(any_app, "sinh1960")
    browser = sign_in(any_app, "sinh1960")
    browser.post("/cai-dat/dien-thoai", data=ASKED)
    answer = browser.post("/cai-dat/dien-thoai/ma", data={"code": code_sent(any_app)})
    assert answer.status_code == 409
    assert "đang dùng cho một tài khoản khác" in answer.get_data(as_text=True)
    assert account(any_app, who).phone is None
    assert account(any_app, who).assurance_level == 0


@pytest.mark.parametrize("typed", ["", "abc", "0112345678", "9" * 40, "0912345678; DROP"])
def test_what_is_no_telephone(app: Flask, typed: str) -> None:
    assert app.test_client().post("/dang-nhap/ma", data={"phone": typed}).status_code == 422


def test_the_words_are_wiped_once_they_have_left(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    make(app)
    ask(app.test_client())
    code = code_sent(app)
    assert code is not None
    worker = Worker(app)
    while worker.once():
        pass
    assert code in capsys.readouterr().err, "the console channel prints it"
    assert code_sent(app) is None


def test_old_codes_are_forgotten(any_app: Flask) -> None:
    make(any_app)
    ask(any_app.test_client())
    with any_app.app_context():
        with unit_of_work() as database:
            database.execute(update(C).values(made_at=clock.seconds() - 3 * 86_400))
        codes.forget_old()
        assert connection().execute(select(func.count()).select_from(C)).scalar() == 0
        assert connection().execute(select(func.count()).select_from(A)).scalar_one() > 0
