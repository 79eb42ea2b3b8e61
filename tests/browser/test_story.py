"""The learner's whole story in a real browser: once with script, once without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.people import COURSE, PASSWORD, PROGRAMME, answers, lessons, quiz_path, work
from tests.browser.recipes import practice_in
from tests.browser.tabs import Site, fill, open_context, press, put

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GO_ON = ".dock form button"


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_from_the_first_page_to_a_checked_paper(browser: Browser, own_site: Site, script: bool) -> None:
    context = open_context(browser, own_site, script=script)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    every = lessons(own_site.app, COURSE)

    page.goto("/")
    press(page, "li.citizens a")
    assert path(page) == f"/chuong-trinh/{PROGRAMME}"
    press(page, "a.btn.wide")
    assert path(page) == f"/hoc/{COURSE}/{every[0].slug}"
    answer_practice(page, own_site, every[0].slug, script)
    press(page, GO_ON)
    assert path(page) == f"/hoc/{COURSE}/{every[1].slug}"
    press(page, GO_ON)

    page.goto("/dang-nhap")
    press(page, "a.btn[href*='/dang-ky']")
    page.fill("#full_name", "Sùng Thị Dở")
    page.locator("input[name=address][value=bác]").check(force=True)
    page.fill("#identifier", "0912 345 678")
    page.fill("#password", PASSWORD)
    page.locator("input[name=agree]").check(force=True)
    press(page, "main form button[type=submit]")
    assert path(page) == "/cua-toi"
    assert page.locator(".lamps .on").count() == 2, "what was learnt before the account is kept"

    press(page, "a.btn.wide")
    assert path(page) == f"/hoc/{COURSE}/{every[2].slug}"
    for place in every[2:]:
        assert path(page) == f"/hoc/{COURSE}/{place.slug}"
        press(page, GO_ON)
    assert "/viec/" in path(page)
    page.locator("input[name=choice]").first.check(force=True)
    page.fill("#note", "Cháu ngồi cạnh, bác tự bấm")
    press(page, ".dock button")

    page.goto(quiz_path(own_site.app))
    assert path(page) == "/ngay-sinh", "asked once, before the first attempt"
    for name, value in (("day", "5"), ("month", "9"), ("year", "1961")):
        page.fill(f"#{name}", value)
    press(page, "main form button")
    assert path(page) == quiz_path(own_site.app)
    press(page, GO_ON)
    attempt = path(page).rpartition("/")[0]
    given = answers(own_site.app, attempt, right=True)
    for n, fields in enumerate(given, 1):
        assert path(page) == f"{attempt}/{n}"
        put(page.locator("main"), fields)
        press(page, ".dock button")
    assert path(page) == f"{attempt}/xem-lai"
    press(page, GO_ON)
    assert path(page) == f"{attempt}/ket-qua"
    assert page.locator(".lamps .on").count() == len(given)

    work(own_site.app)
    page.goto("/giay")
    press(page, "article a.btn")
    assert "Sùng Thị Dở" in page.locator(".cert .name").inner_text()
    pdf = context.request.get(str(page.locator("a[href$='.pdf']").get_attribute("href")))
    assert pdf.body().startswith(b"%PDF-")
    shown = str(page.locator("a[href*='/verify/']").get_attribute("href"))

    stranger = open_context(browser, own_site, script=script).new_page()
    stranger.goto("/verify/" + shown.rpartition("/")[2])
    assert stranger.locator("article.verdict:not(.bad):not(.unsure)").is_visible()
    assert "Sùng Thị Dở" not in stranger.locator("main").inner_text()
    stranger.locator("summary").first.click()
    stranger.fill("#birth_date", "05/09/1961")
    press(stranger, "details button")
    assert "Sùng Thị Dở" in stranger.locator("article.verdict").inner_text()
    stranger.context.close()

    page.goto("/cua-toi")
    press(page, "form[action='/dang-xuat'] button")
    page.goto("/giay")
    assert path(page) == "/dang-nhap", "signed out, and brought to the door"
    assert not errors
    context.close()


def path(page: Page) -> str:
    """The path of the page now open."""
    return "/" + page.url.split("?")[0].split("#")[0].split("/", 3)[3]


def answer_practice(page: Page, site: Site, lesson: str, script: bool) -> None:
    """Answers the practice question of the lesson now open: wrongly, then rightly."""
    item = practice_in(site.app, lesson)
    box = page.locator(f"#check-{item}")
    for right, sign in ((False, ".feedback.retry"), (True, ".feedback:not(.retry)")):
        fill(page, site.app, item, right, within=box)
        if script:
            page.evaluate("window.here = true")
            box.locator("button[type=submit]").click()
        else:
            press(page, f"#check-{item} button[type=submit]")
        box.locator(sign).wait_for()
        if script:
            assert path(page) == f"/hoc/{COURSE}/{lesson}"
            assert page.evaluate("window.here"), "the page was not left"
            assert page.evaluate("document.activeElement.matches('.feedback')"), "a screen reader hears the answer"
        else:
            assert path(page) == f"/luyen/{item}"
    if not script:
        press(page, ".dock a")
        assert path(page) == f"/hoc/{COURSE}/{lesson}"
