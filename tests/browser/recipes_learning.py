"""What learners keep of lessons and look for in them, for the tests that open every address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.people import COURSE, World, lessons

if TYPE_CHECKING:
    from tests.browser.people import Address


def lesson(suffix: str) -> Address:
    """An address below the first lesson."""
    return lambda world: f"/hoc/{COURSE}/{lessons(world.app, COURSE)[0].slug}{suffix}"


def noting(world: World) -> str:
    """One's notes, with the form at a block of the first lesson."""
    at = f"/hoc/{COURSE}/{lessons(world.app, COURSE)[0].slug}"
    page = world.app.test_client().get(at).get_data(as_text=True)
    found = re.findall(r'<div class="block" id="(\w+)">', page)
    assert len(found) > 1, at
    return f"{at}/ghi-chu?o={found[1]}"


def order(world: World) -> str:
    """What comes before the second lesson of the course."""
    return f"/studio/khoa-hoc/{COURSE}/thu-tu?bai={lessons(world.app, COURSE)[1].slug}"
