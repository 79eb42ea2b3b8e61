"""The data set: the same from the same seed, as large as it says, and equal to what the services write."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import Table, select

from bench import data
from lms import clock
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts
from lms.identity.models import Account, Consent
from lms.learning.models import ClientToken, Enrollment, Evidence, Kind
from lms.learning.queries import activity as activity_of
from lms.learning.queries import newest_syllabus, places
from lms.learning.record import Result
from lms.orgs.models import Membership, Org
from lms.packages.markdown import render
from lms.progress import enroll, join_unit, record_result
from lms.rebuilding import differences

#: What differs from person to person or from moment to moment.
OWN = {
    "id", "uuid", "account_id", "membership_id", "full_name", "sort_key", "username", "password_hash", "birth_date",
    "made_at", "given_at", "valid_from", "started_at", "last_at", "at", "org_id",
}  # fmt: skip


def test_the_same_seed_gives_the_same_course_and_another_seed_another() -> None:
    assert data.course_package() == data.course_package()
    assert data.course_package(1) != data.course_package(2)


def test_the_course_is_the_one_that_is_measured_everywhere() -> None:
    package = data.course_package()
    course, quiz = package.courses[0], package.quizzes[0]
    assert len(course.modules) == 3
    assert [a.kind for m in course.modules for a in m.activities] == ["lesson"] * 10 + ["quiz"]
    items = list(package.items())
    assert len(items) == 20
    assert {i.type for i in items} == {"single_choice"}
    assert {i.pool for i in items} == {quiz.pool} == {"exam"}
    assert all(len(i.data["options"]) == 4 for i in items)
    assert all(sum(bool(o.get("correct")) for o in i.data["options"]) == 1 for i in items)
    assert (quiz.draw[0].count, quiz.correct) == (20, 12)
    assert [c.kind for c in package.rules[0].conditions] == ["lessons_completed", "quiz_passed"]


def test_no_wrong_option_reads_like_a_right_one() -> None:
    right = data.right_answers()
    wrong = [o["text"] for i in data.course_package().items() for o in i.data["options"] if not o.get("correct")]
    assert len(right) == 20
    assert not right & set(wrong)


def test_a_lesson_is_about_two_kilobytes_of_html() -> None:
    for lesson in data.course_package().lessons:
        html = "".join(render(b.data["md"]) for b in lesson.blocks)
        assert 1600 < len(html) < 2600
        assert (html.count("<h2"), html.count("<p>"), html.count("<li>")) == (1, 5, 3)


def test_ten_thousand_learners_have_forty_eight_thousand_completions() -> None:
    made = data.draw_learners(data.Size(), 3000)
    assert len(made) == len({m.username for m in made}) == 10_000
    assert sum(len(set(m.learnt)) for m in made) == 48_000
    assert sum(bool(m.learnt) for m in made) == 8_000
    assert made == data.draw_learners(data.Size(), 3000)
    assert all(accounts.check_name(m.name) == m.name for m in made[:50])


def test_what_is_filled_in_bulk_equals_the_ledger(any_app: Flask) -> None:
    with any_app.app_context():
        data.fill(data.Size(30, 20))
        assert differences() == []
        evidence = select(Evidence.__table__.c.id).where(Evidence.__table__.c.kind == int(Kind.COMPLETED))
        assert len(connection().execute(evidence).all()) == 20 * 6
        assert len(connection().execute(select(ClientToken.__table__)).all()) == 20 * 6


def test_a_learner_made_in_bulk_is_a_learner_made_by_the_services(any_app: Flask) -> None:
    size = data.Size(3, 2)
    with any_app.app_context():
        data.fill(size)
        communes = connection().execute(select(Org.__table__.c.id).where(Org.__table__.c.level == "commune")).all()
        first = data.draw_learners(size, len(communes))[0]
        by_bulk = _account_id(first.username)
        course = activity_of("course", data.COURSE)
        assert course is not None
        syllabus = newest_syllabus(course.id)
        assert syllabus is not None
        lessons = [p for p in places(syllabus) if p.kind == "lesson"]
        commune = _rows(Membership.__table__, by_bulk)[0]["org_id"]
        with unit_of_work():
            by_services = accounts.sign_up(first.name, "lam-bang-tay", "hash", target_group=data.GROUP)
            accounts.set_birth_date(by_services, first.birth_date)
            join_unit(by_services, commune, data.GROUP)
            enroll(by_services, course.id)
            for n in first.learnt:
                record_result(by_services, lessons[n].activity_id, Result(Kind.COMPLETED), b"%016d" % n)
        for model in (Account, Consent, Membership, Enrollment, Evidence):
            assert _likeness(model.__table__, by_bulk) == _likeness(model.__table__, by_services)
        assert differences() == []
        held = connection().execute(select(Membership.__table__.c.valid_from)).scalars()
        assert all(at <= clock.seconds() for at in held)


def _account_id(username: str) -> int:
    a = Account.__table__.c
    return int(connection().execute(select(a.id).where(a.username == username)).scalar_one())


def _rows(table: Any, account_id: int) -> list[dict[str, Any]]:
    assert isinstance(table, Table)
    owner = table.c.id if table.name == "lms_account" else table.c.account_id
    rows = connection().execute(select(table).where(owner == account_id).order_by(table.c.id))
    return [dict(row._mapping) for row in rows]


def _likeness(table: Any, account_id: int) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k not in OWN} for row in _rows(table, account_id)]
