"""Cards and classes in a real browser: every state on every screen, by keyboard, without script, and going back."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from lms.testing.browser import find_chromium, flags
from plugins.cards.services import teaching
from tests.browser.people import COURSE, lessons
from tests.browser.tabs import AXE, LOOKS, Look, Seen, Site, faults, open_context, press
from tests.cards.conftest import PASSWORD, RIGHT, WRONG, Commune, make_commune

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LOCK = "274936"


@pytest.fixture
def commune(own_site: Site) -> Commune:
    return make_commune(own_site.app)


def tap(page: Page, secret: tuple[int, ...]) -> None:
    """Presses four pictures; the fourth leads on."""
    for picture in secret[:-1]:
        page.locator(f"button[name=picture][value='{picture}']").click()
    press(page, f"button[name=picture][value='{secret[-1]}']")


def class_on(page: Page, commune: Commune, *people: int) -> None:
    """The helper signs in on this device, opens a class with these people, and gives the device to it."""
    page.goto("/dang-nhap")
    page.fill("#identifier", "chigiup")
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.press("#password", "Enter")
    page.goto("/can-bo/lop")
    page.fill("#title", "Nhà văn hóa Nà Hối")
    page.fill("#lock", LOCK)
    with page.expect_navigation():
        page.press("#lock", "Enter")
    for account_id in people:
        page.locator(f"input[name=person][value='{commune.uuid(account_id)}']").check()
    press(page, "form[method=post] button[type=submit]")
    press(page, "form[action$='/may'] button")


def from_list(page: Page, commune: Commune, account_id: int) -> None:
    """Two taps: the name, then the pictures."""
    press(page, f"a[href='/lop/{commune.uuid(account_id)}']")
    tap(page, RIGHT)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_state_on_every_screen(browser: Browser, own_site: Site, commune: Commune, look: Look) -> None:
    one, two, three, four = commune.learners
    cards = commune.issue(one, two, three)
    for learner in (one, two):
        commune.choose(learner)
    context = open_context(browser, own_site, look)
    context.add_init_script(path=AXE)
    seen = Seen(context.new_page(), own_site.base)
    page = seen.page

    def good(what: str, status: int = 200) -> None:
        found = faults(seen, status)
        assert not found, f"{what}: {page.url}\n" + "\n".join(found)
        seen.forget()

    page.goto("/the")
    good("the number")
    page.fill("#number", "1234")
    press(page, "main form button")
    good("a number that is none", 422)
    page.goto(f"/the/{cards[0].secret}")
    good("the pictures")
    tap(page, WRONG)
    good("wrong pictures", 422)
    page.goto(f"/the/{cards[2].secret}")
    good("choosing")
    press(page, "main section form button")
    good("once more")
    commune.issue(three)
    page.goto(f"/the/{cards[2].secret}")
    good("a card that holds no more", 410)
    page.goto("/lop")
    good("joining a class")
    class_on(page, commune, one, two, four)
    seen.forget()
    good("the people")
    press(page, f"a[href='/lop/{commune.uuid(one)}']")
    good("whose turn")
    page.goto(f"/lop/{commune.uuid(four)}")
    good("the first time")
    page.fill("#lock", LOCK)
    press(page, "details form button")
    good("without a yes", 422)
    page.goto("/lop/nguoi-huong-dan")
    good("for the helper")
    page.fill("#lock", LOCK)
    press(page, "button[value=number]")
    good("the number of the class")
    page.goto("/lop")
    from_list(page, commune, two)
    good("signed in on a shared device")
    page.goto(f"/hoc/{COURSE}/{lessons(own_site.app, COURSE)[0].slug}")
    good("a lesson on a shared device")
    page.goto("/cai-dat")
    good("one's own card")
    page.goto("/lop")
    good("somebody is still here")
    context.close()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_the_helpers_pages_on_every_screen(browser: Browser, own_site: Site, commune: Commune, look: Look) -> None:
    one, two = commune.learners[:2]
    commune.issue(one)
    commune.choose(one)
    helper = commune.client(commune.helper)
    cookie = helper.browser.get_cookie("hv")
    assert cookie is not None
    context = open_context(browser, own_site, look, cookie.value)
    context.add_init_script(path=AXE)
    seen = Seen(context.new_page(), own_site.base)
    room = str(helper.post("/can-bo/lop", title="Sáng thứ bảy", hours="2", lock=LOCK).location).removesuffix("/them")
    pages = ["/can-bo/the", "/can-bo/the?unit_q=bac+ha", f"/can-bo/the/{commune.uuid(one)}", "/can-bo/lop"]
    pages += [f"/can-bo/the/{commune.uuid(two)}", f"{room}/them", room]
    helper.post(f"{room}/them", person=[commune.uuid(one), commune.uuid(two)])
    helper.post(f"{room}/ma")
    for path in pages:
        seen.page.goto(path)
        found = faults(seen)
        assert not found, f"{path}\n" + "\n".join(found)
        seen.forget()
    context.close()


def test_cards_are_printed_from_the_list_and_the_button_stays_awake(
    browser: Browser, own_site: Site, commune: Commune
) -> None:
    cookie = commune.client(commune.helper).browser.get_cookie("hv")
    assert cookie is not None
    context = open_context(browser, own_site, LOOKS[2], cookie.value)
    page = context.new_page()
    page.goto("/can-bo/the")
    page.locator(f"input[name=person][value='{commune.uuid(commune.learners[0])}']").check()
    for _time in range(2):
        with page.expect_download() as download:
            page.get_by_text("In thẻ cho người đã chọn").click()
        assert download.value.suggested_filename.endswith(".pdf")
    assert commune.valid_cards(commune.learners[0]) == 1
    context.close()


def test_pictures_by_keyboard_alone(browser: Browser, own_site: Site, commune: Commune) -> None:
    [card] = commune.issue(commune.learners[0])
    commune.choose(commune.learners[0])
    context = open_context(browser, own_site)
    page = context.new_page()
    page.goto(f"/the/{card.secret}")
    for n, picture in enumerate(RIGHT, 1):
        button = page.locator(f"button[name=picture][value='{picture}']")
        for _stop in range(60):
            if button.evaluate("(e) => e === document.activeElement"):
                break
            page.keyboard.press("Tab" if n != len(RIGHT) else "Shift+Tab")
        if n < len(RIGHT):
            page.keyboard.press("Enter")
            assert page.locator(".dots .on").count() == n
        else:
            with page.expect_navigation():
                page.keyboard.press("Space")
    assert page.url.endswith("/cua-toi")
    context.close()


def test_pictures_without_script(browser: Browser, own_site: Site, commune: Commune) -> None:
    [card] = commune.issue(commune.learners[0])
    commune.choose(commune.learners[0])
    context = open_context(browser, own_site, script=False)
    page = context.new_page()
    page.goto(f"/the/{card.secret}")
    for n, picture in enumerate(RIGHT, 1):
        press(page, f"button[name=picture][value='{picture}']")
        if n < len(RIGHT):
            assert page.locator(".dots .on").count() == n
    assert page.url.endswith("/cua-toi")
    context.close()


@contextmanager
def with_back_forward_cache(browser: Browser) -> Iterator[Browser]:
    """Chromium as people have it: Playwright's own would never bring a page back from memory."""
    kind = browser.browser_type
    running = kind.launch(
        executable_path=find_chromium(kind.executable_path),
        args=flags(),
        ignore_default_args=["--disable-back-forward-cache"],
    )
    try:
        yield running
    finally:
        running.close()


