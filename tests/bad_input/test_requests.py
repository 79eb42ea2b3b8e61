"""Requests that no browser of an honest reader makes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from certificates.numbering import format_number
from certificates.services.verifying import MISSES
from lms import clock
from lms.starting import demo_sign_ins
from lms.testing.page_client import Answer, Page, Pages


@pytest.fixture
def outside(any_app: Flask) -> FlaskClient:
    """Somebody who sends what they like; an error of ours would be a 500."""
    any_app.testing = False
    return any_app.test_client()


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "x",
        "=",
        "====",
        "a" * 5000,
        "\u00e9",
        "%00",
        "null",
        '{"_user_id":"1.1"}',
        base64.b64encode(b"\0" * 64).decode(),
    ],
)
def test_a_cookie_that_is_garbage_is_no_cookie(client: FlaskClient, cookie: str) -> None:
    for name in ("hv", "size", "contrast", "lang"):
        answer = client.get("/cua-toi", headers={"Cookie": f"{name}={cookie}"})
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/dang-nhap")
        assert client.get("/", headers={"Cookie": f"{name}={cookie}"}).status_code == 200


def test_a_session_that_was_changed_is_no_session(app: Flask, sign_in: Callable[[str], FlaskClient]) -> None:
    held = sign_in("learner").get_cookie("hv")
    assert held is not None
    raw = bytearray(base64.urlsafe_b64decode(held.value + "=" * (-len(held.value) % 4)))
    assert b"_user_id" in raw
    for place in range(0, len(raw), 3):
        forged = bytearray(raw)
        forged[place] ^= 1
        value = base64.urlsafe_b64encode(bytes(forged)).rstrip(b"=").decode()
        answer = app.test_client().get("/cua-toi", headers={"Cookie": f"hv={value}"})
        assert answer.status_code == 303, f"byte {place} was changed and nobody noticed"


def test_a_session_ends_for_everybody_when_the_password_changes(
    app: Flask, sign_in: Callable[[str], FlaskClient]
) -> None:
    here, elsewhere = sign_in("learner"), sign_in("learner")
    old = demo_sign_ins()["learner"]["password"]
    changed = here.post("/cai-dat/mat-khau", data={"old_password": old, "password": "khói bếp lam chiều"})
    assert changed.status_code == 303
    assert here.get("/cua-toi").status_code == 200
    assert elsewhere.get("/cua-toi").status_code == 303


NOWHERE = [
    "/%00",
    "/verify/%00",
    "/hoc/%00/%00",
    "/luyen/%00",
    "/chuong-trinh/a%00b",
    "/can-bo/giay/%00",
    "/nhom/%00",
    "/tep/%00.svg",
    "/verify?number=%00",
    "/khoa-hoc/%ff%fe",
    "/hoc/%c0%af/x",
    "/" + "a" * 4000,
    "/tep/../../../../etc/passwd",
    "/tep/%2e%2e%2f%2e%2e%2fetc%2fpasswd.svg",
    "/tep/..%2flms.sqlite",
    "/tep/x.exe",
    "/tep/" + "0" * 64 + ".svg",
    "/tep/" + "../" * 8 + "secret.key",
    "/static/../lms/config.py",
    "/static/lms/../../config.py",
    "/luot/khong-phai-uuid/1",
    "/giay/khong-phai-uuid",
    "/verify/" + "9" * 3000,
    "/verify/<script>",
    "/%F0%9F%98%80",
]


def test_an_address_that_is_nowhere_is_not_found(any_app: Flask) -> None:
    any_app.testing = False
    pages = Pages(any_app)
    pages.sign_in("verifier")
    for path in NOWHERE:
        answer = pages.send("GET", path)
        assert answer.status in (404, 422), path
        assert b"root:" not in answer.body, path
        assert b"def load" not in answer.body, path


def test_too_much(outside: FlaskClient) -> None:
    for path in ("/dang-nhap", "/dang-ky", "/cai-dat", "/verify", "/luot/6ddef3e5-57da-49e7-824d-f53869dd4a81/nop"):
        answer = outside.post(path, data={"identifier": "x" * 3_000_000, "number": "1"})
        assert answer.status_code in (413, 303), path
        answer = outside.post(path, data=b"", headers={"Content-Length": str(10**12)})
        assert answer.status_code in (413, 303, 422, 400), path
    for i, kind in enumerate(
        ("application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain")
    ):
        answer = outside.post("/dang-nhap", data=b"\xff\xfe{" * (i + 1), content_type=kind)
        assert answer.status_code in (400, 415, 422), kind


def test_another_site_cannot_send_our_forms(app: Flask, sign_in: Callable[[str], FlaskClient]) -> None:
    person = sign_in("learner")
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
    ):
        answer = person.post("/cai-dat", data={"full_name": "Bị Đổi Tên", "address_form": "em"}, headers=headers)
        assert answer.status_code == 403, headers
        assert "được gửi từ một trang khác" in answer.get_data(as_text=True)
    assert "Bị Đổi Tên" not in person.get("/cai-dat").get_data(as_text=True)
    answer = person.post(
        "/cai-dat", data={"full_name": "Hoàng Thị Lành", "address_form": "bà"}, headers={"Origin": "http://localhost"}
    )
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "\r\nX: y",
    ],
)
def test_nobody_is_led_away_after_signing_in(client: FlaskClient, target: str) -> None:
    person = demo_sign_ins()["learner"]
    answer = client.post(
        "/dang-nhap",
        data={"identifier": person["login"], "password": person["password"], "return_to": target},
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/cua-toi"


def test_signing_in_never_says_which_half_was_wrong(pages: Pages) -> None:
    pages.open("/dang-nhap")
    said = []
    for login in ("balanh", "khong.co.ai"):
        answer = pages.send("POST", "/dang-nhap", [("identifier", login), ("password", "đoán bừa một câu")])
        assert answer.status == 422
        said.append(answer.body.decode().replace(login, "…"))
    assert said[0] == said[1]
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in said[0]


def test_guessing_a_password_is_stopped(any_app: Flask) -> None:
    pages = Pages(any_app)
    guess = [("identifier", "balanh"), ("password", "đoán bừa một câu")]
    answers = [pages.send("POST", "/dang-nhap", guess) for _ in range(11)]
    assert [a.status for a in answers] == [422] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "Xin chậm lại một chút" in Page("/dang-nhap", answers[-1], pages.browser).heading
    right = [("identifier", "balanh"), ("password", demo_sign_ins()["learner"]["password"])]
    assert pages.send("POST", "/dang-nhap", right).status == 429, "the right password does not help while it is stopped"
    other = [("identifier", "canbo"), ("password", demo_sign_ins()["verifier"]["password"])]
    assert pages.send("POST", "/dang-nhap", other).status == 303, "nobody else is stopped"


def test_numbers_by_the_thousand(any_app: Flask) -> None:
    pages = Pages(any_app)
    answers: list[Answer] = []
    with clock.frozen_at(datetime(2026, 11, 20, 8, tzinfo=UTC)):
        for serial in range(1, 1001):
            accept = "application/json" if serial % 2 else "text/html"
            answers.append(pages.send("GET", "/verify/" + format_number("HVS", "XN", 2026, serial), Accept=accept))
    assert [a.status for a in answers] == [404] * MISSES + [429] * (1000 - MISSES), "slips are answered; then it ends"
    assert all(int(a.headers["Retry-After"]) > 0 for a in answers[MISSES:])
    refused = answers[MISSES + MISSES % 2]
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert json.loads(refused.body)["status"] == 429
    assert Page("/verify", answers[MISSES + 1 - MISSES % 2], pages.browser).heading == "Xin chậm lại một chút"
    other = pages.send("GET", "/dang-nhap")
    assert other.status == 200, "only the guessing is stopped"


def test_methods_that_an_address_does_not_take(client: FlaskClient) -> None:
    for method, path in (
        ("POST", "/"),
        ("DELETE", "/cua-toi"),
        ("PUT", "/verify"),
        ("PATCH", "/dang-nhap"),
        ("GET", "/dang-xuat"),
    ):
        answer = client.open(path, method=method)
        assert answer.status_code == 405, (method, path)
        assert answer.headers["Allow"]
