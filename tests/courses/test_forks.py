"""A commune's own version of a lesson from above: begun, kept in step, used in its course."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses import drafts
from courses.models import Fork
from courses.services import forking, publishing
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Invalid
from lms.learning.queries import activity
from tests.courses.hiring import Colleague, Hire
from tests.studio.conftest import a_lesson, begin

ORIGIN = "chon-mat-khau-dai"
FORK = "/studio/ban-dia-phuong"


@pytest.fixture
def province(hire: Hire) -> Colleague:
    """An instructor of the province who published a lesson."""
    person = hire("instructor", "province")
    lesson = a_lesson(person)
    person.press(lesson, "save", skills=[skill(person)])
    person.press(lesson, "publish")
    return person


def skill(person: Colleague) -> str:
    import re

    found = re.search(r'name="skills" value="([^"]+)"', person.get(f"/studio/bai-hoc/{ORIGIN}"))
    assert found is not None
    return found[1]


@pytest.fixture
def commune(province: Colleague, hire: Hire) -> Colleague:
    return hire("instructor")


@pytest.fixture
def fork(commune: Colleague) -> str:
    """The slug of the commune's own version."""
    assert "Chọn mật khẩu dài" in commune.get(FORK)
    answer = commune.client.post(FORK, data={"slug": ORIGIN})
    assert answer.status_code == 303
    return answer.headers["Location"].rsplit("/", 1)[1]


def place(body: Any, kind: str) -> int:
    return next(n for n, b in enumerate(body["blocks"]) if b["kind"] == kind)


def md(app: Flask, slug: str, kind: str) -> str:
    with app.app_context():
        row = drafts.document("lesson", slug)
        assert row is not None
        return str(row.draft["blocks"][place(row.draft, kind)]["data"].get("md"))


def change(app: Flask, person: Colleague, slug: str, press: str, **texts: str) -> None:
    """Changes texts of blocks by their kind."""
    page = f"/studio/bai-hoc/{slug}"
    fields = person.fields(page)
    with app.app_context():
        row = drafts.document("lesson", slug)
        assert row is not None
        for kind, text in texts.items():
            fields[f"{place(row.draft, kind)}-md"] = text
    person.send(page, fields, press)


def test_it_is_a_lesson_of_its_own_and_begun_once(app: Flask, commune: Colleague, fork: str) -> None:
    assert fork != ORIGIN
    assert commune.client.post(FORK, data={"slug": ORIGIN}).headers["Location"] == f"{FORK}/{fork}"
    with app.app_context():
        own, origin = activity("lesson", fork), activity("lesson", ORIGIN)
        assert own is not None
        assert origin is not None
        assert own.id != origin.id
        assert connection().execute(select(func.count()).select_from(Fork)).scalar_one() == 1
        row = drafts.document("lesson", fork)
        assert row is not None
        assert row.org_id == commune.org


def test_only_lessons_from_above_are_adapted(app: Flask, province: Colleague, commune: Colleague, hire: Hire) -> None:
    own = a_lesson(commune, "Bài của xã")
    commune.press(own, "publish")
    slug = own.rsplit("/", 1)[1]
    assert commune.client.post(FORK, data={"slug": slug}).status_code == 422
    assert province.client.post(FORK, data={"slug": slug}).status_code == 422
    assert commune.client.post(FORK, data={"slug": "khong-co"}).status_code == 404
    assert "Bài của xã" not in commune.get(FORK)
    draft = a_lesson(province, "Chưa xuất bản")
    assert commune.client.post(FORK, data={"slug": draft.rsplit("/", 1)[1]}).status_code == 404
    assert hire("reviewer").client.get(FORK).status_code == 404


def test_the_skills_stay_those_of_the_original(app: Flask, commune: Colleague, fork: str) -> None:
    page = f"/studio/bai-hoc/{fork}"
    commune.press(page, "publish", skills=[], b3__md="Ở xã ta cũng vậy.")
    with app.app_context():
        row, origin = activity("lesson", fork), activity("lesson", ORIGIN)
        assert row is not None
        assert origin is not None
        mine, theirs = drafts.newest_body(row.id), drafts.newest_body(origin.id)
        assert mine is not None
        assert theirs is not None
        assert mine["skills"] == theirs["skills"] != []
        with pytest.raises(Invalid), unit_of_work():
            publishing.publish_lesson(row.id, {**mine, "skills": []}, commune.id)