def shows_nothing_of(page: Page, name: str) -> bool:
    """Whether neither words nor fields of the page are a person's. Names on the class's own pages are for all in it."""
    if urlsplit(page.url).path.startswith("/lop"):
        return True
    words = page.locator("body").inner_text() + " ".join(box.input_value() for box in page.locator("input").all())
    return not re.search(name, words)


def back(page: Page) -> None:
    """The phone's own way back; what comes may come from memory, and may be an error of the browser."""
    from playwright.sync_api import Error

    with contextlib.suppress(Error):
        page.go_back(wait_until="commit", timeout=5000)
    page.wait_for_timeout(400)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_going_back_shows_nothing_of_the_one_before(
    browser: Browser, own_site: Site, commune: Commune, script: bool
) -> None:
    one, two = commune.learners[:2]
    for learner in (one, two):
        commune.choose(learner)
    with with_back_forward_cache(browser) as running:
        context = open_context(running, own_site, script=script)
        page = context.new_page()
        class_on(page, commune, one, two)
        for _step in range(4):
            back(page)
            assert shows_nothing_of(page, "Mận|Giúp"), f"the helper's pages: {page.url}"
        page.goto("/lop")
        if script:
            from_list(page, commune, one)
        else:
            press(page, f"a[href='/lop/{commune.uuid(one)}']")
            for picture in RIGHT:
                press(page, f"button[name=picture][value='{picture}']")
        assert "Mận" in page.locator("h1").inner_text()
        page.goto("/cai-dat")
        assert page.locator("#full_name").input_value() == "Hoàng Thị Mận"
        page.goto(f"/hoc/{COURSE}/{lessons(own_site.app, COURSE)[0].slug}")
        if script:
            page.evaluate("() => { localStorage.setItem('x', 'Mận'); sessionStorage.setItem('x', 'Mận'); }")
        press(page, "[data-lock] button")
        assert page.url.endswith("/lop")
        if script:
            assert page.evaluate("() => [localStorage.length, sessionStorage.length]") == [0, 0]
        for _step in range(7):
            back(page)
            assert shows_nothing_of(page, "Mận"), page.url
        page.goto("/lop")
        if script:
            from_list(page, commune, two)
            assert "Pao" in page.locator("h1").inner_text()
            for _step in range(6):
                back(page)
                assert shows_nothing_of(page, "Mận"), page.url
        cookies = {cookie.get("name", "") for cookie in context.cookies()}
        assert cookies <= {"hv", "lop", "may"}
        context.close()


def test_left_lying_the_screen_locks_itself(
    browser: Browser, own_site: Site, commune: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaching, "IDLE", 3)
    one = commune.learners[0]
    commune.choose(one)
    context = open_context(browser, own_site)
    page = context.new_page()
    class_on(page, commune, one)
    from_list(page, commune, one)
    page.wait_for_url("**/lop", timeout=10_000)
    assert page.locator("[data-lock]").count() == 0, "nobody is signed in"
    context.close()
