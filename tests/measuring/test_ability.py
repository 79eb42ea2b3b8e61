"""How able somebody is, and which question comes next: pure rules."""

from __future__ import annotations

from math import exp, log, sqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plugins.measuring.ability import (
    FURTHEST,
    GRID,
    Answered,
    Known,
    chance,
    expected,
    information,
    logit,
    unweighted,
    weighted,
    weights,
)
from plugins.measuring.adaptive import (
    CUTS,
    FEWEST,
    LEVELS,
    MOST,
    SAFETY_BY,
    Asked,
    Card,
    is_enough,
    known_areas,
    level_of,
    next_card,
    placed,
    prior,
)

shares = st.sampled_from([0.0, 0.5, 1.0])
difficulties = st.floats(-3, 3)
tests = st.lists(st.tuples(difficulties, shares), min_size=1, max_size=12)


def answered(rows: list[tuple[float, float]]) -> list[Answered]:
    return [Answered(Known(b), share) for b, share in rows]


def test_the_chance_is_what_the_model_says() -> None:
    assert chance(0.7, Known(0.7)) == 0.5
    assert chance(1.7, Known(0.7)) == pytest.approx(1 / (1 + exp(-1)))
    assert chance(-300, Known(300)) == pytest.approx(0)
    flat = Known(0.0, 1.0)
    assert flat.slope == pytest.approx(1 / sqrt(1 + 3.141592653589793 / 8))
    assert 0.5 < chance(1, flat) < chance(1, Known(0.0))
    assert information(0, Known(0)) == 0.25


def test_a_curve_flattened_by_an_error_is_near_the_mean_of_the_curves() -> None:
    steps = [(-4 + n / 100) for n in range(801)]
    mass = [exp(-x * x / 2) for x in steps]
    mean = sum(w * chance(1.3, Known(0.2 + 0.9 * x)) for x, w in zip(steps, mass, strict=True)) / sum(mass)
    assert chance(1.3, Known(0.2, 0.9)) == pytest.approx(mean, abs=0.01)


def test_half_of_equal_questions_right_is_their_difficulty() -> None:
    found = unweighted(answered([(0.4, 1), (0.4, 0)] * 5))
    assert found is not None
    assert found.ability == pytest.approx(0.4, abs=1e-9)
    assert found.error == pytest.approx(1 / sqrt(10 / 4))


def test_equal_questions_have_warms_estimate_in_closed_form() -> None:
    # One difficulty, r right of n: the estimate is that of (r + 1/2) of (n + 1).
    for n, right in ((4, 3), (8, 8), (12, 0), (10, 2)):
        found = unweighted(answered([(0.0, float(i < right)) for i in range(n)]))
        assert found is not None
        assert found.ability == pytest.approx(log((right + 0.5) / (n - right + 0.5)), abs=1e-6)


@given(tests)
def test_the_order_of_answers_changes_nothing(rows: list[tuple[float, float]]) -> None:
    one, other = unweighted(answered(rows)), unweighted(answered(rows[::-1]))
    assert one is not None
    assert other is not None
    assert one.ability == pytest.approx(other.ability, abs=1e-9)
    assert expected(answered(rows), 0, 1.5).ability == pytest.approx(expected(answered(rows[::-1]), 0, 1.5).ability)


@given(tests, st.floats(-1, 1))
@example([(-3.0, 0.5), (3.0, 0.5)], 1.0)  # two peaks, as high as one another
@example([(-3.0, 1.0), (-3.0, 1.0), (3.0, 0.0), (3.0, 0.5)], 0.3)
def test_a_scale_that_is_moved_moves_the_ability_with_it(rows: list[tuple[float, float]], by: float) -> None:
    moved = [Answered(Known(b + by), share) for b, share in rows]
    one, other = unweighted(answered(rows)), unweighted(moved)
    assert one is not None
    assert other is not None
    if abs(one.ability) < FURTHEST - 2:
        there = weighted(moved, one.ability + by)
        assert there == pytest.approx(weighted(moved, other.ability), abs=1e-6)
        if abs(other.ability - one.ability - by) > 1e-4:  # only where two peaks are as good as equal
            assert weighted(moved, (other.ability + one.ability + by) / 2) < there


@given(tests)
def test_no_ability_is_likelier_than_the_one_that_is_told(rows: list[tuple[float, float]]) -> None:
    found = unweighted(answered(rows))
    assert found is not None
    assert weighted(answered(rows), found.ability) >= max(weighted(answered(rows), place) for place in GRID) - 1e-9


