"""Bytes and requests of every page: what a phone on a slow line must fetch before it shows something."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from plugins.practice.views.shown import SLUGS
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
STAFF = Budget(html=20, style=8, script=25, all=60, requests=8)
# A lesson, and what its author sees of it and of a screen of a practice, begins with a picture.
LESSONS = ("courses.lesson", "courses.studio_preview", "practice.studio_look")
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


def test_every_practice_opens_and_is_light(weighed_world: World) -> None:
    client = weighed_world.app.test_client()
    found = practices(weighed_world)
    assert len(found) >= 9, "the starter content's practices"
    faults = []
    for slug in found:
        for path in (f"/thuc-hanh/{slug}", *(f"/thuc-hanh/{slug}/{mode}" for mode in SLUGS.values())):
            seen = first_view(client, path)
            assert seen.status == 200, path
            faults += [f"{path}: {row}" for row in over(seen, LEARNER)]
    assert not faults, "\n".join(faults)


def courses(world: World) -> list[str]:
    """The slugs of all courses that are published."""
    from sqlalchemy import select

    from lms.api.work import connection
    from lms.learning.models import Activity, Syllabus

    with world.app.app_context():
        a, s = Activity.__table__, Syllabus.__table__
        found = connection().execute(select(a.c.slug).join(s, s.c.course_id == a.c.id).distinct().order_by(a.c.slug))
        return [row.slug for row in found]


def practices(world: World) -> list[str]:
    """The slugs of all practices that are published."""
    from sqlalchemy import select

    from lms.api.work import connection
    from plugins.practice.models import PracticeRevision

    with world.app.app_context():
        bodies = connection().execute(select(PracticeRevision.__table__.c.body)).scalars()
        return sorted({body["slug"] for body in bodies})
