"""The rule by which what was missed comes back."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from quizzes.returning import (
    MOST_A_DAY,
    STEPS,
    Due,
    Missed,
    answered,
    day_of,
    day_said,
    for_day,
    next_of,
    topic_of,
)

DAYS = st.integers(min_value=20_000, max_value=20_200)
ANSWERS = st.lists(st.tuples(DAYS, st.booleans()), max_size=12)


def after(answers: list[tuple[int, bool]]) -> Missed | None:
    held = None
    for day, right in answers:
        held = answered(held, day, right=right)
    return held


def late(answers: list[tuple[int, bool]]) -> Missed | None:
    """After these answers, as phones send them."""
    held = None
    for day, right in answers:
        held = answered(held, day, right=right, late=True)
    return held


@given(ANSWERS, st.randoms())
def test_the_order_in_which_answers_come_never_matters(answers: list[tuple[int, bool]], random: object) -> None:
    mixed = list(answers)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert late(answers) == late(mixed)


@given(ANSWERS)
def test_an_answer_that_is_sent_twice_is_one(answers: list[tuple[int, bool]]) -> None:
    assert late(answers) == late([*answers, *answers])


@given(ANSWERS)
def test_steps_go_up_by_right_answers_and_back_by_wrong_ones_only(answers: list[tuple[int, bool]]) -> None:
    held, day = Missed(19_999), 20_000
    for gap, right in answers:
        day += gap % 40
        new = answered(held, day, right=right)
        assert new is not None
        if right:
            assert held.step <= new.step <= held.step + 1
        elif day > held.wrong:
            assert (new.step, new.due) == (0, day + 1)
        held = new


def test_right_at_every_return_leaves_after_the_third() -> None:
    held = answered(None, 100, right=False)
    assert held is not None
    assert (held.due, held.step, held.left) == (101, 0, None)
    for day, due, step in ((101, 108, 1), (108, 138, 2)):
        held = answered(held, day, right=True)
        assert held is not None
        assert (held.due, held.step) == (due, step)
    held = answered(held, 138, right=True)
    assert held is not None
    assert (held.due, held.step, held.left) == (None, 3, 138)
    held = answered(held, 150, right=False)
    assert held == Missed(150), "missed again, it begins anew"


def test_late_is_fine_and_early_is_no_proof() -> None:
    held = after([(100, False), (160, True)])
    assert held is not None
    assert held.due == 167, "seven days from the answer, not from when it was due"
    held = answered(held, 161, right=True)
    assert held is not None
    assert (held.step, held.due) == (1, 167), "the day after says nothing about seven days"


def test_a_second_try_on_the_same_day_comes_back() -> None:
    for order in itertools.permutations(((100, True), (100, False), (100, True))):
        held = after(list(order))
        assert held is not None
        assert held.due == 101


def test_what_was_never_missed_does_not_come_back() -> None:
    assert after([(100, True), (101, True)]) is None


ROWS = st.lists(
    st.builds(
        Due,
        st.text("abcdef", min_size=1, max_size=4),
        st.integers(0, 2),
        st.one_of(st.none(), st.integers(0, 40)),
        st.one_of(st.none(), st.integers(0, 40)),
    ),
    max_size=80,
    unique_by=lambda row: row.topic,
)


@given(ROWS, st.integers(0, 40))
def test_never_more_than_five_a_day_and_the_longest_due_first(rows: list[Due], day: int) -> None:
    asked = sum(row.asked == day for row in rows)
    chosen = for_day(rows, day)
    assert len(chosen) <= max(0, MOST_A_DAY - asked)
    ready = [row for row in rows if row.due is not None and row.due <= day and row.asked != day]
    assert len(chosen) == min(len(ready), max(0, MOST_A_DAY - asked))
    left = [row for row in ready if row not in chosen]
    assert all((a.due or 0, a.step) <= (b.due or 0, b.step) for a in chosen for b in left)


def test_after_a_month_away_there_are_five_not_sixty() -> None:
    rows = [Due(f"t{n}", 0, 100 + n % 30, None) for n in range(60)]
    assert len(for_day(rows, 140)) == 5
    done = [Due(r.topic, 0, 141, 140) if r in for_day(rows, 140) else r for r in rows]
    assert for_day(done, 140) == [], "nor five more when these are done"
    assert len(for_day(done, 141)) == 5


@given(st.lists(st.integers(1, 50), min_size=1, unique=True), st.integers(1, 50))
def test_twins_take_turns(items: list[int], last: int) -> None:
    seen = []
    for _ in items:
        last = next_of(items, last)
        seen.append(last)
    assert sorted(seen) == sorted(items), "each once before one comes again"


def test_days_are_those_of_viet_nam_and_a_wrong_clock_is_not_believed() -> None:
    midnight = 20_000 * 86_400 - 7 * 3600
    assert (day_of(midnight - 1), day_of(midnight)) == (19_999, 20_000)
    assert day_said(midnight - 60, midnight + 60) == 19_999
    assert day_said(midnight + 200, midnight - 60) == 19_999, "a clock a little ahead does not make it tomorrow"
    for told in (midnight + 90_000, midnight - 40 * 86_400, 0):
        assert day_said(told, midnight) == 20_000


def test_a_group_of_twins_is_one_topic_and_no_question_is_called_like_it() -> None:
    assert topic_of("otp", "giu-otp") == topic_of("otp-2", "giu-otp") != topic_of("giu-otp", "")
    assert STEPS == (1, 7, 30)
