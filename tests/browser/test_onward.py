"""A question answered: the next one comes in the same answer, and nothing is lost where the line breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from lms.api.work import connection, unit_of_work
from lms.identity.sessions import end_sessions
from quizzes.models import Response
from tests.browser.people import PASSWORD, Learner, answers
from tests.browser.tabs import Site, open_context, put

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

NEXT = ".dock .main button"


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
    with page.expect_event("load"):
        page.go_back()
    assert page.title().startswith("Câu 2")
    page.reload()
    assert page.title().startswith("Câu 2")
    with page.expect_event("load"):
        page.go_back()
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