def test_changes_above_are_offered_and_chosen(app: Flask, province: Colleague, commune: Colleague, fork: str) -> None:
    change(app, commune, fork, "save", remember="Ghi nhớ của xã.")
    assert "có thay đổi" not in commune.get(f"{FORK}/{fork}")
    change(app, province, ORIGIN, "publish", remember="Ghi nhớ của tỉnh.", do="Đổi ngay hôm nay.")
    page = commune.get(f"{FORK}/{fork}")
    assert "Bản gốc có thay đổi" in page
    assert "Bản gốc có thay đổi" in commune.get(f"/studio/bai-hoc/{fork}")
    fields = commune.fields(f"{FORK}/{fork}")
    assert len(fields["take"]) == 1, "the block that the commune left alone is taken unless it says no"
    assert [v for n, v in fields.items() if n.startswith("choose-")] == [["mine"]]
    assert commune.client.post(f"{FORK}/{fork}", data=fields).status_code == 303
    assert md(app, fork, "remember") == "Ghi nhớ của xã."
    assert md(app, fork, "do") == "Đổi ngay hôm nay."
    assert "có thay đổi" not in commune.get(f"{FORK}/{fork}"), "it follows the newest now"

    change(app, province, ORIGIN, "publish", remember="Ghi nhớ mới của tỉnh.")
    fields = commune.fields(f"{FORK}/{fork}")
    fields = {n: ["theirs"] if n.startswith("choose-") else v for n, v in fields.items()}
    assert commune.client.post(f"{FORK}/{fork}", data=fields).status_code == 303
    assert md(app, fork, "remember") == "Ghi nhớ mới của tỉnh."
    assert "xã" in province.get(f"/studio/ban/lesson/{ORIGIN}").partition('id="forks"')[2], "where it was adapted"


def test_what_changed_meanwhile_is_not_taken_unseen(
    app: Flask, province: Colleague, commune: Colleague, fork: str
) -> None:
    change(app, province, ORIGIN, "publish", remember="Một.")
    seen = commune.fields(f"{FORK}/{fork}")
    change(app, province, ORIGIN, "publish", remember="Hai.")
    assert commune.client.post(f"{FORK}/{fork}", data=seen).status_code == 409
    seen = commune.fields(f"{FORK}/{fork}")
    change(app, commune, fork, "save", do="Của xã.")
    assert commune.client.post(f"{FORK}/{fork}", data=seen).status_code == 409
    assert md(app, fork, "remember") == "Dài thì chắc."


def test_it_takes_the_originals_place_in_a_course(
    app: Flask, commune: Colleague, fork: str, sign_in: Callable[..., Any]
) -> None:
    course = begin(commune, "/studio/khoa-hoc", "Khóa của xã")
    commune.press(course, "module", new__module="Một")
    commune.client.post(f"{course}/them", data={"module": "0", "title": "Một", "kind": "lesson", "slug": ORIGIN})
    commune.press(course, "publish", groups=["citizens"])
    learner = sign_in("learner")
    learner.post(f"/hoc/khoa-cua-xa/{ORIGIN}/xong")
    change(app, commune, fork, "publish", remember="Ghi nhớ của xã.")
    for _twice in range(2):
        assert commune.client.post(f"{FORK}/{fork}/khoa-hoc", data={"course": "khoa-cua-xa"}).status_code == 303
    commune.press(course, "publish")
    assert "Ghi nhớ của xã." in app.test_client().get(f"/hoc/khoa-cua-xa/{fork}").get_data(as_text=True)
    assert learner.post("/khoa-hoc/khoa-cua-xa/ban-moi").status_code == 303
    page = learner.get("/khoa-hoc/khoa-cua-xa").get_data(as_text=True)
    assert 'class="done"' not in page, "completing the original is not completing the adaptation"


def test_of_another_unit_nothing_is_seen(app: Flask, fork: str, sign_in: Callable[..., Any]) -> None:
    stranger = sign_in("verifier")
    assert stranger.get(f"{FORK}/{fork}").status_code == 404
    assert stranger.post(f"{FORK}/{fork}").status_code == 404
    assert stranger.post(f"{FORK}/{fork}/khoa-hoc", data={"course": "x"}).status_code == 404
    with app.app_context():
        row = activity("lesson", ORIGIN)
        assert row is not None
        assert forking.fork_of(row.id) is None
