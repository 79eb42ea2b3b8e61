"""The checks can fail: each kind of bad page is noticed."""

from __future__ import annotations

import pytest

from lms.testing.markup import read
from lms.testing.page_checks import POLICY, findings

HEADERS = {
    "Content-Security-Policy": "; ".join(POLICY),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
GOOD = (
    '<!doctype html><html lang="vi"><head><title>Trang · Học vụ số</title></head><body><main id="main"><h1>Trang</h1>'
    '<a href="#main">Lên</a>{}</main></body></html>'
)


def wrong_with(html: str, headers: dict[str, str] | None = None) -> list[str]:
    root, mistakes = read(html)
    known = {("GET", "/"), ("POST", "/gui")}
    return mistakes + findings(root, HEADERS if headers is None else headers, lambda m, p: (m, p) in known)


def test_a_good_page_has_no_findings() -> None:
    form = (
        '<form method="post" action="/gui"><label for="a">Tên</label><input id="a" name="a"><button>Gửi</button></form>'
    )
    assert wrong_with(GOOD.format(form)) == []


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ("<h1>Nữa</h1>", "<h1>"),
        ('<p id="main"></p>', "stands 2 times"),
        ("<input name=a>", "no name"),
        ('<input id="a" name="a" placeholder="Tên">', "no name"),
        ('<a href="/"></a>', "no name"),
        ("<button></button>", "no name"),
        ('<img src="/">', "no alt"),
        ('<a href="#nowhere">x</a>', "leads nowhere"),
        ('<a href="#">x</a>', "leads nowhere"),
        ('<p aria-describedby="nowhere">x</p>', "leads nowhere"),
        ('<a href="/nowhere">x</a>', "no address of ours"),
        ('<form method="post" action="/">x</form>', "no address of ours"),
        ('<form method="post">x</form>', "where it goes"),
        ("<script>alert(1)</script>", "script"),
        ('<script src="https://cdn.example/x.js"></script>', "script"),
        ("<style>p{color:red}</style>", "<style>"),
        ('<p style="color:red">x</p>', "style="),
        ('<p onclick="x()">x</p>', "onclick="),
        ('<a href="javascript:x()">x</a>', "runs"),
        ("<iframe></iframe>", "<iframe>"),
        ("<fieldset></fieldset>", "no legend"),
        ("<p>", "closes"),
        ('<p class="a" class="b"></p>', "twice"),
    ],
)
def test_a_bad_page_is_found_out(inside: str, says: str) -> None:
    found = wrong_with(GOOD.format(inside))
    assert any(says in line for line in found), found


@pytest.mark.parametrize("missing", list(HEADERS))
def test_headers_are_missed(missing: str) -> None:
    assert wrong_with(GOOD.format(""), {k: v for k, v in HEADERS.items() if k != missing})


def test_language_and_title_are_missed() -> None:
    assert wrong_with(GOOD.format("").replace('lang="vi"', ""))
    assert wrong_with(GOOD.format("").replace("Trang · Học", "· Học"))
