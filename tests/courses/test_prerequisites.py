"""What comes first in a course: the law by itself, advice, a lock, the package."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from courses.models import Document
from courses.services import publishing
from lms.api.work import Invalid
from lms.competency.changing import set_prerequisites
from lms.competency.queries import programmes_with
from lms.db.unit_of_work import connection, unit_of_work
from lms.learning import needing
from lms.learning import queries as learning
from lms.learning.models import Enrollment

COURSE = "ky-nang-so-nguoi-dan"
SignIn = Callable[..., FlaskClient]
names = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1)


@given(names, st.dictionaries(st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefghxy"), max_size=4)))
def test_without_a_circle_everything_can_be_done_and_with_one_not(
    order: list[str], after: dict[str, list[str]]
) -> None:
    masks = needing.masks_of(order, after)
    waiting = {order[p] for p in needing.circle(masks)}
    done: set[str] = set()
    for _n in order:  # an oracle in plain words
        done |= {s for s in order if all(f in done or f not in order or f == s for f in after.get(s, ()))}
    assert waiting == set(order) - done
    for slug, mask in zip(order, masks, strict=True):
        assert {order[p] for p in range(len(order)) if mask >> p & 1} == {
            f for f in after.get(slug, ()) if f in order and f != slug
        }


def need(app: Flask, rule: str, after: dict[int, list[int]]) -> list[str]:
    """Publishes the course so that some lessons need others; returns the lessons' slugs."""
    d = Document.__table__
    with app.app_context():
        course = learning.activity("course", COURSE)
        assert course is not None
        draft = connection().execute(select(d.c.draft).where(d.c.activity_id == course.id)).scalar_one()
        refs = [ref for m in draft["modules"] for ref in m["activities"]]
        slugs = [ref["slug"] for ref in refs]
        wanted = {slugs[n]: [slugs[f] for f in first] for n, first in after.items()}
        modules = [
            {**m, "activities": [{**r, "after": wanted.get(r["slug"], [])} for r in m["activities"]]}
            for m in draft["modules"]
        ]
        with unit_of_work():
            connection().execute(
                update(d).where(d.c.activity_id == course.id).values(draft={**draft, "modules": modules})
            )
            publishing.publish_course(course.id, {**draft, "modules": modules}, None)
            for programme in programmes_with(course.id):
                set_prerequisites(programme.id, rule, 1)
    return slugs


def done(app: Flask) -> list[int]:
    with app.app_context():
        return list(connection().execute(select(Enrollment.done)).scalars())


def test_advice_is_said_and_hinders_nobody(any_app: Flask, sign_in: SignIn) -> None:
    slugs = need(any_app, "advice", {1: [0]})
    client = sign_in("learner", on=any_app)
    at = f"/hoc/{COURSE}/{slugs[1]}"
    assert "Nên học trước" in client.get(at).text
    assert client.post(f"{at}/xong").status_code == 303
    assert "Nên học trước" not in client.get(at).text, "what is done needs nothing any more"
    assert any(mask & 2 for mask in done(any_app))


def test_a_lock_shows_the_way_and_opens(any_app: Flask, sign_in: SignIn) -> None:
    slugs = need(any_app, "lock", {1: [0]})
    client = sign_in("learner", on=any_app)
    first, second = (f"/hoc/{COURSE}/{slug}" for slug in slugs[:2])
    page = client.get(second)
    assert page.status_code == 200
    assert "Học phần này trước" in page.text
    assert f'href="{first}"' in page.text
    assert 'class="block"' not in page.text
    assert client.post(f"{second}/xong").status_code == 409
    assert client.post(f"{second}/cho", data={"block": "x"}).status_code == 409
    assert not any(mask & 2 for mask in done(any_app))
    assert "mở sau khi học" in client.get(f"/khoa-hoc/{COURSE}").text
    assert client.post(f"{first}/xong").status_code == 303
    assert 'class="block"' in client.get(second).text
    assert client.post(f"{second}/xong").status_code == 303
    assert any(mask & 2 for mask in done(any_app))


def test_who_is_not_signed_in_meets_the_same_lock(app: Flask) -> None:
    slugs = need(app, "lock", {1: [0]})
    assert "Học phần này trước" in app.test_client().get(f"/hoc/{COURSE}/{slugs[1]}").text


def test_a_circle_is_refused_when_the_course_is_published(app: Flask) -> None:
    with pytest.raises(Invalid):
        need(app, "advice", {0: [1], 1: [0]})


def test_the_studio_says_what_comes_first(app: Flask, sign_in: SignIn) -> None:
    slugs = need(app, "advice", {})
    client = sign_in("administrator")
    at, d = f"/studio/khoa-hoc/{COURSE}/thu-tu", Document.__table__

    def draft() -> dict[str, list[str]]:
        with app.app_context():
            course = learning.activity("course", COURSE)
            assert course is not None
            held = connection().execute(select(d.c.draft).where(d.c.activity_id == course.id)).scalar_one()
        return {r["slug"]: r["after"] for m in held["modules"] for r in m["activities"] if r.get("after")}

    def base() -> str:
        return client.get(f"{at}?bai={slugs[1]}").text.split('name="base" value="')[1].split('"')[0]

    answer = client.post(at, data={"base": base(), "activity": slugs[1], "after": [slugs[0], "khong-co"]})
    assert answer.status_code == 303
    assert draft() == {slugs[1]: [slugs[0]]}
    answer = client.post(at, data={"base": base(), "activity": slugs[0], "after": [slugs[1]]})
    assert answer.status_code == 422, "they would wait for one another"
    assert client.post(at, data={"base": "0", "activity": slugs[2], "after": [slugs[0]]}).status_code == 409
    assert draft() == {slugs[1]: [slugs[0]]}
    with app.app_context():
        course = learning.activity("course", COURSE)
        assert course is not None
        programme = programmes_with(course.id)[0]
    assert (
        client.post(f"/studio/khoa-hoc/{COURSE}/khoa", data={"programme": programme.id, "rule": "lock"}).status_code
        == 303
    )
    with app.app_context():
        assert programmes_with(course.id)[0].prerequisites == "lock"
    assert client.post(f"/studio/khoa-hoc/{COURSE}/khoa", data={"programme": 999, "rule": "lock"}).status_code == 404
