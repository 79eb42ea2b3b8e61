"""With a second factor the password alone opens nothing; its codes are good once, its secret is not readable."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from lms import clock
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Invalid
from lms.identity import second_factor
from lms.identity.models import RecoveryCode, SecondFactor
from lms.testing.building import make_app
from lms.testing.page_client import InProcess, Pages
from tests.identity.ways import NOON, S, account, give, inside, knock, make, on_the_way, open_sessions, sign_in

F, K = SecondFactor.__table__, RecoveryCode.__table__
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890" of RFC 6238, appendix B


def enrol(app: Flask, account_id: int) -> tuple[str, list[str]]:
    """A second factor in use: its secret, and the codes on paper."""
    with app.app_context():
        with unit_of_work():
            second_factor.begin(account_id)
        secret = second_factor.waiting_secret(account_id)
        assert secret is not None
        with unit_of_work():
            papers = second_factor.confirm(account_id, now_code(secret, -1))
    return secret, papers


def now_code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


def answer(browser: FlaskClient, code: str) -> Any:
    return browser.post("/dang-nhap/buoc-hai", data={"code": code})


def test_the_figures_of_the_standard() -> None:
    for at, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        with clock.frozen_at(clock.from_seconds(at)):
            assert second_factor._step_of(RFC_SECRET, code) == at // 30


def test_the_password_alone_opens_nothing(any_app: Flask) -> None:
    who = make(any_app)
    with clock.frozen_at(NOON):
        secret, _papers = enrol(any_app, who)
        browser = any_app.test_client()
        shown = knock(browser, return_to="/giay")
        assert (shown.status_code, shown.location) == (303, "/dang-nhap/buoc-hai")
        assert not inside(browser)
        assert open_sessions(any_app, who) == 0
        assert answer(browser, f"{(int(now_code(secret)) + 1) % 10**6:06}").status_code == 422
        done = answer(browser, now_code(secret))
        assert (done.status_code, done.location) == (303, "/giay")
        assert inside(browser)
        with any_app.app_context():
            assert connection().execute(select(S.c.strength).where(S.c.account_id == who)).scalar() == 2


def test_a_code_is_good_once(any_app: Flask) -> None:
    who = make(any_app)
    with clock.frozen_at(NOON):
        secret, _papers = enrol(any_app, who)
        first, second = any_app.test_client(), any_app.test_client()
        knock(first)
        knock(second)
        code = now_code(secret)
        assert answer(first, code).status_code == 303
        seen = answer(second, code)
        assert seen.status_code == 422
        assert "đã dùng rồi" in seen.get_data(as_text=True)
        assert answer(second, now_code(secret, -1)).status_code == 422, "nor an older one"
        assert answer(second, now_code(secret, 1)).status_code == 303, "a phone may be half a minute ahead"
        with any_app.app_context():
            for steps in (-2, 2, 3):
                with pytest.raises(Invalid), unit_of_work():
                    second_factor.check(who, now_code(secret, steps))


def test_tries_are_counted(any_app: Flask) -> None:
    who = make(any_app)
    with clock.frozen_at(NOON):
        secret, _papers = enrol(any_app, who)
        browser = any_app.test_client()
        knock(browser)
        bad = f"{(int(now_code(secret)) + 1) % 10**6:06}"
        assert [answer(browser, bad).status_code for _n in range(6)] == [422] * 5 + [429]
        assert answer(browser, now_code(secret)).status_code == 429
        other = any_app.test_client()
        knock(other)
        assert answer(other, now_code(secret)).status_code == 429, "for the account, not for the browser"


def test_the_step_waits_a_quarter_of_an_hour_and_belongs_to_who_took_it(any_app: Flask) -> None:
    who = make(any_app)
    with clock.frozen_at(NOON):
        secret, _papers = enrol(any_app, who)
        browser, stranger = any_app.test_client(), any_app.test_client()
        knock(browser)
        assert answer(stranger, now_code(secret)).location.startswith("/dang-nhap?")
    with clock.frozen_at(NOON + timedelta(minutes=16)):
        assert answer(browser, now_code(secret)).location.startswith("/dang-nhap?")
        assert not inside(browser)


def test_codes_on_paper(any_app: Flask) -> None:
    who = make(any_app)
    _secret, papers = enrol(any_app, who)
    assert len(set(papers)) == 10
    with any_app.app_context():
        kept = connection().execute(select(K.c.code_hash)).scalars().all()
    assert len(kept) == 10
    assert all(len(h) == 32 for h in kept)
    browser = any_app.test_client()
    knock(browser)
    assert answer(browser, papers[3].upper().replace("-", " ")).status_code == 303
    assert inside(browser)
    again = any_app.test_client()
    knock(again)
    assert answer(again, papers[3]).status_code == 422, "good once"
    other = make(any_app, "0912 345 679", "Vừ Mí Say")
    with any_app.app_context(), pytest.raises(Invalid), unit_of_work():
        second_factor.check(other, papers[4])


def test_the_secret_is_not_readable_and_rows_cannot_be_swapped(any_app: Flask) -> None:
    who, other = make(any_app), make(any_app, "0912 345 679", "Vừ Mí Say")
    secret, _papers = enrol(any_app, who)
    enrol(any_app, other)
    with any_app.app_context():
        sealed = bytes(connection().execute(select(F.c.secret).where(F.c.account_id == who)).scalar_one())
        assert secret.encode() not in sealed
        with unit_of_work() as database:
            database.execute(update(F).where(F.c.account_id == other).values(secret=sealed))
        with pytest.raises(InvalidTag), unit_of_work():
            second_factor.check(other, now_code(secret))


def test_setting_it_up_in_the_settings(app: Flask) -> None:
    who = make(app, "sinh1960")
    pages, elsewhere = Pages(app), sign_in(app, "sinh1960")
    assert isinstance(pages.browser, InProcess)
    pages.browser.client = sign_in(app, "sinh1960")
    pages.open("/cai-dat")
    pages.follow("Bước thứ hai khi đăng nhập")
    pages.press("Bắt đầu cài")
    found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", pages.page.text)
    assert found is not None
    secret = found[0].replace(" ", "")
    pages.press("Bật lên", {"Sáu chữ số ứng dụng đang hiện": "000000"}, status=422)
    pages.press("Bật lên", {"Sáu chữ số ứng dụng đang hiện": now_code(secret)})
    papers = re.findall(r"[0-9a-z]{5}-[0-9a-z]{5}", pages.page.text)
    assert len(papers) == 10
    assert not inside(elsewhere), "whoever was in by the password alone is out"
    pages.follow("Đã cất các mã. Đi tiếp")
    assert "Đang bật" in pages.page
    assert secret not in pages.page.text.replace(" ", ""), "shown no more"
    pages.press("Tắt bước thứ hai", {"Sáu chữ số ứng dụng đang hiện": now_code(secret, 1)})
    assert "Đã tắt bước thứ hai." in pages.page
    with app.app_context():
        assert not second_factor.is_on(who)
        assert connection().execute(select(func.count()).select_from(K)).scalar() == 0


def test_it_is_not_turned_off_nor_begun_anew_without_a_code(any_app: Flask) -> None:
    who = make(any_app)
    with clock.frozen_at(NOON):
        secret, _papers = enrol(any_app, who)
        browser = any_app.test_client()
        knock(browser)
        answer(browser, now_code(secret))
        assert browser.post("/cai-dat/buoc-hai/doi", data={"code": "000000", "do": "off"}).status_code == 422
        assert browser.post("/cai-dat/buoc-hai", data={}).status_code == 409
        used = browser.post("/cai-dat/buoc-hai/doi", data={"code": now_code(secret), "do": "off"})
        assert used.status_code == 422, "the code that signed in"
        with any_app.app_context():
            assert second_factor.is_on(who)


def test_a_role_may_demand_it(any_app: Flask) -> None:
    """An administrator has 14 days from the first sign-in; then it is set up before anything else."""
    who = make(any_app)
    give(any_app, who, "administrator")
    with clock.frozen_at(NOON):
        assert inside(sign_in(any_app))
        assert account(any_app, who).second_factor_asked_at == clock.seconds()
    with clock.frozen_at(NOON + timedelta(days=13)):
        assert inside(sign_in(any_app))
    with clock.frozen_at(NOON + timedelta(days=14)):
        browser = any_app.test_client()
        assert knock(browser, return_to="/giay").location == "/dang-nhap/thiet-lap-buoc-hai"
        assert not inside(browser)
        assert browser.get("/dang-nhap/thiet-lap-buoc-hai").status_code == 200
        assert browser.post("/dang-nhap/thiet-lap-buoc-hai").status_code == 303
        page = browser.get("/dang-nhap/thiet-lap-buoc-hai").get_data(as_text=True)
        found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page)
        assert found is not None
        assert browser.post("/dang-nhap/thiet-lap-buoc-hai/xong", data={"code": "000000"}).status_code == 422
        done = browser.post("/dang-nhap/thiet-lap-buoc-hai/xong", data={"code": now_code(found[0].replace(" ", ""))})
        assert done.status_code == 200
        assert "/giay" in done.get_data(as_text=True)
        assert inside(browser)


def test_other_roles_and_other_settings(prepared_folder: Any, app: Flask) -> None:
    who = make(app)
    give(app, who, "instructor")
    with clock.frozen_at(NOON):
        sign_in(app)
    with clock.frozen_at(NOON + timedelta(days=365)):
        assert inside(sign_in(app))
    strict = make_app(
        prepared_folder,
        app.config["SQLALCHEMY_DATABASE_URI"],
        second_factor_roles="instructor",
        second_factor_days=0,
    )
    with clock.frozen_at(NOON + timedelta(days=366)):
        browser = strict.test_client()
        assert knock(browser).location == "/dang-nhap/thiet-lap-buoc-hai"
        assert not inside(browser)


def test_steps_are_taken_in_their_order_only(any_app: Flask) -> None:
    """Whoever knows the password alone must not change it, nor set up a second factor of their own, past the code."""
    who = make(any_app)
    with clock.frozen_at(NOON):
        secret, _papers = enrol(any_app, who)
        browser = any_app.test_client()
        knock(browser)
        for step, fields in (
            ("mat-khau-moi", {"password": "gió qua đồi chè"}),
            ("thiet-lap-buoc-hai", {}),
            ("thiet-lap-buoc-hai/xong", {"code": "123456"}),
            ("dong-y", {"agree": "yes"}),
        ):
            led = browser.post(f"/dang-nhap/{step}", data=fields)
            assert (led.status_code, (led.location or "")[:11]) == (303, "/dang-nhap?"), step
        assert not inside(browser)
        assert answer(browser, now_code(secret)).status_code == 303, "and the step that is left still is"
        assert inside(sign_in_with(any_app, secret))


def sign_in_with(app: Flask, secret: str) -> FlaskClient:
    """The old password still opens the account, with the next code."""
    browser = app.test_client()
    assert knock(browser).status_code == 303
    assert answer(browser, now_code(secret, 1)).status_code == 303
    return browser


def test_a_role_that_demands_it_is_not_gone_round(app: Flask) -> None:
    browser = on_the_way(app, "enrol")
    assert browser.get("/dang-nhap/thiet-lap-buoc-hai").status_code == 200
    for step in ("mat-khau-moi", "buoc-hai", "dong-y"):
        assert browser.post(f"/dang-nhap/{step}", data={"password": "gió qua đồi chè", "code": "1"}).status_code == 303
        assert browser.get(f"/dang-nhap/{step}").status_code == 303
    assert not inside(browser)
