"""What is next comes with the answer to a question, with a lesson learnt; nothing is lost where the line breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from lms.api.work import connection, unit_of_work
from lms.identity.sessions import end_sessions
from quizzes.models import Response
from tests.browser.people import COURSE, PASSWORD, Learner, answers, lessons
from tests.browser.tabs import Site, back, open_context, put
from tests.courses.test_completing import ask, first_lesson

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

NEXT = ".dock .main button"
LEARNT = ".dock form button"
HIDE = """Object.defineProperty(document, "hidden", {get: () => true});
document.dispatchEvent(new Event("visibilitychange"));"""
VOICE = """window.said = []; const voice = {lang: "vi-VN"};
Object.defineProperty(window, "SpeechSynthesisUtterance", {value: function (words) { this.words = words; }});
Object.defineProperty(window, "speechSynthesis", {value: {
  getVoices: () => [voice], speak: (one) => said.push(one.words), cancel: () => said.push("")}});"""


@dataclass
class Sitting:
    """A learner before the first question, and what the browser asked for since."""

    site: Site
    page: Page
    who: Learner
    attempt: str
    asked: list[Request] = field(default_factory=list)

    def put(self, n: int, right: bool = True) -> None:
        put(self.page.locator("main"), answers(self.site.app, self.attempt, right)[n - 1])

    def onward(self, n: int) -> None:
        """Answers question `n`; the next page is there when this returns."""
        self.put(n)
        self.page.locator(NEXT).click()
        self.page.wait_for_url(f"**/{n + 1}")

    def saved(self) -> int:
        with self.site.app.app_context():
            return len(connection().execute(Response.__table__.select()).all())


@pytest.fixture
def sitting(browser: Browser, own_site: Site) -> Iterator[Sitting]:
    who = Learner(own_site.app).sign_up("Nguyễn Thị Tiếp", "tiep.thu").learn().tell_birth_date()
    attempt = who.begin_quiz()
    context = open_context(browser, own_site, session=who.cookie)
    page = context.new_page()
    page.goto(f"{attempt}/1")
    made = Sitting(own_site, page, who, attempt)
    page.on("request", lambda request: made.asked.append(request))
    yield made
    context.close()


def test_each_answer_brings_the_next_question(sitting: Sitting) -> None:
    page = sitting.page
    for n in (1, 2):
        sitting.onward(n)
        assert page.title().startswith(f"Câu {n + 1}")
        assert f"Câu {n + 1}" in (page.locator(".place span").text_content() or "")
        assert page.evaluate("document.activeElement.id") == "main", "a screen reader goes on from the top"
        assert page.evaluate("scrollY") == 0
    assert [(r.method, r.is_navigation_request()) for r in sitting.asked] == [("POST", False)] * 2
    assert sum(len(r.response().body()) for r in sitting.asked if r.response()) < 16_000, "no style sheet twice"
    assert page.evaluate("getComputedStyle(document.querySelector('.dock')).position") == "sticky", "it looks as ever"
    assert sitting.saved() == 2


def test_back_and_forth_in_the_history(sitting: Sitting) -> None:
    page = sitting.page
    sitting.onward(1)
    sitting.onward(2)
    back(page)
    assert page.title().startswith("Câu 2")
    page.reload()
    assert page.title().startswith("Câu 2")
    back(page)
    assert page.title().startswith("Câu 1")
    sitting.put(1, right=False)
    page.locator(NEXT).click()
    page.wait_for_url("**/2")
    assert sitting.saved() == 2, "the last one wins"


def test_nothing_chosen_is_said_in_its_place(sitting: Sitting) -> None:
    page = sitting.page
    page.locator(NEXT).click()
    page.locator("[role=alert]").wait_for()
    assert page.url.endswith("/1")
    assert page.evaluate("document.activeElement.matches('[role=alert]')")
    sitting.onward(1)


def test_without_a_network_the_answer_stays_on_the_screen(sitting: Sitting) -> None:
    page = sitting.page
    sitting.put(1)
    page.context.set_offline(True)
    for _time in range(2):
        page.locator(NEXT).click()
        page.locator("[data-unsent]", has_text="mất mạng").wait_for()
        page.locator(f"{NEXT}:enabled").wait_for()
    assert page.locator("[data-unsent]").count() == 1, "said once, however often it was tried"
    assert page.evaluate("document.activeElement.matches('[data-unsent]')")
    page.context.set_offline(False)
    page.locator(NEXT).click()
    page.wait_for_url("**/2")
    assert sitting.saved() == 1


def test_a_session_that_ended_leads_to_the_form_and_back_to_the_answer(sitting: Sitting) -> None:
    page = sitting.page
    sitting.onward(1)
    with sitting.site.app.app_context(), unit_of_work():
        end_sessions(sitting.who.account_id)
    sitting.put(2)
    page.locator(NEXT).click()
    page.wait_for_url("**/dang-nhap?**")
    page.locator("[name=identifier]").fill("tiep.thu")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/2?**")
    page.locator(NEXT).click()
    page.wait_for_url("**/3")
    assert sitting.saved() == 2


def test_the_last_answer_leads_to_all_answers(sitting: Sitting) -> None:
    page = sitting.page
    last = len(answers(sitting.site.app, sitting.attempt, right=True))
    page.goto(f"{sitting.attempt}/{last}")
    sitting.put(last)
    page.locator(NEXT).click()
    page.wait_for_url("**/xem-lai")
    page.locator("main a[href='1']").first.click()
    page.wait_for_url("**/1")
    assert page.title().startswith("Câu 1")


@pytest.fixture
def reading(browser: Browser, own_site: Site) -> Iterator[Page]:
    """Somebody at the first lesson, on a phone with a voice."""
    who = Learner(own_site.app).sign_up("Nguyễn Thị Đọc", "doc.thu")
    context = open_context(browser, own_site, session=who.cookie)
    context.add_init_script(VOICE)
    page = context.new_page()
    page.goto(_lesson(own_site, 0))
    yield page
    context.close()


def _until(page: Page, true: str) -> None:
    """Waits until something holds; a page's policy lets no script be made of text, as Playwright's own wait does."""
    for _time in range(100):
        if page.evaluate(true):
            return
        page.wait_for_timeout(50)
    raise AssertionError(true)


def _lesson(site: Site, position: int) -> str:
    return f"/hoc/{COURSE}/{lessons(site.app, COURSE)[position].slug}"


def test_a_lesson_learnt_brings_the_next_one(reading: Page, own_site: Site) -> None:
    asked: list[tuple[str, bool]] = []
    reading.on("request", lambda r: asked.append((r.method, r.is_navigation_request())) if "/hoc/" in r.url else None)
    for n in (1, 2):
        reading.locator(LEARNT).click()
        reading.wait_for_url(f"**{_lesson(own_site, n)}")
        title = lessons(own_site.app, COURSE)[n].title
        assert reading.locator("h1").text_content() == title
        assert title in reading.title()
        assert reading.locator("header .lamps .on, header .lamps .now").count() > n
        assert reading.evaluate("[scrollY, document.activeElement.id]") == [0, "main"]
    assert asked == [("POST", False)] * 2
    back(reading)
    assert reading.url.endswith(_lesson(own_site, 1))


def test_the_next_lesson_is_read_aloud_and_the_last_one_no_more(reading: Page, own_site: Site) -> None:
    reading.locator("[data-listen] button").click()
    _until(reading, "said.some(Boolean)")
    reading.locator(LEARNT).click()
    reading.wait_for_url(f"**{_lesson(own_site, 1)}")
    assert reading.evaluate("said.pop()") == "", "silent at once"
    reading.locator("[data-listen] button").click()
    _until(reading, "!!said.at(-1)")
    first = reading.locator("[data-s='0']").first.text_content() or "?"
    assert reading.evaluate("said.at(-1)").startswith(first)


def test_how_far_the_next_lesson_was_read_is_told_too(reading: Page, own_site: Site) -> None:
    reading.locator(LEARNT).click()
    reading.wait_for_url(f"**{_lesson(own_site, 1)}")
    reading.locator(".block").last.scroll_into_view_if_needed()
    reading.wait_for_timeout(300)
    with reading.expect_request(lambda request: request.method == "POST") as told:
        reading.evaluate(HIDE)
    assert lessons(own_site.app, COURSE)[1].slug in told.value.url


def test_without_a_network_a_lesson_stays_on_the_screen(reading: Page, own_site: Site) -> None:
    reading.context.set_offline(True)
    reading.locator(LEARNT).click()
    reading.locator("[data-unsent]", has_text="mất mạng").wait_for()
    assert reading.url.endswith(_lesson(own_site, 0))
    reading.context.set_offline(False)
    reading.locator(LEARNT).click()
    reading.wait_for_url(f"**{_lesson(own_site, 1)}")


def test_what_a_lesson_still_asks_for_is_shown_where_it_stands(reading: Page, own_site: Site) -> None:
    with own_site.app.app_context():
        lesson = first_lesson()
        block = next(b["id"] for b in ask(lesson, ["read", "answered"]) if b["kind"] == "check")
    reading.goto(f"/hoc/{COURSE}/{lesson}")
    reading.locator(LEARNT).click()
    reading.wait_for_url(f"**#{block}")
    assert reading.evaluate("document.activeElement.id") == block
    assert 0 <= reading.evaluate("document.activeElement.getBoundingClientRect().top") < 300
    assert reading.locator("#left").is_visible()
