"""Programmes for anybody, and one's own progress."""

from __future__ import annotations

import typing
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.views.api import Group
from lms.competency.models import TARGET_GROUPS
from lms.competency.queries import coverage, programmes
from lms.stats import stats
from tests.rest.conftest import attain, issued
from tests.rest.test_verifying import problem_of

SignIn = Callable[[str], FlaskClient]


def test_every_programme_with_its_coverage(any_app: Flask) -> None:
    answer = any_app.test_client().get("/api/v1/programmes")
    assert answer.status_code == 200
    rows = answer.get_json()["programmes"]
    with any_app.app_context():
        known = [(p, coverage(p)) for p in programmes()]
        counted = {row["group"]: row for row in stats()["programmes"]}
    assert [r["slug"] for r in rows] == [p.slug for p, _far in known]
    assert len(rows) == len(counted) >= 4
    for row, (_programme, far) in zip(rows, known, strict=True):
        assert row["coverage"] == {
            "areas": far.areas, "areas_taught": far.areas_taught, "skills": far.skills,
            "skills_taught": far.skills_taught, "lessons": far.lessons, "minutes": far.minutes,
        }  # fmt: skip
        assert row["coverage"]["skills_taught"] == counted[row["group"]]["skills_taught"]
        assert row["framework"]["warning"]
        assert row["rules"]["standing"] == "system_default"


def test_the_groups_are_the_cores() -> None:
    assert typing.get_args(Group) == TARGET_GROUPS


@pytest.mark.parametrize("group", TARGET_GROUPS)
def test_the_programmes_of_a_group(reader: FlaskClient, group: str) -> None:
    rows = reader.get(f"/api/v1/programmes?group={group}").get_json()["programmes"]
    assert rows
    assert {r["group"] for r in rows} == {group}


def test_a_programme_and_all_that_is_in_it(reader: FlaskClient) -> None:
    listed = reader.get("/api/v1/programmes?group=citizens").get_json()["programmes"][0]
    body = reader.get(f"/api/v1/programmes/{listed['slug']}").get_json()
    assert body.items() >= listed.items()
    activities = [a for c in body["courses"] for m in c["modules"] for a in m["activities"]]
    assert sum(a["kind"] == "lesson" for a in activities) == body["coverage"]["lessons"]
    assert {"lesson", "quiz", "task"} <= {a["kind"] for a in activities}
    assert body["conditions"]
    for address in [body["url"], *(a["url"] for a in activities[:2])]:
        assert reader.get(address).status_code == 200


def test_there_is_no_such_programme(reader: FlaskClient) -> None:
    problem_of(reader.get("/api/v1/programmes/nobody"), 404, "not-found")
    problem_of(reader.get("/api/v1/programmes/Nguoi-Dan"), 404, "not-found")


def test_nobody_is_signed_in(reader: FlaskClient) -> None:
    problem_of(reader.get("/api/v1/me"), 401, "sign-in-required")
    reader.set_cookie("hv", "forged")
    problem_of(reader.get("/api/v1/me"), 401, "sign-in-required")


def test_who_has_not_begun(sign_in: SignIn) -> None:
    body = sign_in("learner").get("/api/v1/me").get_json()
    assert (body["enrollments"], body["papers"]) == ([], [])
    assert body["name"] == "Hoàng Thị Lành"


def test_how_far_i_am(app: Flask, sign_in: SignIn) -> None:
    attain(app, "nguoi-dan", last=2)
    body = sign_in("learner").get("/api/v1/me").get_json()
    (course,) = body["enrollments"]
    assert course["total"] - course["done"] == 2
    assert 0 < course["percent"] < 100
    assert course["minutes_left"] > 0
    assert course["completed_at"] is None
    assert body["papers"] == []


def test_what_i_hold(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    number = issued(any_app)
    browser = sign_in("learner", on=any_app)
    body = browser.get("/api/v1/me").get_json()
    (course,), (paper,) = body["enrollments"], body["papers"]
    assert (course["percent"], course["minutes_left"]) == (100, 0)
    assert course["completed_at"]
    assert (paper["number"], paper["state"], paper["kind"]) == (number, "valid", "attainment")
    for address in (paper["url"], paper["pdf_url"], paper["verify_url"]):
        assert browser.get(address).status_code == 200
    assert browser.get(course["url"]).status_code in (200, 303)


def test_others_hold_nothing_of_mine(app: Flask, sign_in: SignIn) -> None:
    issued(app)
    body = sign_in("instructor").get("/api/v1/me").get_json()
    assert (body["enrollments"], body["papers"]) == ([], [])
