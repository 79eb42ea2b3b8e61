"""Every page that an address without a blank leads to, for everybody, in both languages; and refusals as pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from lms.testing.page_client import Page, Pages

READERS = (None, "learner", "instructor", "verifier", "administrator")


def addresses(app: Flask) -> Iterator[str]:
    """Every address that takes GET and has no blank to fill in, of those that are pages."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments:
            yield rule.rule


@pytest.mark.parametrize("reader", READERS)
def test_every_page_for_everybody(app: Flask, reader: str | None) -> None:
    pages = Pages(app)
    if reader:
        pages.sign_in(reader)
    seen = 0
    for language in ("vi", "en"):
        assert pages.send("POST", "/cach-doc", [("lang", language)]).status == 303
        for path in addresses(app):
            answer = pages.send("GET", path)
            assert answer.status in (200, 303, 401, 403, 404), (path, answer.status)
            if answer.headers.get("Content-Type", "").startswith("text/html") and answer.body and answer.status != 303:
                Page(path, answer, pages.browser)
                seen += 1
    assert seen >= 8


def test_in_english_too(app: Flask) -> None:
    pages = Pages(app)
    pages.open("/cach-doc")
    pages.press("Dùng như vậy", choose=["English", "Rất to", "Đậm hơn, cho mắt kém"])
    assert pages.page.root.first("html") is not None
    html = pages.page.root.all("html")[0]
    assert (html.attrs["lang"], html.attrs["data-text"], html.attrs["data-contrast"]) == ("en", "xl", "high")
    for path in ("/", "/chuong-trinh", "/chuong-trinh/nguoi-dan", "/verify", "/dang-nhap", "/dang-ky"):
        page = pages.open(path)
        assert page.root.all("html")[0].attrs["lang"] == "en"


def test_a_refusal_is_a_page_that_leads_on(pages: Pages) -> None:
    for path, status in (("/khong-co-trang-nay", 404), ("/dang-xuat", 405)):
        page = pages.open(path, status=status)
        assert page.link("Về trang chủ") == "/"


@pytest.mark.parametrize(
    "group", ["Người dân", "Cán bộ, công chức, viên chức", "Học sinh, sinh viên", "Người lao động"]
)
def test_every_lesson_of_every_group_is_a_good_page(pages: Pages, group: str) -> None:
    pages.open("/")
    pages.follow(group)
    lessons = [
        n.attrs["href"]
        for n in pages.page.root.all("a")
        if n.attrs["href"].startswith("/hoc/") and not n.attrs.get("class")
    ]
    assert len(set(lessons)) >= 9
    for path in sorted(set(lessons)):
        if "/viec/" not in path and "/kiem-tra/" not in path:
            pages.open(path)
