"""What the hand does: pressing twice, going back, the keyboard alone, larger text, printing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from lms.api.work import connection
from quizzes.models import PracticeAnswer
from tests.browser.people import COURSE, Learner, answers, lessons
from tests.browser.recipes import practice_in
from tests.browser.tabs import LOOKS, Seen, Site, back, faults, fill, open_context, press, put

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page


@pytest.fixture
def page(browser: Browser, own_site: Site) -> Iterator[Page]:
    """An anonymous reader's tab."""
    context = open_context(browser, own_site)
    yield context.new_page()
    context.close()


@pytest.fixture
def attempt(own_site: Site) -> tuple[str, str]:
    """A learner who has just begun the quiz: the session, and the attempt's address."""
    learner = Learner(own_site.app).sign_up("Nguyễn Thị Hỏi", "hoi.thu").learn().tell_birth_date()
    return learner.cookie, learner.begin_quiz()


def _first(site: Site) -> str:
    return f"/hoc/{COURSE}/{lessons(site.app, COURSE)[0].slug}"


def _posts(page: Page) -> list[str]:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    return sent


def test_pressed_twice_a_form_is_sent_once(page: Page, own_site: Site) -> None:
    page.goto(_first(own_site))
    sent = _posts(page)
    page.evaluate(
        """() => addEventListener("submit", (event) => setTimeout(() => {
          const button = event.submitter;
          sessionStorage.said = button.textContent.trim();
          sessionStorage.asleep = button.disabled;
          button.click();
        }))"""
    )
    press(page, ".dock form button")
    said, asleep = page.evaluate("[sessionStorage.said, sessionStorage.asleep]")
    assert asleep == "true"
    assert said == page.locator("body").get_attribute("data-sending"), "and the button says what happens"
    assert len(sent) == 1


def test_pressed_twice_by_mouse_a_form_is_sent_once(page: Page, own_site: Site) -> None:
    page.goto(_first(own_site))
    sent = _posts(page)
    with page.expect_navigation():
        page.locator(".dock form button").dblclick(no_wait_after=True)
    page.wait_for_load_state()
    assert len(sent) == 1


def test_pressed_twice_a_practice_answer_counts_once(page: Page, own_site: Site) -> None:
    page.goto(_first(own_site))
    item = practice_in(own_site.app, lessons(own_site.app, COURSE)[0].slug)
    box = page.locator(f"#check-{item}")
    fill(page, own_site.app, item, right=True, within=box)
    sent = _posts(page)
    box.locator("button[type=submit]").evaluate("(button) => { button.click(); button.click(); }")
    box.locator(".feedback").wait_for()
    assert len(sent) == 1
    with own_site.app.app_context():
        kept = connection().execute(select(func.count()).select_from(PracticeAnswer)).scalar_one()
    assert kept == 1


def test_after_going_back_the_button_works_again(page: Page, own_site: Site) -> None:
    page.goto(_first(own_site))
    press(page, ".dock form button")
    back(page)
    button = page.locator(".dock form button")
    assert button.is_enabled()
    press(page, ".dock form button")
    assert page.url.endswith(lessons(own_site.app, COURSE)[1].slug)


def test_back_shows_the_answer_that_was_given(browser: Browser, own_site: Site, attempt: tuple[str, str]) -> None:
    session, address = attempt
    context = open_context(browser, own_site, session=session)
    page = context.new_page()
    page.goto(f"{address}/1")
    given = answers(own_site.app, address, right=False)[0]
    put(page.locator("main"), given)
    press(page, ".dock button")
    assert page.url.endswith("/2")
    back(page)
    assert _given(page.locator("main"), given)
    page.goto(f"{address}/2")
    press(page, ".dock a.btn.quiet")
    assert page.url.endswith("/1")
    assert _given(page.locator("main"), given), "as the server has it"
    context.close()


def _given(where: Locator, fields: dict[str, list[str]]) -> bool:
    """Whether fields hold these values: chosen, ticked or typed, whatever kind of question was drawn."""
    return all(_holds(where.locator(f"[name='{name}']"), values) for name, values in fields.items())


