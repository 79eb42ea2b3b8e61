"""Bytes and requests of every page: what a phone on a slow line must fetch before it shows something."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from tests.browser.people import ANYONE, World, places
from tests.browser.recipes import VISITS, Visit
from tests.budgets.first_view import FirstView, first_view, weigh


@dataclass(frozen=True)
class Budget:
    """The most that a page may weigh, in KB as sent."""

    html: float
    style: float
    script: float
    all: float
    requests: int


LEARNER = Budget(html=14, style=0, script=5, all=25, requests=4)
LESSON = Budget(html=14, style=0, script=5, all=60, requests=6)
PRACTICE = Budget(html=14, style=4.5, script=5, all=60, requests=8)  # its parts are those of a whole phone
STAFF = Budget(html=20, style=8, script=25, all=60, requests=8)
# Over the 8 KB of other work pages by what draws a practice's screens, and two revisions side by side: to be cut down.
STUDIO = Budget(html=20, style=8.8, script=25, all=60, requests=8)
STUDIOS = ("practice-studio", "forks")
PRACTICES = ("practice.front", "practice.play", "practice.studio_look", "practice.studio_play")
# Where a course is taken along, one request more than elsewhere: the script that fetches it. Megabytes follow.
TAKING = Budget(html=14, style=0, script=5, all=27, requests=5)
LESSONS = ("courses.lesson", "courses.studio_preview")
PICTURE, WHOLE_LESSON, WHOLE_COURSE = 15.0, 400.0, 10_000.0


def client_of(world: World, who: str) -> FlaskClient:
    client = world.app.test_client()
    if who != ANYONE:
        client.set_cookie("hv", world.cookies[who])
    return client


def over(seen: FirstView, budget: Budget) -> list[str]:
    """Where a page is over its budget."""
    rows = [
        ("HTML", seen.html, budget.html),
        ("style sheet", seen.style, budget.style),
        ("script", seen.script, budget.script),
        ("first view", seen.all, budget.all),
        ("requests", seen.requests, budget.requests),
    ]
    return [f"{what}: {is_:.1f}, at most {most}" for what, is_, most in rows if is_ > most]


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
def test_page_is_light(visit: Visit, weighed_world: World) -> None:
    seen = first_view(client_of(weighed_world, visit.who), visit.path(weighed_world))
    assert seen.status == visit.status
    assert seen.script, "each page has its script"
    budget = STAFF if seen.staff else LESSON if visit.endpoint in LESSONS else LEARNER
    budget = STUDIO if seen.staff and visit.name.startswith(STUDIOS) else budget
    budget = PRACTICE if visit.endpoint in PRACTICES else budget
    budget = TAKING if visit.endpoint in ("offline.mine", "offline.course") else budget
    assert not over(seen, budget), f"{visit.name}: {'; '.join(over(seen, budget))}"


def test_a_heavy_page_is_noticed() -> None:
    assert len(over(FirstView(200, html=15, script=6, style=6, requests=5), LEARNER)) == 5


def test_every_lesson_opens_and_is_light(weighed_world: World) -> None:
    client = weighed_world.app.test_client()
    faults, opened = [], 0
    for course in courses(weighed_world):
        whole = 0.0
        for place in places(weighed_world.app, course):
            if place.kind != "lesson":
                continue
            path = f"/hoc/{course}/{place.slug}"
            seen = first_view(client, path)
            opened += 1
            pictures = {src: weigh(client, src).sent / 1000 for src in [*seen.above, *seen.later]}
            weight = seen.html + sum(pictures.values())
            whole += weight
            if seen.status != 200 or seen.headings != 1:
                faults.append(f"{path}: status {seen.status}, {seen.headings} headings of the first rank")
            faults += [f"{path}: {row}" for row in over(seen, LESSON)]
            faults += [f"{path}: {src} {kb:.1f} KB" for src, kb in pictures.items() if kb > PICTURE]
            if not pictures:
                faults.append(f"{path}: no picture")
            if weight > WHOLE_LESSON:
                faults.append(f"{path}: {weight:.0f} KB in all")
        if whole > WHOLE_COURSE:
            faults.append(f"{course}: {whole:.0f} KB in all")
    assert opened >= 55, "the starter content's lessons"
    assert not faults, "\n".join(faults)


def courses(world: World) -> list[str]:
    """The slugs of all courses."""
    from sqlalchemy import select

    from lms.api.work import connection
    from lms.learning.models import Activity

    with world.app.app_context():
        table = Activity.__table__
        found = connection().execute(select(table.c.slug).where(table.c.kind == "course").order_by(table.c.slug))
        return [row.slug for row in found]
