"""Whoever a list has entered is asked for their yes when they first come, and can say: not now."""

from __future__ import annotations

from flask import Flask

from lms.api.work import unit_of_work
from lms.identity import accounts
from lms.testing.page_client import Pages
from tests.rosters.conftest import Clerk, table
from tests.rosters.test_flow import MANY, ClerkOn, person

PIN = "294016"
WAY_IN = {"Số điện thoại hoặc tên đăng nhập": "0912345678", "Mật khẩu": PIN}


def learner(app: Flask, clerk: Clerk) -> Pages:
    """Somebody from a list, who was given a password meanwhile, in front of the sign-in page."""
    clerk.take_in(MANY + "Lò Thị Mai\t1961\t\t912345678\n")
    mai = person(app, "Lò Thị Mai")
    with app.app_context():
        hashed = accounts.fit_password(mai.id, PIN)
        with unit_of_work():
            accounts.set_password(mai.id, hashed, None)
    pages = Pages(app)
    pages.open("/dang-nhap")
    return pages


def test_a_yes_is_asked_for_and_kept(any_app: Flask, clerk_on: ClerkOn) -> None:
    clerk = clerk_on(any_app)
    pages = learner(any_app, clerk)
    pages.press("Đăng nhập", WAY_IN)
    assert "Lò Thị Mai" in pages.page
    assert pages.page.path == "/dang-nhap/dong-y"
    pages.press("Tôi đồng ý")
    assert pages.page.path == "/cua-toi"
    c, mai = table("lms_consent"), person(any_app, "Lò Thị Mai")
    assert clerk.count("lms_consent", c.c.account_id == mai.id, c.c.channel == "self") == 1
    again = Pages(any_app)
    again.open("/dang-nhap")
    again.press("Đăng nhập", WAY_IN)
    assert again.page.path == "/cua-toi", "asked once"


def test_not_now_lets_nobody_in(any_app: Flask, clerk_on: ClerkOn) -> None:
    clerk = clerk_on(any_app)
    pages = learner(any_app, clerk)
    pages.press("Đăng nhập", WAY_IN)
    pages.press("Để lúc khác")
    assert pages.page.path == "/"
    pages.open("/cua-toi")
    assert pages.page.path.startswith("/dang-nhap"), "not signed in"
    c, mai = table("lms_consent"), person(any_app, "Lò Thị Mai")
    assert clerk.count("lms_consent", c.c.account_id == mai.id) == 0
    assert pages.send("POST", "/dang-nhap/dong-y").status == 303, "nothing is pending any more"
    assert clerk.count("lms_consent", c.c.account_id == mai.id) == 0
