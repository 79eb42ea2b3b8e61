"""A session holds until it is ended: by its person, by a change of secrets, by closing. A cookie alone is nothing."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask, session
from sqlalchemy import select, update

from lms import clock
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts, sessions
from lms.identity.people import CLAIM_HOLDS
from lms.privacy import retaining
from lms.testing.page_client import InProcess, Pages
from tests.identity.ways import NOON, PASSWORD, S, inside, knock, make, open_sessions, sign_in

QUIZ = "/hoc/ky-nang-so-nguoi-dan/kiem-tra/kiem-tra-cuoi-nguoi-dan"
ANDROID = "Mozilla/5.0 (Linux; Android 13; SM-A047F) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (ANDROID, "Android, Chrome"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605 Zalo iOS/2", "iPhone, Zalo"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120 Safari/537.36 Edg/120",
            "Windows, Edge",
        ),
        ("", ""),
        ("\x00<script>" + "x" * 9000, ""),
    ],
)
def test_what_a_device_is_called(agent: str, words: str) -> None:
    assert sessions.device_words(agent) == words


def test_every_sign_in_is_a_session_of_its_own(any_app: Flask) -> None:
    who = make(any_app)
    one, two = sign_in(any_app, agent=ANDROID), sign_in(any_app)
    assert open_sessions(any_app, who) == 2
    assert one.get_cookie("hv").value != two.get_cookie("hv").value  # type: ignore[union-attr]
    with any_app.app_context():
        rows = connection().execute(select(S).where(S.c.account_id == who).order_by(S.c.made_at)).all()
    assert {row.device for row in rows} == {"Android, Chrome", ""}
    assert all(row.id >= 2**32 and row.way == "password" and row.strength == 1 for row in rows)


def test_signing_out_ends_the_session_not_the_cookie_alone(any_app: Flask) -> None:
    make(any_app)
    browser = sign_in(any_app)
    stolen = browser.get_cookie("hv").value  # type: ignore[union-attr]
    browser.post("/dang-xuat")
    assert not inside(browser)
    thief = any_app.test_client()
    thief.set_cookie("hv", stolen)
    assert not inside(thief)
    assert thief.get(QUIZ).status_code == 303


def test_the_pages_that_check_the_claim_themselves_see_it_too(any_app: Flask) -> None:
    """The course and the quiz look only at the session, within their own statement."""
    who = make(any_app)
    browser = sign_in(any_app)
    assert browser.get(QUIZ).status_code == 200
    with any_app.app_context(), unit_of_work():
        sessions.end_sessions(who)
    answer = browser.get(QUIZ)
    assert answer.status_code == 303
    assert answer.location.startswith("/dang-nhap")


def test_whoever_was_signed_out_is_told_kindly(app: Flask) -> None:
    who = make(app)
    pages = Pages(app)
    pages.open("/dang-nhap")
    pages.press("Đăng nhập", {"Số điện thoại hoặc tên đăng nhập": "0912345678", "Mật khẩu": PASSWORD})
    with app.app_context(), unit_of_work():
        sessions.end_sessions(who)
    pages.open("/cai-dat")
    assert pages.page.path.startswith("/dang-nhap")
    assert "những gì bạn đã học vẫn còn nguyên" in pages.page
    pages.again()
    assert "vẫn còn nguyên" not in pages.page, "said once"


def test_a_cookie_of_release_0_1_asks_to_sign_in_again(any_app: Flask) -> None:
    """It held account and generation, e.g. "5.1"; no session is called so."""
    who = make(any_app)
    old = any_app.test_client()
    with old.session_transaction() as kept:
        kept["_user_id"] = f"{who}.1"
    assert not inside(old)
    assert old.get(QUIZ).status_code == 303
    assert knock(old).status_code == 303
    assert inside(old)


def test_a_session_of_somebody_else_is_none_of_mine(any_app: Flask) -> None:
    me, other = make(any_app), make(any_app, "0912 345 679", "Vừ Mí Say")
    sign_in(any_app, "0912 345 679")
    with any_app.app_context():
        held = connection().execute(select(S.c.id).where(S.c.account_id == other)).scalar_one()
        for who, number, holds in ((other, held, True), (me, held, False), (other, held + 1, False)):
            assert bool(connection().execute(select(CLAIM_HOLDS), {"who": who, "session": number}).scalar()) is holds


def test_names_of_no_session(any_app: Flask) -> None:
    """Even signed rightly: the page asks to sign in, nothing breaks."""
    for forged in ("x", "1." + "9" * 30, "1.-5", "1.²", "1", ".", "1.5.6", "9" * 20 + ".5000000000"):
        browser = any_app.test_client()
        with browser.session_transaction() as kept:
            kept["_user_id"] = forged
        assert not inside(browser), forged
        assert browser.get(QUIZ).status_code == 303


def test_a_tampered_cookie_is_an_empty_one(any_app: Flask) -> None:
    make(any_app)
    browser = sign_in(any_app)
    value = browser.get_cookie("hv").value  # type: ignore[union-attr]
    token = bytearray(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    for place in range(0, len(token), 7):
        torn = bytearray(token)
        torn[place] ^= 1
        other = any_app.test_client()
        other.set_cookie("hv", base64.urlsafe_b64encode(bytes(torn)).rstrip(b"=").decode())
        assert not inside(other), place


def test_no_session_is_fixed_beforehand(any_app: Flask) -> None:
    """Whatever cookie somebody had planted before: signing in makes a session with a number nobody knew."""
    make(any_app)
    planted = sign_in(any_app)
    value = planted.get_cookie("hv").value  # type: ignore[union-attr]
    victim = any_app.test_client()
    victim.set_cookie("hv", value)
    victim.post("/dang-xuat")
    assert knock(victim).status_code == 303
    assert victim.get_cookie("hv").value != value  # type: ignore[union-attr]
    assert inside(victim)
    assert not inside(planted), "the session that was planted is ended"


def test_a_new_password_ends_the_others_and_renames_this_one(any_app: Flask) -> None:
    who = make(any_app)
    here, there = sign_in(any_app), sign_in(any_app)
    before = here.get_cookie("hv").value  # type: ignore[union-attr]
    new = "gió qua đồi chè"
    assert here.post("/cai-dat/mat-khau", data={"old_password": PASSWORD, "password": new}).status_code == 303
    assert inside(here)
    assert not inside(there)
    copied = any_app.test_client()
    copied.set_cookie("hv", before)
    assert not inside(copied), "a cookie copied before is of the session's old number"
    assert open_sessions(any_app, who) == 1
    assert knock(any_app.test_client()).status_code == 422
    sign_in(any_app, password=new)


def test_closing_an_account_ends_its_sessions(any_app: Flask) -> None:
    who = make(any_app)
    browser = sign_in(any_app)
    with any_app.app_context(), unit_of_work():
        accounts.close(who)
    assert not inside(browser)
    assert browser.get(QUIZ).status_code == 303
    assert open_sessions(any_app, who) == 0


def test_another_person_at_the_same_browser_takes_nothing_over(any_app: Flask) -> None:
    first = make(any_app)
    make(any_app, "0912 345 679", "Vừ Mí Say")
    browser = sign_in(any_app)
    with browser.session_transaction() as kept:
        kept["group"] = "workers"
    browser.get("/dang-nhap")
    assert knock(browser, "0912 345 679").status_code == 303
    assert open_sessions(any_app, first) == 0, "the first one's session ends where the second one comes in"
    with browser.session_transaction() as kept:
        assert "group" not in kept


def test_the_list_and_ending_one_and_all(app: Flask) -> None:
    who = make(app)
    other = sign_in(app, agent=ANDROID)
    third = sign_in(app)
    pages = Pages(app)
    browser = pages.browser
    assert isinstance(browser, InProcess)
    knock(browser.client)
    pages.open("/cai-dat/noi-dang-nhap")
    assert "Điện thoại: Android, Chrome" in pages.page
    assert "Máy này" in pages.page
    with app.app_context():
        number = connection().execute(select(S.c.id).where(S.c.account_id == who, S.c.device != "")).scalar_one()
    assert browser.client.post("/cai-dat/noi-dang-nhap", data={"session": str(number)}).status_code == 303
    assert not inside(other)
    assert inside(third)
    pages.again()
    pages.press("Đăng xuất mọi nơi khác")
    assert "Đã đăng xuất ở mọi máy khác." in pages.page
    assert not inside(third)
    assert inside(browser.client)


def test_nobody_ends_the_session_of_another(any_app: Flask) -> None:
    make(any_app)
    other = make(any_app, "0912 345 679", "Vừ Mí Say")
    theirs, mine = sign_in(any_app, "0912 345 679"), sign_in(any_app)
    with any_app.app_context():
        number = connection().execute(select(S.c.id).where(S.c.account_id == other)).scalar_one()
    mine.post("/cai-dat/noi-dang-nhap", data={"session": str(number)})
    assert inside(theirs)
    assert mine.post("/cai-dat/noi-dang-nhap", data={"session": "1; DROP"}).status_code == 404


def test_rotating_keeps_the_person_in_under_a_new_number(any_app: Flask) -> None:
    who = make(any_app)
    browser = sign_in(any_app)
    value = browser.get_cookie("hv").value  # type: ignore[union-attr]
    with any_app.test_request_context(headers={"Cookie": f"hv={value}"}):
        before = session["_user_id"]
        with unit_of_work():
            sessions.rotate_current()
        assert session["_user_id"] != before
    assert not inside(browser)
    assert open_sessions(any_app, who) == 1


def test_nothing_is_renamed_where_the_change_was_rolled_back(any_app: Flask) -> None:
    make(any_app)
    browser = sign_in(any_app)
    value = browser.get_cookie("hv").value  # type: ignore[union-attr]
    with any_app.test_request_context(headers={"Cookie": f"hv={value}"}):
        before = session["_user_id"]
        with suppress(ZeroDivisionError), unit_of_work():
            sessions.rotate_current()
            raise ZeroDivisionError
        assert session["_user_id"] == before
    assert inside(browser)


def test_when_it_was_last_used_is_noted_once_an_hour_and_never_by_reading(any_app: Flask) -> None:
    def seen() -> int:
        with any_app.app_context():
            return int(connection().execute(select(S.c.seen_at).where(S.c.account_id == who)).scalar_one())

    def speak() -> None:
        data = {"full_name": "Vừ Mí Sính", "address_form": "bác"}
        assert browser.post("/cai-dat", data=data).status_code == 303

    who = make(any_app)
    with clock.frozen_at(NOON):
        browser = sign_in(any_app)
        began = seen()
    with clock.frozen_at(NOON + timedelta(minutes=50)):
        speak()
        assert seen() == began
    with clock.frozen_at(NOON + timedelta(hours=2)):
        assert inside(browser)
        assert seen() == began, "reading never writes"
        speak()
        assert seen() == began + 7200


def test_idle_sessions_end_and_ended_ones_are_forgotten(any_app: Flask) -> None:
    who = make(any_app)
    browser = sign_in(any_app)
    with any_app.app_context():
        with unit_of_work() as database:
            database.execute(update(S).where(S.c.account_id == who).values(seen_at=clock.seconds() - 181 * 86_400))
        sessions.end_idle()
    assert not inside(browser)
    with any_app.app_context():
        with unit_of_work() as database:
            database.execute(update(S).where(S.c.account_id == who).values(ended_at=clock.seconds() - 366 * 86_400))
        retaining.forget_due()
        assert connection().execute(select(S.c.id).where(S.c.account_id == who)).first() is None
