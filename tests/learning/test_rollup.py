"""From bitmaps to what is done: laws that hold for every course."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lms.learning.models import MOST_ACTIVITIES
from lms.learning.rollup import is_complete, next_open, progress

COUNTS = st.integers(1, MOST_ACTIVITIES)
BITMAPS = st.integers(0, (1 << MOST_ACTIVITIES) - 1)
ACTIVITIES = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 60)), min_size=1, max_size=MOST_ACTIVITIES)


@given(BITMAPS, BITMAPS)
def test_complete_means_every_required_bit(done: int, required: int) -> None:
    missing = [bit for bit in range(MOST_ACTIVITIES) if required >> bit & 1 and not done >> bit & 1]
    assert is_complete(done, required) == (not missing)


@given(BITMAPS, BITMAPS, BITMAPS)
def test_doing_more_never_undoes(done: int, more: int, required: int) -> None:
    if is_complete(done, required):
        assert is_complete(done | more, required)


@given(ACTIVITIES, BITMAPS, BITMAPS)
def test_progress_counts_each_activity_once_and_never_falls(
    activities: list[tuple[int, int]], done: int, more: int
) -> None:
    rows = [(1 << i, weight, minutes) for i, (weight, minutes) in enumerate(activities)]
    now, later = progress(done, rows), progress(done | more, rows)
    assert now.total == len(rows)
    assert now.done == sum(bool(done & mask) for mask, _w, _m in rows)
    assert now.minutes_left == sum(m for mask, _w, m in rows if not done & mask)
    assert later.done >= now.done
    assert later.percent >= now.percent
    assert later.minutes_left <= now.minutes_left
    assert (now.percent == 100) == (now.done == now.total), "100 only when everything is done"


@given(COUNTS, BITMAPS, st.integers(-1, MOST_ACTIVITIES))
def test_going_on_leads_to_something_not_done_and_nothing_is_passed_over(count: int, done: int, after: int) -> None:
    masks = [1 << i for i in range(count)]
    open_ones = [i for i in range(count) if not done & masks[i]]
    found = next_open(done, masks, min(after, count - 1))
    if not open_ones:
        assert found is None
    else:
        behind = [i for i in open_ones if i > after]
        assert found == (behind or open_ones)[0]
