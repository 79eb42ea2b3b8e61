"""Pure: two papers side by side, question by question, without what was asked, answered or right."""

from __future__ import annotations

from msgspec import Struct

from plugins.integrity.rules import Sheet
from quizzes.api import WHOLE, Graded


class Line(Struct, frozen=True):
    """A question that both had: where it stood in each (from 1), and how the two answers compare.

    `after`: how many seconds after the paper was begun each answer came in; None where none did.
    """

    one: int
    other: int
    what: str  # same, differ, wrong, right, one
    one_after: int | None
    other_after: int | None


def compared(one: Sheet, one_paper: Graded, other: Sheet, other_paper: Graded) -> list[Line]:
    """The questions that both papers had, in the order of the first; those with equal wrong answers first."""
    places = {version: place for place, version in enumerate(other.versions)}
    lines = []
    for place, version in enumerate(one.versions):
        there = places.get(version)
        if there is None:
            continue
        mine, theirs = one_paper.marks[place], other_paper.marks[there]
        if mine is None or theirs is None:
            continue
        if mine == WHOLE or theirs == WHOLE:
            what = "right" if mine == theirs else "one"
        elif version in one.wrong and version in other.wrong:
            what = "same" if one.wrong[version] == other.wrong[version] else "differ"
        else:
            what = "wrong"
        lines.append(Line(place + 1, there + 1, what, _after(one, place), _after(other, there)))
    return sorted(lines, key=lambda line: line.what != "same")


def _after(sheet: Sheet, place: int) -> int | None:
    at = sheet.saved.get(place)
    return None if at is None else max(at - sheet.started_at, 0)