def _holds(those: Locator, values: list[str]) -> bool:
    if those.first.get_attribute("type") in ("radio", "checkbox"):
        held = [one.get_attribute("value") for one in those.all() if one.is_checked()]
    else:
        held = [one.input_value() for one in those.all()]
    return set(values) <= set(held)


def test_the_text_size_goes_round_and_stays(page: Page, own_site: Site) -> None:
    page.goto(_first(own_site))
    button = page.locator("[data-textsize]")
    html = page.locator("html")
    sizes = []
    for _press in range(3):
        with page.expect_response("**/cach-doc"):
            button.click()
        sizes.append(html.get_attribute("data-text"))
        before = page.evaluate("getComputedStyle(document.documentElement).fontSize")
        page.reload()
        assert html.get_attribute("data-text") == sizes[-1], "kept for the next page"
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == before
    assert sizes == ["lg", "xl", None]


def test_reading_is_set_without_script(browser: Browser, own_site: Site) -> None:
    context = open_context(browser, own_site, script=False)
    page = context.new_page()
    page.goto(_first(own_site))
    press(page, "[data-textsize]")
    page.locator("input[name=size][value=xl]").check(force=True)
    page.locator("input[name=contrast][value=high]").check(force=True)
    page.locator("input[name=lang][value=en]").check(force=True)
    press(page, "main form button")
    assert page.url.endswith(_first(own_site)), "back where one came from"
    html = page.locator("html")
    assert [html.get_attribute(name) for name in ("data-text", "data-contrast", "lang")] == ["xl", "high", "en"]
    context.close()


def test_on_paper_there_are_no_bars(page: Page, own_site: Site) -> None:
    for path in (_first(own_site), "/", "/verify"):
        page.goto(path)
        assert page.locator(".top").is_visible()
        page.emulate_media(media="print")
        for bar in (".top", ".tabs", ".dock", ".foot", ".skip", ".btn"):
            for each in page.locator(bar).all():
                assert not each.is_visible(), (path, bar)
        assert page.locator("h1").is_visible()
        page.emulate_media(media="screen")


def test_lit_lamps_are_told_from_dark_ones_in_forced_colors(
    browser: Browser, own_site: Site, attempt: tuple[str, str]
) -> None:
    context = open_context(browser, own_site, session=attempt[0])
    page = context.new_page()
    page.emulate_media(forced_colors="active")
    learner = Learner(own_site.app).sign_up("Hoàng Thị Giữa", "giua.thu").learn(5)
    context.add_cookies([{"name": "hv", "value": learner.cookie, "url": own_site.base}])
    page.goto("/cua-toi")
    color = "(lamp) => getComputedStyle(lamp).backgroundColor"
    lit = page.locator(".lamps .on").first.evaluate(color)
    dark = page.locator(".lamps li:not(.on):not(.now)").first.evaluate(color)
    assert lit != dark
    context.close()


# The element that has the focus, and whether a person can see any of it.
FOCUS = """() => {
  const e = document.activeElement;
  const seen = e.matches(".choice input") ? e.nextElementSibling : e;
  const box = seen.getBoundingClientRect();
  const spots = [[.5, .5], [.1, .2], [.9, .2], [.1, .8], [.9, .8]];
  const open = ([x, y]) => {
    const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return top && (seen.contains(top) || top.contains(seen) || e === top);
  };
  return {
    body: e === document.body,
    text: e.outerHTML.slice(0, 120),
    uncovered: spots.some(open),
  };
}"""


