"""Practices in a browser: every screen of every one, with the script and without, in the looks of all readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.api.work import connection
from plugins.practice.format.stepping import ANYTHING
from plugins.practice.models import PracticeRevision, Run, RunStep
from plugins.practice.queries import newest
from tests.browser.people import ANYONE, World
from tests.browser.tabs import LOOKS, Seen, Site, faults, open_context

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SLUG = "quet-ma-tra-tien"
FOCUS = "document.activeElement.id || document.activeElement.value || ''"


def body_of(app: Flask, slug: str = SLUG) -> Mapping[str, Any]:
    with app.app_context():
        found = newest(slug)
    assert found is not None
    return found.body


def slugs(app: Flask) -> list[str]:
    """The practices that are published."""
    with app.app_context():
        bodies = connection().execute(select(PracticeRevision.__table__.c.body)).scalars()
        return sorted({body["slug"] for body in bodies})


def fill_in(page: Page, step: Mapping[str, Any]) -> None:
    """Fills in what the step wants; amounts by the keypad where there is one."""
    for name, value in step["want"][0]["values"].items():
        field = page.locator(f".mock [name='v-{name}']").first
        pad = page.locator(".mock .pr-pad")
        if field.get_attribute("type") == "radio":
            page.check(f".mock [name='v-{name}'][value='{value}']")
        elif field.get_attribute("data-amount") is not None and pad.is_visible():
            for digit in value:
                pad.locator(f"[data-key='{digit}']").click()
        else:
            field.fill("bi-mat" if value == ANYTHING else value)


def step_rightly(page: Page, step: Mapping[str, Any]) -> None:
    fill_in(page, step)
    page.click(f".mock [value='{step['want'][0]['tap']}']")


MODES = ("xem", "chi-dan", "tu-lam", "kiem-tra")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_every_practice_can_be_played_to_its_end(own_site: Site, browser: Browser, script: bool) -> None:
    """In each of its modes. Without the script every step is a page of its own, so there the practices take turns with
    the modes.
    """
    context = open_context(browser, own_site, script=script)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for number, slug in enumerate(slugs(own_site.app)):
        body = body_of(own_site.app, slug)
        for mode in MODES if script else [MODES[number % len(MODES)]]:
            page.goto(f"/thuc-hanh/{slug}/{mode}")
            for step in body["steps"]:
                if mode == "xem":
                    page.click("button[value='@next']")
                else:
                    step_rightly(page, step)
            page.locator(".practice .btn").first.wait_for()
            assert page.locator(".lamps li.on").count() == len(body["steps"]), (slug, mode)
            if mode == "kiem-tra":
                assert page.locator(".feedback.retry").is_hidden() or not page.locator(".feedback.retry").count()
    assert errors == []
    context.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_spots_lie_where_the_author_put_them(site: Site, world: World, browser: Browser, script: bool) -> None:
    context = open_context(browser, site, script=script)
    page = context.new_page()
    page.goto(f"/thuc-hanh/{SLUG}/tu-lam?l=bank.scan")
    stall = next(screen for screen in body_of(site.app)["screens"] if screen["id"] == "stall")
    scene = next(widget for widget in stall["view"] if widget["w"] == "scene")
    around = page.locator(".mock .scene").bounding_box()
    assert around is not None
    for name, left, top, width, height, _label in scene["spots"]:
        box = page.locator(f".mock .spot[value='{name}']").bounding_box()
        assert box is not None
        seen = (
            (box["x"] - around["x"]) / around["width"],
            (box["y"] - around["y"]) / around["height"],
            box["width"] / around["width"],
            box["height"] / around["height"],
        )
        assert seen == pytest.approx([n / 100 for n in (left, top, width, height)], abs=0.01), name
    context.close()


def test_each_wrong_way_leads_back(own_site: Site, browser: Browser) -> None:
    """Every branch of every practice: its consequence is shown, and one button leads back to the step."""
    context = open_context(browser, own_site)
    page = context.new_page()
    gone = 0
    for slug in slugs(own_site.app):
        body = body_of(own_site.app, slug)
        names = {screen["id"]: screen["name"] for screen in body["screens"]}
        page.goto(f"/thuc-hanh/{slug}/tu-lam")
        for step in body["steps"]:
            for tap, branch in step["branch"].items():
                page.click(f".mock [value='{tap}']")
                assert page.locator("#screen-name").inner_text() == names[branch["screen"]]
                assert page.evaluate(FOCUS) == "screen-name"
                page.click("button[value='@back']")
                assert page.locator("#screen-name").inner_text() == names[step["screen"]]
                gone += 1
            step_rightly(page, step)
    assert gone, "some practice has a branch"
    context.close()


def _missed(page: Page, body: Mapping[str, Any]) -> None:
    page.goto(f"/thuc-hanh/{SLUG}/tu-lam")
    page.click(".mock [value=sms]")
    page.locator(".pr-note").wait_for()


def _shown(page: Page, body: Mapping[str, Any]) -> None:
    page.goto(f"/thuc-hanh/{SLUG}/chi-dan")
    page.click("button[value='@show']")
    page.locator(".mock .hot").wait_for()


def _astray(page: Page, body: Mapping[str, Any]) -> None:
    page.goto(f"/thuc-hanh/{SLUG}/chi-dan")
    for step in body["steps"]:
        if step["branch"]:
            page.click(f".mock [value='{next(iter(step['branch']))}']")
            break
        step_rightly(page, step)
    page.locator(".pr-note.astray").wait_for()


def _amount(page: Page, body: Mapping[str, Any]) -> None:
    page.goto(f"/thuc-hanh/{SLUG}/chi-dan")
    for step in body["steps"]:
        if step["want"][0]["values"]:
            page.click(f".mock [value='{step['want'][0]['tap']}']")
            break
        step_rightly(page, step)
    page.locator(".pr-note.values").wait_for()


def _done(mode: str) -> Callable[[Page, Mapping[str, Any]], None]:
    def act(page: Page, body: Mapping[str, Any]) -> None:
        page.goto(f"/thuc-hanh/{SLUG}/{mode}")
        for step in body["steps"]:
            step_rightly(page, step)
        page.locator("[data-kept]:not(:empty)").wait_for()

    return act


STATES = {
    "missed": _missed,
    "shown": _shown,
    "astray": _astray,
    "amount": _amount,
    "done": _done("tu-lam"),
    "tested": _done("kiem-tra"),
}


@pytest.mark.parametrize("name", STATES)
def test_every_state_is_for_everybody(name: str, world: World, tab_of: Callable[[str], Seen]) -> None:
    found = []
    seen = tab_of(ANYONE)
    STATES[name](seen.page, body_of(world.app))
    for look in LOOKS:
        seen.turn_to(look)
        found += [f"{look.name}: {fault}" for fault in faults(seen)]
    assert not found, f"{name}\n" + "\n".join(found)


def test_by_keyboard_alone(own_site: Site, browser: Browser) -> None:
    """Each button is reached by Tab and pressed by the space bar; Enter in a field presses nothing."""
    context = open_context(browser, own_site)
    page = context.new_page()
    page.goto(f"/thuc-hanh/{SLUG}/chi-dan")
    for step in body_of(own_site.app)["steps"]:
        fill_in(page, step)
        tap = step["want"][0]["tap"]
        page.evaluate("document.querySelector('#screen-name').focus()")
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate(FOCUS) == tap:
                break
        assert page.evaluate(FOCUS) == tap
        before = page.locator(".lamps li.on").count()
        if step["want"][0]["values"]:
            page.locator(".mock input").first.press("Enter")
            assert page.locator(".lamps li.on").count() == before
            page.locator(f".mock [value='{tap}']").focus()
        page.keyboard.press("Space")
    assert page.locator("[data-focus]").first.is_visible()
    context.close()


def test_with_the_server_gone_it_still_plays_and_says_what_was_not_sent(own_site: Site, browser: Browser) -> None:
    context = open_context(browser, own_site)
    page = context.new_page()
    page.goto(f"/thuc-hanh/{SLUG}/tu-lam")
    context.set_offline(True)
    for step in body_of(own_site.app)["steps"]:
        step_rightly(page, step)
    page.locator("[data-again]").wait_for()
    assert page.locator("[data-kept]").inner_text().startswith("Chưa gửi được kết quả")
    context.set_offline(False)
    page.click("[data-again] button")
    page.locator("[data-again]").wait_for(state="hidden")
    context.close()


def test_a_run_with_the_script_is_kept_with_its_times(own_site: Site, browser: Browser) -> None:
    client = own_site.app.test_client()
    client.post("/dang-nhap", data={"identifier": "balanh", "password": "den-dau-1945"})
    cookie = client.get_cookie("hv")
    assert cookie is not None
    context = open_context(browser, own_site, session=cookie.value)
    page = context.new_page()
    page.goto(f"/thuc-hanh/{SLUG}/tu-lam")
    body = body_of(own_site.app)
    page.click(".mock [value=sms]")
    for step in body["steps"]:
        step_rightly(page, step)
    page.locator("[data-kept]:not(:empty)").wait_for()
    assert page.locator("[data-kept]").inner_text().startswith("Kết quả đã được lưu")
    with own_site.app.app_context():
        (run,) = connection().execute(select(Run.__table__)).all()
        steps = connection().execute(select(RunStep.__table__).order_by(RunStep.__table__.c.position)).all()
    assert (run.points, run.most, run.traps) == (len(body["steps"]) - 1, len(body["steps"]), 0)
    assert [step.right for step in steps] == [False, *[True] * len(body["steps"])]
    assert all(step.ms is not None for step in steps)
    context.close()
