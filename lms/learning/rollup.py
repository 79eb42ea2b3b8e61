"""Pure: from bitmaps to what is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct


class Progress(Struct, frozen=True):
    """How far somebody is in a list of activities; `weight` counts heavier activities more."""

    done: int
    total: int
    weight_done: int
    weight_total: int
    minutes_left: int

    @property
    def percent(self) -> int:
        """Whole per cent by weight; 100 only when everything is done."""
        if self.done == self.total:
            return 100
        return min(99, round(100 * self.weight_done / self.weight_total)) if self.weight_total else 0


def is_complete(done: int, required: int) -> bool:
    """Whether every required bit is set."""
    return done & required == required


def counts(content: int | None, counts_from: int | None) -> bool:
    """Whether having done a content is having done what a syllabus asks for. The law of revisions:

    `content`: the revision that was done; None where it is not known, or the activity has none. `counts_from`: the
    oldest revision since which no change touched the meaning; None where every one counts. What is newer than asked
    for counts as well: it says more, not less.
    """
    return content is None or counts_from is None or content >= counts_from


def counts_from(revisions: Iterable[tuple[int, bool]], content: int) -> int:
    """The oldest revision whose completion counts for `content`: back to the last change of meaning, that one included.

    `revisions` of one activity, the oldest first: (number, whether it changed only the wording of the one before).
    """
    oldest: int | None = None
    for number, minor in revisions:
        if number > content:
            break
        if oldest is None or not minor:
            oldest = number
    return content if oldest is None else oldest


def progress(done: int, activities: Iterable[tuple[int, int, int]]) -> Progress:
    """`activities` are (mask, weight, minutes)."""
    count = total = weight_done = weight_total = minutes = 0
    for mask, weight, length in activities:
        total += 1
        weight_total += weight
        if done & mask:
            count += 1
            weight_done += weight
        else:
            minutes += length
    return Progress(count, total, weight_done, weight_total, minutes)


class Asking(Protocol):
    """An activity of a course, as far as going on depends on it."""

    @property
    def mask(self) -> int: ...

    @property
    def required(self) -> bool: ...


def next_asked(done: int, places: Sequence[Asking]) -> int | None:
    """The position of the first thing not done that the course asks for: nobody is urged to what may be left out."""
    besides = sum(p.mask for p in places if not p.required)
    return next_open(done | besides, [p.mask for p in places])


def next_open(done: int, masks: Sequence[int], after: int = -1) -> int | None:
    """The position to continue at: the first one not done behind `after`, else the first not done, else None."""
    order: list[int] = [*range(after + 1, len(masks)), *range(after + 1)]
    for position in order:
        if not done & masks[position]:
            return position
    return None