def _tab_to(page: Page, selector: str) -> None:
    """Presses Tab until that element has the focus; each stop on the way can be seen."""
    for _stop in range(60):
        if page.locator(selector).first.evaluate("(e) => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        assert at["body"] or at["uncovered"], f"the focus is hidden: {at['text']}"
    raise AssertionError(f"{selector} is not reached by Tab")


def test_a_lesson_and_its_question_by_keyboard_alone(page: Page, own_site: Site) -> None:
    slug = lessons(own_site.app, COURSE)[0].slug
    item = practice_in(own_site.app, slug)
    page.goto(_first(own_site))
    page.keyboard.press("Tab")
    assert page.locator(".skip").evaluate("(e) => e === document.activeElement"), (
        "first of all: straight to the content"
    )
    page.keyboard.press("Enter")
    assert page.locator("#main").evaluate("(e) => e === document.activeElement")
    _tab_to(page, f"#check-{item} input[name=answer]")
    page.keyboard.press("Space")
    _tab_to(page, f"#check-{item} button[type=submit]")
    page.keyboard.press("Enter")
    page.locator(f"#check-{item} .feedback").wait_for()
    assert page.locator(".feedback").evaluate("(e) => e === document.activeElement")
    _tab_to(page, ".dock form button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(lessons(own_site.app, COURSE)[1].slug)


def test_a_quiz_question_by_keyboard_alone(browser: Browser, own_site: Site, attempt: tuple[str, str]) -> None:
    session, address = attempt
    choice = next(
        n for n, f in enumerate(answers(own_site.app, address, right=True), 1) if len(f.get("answer", [])) == 1
    )
    context = open_context(browser, own_site, session=session)
    page = context.new_page()
    page.goto(f"{address}/{choice}")
    _tab_to(page, "main input[name=answer]")
    page.keyboard.press("Space")
    assert page.locator("main input[name=answer]").first.is_checked()
    _tab_to(page, ".dock button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"{address}/{choice + 1}") or page.url.endswith("/xem-lai")
    context.close()


def test_every_stop_of_the_keyboard_is_seen(page: Page, own_site: Site) -> None:
    """WCAG 2.4.11: the sticky bars never hide what has the focus."""
    for path in ("/", "/dang-ky", "/chuong-trinh/nguoi-dan", _first(own_site)):
        page.goto(path)
        stops = page.locator("a[href], button, input:not([type=hidden]), summary, select, textarea").count()
        for _stop in range(min(stops, 40)):
            page.keyboard.press("Tab")
            at = page.evaluate(FOCUS)
            assert at["body"] or at["uncovered"], f"{path}: the focus is hidden: {at['text']}"


def test_on_a_phone_the_staff_menu_is_below_the_work_and_one_tap_away(
    tab_of: Callable[[str], Seen],
) -> None:
    seen = tab_of("administrator")
    page = seen.page
    for look in LOOKS[:2]:
        page.goto("/studio/khoa-hoc")
        seen.turn_to(look)
        work, menu = page.locator("main").bounding_box(), page.locator(".side").bounding_box()
        assert work is not None
        assert menu is not None
        assert work["y"] + work["height"] <= menu["y"]
        to_menu = page.locator(".to-menu")
        at = to_menu.bounding_box()
        assert at is not None
        assert at["y"] < 200, "seen before anything else"
        to_menu.click()
        assert page.evaluate("() => document.activeElement.id") == "menu"
        (here,) = page.locator(".side [aria-current=page]").all()
        assert here.is_visible(), "the pages beside this one are open"
        closed = page.locator(".side details:not([open]) summary")
        while closed.count():
            closed.first.click()
        assert page.locator(".side a").count() > 20
        assert all(link.is_visible() for link in page.locator(".side a").all())
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_faults_are_found(browser: Browser, own_site: Site) -> None:
    """The net itself: a page with one fault of each kind."""
    context = open_context(browser, own_site, LOOKS[0])
    from tests.browser.tabs import AXE

    context.add_init_script(path=AXE)
    seen = Seen(context.new_page(), own_site.base)
    seen.page.goto("/dang-nhap")
    assert faults(seen) == []
    seen.page.evaluate(
        """() => {
          document.querySelector("main").insertAdjacentHTML("beforeend",
            '<img src="/static/lms/img/logo.svg"><p>Please sign in</p><h1>x</h1>');
          const wide = document.createElement("div");
          wide.style.width = "2000px";
          wide.textContent = "x";
          document.querySelector("main").append(wide);
          console.error("on purpose");
        }"""
    )
    found = "\n".join(faults(seen))
    for kind in ("axe image-alt", "English words", "wider than the screen", "console: on purpose", "2 headings"):
        assert kind in found
    context.close()
