"""Pages after something went wrong, or was answered: as easy to read and to use as fresh ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.people import ANYONE, COURSE, World, lessons, task_path
from tests.browser.recipes import practice_in
from tests.browser.tabs import LOOKS, Seen, faults, fill, press

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass(frozen=True)
class State:
    """Something done on a page, and the status of the answer; `sign` is what must then be seen."""

    name: str
    who: str
    act: Callable[[Page, World], None]
    status: int
    sign: str


def _without_checks(page: Page) -> None:
    """Old browsers send what they are told to send: the server's own words must come."""
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")


def _sign_in_wrongly(page: Page, _world: World) -> None:
    page.goto("/dang-nhap")
    page.fill("#identifier", "khong.ai.ca")
    page.fill("#password", "khong phai mat khau")
    press(page, "main form button")


def _sign_up_with_nothing(page: Page, _world: World) -> None:
    page.goto("/dang-ky")
    _without_checks(page)
    press(page, "main form button")


def _no_such_birth_date(page: Page, _world: World) -> None:
    page.goto("/ngay-sinh")
    for name, value in (("day", "31"), ("month", "2"), ("year", "1960")):
        page.fill(f"#{name}", value)
    press(page, "main form button")


def _no_answer(page: Page, world: World) -> None:
    page.goto(world.at["attempt"] + "/10")
    _without_checks(page)
    page.locator(".dock button").click()
    page.locator("[role=alert]").wait_for()


def _task_without_choice(page: Page, world: World) -> None:
    page.goto(task_path(world.app))
    _without_checks(page)
    press(page, ".dock button")


def _wrong_passwords(page: Page, _world: World) -> None:
    page.goto("/cai-dat")
    page.fill("#old_password", "khong nho ra")
    page.fill("#password", "mot cau that dai de nho")
    press(page, "form:has(#old_password) button")


def _settings_saved(page: Page, _world: World) -> None:
    page.goto("/cai-dat")
    press(page, "form:has(#full_name) button")


def _paper_with_birth_date(page: Page, world: World) -> None:
    page.goto(f"/verify/{world.at['holder-number']}")
    page.locator("details:has(#birth_date) summary").click()
    page.fill("#birth_date", "5/9/1961")
    press(page, "details:has(#birth_date) button")


def _paper_with_wrong_birth_date(page: Page, world: World) -> None:
    page.goto(f"/verify/{world.at['withdrawn-number']}")
    page.locator("details:has(#birth_date) summary").click()
    page.fill("#birth_date", "6/9/1961")
    press(page, "details:has(#birth_date) button")


def _no_reason(page: Page, world: World) -> None:
    page.goto(f"/can-bo/giay/{world.at['holder-number']}/revoke")
    _without_checks(page)
    press(page, "button.grave")


def _practice(right: bool) -> Callable[[Page, World], None]:
    def act(page: Page, world: World) -> None:
        slug = lessons(world.app, COURSE)[0].slug
        item = practice_in(world.app, slug)
        page.goto(f"/hoc/{COURSE}/{slug}")
        box = page.locator(f"#check-{item}")
        fill(page, world.app, item, right, within=box)
        box.locator("button[type=submit]").click()
        page.locator(f"#check-{item} .feedback").wait_for()

    return act


def _open(path: str) -> Callable[[Page, World], None]:
    def act(page: Page, _world: World) -> None:
        page.goto(path)

    return act


STATES = (
    State("sign-in-wrong", ANYONE, _sign_in_wrongly, 422, ".callout.bad"),
    State("sign-up-empty", ANYONE, _sign_up_with_nothing, 422, ".callout.bad"),
    State("birth-date-impossible", "new", _no_such_birth_date, 422, ".callout.bad"),
    State("answer-missing", "in-quiz", _no_answer, 422, ".error"),
    State("task-choice-missing", "midway", _task_without_choice, 422, ".callout.bad"),
    State("password-wrong", "holder", _wrong_passwords, 422, ".callout.bad"),
    State("settings-saved", "holder", _settings_saved, 200, ".callout.do"),
    State("verify-unmasked", ANYONE, _paper_with_birth_date, 200, ".verdict"),
    State("verify-refused", ANYONE, _paper_with_wrong_birth_date, 200, ".error"),
    State("staff-reason-missing", "verifier", _no_reason, 422, ".callout.bad"),
    State("practice-wrong", ANYONE, _practice(right=False), 200, ".feedback.retry"),
    State("practice-right", ANYONE, _practice(right=True), 200, ".feedback:not(.retry)"),
    State("page-unknown", ANYONE, _open("/khong-co-trang-nay"), 404, ".empty h1"),
    State("page-unknown-signed-in", "midway", _open("/khong-co-trang-nay"), 404, ".empty h1"),
    State("form-address-opened", ANYONE, _open("/dang-xuat"), 405, ".empty h1"),
    State("not-allowed", ANYONE, _open("/loi/403"), 403, ".empty h1"),
    State("gone", ANYONE, _open("/loi/410"), 410, ".empty h1"),
    State("too-often", ANYONE, _open("/loi/429"), 429, ".empty h1"),
    State("our-fault", ANYONE, _open("/loi/500"), 500, ".empty h1"),
)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_state(state: State, world: World, tab_of: Callable[[str], Seen], shots: Path | None) -> None:
    found = []
    seen = tab_of(state.who)
    state.act(seen.page, world)
    assert seen.status() == state.status
    assert seen.page.locator(state.sign).first.is_visible()
    for look in LOOKS:
        seen.turn_to(look)
        if shots:
            seen.page.screenshot(path=shots / f"state-{state.name}.{look.name}.png", full_page=True)
        found += [f"{look.name}: {fault}" for fault in faults(seen, state.status)]
    assert not found, f"{seen.page.url}\n" + "\n".join(found)
