"""Pure: what changing one mark of a paper that was marked already comes to. Nobody loses a pass by a bad question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from quizzes.items.contract import DROPPED, WAITS, WHOLE
from quizzes.scoring import Score, score

DROP, ALL, KEY = "drop", "all", "key"
WAYS = (DROP, ALL, KEY)
Marks = Sequence[int | None]


class Verdict(Struct, frozen=True):
    """What marks come to. `passed` None: some answer has yet to be marked. `kept`: passed by what was before alone."""

    score: Score
    passed: bool | None
    kept: bool


def corrected_mark(
    way: str, mark: int | None, answer: Sequence[Any] | None, also: Sequence[Sequence[Any]]
) -> int | None:
    """The mark of one answer under a correction. What could not be asked stays out, whatever is done about it."""
    if mark is None:
        return None
    if way == DROP:
        return DROPPED
    if way == ALL:
        return WHOLE
    if way == KEY:
        return WHOLE if answer is not None and list(answer) in [list(one) for one in also] else mark
    raise ValueError(way)


def replaced(marks: Marks, position: int, mark: int | None) -> list[int | None]:
    """The marks with another one at a place."""
    return [mark if n == position else held for n, held in enumerate(marks)]


def verdict(
    marks: Marks, before: Marks, codes: Sequence[Sequence[str]], passing: Mapping[str, Any], passed: bool | None = None
) -> Verdict:
    """What marks come to, where `before` are the marks without any correction, and `passed` is what was said so far.

    What passes without a correction passes with it, and what was passed stays passed.
    """
    found = score(marks, codes, passing)
    if WAITS in marks:
        return Verdict(found, None, False)
    held = bool(passed) or (WAITS not in before and score(before, codes, passing).passed)
    return Verdict(found, found.passed or held, held and not found.passed)
