"""Which completion counts where: revisions of wording or meaning, courses published anew, learners moving on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from lms import progress, rebuilding
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import NotFound
from lms.identity import accounts
from lms.learning import queries as learning
from lms.learning.activities import anchor
from lms.learning.enrolling import Entry, publish_syllabus
from lms.learning.models import Evidence, Kind
from lms.learning.record import Result
from lms.learning.rollup import counts, counts_from

ACTIVITIES = 3


class Undo(Exception):
    """Ends a unit of work so that nothing of it is kept."""


@pytest.fixture
def in_app(any_app: Flask) -> Iterator[Flask]:
    with any_app.app_context():
        yield any_app


# --- the law, pure ----------------------------------------------------------------------------------------------------


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.data())
def test_completion_counts_back_to_the_last_change_of_meaning(minors: list[bool], data: st.DataObject) -> None:
    """Laid beside the long way: walk from what was done to what is asked, and see whether a meaning changed."""
    revisions = [(10 * n, minor) for n, minor in enumerate(minors, 1)]
    asked = data.draw(st.sampled_from([n for n, _minor in revisions]))
    done = data.draw(st.sampled_from([n for n, _minor in revisions]))
    changed = any(not minor for n, minor in revisions if done < n <= asked)
    assert counts(done, counts_from(revisions, asked)) == (not changed)


def test_what_is_not_known_counts() -> None:
    assert counts(None, 7)
    assert counts(3, None)
    assert counts_from([], 5) == 5


# --- the law, in the database -----------------------------------------------------------------------------------------


@dataclass
class Oracle:
    """What must be true, by the long way: nothing here looks at the database."""

    revisions: list[list[tuple[int, bool]]] = field(default_factory=lambda: [[] for _ in range(ACTIVITIES)])
    syllabuses: list[tuple[int, dict[int, int]]] = field(default_factory=list)  # id, activity → content asked for
    said: list[tuple[int, int | None, bool]] = field(default_factory=list)  # activity, content, completes?
    at: int | None = None  # the syllabus that the learner is on
    once: list[int] = field(default_factory=list)  # syllabuses on which the course was completed
    completed: bool = False

    def asked(self, syllabus_id: int) -> dict[int, int]:
        return dict(self.syllabuses)[syllabus_id]

    def is_done(self, activity: int, content: int) -> bool:
        newest = max((n for n, (a, _c, done) in enumerate(self.said) if a == activity and not done), default=-1)
        for a, done_content, completes in self.said[newest + 1 :]:
            if a != activity or not completes:
                continue
            if done_content is None:
                return True
            between = [minor for n, minor in self.revisions[activity] if done_content < n <= content]
            if all(between):
                return True
        return False

    def done(self, syllabus_id: int) -> int:
        asked = self.asked(syllabus_id)
        return sum(1 << place for place, a in enumerate(sorted(asked)) if self.is_done(a, asked[a]))

    def all_of(self, syllabus_id: int) -> bool:
        return self.done(syllabus_id) == (1 << len(self.asked(syllabus_id))) - 1

    def move(self) -> None:
        assert self.at is not None
        new = self.syllabuses[-1][0]
        if self.completed and not self.all_of(new) and not any(self.all_of(s) for s in self.once if s != new):
            self.once.append(self.at)
        self.at = new

    def complete(self) -> bool:
        """A course is complete where all is done, or all was done where it was completed; else it is reopened."""
        assert self.at is not None
        if self.all_of(self.at) and not self.completed:
            self.once.append(self.at)
        self.completed = self.all_of(self.at) or any(self.all_of(s) for s in self.once)
        if not self.completed:
            self.once = []
        return self.completed


STEP = (
    st.tuples(st.just("revise"), st.integers(0, ACTIVITIES - 1), st.booleans())
    | st.tuples(st.just("publish"), st.integers(1, ACTIVITIES), st.none())
    | st.tuples(
        st.just("learn"), st.integers(0, ACTIVITIES - 1), st.sampled_from(["here", "here", "newest", "unknown"])
    )
    | st.tuples(st.just("withdraw"), st.integers(0, ACTIVITIES - 1), st.none())
    | st.tuples(st.just("move"), st.just(0), st.none())
    | st.tuples(st.just("enroll"), st.just(0), st.none())
)


@given(st.lists(STEP, max_size=18))
@settings(max_examples=24, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bits_are_as_the_long_way_says(in_app: Flask, steps: list[tuple[str, int, Any]]) -> None:
    with pytest.raises(Undo), unit_of_work():  # noqa: PT012  all of it is one transaction that is undone
        course, ids = anchor("course", "phien-ban", "Phiên bản"), []
        ids = [anchor("lesson", f"phien-ban-{n}", f"Bài {n}") for n in range(ACTIVITIES)]
        who, oracle = accounts.sign_up("Lò Thị Mẩy", "lomay", None), Oracle()
        number = 100
        for activity in range(ACTIVITIES):
            number += 1
            oracle.revisions[activity].append((number, False))
        publish(course, ids, oracle, ACTIVITIES)
        for what, n, more in steps:
            if what == "revise":
                number += 1
                oracle.revisions[n].append((number, more))
            elif what == "publish":
                publish(course, ids, oracle, n)
            elif what == "enroll" or (what == "move" and oracle.at is None):
                progress.enroll(who, course)
                oracle.at = oracle.at or oracle.syllabuses[-1][0]
            elif what == "move":
                progress.move_on(who, course)
                oracle.move()
            elif what == "withdraw":
                progress.record_result(who, ids[n], Result(Kind.WITHDRAWN))
                oracle.said.append((n, None, False))
            else:
                learn(who, ids, oracle, n, more)
            check(who, course, oracle)
        assert rebuilding.differences() == []
        raise Undo


def publish(course: int, ids: list[int], oracle: Oracle, how_many: int) -> None:
    asked = {n: oracle.revisions[n][-1][0] for n in range(how_many)}
    entries = [
        Entry(ids[n], 0, "Phần 1", content, counts_from=counts_from(oracle.revisions[n], content))
        for n, content in asked.items()
    ]
    oracle.syllabuses.append((publish_syllabus(course, entries), asked))


def learn(who: int, ids: list[int], oracle: Oracle, n: int, which: str) -> None:
    content = None
    if which == "newest":
        content = oracle.revisions[n][-1][0]
    elif which == "here":
        on = oracle.asked(oracle.at or oracle.syllabuses[-1][0])
        content = on.get(n, oracle.revisions[n][-1][0])
    progress.record_result(who, ids[n], Result(Kind.COMPLETED, content_id=content))
    oracle.said.append((n, content, True))


def check(who: int, course: int, oracle: Oracle) -> None:
    held = learning.enrollment(who, course)
    assert (held is None) == (oracle.at is None)
    if held is None or oracle.at is None:
        return
    assert held.syllabus_id == oracle.at
    assert held.done == oracle.done(oracle.at)
    assert (held.completed_at is not None) == oracle.complete()


# --- moving on --------------------------------------------------------------------------------------------------------


@pytest.fixture
def two() -> tuple[int, int, list[int], int]:
    """A learner, and a course of two lessons in which they have completed both; then it is published with a third."""
    with unit_of_work():
        course = anchor("course", "hai-ban", "Hai bản")
        lessons = [anchor("lesson", f"hai-ban-{n}", f"Bài {n}") for n in range(3)]
        first = publish_syllabus(
            course, [Entry(i, 0, "", 11 + n, counts_from=11 + n) for n, i in enumerate(lessons[:2])]
        )
        who = accounts.sign_up("Lò Thị Mẩy", "lomay", None)
        progress.enroll(who, course)
        for n, lesson in enumerate(lessons[:2]):
            progress.record_result(who, lesson, Result(Kind.COMPLETED, content_id=11 + n))
        publish_syllabus(course, [Entry(i, 0, "", 21 + n, counts_from=(21, 12, 23)[n]) for n, i in enumerate(lessons)])
    return who, course, lessons, first


@pytest.mark.usefixtures("in_app")
def test_nobody_is_moved_and_nothing_is_lost_by_moving(two: tuple[int, int, list[int], int]) -> None:
    who, course, lessons, first = two
    held = learning.enrollment(who, course)
    assert held is not None
    assert (held.syllabus_id, held.done) == (first, 0b11)
    before = ledger(who)
    for _twice in range(2):
        with unit_of_work():
            progress.move_on(who, course)
        now = learning.enrollment(who, course)
        assert now is not None
        assert now.syllabus_id != first
        assert now.done == 0b010, "the first changed its meaning, the second only its wording, the third is new"
        assert now.completed_at == held.completed_at, "who completed the course has completed it"
    assert ledger(who) == before, "moving on is no evidence"
    assert rebuilding.differences() == []
    with unit_of_work():
        progress.record_result(who, lessons[2], Result(Kind.WITHDRAWN))
    kept = learning.enrollment(who, course)
    assert kept is not None
    assert kept.completed_at is not None, "what was withdrawn was not asked for then"
    with unit_of_work():
        progress.record_result(who, lessons[0], Result(Kind.WITHDRAWN))
    reopened = learning.enrollment(who, course)
    assert reopened is not None
    assert reopened.completed_at is None
    assert rebuilding.differences() == []


@pytest.mark.usefixtures("in_app")
def test_a_course_completed_before_its_revision_was_kept_stays_completed(two: tuple[int, int, list[int], int]) -> None:
    """Ledgers of older releases do not say of which revision a completion is."""
    who, course, _lessons, _first = two
    e = Evidence.__table__
    with unit_of_work() as database:
        database.execute(update(e).where(e.c.account_id == who).values(content_id=None))
        progress.move_on(who, course)
    held = learning.enrollment(who, course)
    assert held is not None
    assert held.completed_at is not None
    assert held.done == 0b011, "what says no revision counts for every one"
    assert rebuilding.differences() == []


@pytest.mark.usefixtures("in_app")
def test_only_a_course_that_was_begun_can_be_moved_on_in() -> None:
    with unit_of_work():
        course = anchor("course", "chua-bat-dau", "Chưa bắt đầu")
        publish_syllabus(course, [Entry(anchor("lesson", "chua-1", "Bài"), 0, "", 1)])
        who = accounts.sign_up("Lò Thị Mẩy", "lomay", None)
        with pytest.raises(NotFound):
            progress.move_on(who, course)


@pytest.mark.usefixtures("in_app")
def test_a_newer_meaning_is_new_evidence_and_the_same_is_not(two: tuple[int, int, list[int], int]) -> None:
    who, course, lessons, _first = two
    before = ledger(who)
    with unit_of_work():
        assert not progress.record_result(who, lessons[0], Result(Kind.COMPLETED, content_id=11))
    assert ledger(who) == before
    with unit_of_work():
        progress.move_on(who, course)
        assert progress.record_result(who, lessons[0], Result(Kind.COMPLETED, content_id=21))
        assert not progress.record_result(who, lessons[0], Result(Kind.COMPLETED, content_id=21))
    assert ledger(who) == before + 1


def ledger(who: int) -> int:
    e = Evidence.__table__
    return int(connection().execute(select(func.count()).where(e.c.account_id == who)).scalar_one())
