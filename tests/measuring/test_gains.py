"""What changed, for a person and for a group: pure statistics, against numbers found elsewhere."""

from __future__ import annotations

import random
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.measuring.gains import (
    CLEAR,
    FEWEST,
    LESS,
    UNSURE,
    Gain,
    Moment,
    from_share,
    gain,
    offsets,
    quantile,
    spread,
    student,
    told,
    wilson,
)


def test_a_change_is_clear_where_it_is_larger_than_chance() -> None:
    assert gain(Moment(0, 0.6), Moment(1.0, 0.8)) == Gain(1.0, 1.0)
    assert Gain(1.97, 1.0).verdict == CLEAR
    assert Gain(1.95, 1.0).verdict == UNSURE
    assert Gain(-1.97, 1.0).verdict == LESS


@pytest.mark.parametrize(("degrees", "value"), [(9, 2.2622), (19, 2.0930), (29, 2.0452), (99, 1.9842), (9999, 1.9602)])
def test_students_t_is_that_of_the_tables(degrees: int, value: float) -> None:
    assert student(degrees) == pytest.approx(value, abs=4e-4)


def test_wilsons_interval_is_that_of_newcombe() -> None:
    # Newcombe, Statistics in Medicine 17, 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29
    for right, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert wilson(right, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_a_group_has_its_spread_reckoned_by_hand() -> None:
    found = spread([Gain(float(n), 1.0) for n in range(-1, 10)])  # -1 … 9
    assert found is not None
    assert (found.n, found.mean, found.median, found.first, found.third) == (11, 4.0, 4.0, 1.5, 6.5)
    half = 2.2281 * sqrt(11) / sqrt(11)  # the deviation of eleven numbers in a row is the root of 11
    assert found.low == pytest.approx(4 - half, abs=1e-3)
    assert found.high == pytest.approx(4 + half, abs=1e-3)
    assert (found.clear, found.less) == (8, 0)
    assert found.share == pytest.approx(8 / 11)


def test_nothing_is_told_of_few() -> None:
    assert spread([Gain(1, 1)] * (FEWEST - 1)) is None
    assert spread([Gain(1, 1)] * FEWEST) is not None
    many, some, few = [Gain(1, 1)] * 40, [Gain(1, 1)] * 12, [Gain(1, 1)] * 3
    found = told({"a": many, "b": some, "c": few})
    assert found["a"] is not None
    assert found["b"] is None  # or the few could be reckoned
    assert found["c"] is None
    two = told({"a": many, "b": few, "c": few})
    assert two["a"] is not None
    assert told({"a": many, "b": []}) == {"a": spread(many)}


@given(st.lists(st.floats(-5, 5), min_size=10, max_size=40), st.randoms())
def test_the_order_of_people_changes_nothing(values: list[float], dice: random.Random) -> None:
    people = [Gain(v, 1.0) for v in values]
    mixed = list(people)
    dice.shuffle(mixed)
    one, other = spread(people), spread(mixed)
    assert one is not None
    assert other is not None
    assert one.mean == pytest.approx(other.mean)
    assert (one.median, one.first, one.third, one.clear) == (other.median, other.first, other.third, other.clear)
    assert one.first <= one.median <= one.third
    assert one.low <= one.mean <= one.high


def test_the_interval_of_the_mean_holds_the_truth_in_95_of_100() -> None:
    dice, held = random.Random(5), 0
    for _unit in range(1_000):
        found = spread([Gain(dice.gauss(0.4, 1), 1) for _n in range(15)])
        assert found is not None
        held += found.low <= 0.4 <= found.high
    assert 930 <= held <= 970


def test_plain_shares_have_an_error_even_where_all_is_right() -> None:
    found = from_share(1.0, 8)
    assert found.value == pytest.approx(90)
    assert found.error == pytest.approx(100 * sqrt(0.9 * 0.1 / 10))
    assert from_share(0.5, 8, offset=5).value == pytest.approx(45)


def test_an_easier_form_is_told_from_abler_people_by_chance_alone() -> None:
    assert offsets({"a": [0.8] * 30, "b": [0.6] * 30}) == {"a": pytest.approx(10), "b": pytest.approx(-10)}
    assert offsets({"a": [0.8] * 30, "b": [0.6] * 29}) == {}


def test_quantiles_lie_between_neighbors() -> None:
    assert quantile([1.0, 2.0, 4.0], 0.75) == 3.0
    assert quantile([7.0], 0.25) == 7.0
