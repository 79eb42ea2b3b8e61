"""Pure: from marks to a score and a verdict. Points are in parts: WHOLE of them are one point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from quizzes.drawing import lies_under
from quizzes.items.contract import DROPPED, HALF, WHOLE


class Part(Struct, frozen=True):
    """The share of a score under one code, in parts of a point."""

    code: str
    got: int
    most: int
    need: int

    @property
    def met(self) -> bool:
        return self.got >= self.need


class Score(Struct, frozen=True):
    """The whole score in parts of a point, and its shares that must be met by themselves."""

    got: int
    most: int
    need: int
    parts: tuple[Part, ...]

    @property
    def passed(self) -> bool:
        """Enough in all, and enough in every share that asks for it: judged exactly, before anything is rounded."""
        return self.got >= self.need and all(p.met for p in self.parts)

    @property
    def halves(self) -> int:
        """The points as the ledger keeps them: in halves, rounded down."""
        return in_halves(self.got)

    @property
    def most_halves(self) -> int:
        """The most that there can be, in halves."""
        return in_halves(self.most)


def in_halves(parts: int) -> int:
    """Parts of a point in whole halves, rounded down: nobody is given what was not reached."""
    return parts // HALF


def in_points(parts: int) -> float:
    """Parts as points to be shown: a whole number where it is one, else two places behind the comma, rounded down."""
    return parts // WHOLE if parts % WHOLE == 0 else parts * 100 // WHOLE / 100


def score(marks: Sequence[int | None], codes: Sequence[Sequence[str]], passing: Mapping[str, Any]) -> Score:
    """`marks` in parts and skill codes, one a question; `passing` is the quiz's `pass`: correct, parts.

    A mark of None: the question could not be asked. It is left out, and one point fewer passes, though never none.
    One that still waits (WAITS) is worth nothing so far. One that was taken out afterwards (DROPPED) is left out too;
    then the points that are needed shrink in proportion, rounded up to whole ones.
    """
    parts = []
    for asked in passing.get("parts") or ():
        inside = [m for m, own in zip(marks, codes, strict=True) if any(lies_under(c, asked["from"]) for c in own)]
        got, most, need = _counted(inside, int(asked["correct"]))
        parts.append(Part(asked["from"], got, most, need if most or not inside else 0))
    return Score(*_counted(marks, int(passing["correct"])), tuple(parts))


def _counted(marks: Sequence[int | None], correct: int) -> tuple[int, int, int]:
    """The points, the most that there can be and those that are needed, in parts."""
    could_be = [m for m in marks if m is not None]
    asked = [m for m in could_be if m != DROPPED]
    left_out = len(marks) - len(could_be)
    need = max(1, correct - left_out) if left_out else correct
    if len(asked) < len(could_be):
        need = max(1, -(-need * len(asked) // len(could_be)))
    return sum(m for m in asked if m > 0), WHOLE * len(asked), WHOLE * need
