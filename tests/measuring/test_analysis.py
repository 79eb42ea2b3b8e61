"""What answers say about a question: against numbers computed by hand, and laws that hold whatever was answered."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.measuring import advising
from plugins.measuring.advising import Scaled
from plugins.measuring.analysis import (
    LOWER,
    UPPER,
    WHOLE,
    Seen,
    Sums,
    correlation,
    figures,
    shared,
    thirds,
    time_step,
    wilson,
)

KEYS = ["0", "1", "2", "3"]


def seen(mark: int, rest: int, key: str | None = "0", seconds: int | None = 20, changes: int = 0) -> Seen:
    return Seen(mark, rest, [] if key is None else [key], key is not None, seconds, changes)


def summed(answers: list[Seen]) -> Sums:
    sums = Sums()
    for one in answers:
        sums.add(one)
    return sums


@st.composite
def answers(draw: st.DrawFn) -> Seen:
    key = draw(st.sampled_from([None, *KEYS]))
    mark = 0 if key is None else draw(st.sampled_from([0, WHOLE // 3, WHOLE // 2, WHOLE]))
    rest = draw(st.integers(0, 1000))
    return seen(mark, rest, key, draw(st.one_of(st.none(), st.integers(0, 5000))), draw(st.integers(0, 3)))


def test_wilson_as_in_the_textbook() -> None:
    """R. Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3: 81 of 263, and 0 of 20."""
    share = wilson(81, 263)
    assert (share.low, share.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    none = wilson(0, 20)
    assert (none.low, none.high) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_correlation_by_hand() -> None:
    xs, ys = [1, 2, 3, 4, 5], [2, 1, 4, 3, 5]
    found = correlation(5, sum(xs), sum(x * x for x in xs), sum(ys), sum(y * y for y in ys), 2 + 2 + 12 + 12 + 25)
    assert found is not None
    assert found.value == pytest.approx(0.8)
    z = math.atanh(0.8)
    half = 1.959964 / math.sqrt(2)
    assert (found.low, found.high) == pytest.approx((math.tanh(z - half), math.tanh(z + half)))
    assert correlation(5, 5, 5, sum(ys), 55, 15) is None  # all the same


def test_figures_by_hand() -> None:
    """Thirty who know little, thirty in between, thirty who know much; all marks, choices and times told."""
    low = [seen(0, 200, "1", 40)] * 20 + [seen(WHOLE, 200, "0", 20)] * 10
    middle = [seen(WHOLE, 500, "0", 20)] * 15 + [seen(WHOLE // 2, 500, "2", 20)] * 10 + [seen(0, 500, None, None)] * 5
    high = [seen(WHOLE, 900, "0", 10, 1)] * 30
    found = figures(summed(low + middle + high), KEYS)
    assert found.n == 90
    assert found.difficulty is not None
    assert found.difficulty.value == pytest.approx((10 + 15 + 5 + 30) / 90)
    assert found.by_third == pytest.approx((10 / 30, 20 / 30, 1))
    assert found.spread == pytest.approx(2 / 3)
    by_key = {c.key: c for c in found.chosen}
    assert [by_key[k].n for k in KEYS] == [55, 20, 10, 0]
    assert by_key["1"].by_third == pytest.approx((20 / 30, 0, 0))
    assert by_key["1"].rest == pytest.approx(0.2)
    assert by_key["3"].rest is None
    assert found.unanswered is not None
    assert found.unanswered.value == pytest.approx(5 / 90)
    assert found.changed is not None
    assert found.changed.value == pytest.approx(1 / 3)
    assert found.times is not None
    assert found.times.n == 85
    assert found.times.median == pytest.approx(20, rel=0.06)  # times are counted in steps of 10 %
    assert found.discrimination is not None
    marks = [0] * 20 + [1] * 10 + [1] * 15 + [0.5] * 10 + [0] * 5 + [1] * 30
    rests = [0.2] * 30 + [0.5] * 30 + [0.9] * 30
    assert found.discrimination.value == pytest.approx(_pearson(marks, rests))


def _pearson(xs: list[float], ys: list[float]) -> float:
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True))
    return over / math.sqrt(sum((a - x) ** 2 for a in xs) * sum((b - y) ** 2 for b in ys))


def test_too_few_say_so_and_nothing_else() -> None:
    found = figures(summed([seen(WHOLE, 500)] * 29), KEYS)
    assert not found.enough
    assert (found.n, found.difficulty, found.chosen) == (29, None, ())
    assert advising.flags(found, ["0"], 4, None, None) == ()
    assert figures(summed([seen(WHOLE, 500)] * 30), KEYS).enough


@given(st.lists(answers(), max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_answers_changes_nothing(given_: list[Seen], mixing: random.Random) -> None:
    mixed = list(given_)
    mixing.shuffle(mixed)
    assert summed(given_).packed() == summed(mixed).packed()


@given(st.lists(answers(), max_size=30), st.lists(answers(), max_size=30))
def test_what_is_taken_out_was_never_there(kept: list[Seen], gone: list[Seen]) -> None:
    sums = summed(kept + gone)
    for one in gone:
        sums.add(one, -1)
    assert sums.packed() == summed(kept).packed()


@given(st.lists(answers(), max_size=30), st.lists(answers(), max_size=30))
def test_parts_add_up_and_are_kept_whole(one: list[Seen], other: list[Seen]) -> None:
    whole = Sums.unpacked(summed(one).packed())
    whole.merge(Sums.unpacked(summed(other).packed()))
    assert whole.packed() == summed(one + other).packed()


@given(st.lists(answers(), min_size=30, max_size=80))
def test_figures_stay_within_what_they_can_be(given_: list[Seen]) -> None:
    found = figures(summed(given_), KEYS)
    shares = [found.difficulty, found.unanswered, found.changed, *(c.share for c in found.chosen)]
    for share in shares:
        assert share is not None
        assert 0 <= share.low <= share.value + 1e-9
        assert share.value <= share.high + 1e-9
        assert share.high <= 1
    if found.discrimination is not None:
        assert -1 <= found.discrimination.low <= found.discrimination.value <= found.discrimination.high <= 1
    if found.by_third is not None:
        assert all(0 <= share <= 1 for share in found.by_third)
    assert sum(n for _r, _p, n in found.curve) in (0, len(given_))
    assert all(0 <= rest <= 1.03 and 0 <= share <= 1 for rest, share, _n in found.curve)


@given(st.dictionaries(st.integers(0, 20), st.integers(1, 500), min_size=1))
def test_thirds_go_up(bins: dict[int, int]) -> None:
    found = thirds(bins)
    if found is not None:
        by_place = [found[place] for place in sorted(found)]
        assert by_place == sorted(by_place)
        assert {LOWER, UPPER} <= set(by_place)


@given(st.integers(0, 50_000), st.integers(1, 50_000))
def test_a_score_is_rounded_to_the_nearest_thousandth(got: int, most: int) -> None:
    got = min(got, most)
    assert abs(shared(got, most) - 1000 * got / most) <= 0.5


def test_times_that_say_nothing() -> None:
    assert time_step(0) is None
    assert time_step(-5) is None
    assert time_step(1801) is None
    assert time_step(1) == 0


def crowd(right: tuple[int, int, int], wrong: tuple[int, int, int], idle: str = "3", blank: int = 0) -> Sums:
    """A hundred in each third: so many chose "0", which is right, so many "1", the rest "2"."""
    given_ = []
    for third, (a, b) in enumerate(zip(right, wrong, strict=True)):
        keys = ["0"] * a + ["1"] * b + ["2"] * (100 - a - b)
        for n, key in enumerate(keys):
            given_.append(seen(WHOLE if key == "0" else 0, 150 + 300 * third + n % 100, None if n < blank else key))
    return summed(given_)


def told(sums: Sums, usual: float | None = 20, scaled: Scaled | None = None, options: int = 4) -> tuple[str, ...]:
    return advising.flags(figures(sums, KEYS[:options]), ["0"], options, usual, scaled)


def test_a_good_question_is_left_alone() -> None:
    assert told(crowd((40, 60, 85), (40, 25, 8)), options=3) == ()


def test_a_wrong_key_is_told_first() -> None:
    said = told(crowd((60, 40, 15), (20, 45, 80)), options=3)
    assert said[:2] == ("key", "rival")


def test_a_rival_of_the_right_answer() -> None:
    """Those who know much are divided between two answers: one of them is more right than the author thought."""
    assert "rival" in told(crowd((10, 30, 42), (20, 35, 55)), options=3)


def test_each_other_flag() -> None:
    assert "easy" in told(crowd((98, 100, 100), (1, 0, 0)))
    assert "guessed" in told(crowd((12, 15, 20), (60, 50, 40)))
    assert "weak" in told(crowd((50, 50, 50), (25, 25, 25)))
    assert told(crowd((40, 60, 85), (40, 25, 8))) == ("idle",)  # the fourth
    assert "slow" in told(crowd((40, 60, 85), (40, 25, 8)), usual=9)
    assert "slow" not in told(crowd((40, 60, 85), (40, 25, 8)), usual=11)
    assert "blank" in told(crowd((40, 60, 85), (40, 25, 8), blank=20))


def test_flags_of_calibration() -> None:
    good = Scaled(0.0, 0.1, 400, 1.0, 1.0, 0.0, 0.1, False)
    assert told(crowd((40, 60, 85), (40, 25, 8)), scaled=good, options=3) == ()
    leaked = Scaled(-1.5, 0.1, 400, 1.0, 1.0, 0.0, 0.1, advising.drifted(-1.5, 0.1, 0.0, 0.1))
    assert told(crowd((40, 60, 85), (40, 25, 8)), scaled=leaked, options=3) == ("leaked",)
    harder = Scaled(1.5, 0.1, 400, 1.0, 1.5, 0.0, 0.1, advising.drifted(1.5, 0.1, 0.0, 0.1))
    assert told(crowd((40, 60, 85), (40, 25, 8)), scaled=harder, options=3) == ("harder", "misfit")
    assert not advising.drifted(0.9, 0.4, 0.0, 0.3)  # much, but it may be chance
    assert not advising.drifted(0.3, 0.01, 0.0, 0.01)  # certain, but little


def test_the_more_urgent_weighs_more() -> None:
    assert advising.weight(["key"]) > advising.weight(["weak", "easy", "slow", "idle"])
    assert advising.weight([]) == 0