@given(tests, st.integers(0, 11))
def test_a_better_answer_never_makes_less_able(rows: list[tuple[float, float]], at: int) -> None:
    at %= len(rows)
    better = [(b, 1.0 if n == at else share) for n, (b, share) in enumerate(rows)]
    before, after = unweighted(answered(rows)), unweighted(answered(better))
    assert before is not None
    assert after is not None
    assert after.ability >= before.ability - 1e-6
    assert expected(answered(better), 0, 1.5).ability >= expected(answered(rows), 0, 1.5).ability - 1e-9


@given(tests)
def test_weights_add_up_to_one_and_answers_narrow_them(rows: list[tuple[float, float]]) -> None:
    assert sum(weights(answered(rows), 0, 1.5)) == pytest.approx(1)
    whole = [(b, float(round(share))) for b, share in rows]
    assert expected(answered(whole), 0, 1.5).error <= 1.5 + 1e-9


def test_nothing_answered_is_what_was_thought_before() -> None:
    assert expected([], 0.3, 1.0).ability == pytest.approx(0.3, abs=1e-3)
    assert expected([], 0.3, 1.0).error == pytest.approx(1.0, abs=1e-2)
    assert unweighted([]) is None


# --- the placement test


def cards(count: int = 32, areas: int = 8) -> list[Card]:
    return [
        Card(100 + n, n, frozenset({f"A{n % areas}"}), prior(1 + (n // areas) % 3), f"t{n // 2}" if n < 4 else "")
        for n in range(count)
    ]


def run(pool: list[Card], right: bool, seed: int = 7, safety: str = "A4") -> list[Asked]:
    asked: list[Asked] = []
    while not is_enough(asked, safety) and (card := next_card(pool, asked, seed, safety)) is not None:
        asked.append(Asked(card, float(right)))
    return asked


def test_levels_are_shares_of_right_answers() -> None:
    assert LEVELS == 4
    assert [round(1 / (1 + exp(-cut)), 2) for cut in CUTS] == [0.3, 0.6, 0.85]
    assert [level_of(x) for x in (-9, CUTS[0], CUTS[1], 9)] == [0, 1, 2, 3]
    assert logit(0.5) == 0


@given(st.integers(0, 10_000), st.booleans())
def test_a_test_is_short_asks_about_safety_and_nothing_twice(seed: int, right: bool) -> None:
    asked = run(cards(), right, seed)
    assert FEWEST <= len(asked) <= MOST
    assert any("A4" in a.card.areas for a in asked[:SAFETY_BY])
    assert len({a.card.item_id for a in asked}) == len(asked)
    twins = [a.card.twins for a in asked if a.card.twins]
    assert len(twins) == len(set(twins))
    areas = [area for a in asked for area in a.card.areas]
    assert len(areas) - len(set(areas)) <= 0 or len(asked) > 8


def test_it_begins_easy_and_grows_harder_with_right_answers() -> None:
    pool = [Card(n, n, frozenset({"A"}), Known(n / 10 - 3, 0.1)) for n in range(61)]
    first = next_card(pool, [], 1)
    assert first is not None
    assert -1.3 < first.known.difficulty < -0.7
    second = next_card(pool, [Asked(first, 1.0)], 1)
    assert second is not None
    assert second.known.difficulty > first.known.difficulty
    other = next_card(pool, [Asked(first, 0.0)], 1)
    assert other is not None
    assert other.known.difficulty < second.known.difficulty


def test_the_same_seed_asks_the_same() -> None:
    assert run(cards(), True, 3) == run(cards()[::-1], True, 3)


def test_all_wrong_is_the_lowest_level_and_knows_no_area() -> None:
    asked = run(cards(), False)
    assert placed(asked).level == 0
    assert len(asked) < MOST  # sure before the end
    assert known_areas(asked, [f"A{n}" for n in range(8)]) == frozenset()


def test_what_was_missed_is_taught_and_what_was_known_is_not() -> None:
    pool = cards()
    asked = [Asked(c, 0.0 if "A4" in c.areas else 1.0) for c in pool[16:24]]
    known = known_areas(asked, [f"A{n}" for n in range(8)])
    assert "A4" not in known
    assert {"A0", "A1"} <= known
    assert sum(placed(asked).chances) == pytest.approx(1)


def test_without_questions_nothing_is_asked() -> None:
    assert next_card([], [], 1) is None
