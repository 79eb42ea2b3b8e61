"""After a wrong answer, in the hand: what puts it right, one that is much like it, the way back, and its return."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.people import COURSE, Learner, lessons
from tests.browser.recipes import practice_in
from tests.browser.recipes_returning import note
from tests.browser.tabs import AXE, LOOKS, Look, Seen, Site, faults, fill, open_context, press

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

NAME = "Lý Thị Ôn"
FIX, TWIN, NEXT = ".feedback .fix", "a:has-text('Thử một câu gần giống')", ".dock a.btn"


@pytest.fixture
def learner(own_site: Site) -> Learner:
    return Learner(own_site.app).sign_up(NAME, "ly.thi.on")


def tab(browser: Browser, site: Site, learner: Learner, look: Look, script: bool) -> tuple[BrowserContext, Seen]:
    context = open_context(browser, site, look, learner.cookie, script=script)
    context.add_init_script(path=AXE)
    return context, Seen(context.new_page(), site.base)


def looked_at(seen: Seen, name: str, shots: Path | None, *, script: bool) -> list[str]:
    """What is wrong with the page; axe needs the script."""
    if shots:
        seen.page.screenshot(path=shots / f"{name}.{'script' if script else 'plain'}.png", full_page=True)
    found = faults(seen) if script else []
    seen.forget()
    return found


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_a_wrong_answer_in_a_lesson_leads_on_and_back(
    browser: Browser, own_site: Site, learner: Learner, look: Look, script: bool, shots: Path | None
) -> None:
    context, seen = tab(browser, own_site, learner, look, script)
    page, slug = seen.page, lessons(own_site.app, COURSE)[0].slug
    item = practice_in(own_site.app, slug)
    page.goto(f"/hoc/{COURSE}/{slug}")
    box = page.locator(f"#check-{item}")
    fill(page, own_site.app, item, right=False, within=box)
    box.locator("button[type=submit]").first.click()
    page.locator(FIX).wait_for()
    assert "Sửa trong 20 giây" in page.locator(FIX).inner_text()
    found = looked_at(seen, f"wrong-{look.name}", shots, script=script)
    if script:
        button = page.locator(f"{FIX} button")
        assert button.is_visible() == bool(page.evaluate("!!window.speechSynthesis"))
    press(page, TWIN)
    twin = page.locator("section.check").get_attribute("id")
    assert twin != f"check-{item}"
    found += looked_at(seen, f"twin-{look.name}", shots, script=script)
    press(page, NEXT)
    assert page.url.endswith(f"/hoc/{COURSE}/{slug}#check-{item}")
    assert page.locator(f"#check-{item}").is_visible()
    context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_day_of_going_over_it(
    browser: Browser, own_site: Site, learner: Learner, script: bool, shots: Path | None
) -> None:
    with own_site.app.app_context():
        note(NAME, ("nd53-ten-khac-chu-quan", "nd43-tin-nao-la-lua"), 2)
    context, seen = tab(browser, own_site, learner, LOOKS[0], script)
    page, found = seen.page, []
    page.goto("/")
    press(page, "a[href='/on-lai']")
    for n, right in enumerate((False, True)):
        item = page.locator("#again input[name=item]").get_attribute("value")
        assert item is not None
        fill(page, own_site.app, item, right=right)
        press(page, ".dock button")
        assert page.locator(".feedback").is_visible()
        assert page.locator(FIX).count() == (0 if right else 1)
        found += looked_at(seen, f"day-{n}", shots, script=script)
        press(page, NEXT)
    assert page.locator("h1").inner_text() == "Xong rồi"
    assert "Ngày mai có 1 câu." in page.locator("main").inner_text()
    page.go_back()
    assert page.locator("main").is_visible(), "what was sent is not asked for again"
    context.close()
    assert not found, "\n".join(found)
