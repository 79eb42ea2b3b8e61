"""The editors of questions that are typed, looked at or run: filled in and kept in the real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lms.starting import demo_sign_ins
from quizzes import drafts
from tests.browser.people import Learner
from tests.browser.tabs import LOOKS, Look, Site, open_context, press

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BANK = "/studio/ngan-hang/nguoi-dan-4"
WIDE = Look("wide", 1280, 900)
STEM = "Câu hỏi viết trong trình duyệt: {kind}"
KEEP, ADD = ".beside button[name=do][value=save]", "button[name=do][value='add:{rows}']"


def _words(page: Page) -> None:
    page.fill("#answers-0-text", "mã OTP")
    page.fill("#answers-0-why", "Đúng rồi, đó là mã OTP.")
    press(page, ADD.format(rows="answers"))
    page.fill("#answers-1-text", "mã xác thực*")
    page.fill("#answers-1-why", "Gần đúng: đó là mã OTP.")
    page.fill("#why_wrong", "Đó là mã OTP.")


def _number(page: Page) -> None:
    page.fill("#answers-0-value", "1.234,5")
    page.fill("#answers-0-tolerance", "0,5")
    page.fill("#answers-0-why", "Đúng rồi.")
    page.fill("#unit-name", "kg")
    page.fill("#why_wrong", "Cộng lại một lần nữa nhé.")


def _thread(page: Page) -> None:
    page.locator("input[name=asks][value=several]").check(force=True)
    for n, (sender, text, scam) in enumerate(
        (
            ("Mẹ", "Con về ăn cơm nhé.", False),
            ("0927 xxx", "Bấm vào đây nhận quà.", True),
            ("Trúng thưởng", "Nộp phí.", True),
        )
    ):
        if not page.locator(f"#messages-{n}-sender").count():
            press(page, ADD.format(rows="messages"))
        page.fill(f"#messages-{n}-sender", sender)
        page.fill(f"#messages-{n}-text", text)
        page.fill(f"#messages-{n}-why", f"Vì {sender}.")
        if scam:
            page.locator(f"#messages-{n}-correct").check(force=True)


def _practice(page: Page) -> None:
    page.fill("#practice", "ma-otp-qua-dien-thoai")


KINDS = {
    "short_answer": ("practice", _words, {
        "answers": [
            {"text": "mã OTP", "why": "Đúng rồi, đó là mã OTP."},
            {"text": "mã xác thực*", "why": "Gần đúng: đó là mã OTP."},
        ],
        "why_wrong": "Đó là mã OTP.",
    }),
    "numeric": ("practice", _number, {
        "answers": [{"value": "1234.5", "tolerance": "0.5", "why": "Đúng rồi."}],
        "unit": {"name": "kg", "others": [], "needed": False}, "why_wrong": "Cộng lại một lần nữa nhé.",
    }),
    "thread": ("practice", _thread, {
        "asks": "several",
        "messages": [
            {"sender": "Mẹ", "text": "Con về ăn cơm nhé.", "why": "Vì Mẹ."},
            {"sender": "0927 xxx", "text": "Bấm vào đây nhận quà.", "correct": True, "why": "Vì 0927 xxx."},
            {"sender": "Trúng thưởng", "text": "Nộp phí.", "correct": True, "why": "Vì Trúng thưởng."},
        ],
    }),
    "practice": ("exam", _practice, {"practice": "ma-otp-qua-dien-thoai"}),
}  # fmt: skip


def _slim(value: object) -> object:
    """Without what a type fills in where nothing was said."""
    if isinstance(value, dict):
        return {k: _slim(v) for k, v in value.items() if v not in (None, "", False, [], 100, "100")}
    return [_slim(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("look", "script"), [(LOOKS[0], True), (WIDE, False)], ids=["phone", "wide-plain"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_question_is_written_and_kept(browser: Browser, own_site: Site, kind: str, look: Look, script: bool) -> None:
    who = demo_sign_ins()["administrator"]
    author = Learner(own_site.app).sign_in(who["login"], who["password"])
    context = open_context(browser, own_site, look, author.cookie, script=script)
    page = context.new_page()
    pool, write, wanted = KINDS[kind]
    page.goto(f"{BANK}/moi?type={kind}&pool={pool}")
    page.fill("#stem", STEM.format(kind=kind))
    write(page)
    page.locator("details:has(input[name=skills][value='ND.4.3']) > summary").first.click()
    page.locator("input[name=skills][value='ND.4.3']").check(force=True)
    page.fill("#fix", "Đọc lại một lần.")
    press(page, KEEP)
    slug = page.url.split("?")[0].split("#")[0].rpartition("/")[2]
    with own_site.app.app_context():
        row = drafts.item(slug)
        assert row is not None, page.locator("main").inner_text()
        assert row.draft is not None
        body = row.draft.body
        assert (row.type, row.pool, body["stem"], body["skills"]) == (kind, pool, STEM.format(kind=kind), ["ND.4.3"])
        assert not row.draft.problems, row.draft.problems
        assert _slim(body["data"]) == _slim(wanted)
    page.goto(f"/studio/cau-hoi/{slug}")
    assert page.input_value("#stem") == STEM.format(kind=kind)
    assert page.locator(".error").count() == 0
    context.close()
