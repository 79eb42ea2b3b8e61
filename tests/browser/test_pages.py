"""Every page, as everyone who may open it, on every screen: nothing in the way of anybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.browser.people import World
from tests.browser.recipes import NO_PAGES, VISITS, Visit, pages
from tests.browser.tabs import LOOKS, Seen, faults


def test_every_page_has_a_recipe(app: Flask) -> None:
    known = {visit.endpoint for visit in VISITS}
    forgotten = sorted(f"{rule.rule} ({rule.endpoint})" for rule in pages(app) if rule.endpoint not in known)
    assert not forgotten, "tests/browser/recipes.py says how to open each page; it lacks: " + ", ".join(forgotten)


def test_no_recipe_is_left_over(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert not {visit.endpoint for visit in VISITS} - endpoints
    assert not set(NO_PAGES) - endpoints


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
def test_page(visit: Visit, world: World, tab_of: Callable[[str], Seen], shots: Path | None) -> None:
    found = []
    seen = tab_of(visit.who)
    answer = seen.page.goto(visit.path(world))
    assert answer is not None
    assert answer.status == visit.status, answer.url
    for look in LOOKS:
        seen.turn_to(look)
        if shots:
            seen.page.screenshot(path=shots / f"{visit.name}.{look.name}.png", full_page=True)
        found += [f"{look.name}: {fault}" for fault in faults(seen, visit.status)]
    assert not found, f"{answer.url}\n" + "\n".join(found)
