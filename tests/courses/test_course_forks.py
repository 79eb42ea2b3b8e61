"""A commune's own version of a whole course: the same lessons, its own plan, kept in step with the province's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from courses import drafts
from lms.api.competency import framework_titles
from lms.db.unit_of_work import unit_of_work
from lms.learning.queries import activity
from lms.reviewing.steps import set_rule
from tests.courses.hiring import Colleague, Hire
from tests.studio.conftest import begin

COURSE, FORK = "/studio/khoa-hoc", "/studio/ban-dia-phuong"
Add = Callable[[Colleague, str, str], None]


@pytest.fixture
def add(app: Flask) -> Add:
    """`add(person, page, slug)`: puts a published lesson at the end of a course's first module."""

    def put(person: Colleague, page: str, slug: str) -> None:
        title = body_of(app, page)["modules"][0]["title"]
        data = {"module": "0", "title": title, "kind": "lesson", "slug": slug}
        assert person.client.post(f"{page}/them", data=data).status_code == 303

    return put


@pytest.fixture
def lessons(app: Flask) -> list[str]:
    """Lessons of the nation, published."""
    with app.app_context():
        found = [found.slug for found in drafts.published("lesson", "", 3)]
    assert len(found) == 3
    return found


@pytest.fixture
def origin(app: Flask, hire: Hire, add: Add, lessons: list[str]) -> tuple[Colleague, str]:
    """The province's course of one module with two lessons, in the first framework that there is."""
    province = hire("instructor", "province")
    page = begin(province, COURSE, "Khóa của tỉnh")
    province.press(page, "module", new__module="Bắt đầu")
    for slug in lessons[:2]:
        add(province, page, slug)
    with app.app_context():
        framework = framework_titles()[0][0]
    province.press(page, "publish", groups=["citizens"], framework=framework)
    return province, page


@pytest.fixture
def commune(hire: Hire, origin: tuple[Colleague, str]) -> Colleague:
    return hire("instructor")


@pytest.fixture
def fork(commune: Colleague) -> str:
    """The editor of the commune's version."""
    assert "Khóa của tỉnh" in commune.get(FORK).partition('id="courses"')[2]
    data = {"slug": "khoa-cua-tinh", "kind": "course"}
    answers = [commune.client.post(FORK, data=data).headers["Location"] for _twice in range(2)]
    assert answers[0] == answers[1]
    return f"{COURSE}/{answers[0].rsplit('/', 1)[1]}"


def body_of(app: Flask, page: str) -> dict[str, Any]:
    with app.app_context():
        row = drafts.document("course", page.rsplit("/", 1)[1])
        assert row is not None
        return dict(row.draft)


def shape(app: Flask, page: str) -> list[tuple[str, list[str]]]:
    return [(m["title"], [a["slug"] for a in m["activities"]]) for m in body_of(app, page)["modules"]]


def test_it_holds_the_same_lessons_and_its_own_plan(
    app: Flask, origin: tuple[Colleague, str], commune: Colleague, fork: str, add: Add, lessons: list[str]
) -> None:
    province, above = origin
    assert shape(app, fork) == shape(app, above) == [("Bắt đầu", lessons[:2])]
    framework = body_of(app, above)["framework"]
    commune.press(fork, "save", framework="", title="Khóa của xã")
    assert body_of(app, fork)["framework"] == framework, "the framework is the original's and stays"
    assert "giữ nguyên" in commune.get(fork)
    commune.press(fork, "publish")
    with app.app_context():
        own, other = (activity("course", page.rsplit("/", 1)[1]) for page in (fork, above))
        assert own is not None
        assert other is not None
        assert (own.title, other.title) == ("Khóa của xã", "Khóa của tỉnh")
        assert drafts.newest_body(own.id) is not None
    assert app.test_client().get(f"/khoa-hoc/{fork.rsplit('/', 1)[1]}").status_code == 200
    assert "xã" in province.get("/studio/ban/course/khoa-cua-tinh").partition('id="forks"')[2]


def test_changes_of_the_plan_are_offered(
    app: Flask, origin: tuple[Colleague, str], commune: Colleague, fork: str, add: Add, lessons: list[str]
) -> None:
    province, above = origin
    page = f"{FORK}/{fork.rsplit('/', 1)[1]}"
    change = {"slug": lessons[1]}
    made = commune.client.post(FORK, data=change).headers["Location"].rsplit("/", 1)[1]
    assert commune.client.post(f"{FORK}/{made}/khoa-hoc", data={"course": fork.rsplit("/", 1)[1]}).status_code == 303
    assert shape(app, fork) == [("Bắt đầu", [lessons[0], made])]
    assert "có thay đổi" not in commune.get(page)
    add(province, above, lessons[2])
    province.press(above, f"remove:0:lesson/{lessons[0]}")
    province.press(above, "publish", **{"0__title": "Làm quen"})
    text = commune.get(page)
    assert "Bản gốc có thay đổi" in text
    assert "Làm quen" in text
    assert "có thay đổi" in commune.get(fork)
    fields = commune.fields(page)
    assert sorted(fields["take"]) == sorted(
        ["module:+Bắt đầu", f"activity:lesson/{lessons[0]}", f"activity:lesson/{lessons[2]}"]
    )
    fields["take"].remove(f"activity:lesson/{lessons[0]}")
    assert commune.client.post(page, data=fields).headers["Location"] == fork
    title, held = shape(app, fork)[0]
    assert title == "Làm quen"
    assert sorted(held) == sorted([lessons[0], made, lessons[2]]), "what was not chosen stays; the own version too"
    assert "có thay đổi" not in commune.get(page), "it follows the newest now"
    assert commune.client.post(page, data=fields).status_code == 409, "the same form once more is an old one"


def test_where_a_review_is_asked_for_it_is_handed_in(app: Flask, commune: Colleague, fork: str) -> None:
    with app.app_context(), unit_of_work():
        set_rule(commune.org, True, commune.id)
    assert commune.press(fork, "publish").headers["Location"].startswith("/studio/duyet/")


def test_whose_it_is_not_finds_nothing(app: Flask, fork: str, sign_in: Callable[..., Any], hire: Hire) -> None:
    slug = fork.rsplit("/", 1)[1]
    stranger, commune = sign_in("verifier"), hire("instructor")
    assert stranger.get(f"{FORK}/{slug}").status_code == 404
    assert commune.client.post(FORK, data={"slug": "khoa-cua-tinh", "kind": "task"}).status_code == 404
    assert commune.client.post(FORK, data={"slug": slug, "kind": "course"}).status_code == 404, "never published"
    assert commune.client.post(f"{FORK}/{slug}/khoa-hoc", data={"course": slug}).status_code == 404
