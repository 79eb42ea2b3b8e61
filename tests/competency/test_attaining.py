"""A programme is attained once, whatever becomes of its rules; and only on evidence that stands."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from lms import progress, rebuilding
from lms.competency import queries as competency
from lms.competency.models import Programme, RuleSet
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts
from lms.learning import queries as learning
from lms.learning.models import Kind
from lms.learning.record import Result
from lms.testing import story

PROGRAMME = "nguoi-dan"
PASSED = Result(Kind.SCORED, 38, 40, passed=True)


@pytest.fixture
def in_app(any_app: Flask) -> object:
    with any_app.app_context():
        yield any_app


def somebody(login: str) -> int:
    return accounts.sign_up("Lò Thị Mẩy", login, None)


def of_kind(kind: str) -> int:
    """The programme's only activity of a kind."""
    row = competency.programme(PROGRAMME)
    assert row is not None
    ((course_id, _slug, _title),) = competency.courses_of(row.id)
    (found,) = [p.activity_id for p in learning.places(learning.newest_syllabus(course_id) or 0) if p.kind == kind]
    return found


def change_rules() -> None:
    """The next version of the programme's rules comes into force: with the same conditions."""
    r, p = RuleSet.__table__, Programme.__table__
    held = connection().execute(select(r).join(p, p.c.rule_set_id == r.c.id).where(p.c.slug == PROGRAMME)).one()
    values = {k: v for k, v in held._mapping.items() if k not in ("id", "version")}
    new = connection().execute(insert(r).values(**values, version=held.version + 1).returning(r.c.id)).scalar_one()
    connection().execute(update(p).where(p.c.slug == PROGRAMME).values(rule_set_id=new))


@pytest.mark.usefixtures("in_app")
def test_new_rules_do_not_attain_again_what_is_attained() -> None:
    with unit_of_work():
        who = somebody("lomay")
        story.fulfil(who, PROGRAMME)
    before = competency.attained_by(who)
    assert len(before) == 1
    with unit_of_work():
        change_rules()
        assert progress.reconsider(who) == []
        progress.record_result(who, of_kind("quiz"), PASSED)
    assert competency.attained_by(who) == before
    assert rebuilding.differences() == []


@pytest.mark.usefixtures("in_app")
def test_whoever_attains_later_does_so_by_the_new_rules() -> None:
    with unit_of_work():
        change_rules()
        who = somebody("lomay")
        story.fulfil(who, PROGRAMME)
    (attained,) = competency.attained_by(who)
    assert attained.evidence["rules"]["version"] == 2


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    ("kind", "first", "again", "frozen"),
    [
        ("quiz", Result(Kind.SCORED, 40, 40, passed=True), PASSED, 38),
        ("task", Result(Kind.OBSERVED), Result(Kind.DECLARED), "declared"),
    ],
)
def test_what_was_withdrawn_counts_for_nothing(kind: str, first: Result, again: Result, frozen: object) -> None:
    row = competency.programme(PROGRAMME)
    assert row is not None
    course_id = competency.courses_of(row.id)[0][0]
    with unit_of_work():
        who = somebody("lomay")
        progress.enroll(who, course_id)
        progress.record_result(who, of_kind(kind), first)
        progress.record_result(who, of_kind(kind), Result(Kind.WITHDRAWN, by_id=who))
        for place in learning.places(learning.newest_syllabus(course_id) or 0):
            if place.kind != kind:
                done = {"quiz": PASSED, "task": Result(Kind.DECLARED)}.get(place.kind, Result(Kind.COMPLETED))
                progress.record_result(who, place.activity_id, done)
        assert competency.attained_by(who) == []
        progress.record_result(who, of_kind(kind), again)
    (attained,) = competency.attained_by(who)
    held = attained.evidence["quizzes" if kind == "quiz" else "tasks"]
    assert [v["raw"] if kind == "quiz" else v for v in held.values()] == [frozen]
