"""Forms: nonsense, markup, wrong types, too much, twice. A clear answer each time, and never an error of ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.api.work import connection
from lms.testing import story
from lms.testing.markup import read
from lms.testing.page_client import Page, Pages

NASTY = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'
NONSENSE = [
    "",
    " ",
    "\0",
    "x" * 5000,
    "-1",
    "1e9",
    "9" * 400,
    "null",
    "[]",
    "é" * 50,
    "\u202e\u0000\ud7ff",
    NASTY,
    "%00",
]
SIGN_UP = {"full_name": "Vừ Mí Sính", "address": "bác", "identifier": "sinh1960", "password": "chín bậc ruộng xanh"}


@pytest.fixture
def posts(any_app: Flask) -> Callable[..., int]:
    """Posts fields as a signed-in learner; says the status, and fails where a page runs what was sent."""
    any_app.testing = False  # an error of ours is a page with status 500, as for real people
    pages = Pages(any_app)
    pages.sign_in("learner")

    def post(path: str, fields: dict[str, str]) -> int:
        answer = pages.send("POST", path, list(fields.items()))
        if answer.headers.get("Content-Type", "").startswith("text/html") and answer.body:
            root, _mistakes = read(answer.body.decode())
            assert not [n for n in root.walk() if any(name.startswith("on") for name in n.attrs)]
            assert [s.attrs.get("src", "")[:8] for s in root.all("script")] in (["/static/"], [])
            assert "49" not in [w for w in re.findall(r"\d+", root.text) if "{{7*7}}" in str(fields.values())]
        return answer.status

    return post


def test_nonsense_in_every_field_of_every_form(posts: Callable[..., int]) -> None:
    task = "/hoc/ky-nang-so-nguoi-dan/viec/viec-that-nguoi-dan"
    lesson = "/hoc/ky-nang-so-nguoi-dan/nut-bam-tren-dien-thoai/xong"
    forms: list[tuple[str, list[str], set[int]]] = [
        ("/dang-nhap", ["identifier", "password", "return_to"], {422}),
        ("/dang-ky", [*SIGN_UP, "agree", "return_to"], {422}),
        ("/ngay-sinh", ["day", "month", "year", "return_to"], {422}),
        ("/cai-dat", ["full_name", "address_form"], {422}),
        ("/cai-dat/mat-khau", ["old_password", "password"], {422}),
        ("/cach-doc", ["size", "contrast", "lang", "return"], {303}),
        ("/verify", ["number", "birth_date"], {422}),
        (task, ["choice", "note", "token"], {422}),
        (lesson, ["token"], {303}),
        ("/luyen/khong-co", ["answer", "return_to"], {404}),
        ("/hoc/ky-nang-so-nguoi-dan/kiem-tra/kiem-tra-cuoi-nguoi-dan/bat-dau", ["token"], {303}),
        ("/can-bo/giay/HVS-XN-2026-000123-36/revoke", ["reason", "code"], {404}),
    ]
    for path, names, allowed in forms:
        for value in NONSENSE:
            assert posts(path, dict.fromkeys(names, value)) in allowed, (path, value[:50])


def test_no_such_day(posts: Callable[..., int]) -> None:
    for day, month, year in (
        ("31", "2", "1960"), ("0", "1", "1960"), ("1", "13", "1960"), ("1", "1", "99999999999"), ("1", "1", "1899"),
        ("1", "1", "2999"), ("-1", "-1", "-1"), ("1", "1", "0"),
    ):  # fmt: skip
        assert posts("/ngay-sinh", {"day": day, "month": month, "year": year}) == 422, (day, month, year)


def test_a_name_is_shown_as_it_was_written_and_never_run(pages: Pages) -> None:
    for name in (NASTY, "<b>Vừ</b> Sính", "Vừ Sính 2"):
        fields = [*{**SIGN_UP, "full_name": name}.items(), ("agree", "yes")]
        answer = pages.send("POST", "/dang-ky", fields)
        assert answer.status == 422
        assert "chỉ bằng chữ" in answer.body.decode()
        assert "<b>Vừ" not in answer.body.decode()


def test_markup_in_a_note_is_text(pages: Pages) -> None:
    story.sign_up(pages, "Vừ Mí Sính", "sinh1960")
    pages.open("/hoc/ky-nang-so-nguoi-dan/viec/viec-that-nguoi-dan")
    story.do_the_task(pages, "Chỉ cho một người khác làm một việc trên điện thoại", NASTY)
    pages.open("/hoc/ky-nang-so-nguoi-dan/viec/viec-that-nguoi-dan")
    assert "Bác đã làm xong" in pages.page


def test_a_form_that_came_back_leads_to_the_fields_at_fault(pages: Pages) -> None:
    pages.open("/dang-ky")
    answer = pages.send("POST", "/dang-ky", [(k, v) for k, v in SIGN_UP.items() if k != "identifier"])
    assert answer.status == 422
    page = Page("/dang-ky", answer, pages.browser)
    assert "chưa đồng ý thì chưa mở được tài khoản" in page
    assert page.root.by_id("agree") is not None


def sent_at_once(app: Flask, clients: list[FlaskClient], path: str, fields: dict[str, str]) -> list[int]:
    """The same form from several windows in the same moment."""

    def send(client: FlaskClient) -> int:
        with client.post(path, data=fields) as answer:
            return answer.status_code

    with ThreadPoolExecutor(len(clients)) as threads:
        return list(threads.map(send, clients))


def signed_in_windows(app: Flask, count: int) -> list[FlaskClient]:
    """Several windows in which one new person is signed in."""
    windows = []
    for i in range(count):
        window = app.test_client()
        form = {**SIGN_UP, "agree": "yes"} if i == 0 else {k: SIGN_UP[k] for k in ("identifier", "password")}
        assert window.post("/dang-ky" if i == 0 else "/dang-nhap", data=form).status_code == 303
        windows.append(window)
    return windows


def counted(app: Flask, table: str, where: str = "1 = 1") -> int:
    with app.app_context():
        return int(connection().execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one())


def test_a_lesson_finished_in_eight_windows_at_once_is_learnt_once(any_app: Flask) -> None:
    any_app.testing = False
    windows = signed_in_windows(any_app, 8)
    path = "/hoc/ky-nang-so-nguoi-dan/nut-bam-tren-dien-thoai/xong"
    assert sent_at_once(any_app, windows, path, {"token": str(uuid4())}) == [303] * 8
    assert counted(any_app, "lms_evidence") == 1
    assert counted(any_app, "lms_enrollment") == 1
    assert sent_at_once(any_app, windows, path, {}) == [303] * 8, "without a token too"
    assert counted(any_app, "lms_evidence") == 1


def test_a_task_declared_twice_is_declared_once(any_app: Flask) -> None:
    any_app.testing = False
    windows = signed_in_windows(any_app, 4)
    form = {"token": str(uuid4()), "choice": "Đặt mã khóa màn hình và bật chữ to", "note": ""}
    path = "/hoc/ky-nang-so-nguoi-dan/viec/viec-that-nguoi-dan"
    assert sent_at_once(any_app, windows, path, form) == [303] * 4
    assert counted(any_app, "courses_declaration") == 1
    assert counted(any_app, "lms_evidence") == 1


def test_two_people_cannot_take_one_name_in_the_same_moment(any_app: Flask) -> None:
    any_app.testing = False
    strangers = [any_app.test_client() for _ in range(4)]
    answers = sent_at_once(any_app, strangers, "/dang-ky", {**SIGN_UP, "agree": "yes"})
    assert sorted(answers) == [303, 422, 422, 422]
    assert counted(any_app, "lms_account", "username = 'sinh1960'") == 1
