"""The clock of a paper, breaks, and answers that come late, twice, in another order, from two devices."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.api.people import Claim
from lms.api.work import Conflict, Invalid, clock, connection, lone_write, unit_of_work
from lms.identity import sessions
from lms.learning.models import Evidence
from lms.rebuilding import differences
from quizzes import queries
from quizzes.models import OPEN, SUBMITTED, ResponseHistory
from quizzes.policies import Clock, Fairness
from quizzes.services import accommodating, attempts, timing
from tests.quizzes.world import Quizzing, quizzing

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)
START = int(NOON.timestamp())
H = ResponseHistory.__table__


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def quiz(any_app: Flask) -> Iterator[Quizzing]:
    """A quiz of ten minutes."""
    with any_app.app_context(), clock.frozen_at(NOON):
        yield quizzing(any_app, limit=10)


def answers(quiz: Quizzing, uuid: UUID) -> dict[int, list[int]]:
    return queries.responses(quiz.row(uuid).id)


def history(quiz: Quizzing, uuid: UUID) -> list[tuple[int, list[int]]]:
    rows = connection().execute(
        select(H.c.position, H.c.answer).where(H.c.attempt_id == quiz.row(uuid).id).order_by(H.c.id)
    )
    return [(row.position, row.answer) for row in rows]


# --- the clock by itself ---


@given(
    st.integers(1, 600), st.integers(0, 300), st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=6)
)
def test_no_break_costs_time_and_none_gives_more_than_it_lasts(
    limit: int, breaks: int, spells: list[tuple[int, int]]
) -> None:
    runs = Fairness(extra=0, break_minutes=breaks).clock(limit, START)
    now, worked = START, 0
    for work, rest in spells:
        now, worked = now + work, worked + work
        left = runs.left(now)
        runs = runs.paused(now, own=True)
        assert runs.left(now) == left, "nothing is lost by resting"
        allowed = runs.break_left
        now += rest
        runs = runs.running(now)
        stood = min(rest, allowed)
        assert runs.break_left == allowed - stood
        worked += rest - stood
        assert runs.left(now) == max(0, limit * 60 - worked)
    assert runs.break_left >= 0


def test_a_pause_without_end_stops_the_clock_until_somebody_goes_on() -> None:
    runs = Clock(START + 600).paused(START + 60, own=False)
    assert runs.left(START + 10_000) == 540
    assert not runs.is_over(START + 10_000)
    assert runs.running(START + 10_000).left(START + 10_000) == 540
    assert runs.paused(START + 90, own=True) == runs, "pausing twice is once"


def test_more_time_is_rounded_up() -> None:
    assert Fairness(extra=33).clock(10, START).due_at == START + 798
    assert Fairness(no_limit=True).clock(10, START) == Clock()
    assert Fairness(extra=50).clock(None, START) == Clock()


# --- answers in time and late ---


def test_answers_count_until_the_grace_is_over(quiz: Quizzing) -> None:
    uuid = quiz.begin()
    quiz.answer(uuid, 0, [1])
    with clock.frozen_at(after(10)):
        quiz.answer(uuid, 1, [2])
    with clock.frozen_at(after(11)):
        quiz.answer(uuid, 2, [3])
    with clock.frozen_at(after(11) + timedelta(seconds=1)), pytest.raises(Conflict) as refused:
        quiz.answer(uuid, 0, [0])
    assert "time is up" in str(refused.value.text)
    assert answers(quiz, uuid) == {0: [1], 1: [2], 2: [3]}


def test_a_clock_that_was_set_back_loses_nothing(quiz: Quizzing) -> None:
    uuid = quiz.begin()
    with clock.frozen_at(after(5)):
        quiz.answer(uuid, 0, [1])
    with clock.frozen_at(after(-60)):
        quiz.answer(uuid, 0, [2])
        assert quiz.row(uuid).clock.left(clock.seconds()) == 70 * 60
    assert answers(quiz, uuid) == {0: [2]}, "what comes last wins, whatever the clock says"
    assert history(quiz, uuid) == [(0, [1])]


def test_the_worker_hands_in_what_was_saved(quiz: Quizzing) -> None:
    late, open_, done = quiz.begin(), quiz.begin(quiz.someone("hoc.vien.2")), quiz.begin(quiz.someone("hoc.vien.3"))
    quiz.answer(late, 0, [1])
    quiz.hand_in(done)
    with unit_of_work():
        timing.extend(open_, 3600, quiz.account, "mất điện")
    with clock.frozen_at(after(11)):
        timing.hand_in_overdue()
        assert quiz.row(late).state == OPEN, "the grace has not ended yet"
    with clock.frozen_at(after(12)):
        timing.hand_in_overdue()
        timing.hand_in_overdue()
    assert (quiz.row(late).state, quiz.row(open_).state) == (SUBMITTED, OPEN)
    e = Evidence.__table__
    scored = select(func.count()).select_from(e).where(e.c.activity_id == quiz.quiz)
    assert connection().execute(scored).scalar_one() == 2, "each once"
    assert differences() == []


def test_one_paper_that_cannot_be_handed_in_keeps_no_other_from_it(
    quiz: Quizzing, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = quiz.begin(), quiz.begin(quiz.someone("hoc.vien.2"))
    submit = attempts.submit

    def failing(row: queries.AttemptRow, found: queries.Answers) -> object:
        if row.uuid == first:
            raise RuntimeError("the disk is full")
        return submit(row, found)

    monkeypatch.setattr(attempts, "submit", failing)
    with clock.frozen_at(after(20)), pytest.raises(RuntimeError):
        timing.hand_in_overdue()
    assert (quiz.row(first).state, quiz.row(second).state) == (OPEN, SUBMITTED)


def test_handing_in_and_answering_at_once(quiz: Quizzing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two devices, many answers, one of them hands in: what is acknowledged is in the paper that was marked."""
    monkeypatch.setattr(attempts, "mark_of", lambda _version, _answer: 0)  # answers here are numbers to be told apart
    uuid = quiz.begin()
    row = quiz.row(uuid)
    together, kept, app = Barrier(3, timeout=30), [], quiz.app

    def answering(seed: int) -> None:
        dice = random.Random(seed)
        with app.app_context():
            together.wait()
            for n in range(12):
                position, value = dice.randrange(row.total), [seed * 100 + n]
                try:
                    with unit_of_work():
                        attempts.save_answer(row.id, position, value)
                except Conflict:
                    return
                kept.append((position, value))

    def handing_in() -> None:
        with app.app_context():
            together.wait()
            quiz.hand_in(uuid)

    threads = [Thread(target=answering, args=(1,)), Thread(target=answering, args=(2,)), Thread(target=handing_in)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with unit_of_work():  # what this thread had read before it has read for good
        everything = [*history(quiz, uuid), *answers(quiz, uuid).items()]
    assert sorted(map(str, kept)) == sorted(map(str, everything)), "every answer that was taken is there, once"
    with pytest.raises(Conflict):
        quiz.answer(uuid, 0, [0])


def test_an_answer_kept_at_once_says_all_that_there_are(quiz: Quizzing) -> None:
    uuid = quiz.begin()
    row = quiz.row(uuid)
    with quiz.app.test_request_context(), unit_of_work():
        session = sessions.begin(quiz.account, "password")
    reader, stranger = Claim(quiz.account, session, "bác"), Claim(quiz.account, session + 1, "bác")

    def keep(position: int, value: list[int], who: Claim = reader) -> queries.Answers | None:
        with lone_write():
            return attempts.save_own(row.id, position, value, who)

    assert keep(0, [2]) == {0: [2]}
    assert keep(2, [1]) == {0: [2], 2: [1]}
    assert keep(0, [3]) == {0: [3], 2: [1]}, "what stands now, not what stood before"
    assert keep(1, [1], stranger) is None
    assert answers(quiz, uuid) == {0: [3], 2: [1]}
    assert history(quiz, uuid) == [(0, [2])]
    quiz.hand_in(uuid)
    assert keep(1, [1]) is None


# --- what was answered before ---


def test_every_answer_that_another_took_the_place_of_is_kept(quiz: Quizzing) -> None:
    uuid = quiz.begin()
    for value in ([0], [1], [1], [2], [0]):  # sent twice is once
        quiz.answer(uuid, 3, value)
    quiz.answer(uuid, 1, [5])
    assert answers(quiz, uuid) == {1: [5], 3: [0]}
    assert history(quiz, uuid) == [(3, [0]), (3, [1]), (3, [2])]


def test_nobody_fills_the_disk_with_changes_of_mind(quiz: Quizzing) -> None:
    uuid = quiz.begin()
    row = quiz.row(uuid)
    with unit_of_work():
        for n in range(230):
            attempts.save_answer(row.id, 0, [n])
    assert answers(quiz, uuid) == {0: [229]}
    assert len(history(quiz, uuid)) == 200


def test_where_the_right_answer_is_told_the_first_answer_stays(quiz: Quizzing) -> None:
    uuid = quiz.begin()
    quiz.answer(uuid, 0, [1], once=True)
    quiz.answer(uuid, 0, [2], once=True)
    assert answers(quiz, uuid) == {0: [1]}
    with clock.frozen_at(after(12)), pytest.raises(Conflict):
        quiz.answer(uuid, 1, [2], once=True)


# --- what is fair, pauses and breaks ---


def test_what_was_given_holds_for_papers_begun_after_it(quiz: Quizzing) -> None:
    other = quiz.someone("hoc.vien.2")
    before = quiz.begin(other)
    with unit_of_work():
        accommodating.give(other, Fairness(extra=50, read_aloud=True, break_minutes=5), "nhìn kém", None, quiz.account)
    assert quiz.row(before).due_at == START + 600
    quiz.hand_in(before)
    row = quiz.row(quiz.begin(other))
    assert (row.due_at, row.break_left, row.aloud) == (START + 900, 300, True)
    quiz.hand_in(row.uuid)
    with unit_of_work():
        accommodating.give(other, Fairness(no_limit=True), "nhìn kém", START + 86_400, quiz.account)
    row = quiz.row(quiz.begin(other))
    assert (row.due_at, row.break_left, row.aloud) == (None, 0, False)
    quiz.hand_in(row.uuid)
    with clock.frozen_at(after(24 * 60)):
        assert quiz.row(quiz.begin(other)).due_at == START + 86_400 + 600, "a day later it is over"
    assert [bool(r.valid_to) for r in queries.accommodations(other)] == [True, True]
    assert quiz.row(quiz.begin()).due_at == START + 600, "nobody else has it"


def test_giving_the_same_twice_is_once_and_ending_is_final(quiz: Quizzing) -> None:
    for _twice in range(2):
        with unit_of_work():
            accommodating.give(quiz.account, Fairness(extra=25), "tay yếu", None, quiz.account)
    assert len(queries.accommodations(quiz.account)) == 1
    for _twice in range(2):
        with unit_of_work():
            accommodating.end(quiz.account, quiz.account)
    assert queries.accommodation(quiz.account) is None
    for fair in (Fairness(), Fairness(extra=301), Fairness(break_minutes=121)):
        with pytest.raises(Invalid), unit_of_work():
            accommodating.give(quiz.account, fair, "tay yếu", None, quiz.account)


def test_breaks_stop_the_clock_for_as_long_as_there_are_breaks(quiz: Quizzing) -> None:
    with unit_of_work():
        accommodating.give(quiz.account, Fairness(break_minutes=5), "mau mệt", None, quiz.account)
    uuid = quiz.begin()

    def act(what: object) -> None:
        with unit_of_work():
            found = queries.attempt_held(uuid)
            assert found is not None
            what(found[0])  # type: ignore[operator]

    with clock.frozen_at(after(8)):
        act(timing.take_break)
        act(timing.take_break)
        with pytest.raises(Conflict):
            quiz.answer(uuid, 0, [1])
    with clock.frozen_at(after(12)):
        timing.hand_in_overdue()
        assert quiz.row(uuid).state == OPEN
        act(timing.end_break)
        assert (quiz.row(uuid).due_at, quiz.row(uuid).break_left) == (START + 840, 60)
        quiz.answer(uuid, 0, [1])
        act(timing.take_break)
    with clock.frozen_at(after(15.5)):
        timing.hand_in_overdue()
        assert quiz.row(uuid).state == OPEN, "a minute of break more, and the grace"
    with clock.frozen_at(after(16.1)):
        timing.hand_in_overdue()
        assert quiz.row(uuid).state == SUBMITTED, "whoever falls asleep in a break is handed in too"


def test_whoever_supervises_stops_and_extends(quiz: Quizzing) -> None:
    uuid = quiz.begin()
    with clock.frozen_at(after(4)):
        for _twice in range(2):
            with unit_of_work():
                timing.pause(uuid, quiz.account)
    with clock.frozen_at(after(90)):
        timing.hand_in_overdue()
        found = queries.attempt_by_uuid(uuid)
        assert found is not None
        with pytest.raises(Conflict), unit_of_work():
            timing.end_break(found)
        for _twice in range(2):
            with unit_of_work():
                timing.resume(uuid, quiz.account)
        assert quiz.row(uuid).clock.left(clock.seconds()) == 360
        for seconds in (0, -5, 90_000):
            with pytest.raises(Invalid), unit_of_work():
                timing.extend(uuid, seconds, quiz.account, "")
        with unit_of_work():
            timing.hand_in(uuid)
        with unit_of_work():
            timing.hand_in(uuid)
        with pytest.raises(Conflict), unit_of_work():
            timing.extend(uuid, 60, quiz.account, "")
