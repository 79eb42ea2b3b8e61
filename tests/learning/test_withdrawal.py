"""The newest word on an activity counts: what is withdrawn is not done, what is done again after that is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms import progress, rebuilding
from lms.competency import queries as competency
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts
from lms.learning import queries as learning
from lms.learning.enrolling import Entry, publish_syllabus
from lms.learning.models import Activity, Evidence, Kind
from lms.learning.record import Result
from lms.testing import story

COURSE = "ky-nang-so-nguoi-dan"
SAID = (
    Result(Kind.COMPLETED),
    Result(Kind.SCORED, 10, 20, passed=False),
    Result(Kind.SCORED, 20, 20, passed=True),
    Result(Kind.ATTENDED),
    Result(Kind.OBSERVED),
    Result(Kind.RECOGNISED),
    Result(Kind.WAIVED),
    Result(Kind.DECLARED),
    Result(Kind.MERGED),
    Result(Kind.WITHDRAWN),
)
ENROLL = -1
# Each step: an activity of three and what is said of it; or joining the course. Withdrawals often, so that they matter.
STEPS = st.lists(
    st.just((ENROLL, Result(Kind.COMPLETED)))
    | st.tuples(st.integers(0, 2), st.sampled_from(SAID) | st.sampled_from([Result(Kind.WITHDRAWN), SAID[0]])),
    max_size=14,
)


class Undo(Exception):
    """Ends a unit of work so that nothing of it is kept."""


@pytest.fixture
def in_app(any_app: Flask) -> Iterator[Flask]:
    with any_app.app_context():
        yield any_app


def course_id() -> int:
    found = learning.activity("course", COURSE)
    assert found is not None
    return found.id


@given(steps=STEPS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_pages_read_follows_any_ledger(in_app: Flask, steps: list[tuple[int, Result]]) -> None:
    with pytest.raises(Undo), unit_of_work():  # noqa: PT012  all of it is one transaction that is undone
        course = course_id()
        a = Activity.__table__
        activities = list(
            connection().execute(select(a.c.id).where(a.c.kind == "lesson").order_by(a.c.id).limit(3)).scalars()
        )
        publish_syllabus(course, [Entry(i, 0, "Phần 1", 1) for i in activities])
        who = accounts.sign_up("Lò Thị Mẩy", "lomay", None)
        done = [False, False, False]
        for which, result in steps:
            if which == ENROLL:
                progress.enroll(who, course)
                continue
            progress.record_result(who, activities[which], result)
            if result.kind is Kind.WITHDRAWN:
                done[which] = False
            elif result.completes:
                done[which] = True
            held = learning.enrollment(who, course)
            assert held is None or held.done == sum(1 << i for i, said in enumerate(done) if said)
            assert held is None or (held.completed_at is not None) == all(done)
        progress.enroll(who, course)
        assert rebuilding.differences() == []
        raise Undo


@pytest.mark.usefixtures("in_app")
def test_a_withdrawal_reopens_the_course_and_leaves_the_attainment() -> None:
    e = Evidence.__table__
    with unit_of_work():
        who = accounts.sign_up("Lò Thị Mẩy", "lomay", None)
        story.fulfil(who, "nguoi-dan")
    course = course_id()
    attained = competency.attained_by(who)
    held = learning.enrollment(who, course)
    assert held is not None
    assert held.completed_at is not None
    quiz = next(p for p in learning.places(held.syllabus_id) if p.kind == "quiz")
    with unit_of_work():
        progress.record_result(who, quiz.activity_id, Result(Kind.WITHDRAWN, by_id=who))
    reopened = learning.enrollment(who, course)
    assert reopened is not None
    assert (reopened.done, reopened.completed_at) == (held.done & ~quiz.mask, None)
    assert competency.attained_by(who) == attained
    assert rebuilding.differences() == []
    told = connection().execute(
        select(e.c.kind).where(e.c.account_id == who, e.c.activity_id == course).order_by(e.c.id)
    )
    assert list(told.scalars()) == [Kind.COMPLETED, Kind.WITHDRAWN], "the ledger says what became of the course"
    rebuilding.rebuild()
    assert learning.enrollment(who, course) == reopened

    with unit_of_work():
        progress.record_result(who, quiz.activity_id, Result(Kind.SCORED, 40, 40, passed=True))
    again = learning.enrollment(who, course)
    assert again is not None
    assert again.done == held.done
    assert again.completed_at is not None
    assert competency.attained_by(who) == attained
