"""The clock of a paper in a real browser: it counts, warns in words, and at the end takes along what was chosen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from lms.api.work import clock, connection, unit_of_work
from quizzes.models import Attempt, Response
from tests.browser.people import Learner
from tests.browser.tabs import Site, open_context

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_the_clock_counts_warns_and_hands_over_what_was_chosen(browser: Browser, own_site: Site) -> None:
    learner = Learner(own_site.app).sign_up("Nguyễn Thị Gấp", "gap.thu").learn().tell_birth_date()
    attempt = learner.begin_quiz()
    a = Attempt.__table__

    def due_in(seconds: int) -> None:
        with own_site.app.app_context(), unit_of_work():
            connection().execute(update(a).values(due_at=clock.seconds() + seconds))

    context = open_context(browser, own_site, session=learner.cookie)
    page = context.new_page()
    words, told = page.locator("[data-words]"), page.locator("[data-clock] [data-aloud]")
    due_in(600)
    page.goto(f"{own_site.base}{attempt}/1")
    assert words.inner_text() == "Còn 10 phút"
    assert told.text_content() == ""
    due_in(290)
    page.goto(f"{own_site.base}{attempt}/1")
    assert words.inner_text() == "Còn 5 phút"
    assert told.text_content() == "Còn 5 phút."
    due_in(6)
    page.goto(f"{own_site.base}{attempt}/1")
    assert re.fullmatch(r"Còn \d giây", words.inner_text())
    assert "Còn một phút" in (told.text_content() or "")
    chosen = page.locator("#answer input[type=radio], #answer input[type=checkbox]").first
    n = 1
    while not chosen.count():  # a question that is answered in another way: the next one
        n += 1
        due_in(6)
        page.goto(f"{own_site.base}{attempt}/{n}")
    chosen.check()
    page.wait_for_url(re.compile(rf"{attempt}/(xem-lai|ket-qua)"), timeout=20_000)
    assert "Hết giờ" in page.inner_text("h1")
    with own_site.app.app_context():
        assert connection().execute(select(Response.__table__)).first() is not None, "what was chosen came along"
    context.close()
