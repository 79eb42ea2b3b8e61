"""Pure: from marks to a score and a verdict. Points are in halves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quizzes.drawing import lies_under
from quizzes.items.contract import WHOLE


@dataclass(frozen=True)
class Part:
    """The part of a score under one code."""

    code: str
    halves: int
    most: int
    need: int

    @property
    def met(self) -> bool:
        return self.halves >= self.need


@dataclass(frozen=True)
class Score:
    """The whole score, its parts that must be met, and the parts by area for the ledger."""

    halves: int
    most: int
    need: int
    parts: tuple[Part, ...]

    @property
    def passed(self) -> bool:
        """Enough in all, and enough in every part that asks for it."""
        return self.halves >= self.need and all(p.met for p in self.parts)


def score(marks: Sequence[int | None], codes: Sequence[Sequence[str]], passing: Mapping[str, Any]) -> Score:
    """`marks` in halves and skill codes, one a question; `passing` is the quiz's `pass`: correct, parts.

    A mark of None: the question could not be asked. It is left out, and one point fewer passes, though never none.
    """
    parts = []
    for asked in passing.get("parts") or ():
        inside = [m for m, own in zip(marks, codes, strict=True) if any(lies_under(c, asked["from"]) for c in own)]
        halves, most, need = _counted(inside, int(asked["correct"]))
        parts.append(Part(asked["from"], halves, most, need if most or not inside else 0))
    return Score(*_counted(marks, int(passing["correct"])), tuple(parts))


def _counted(marks: Sequence[int | None], correct: int) -> tuple[int, int, int]:
    """The points, the most that there can be and those that are needed, in halves."""
    asked = [m for m in marks if m is not None]
    left_out = len(marks) - len(asked)
    return sum(asked), WHOLE * len(asked), WHOLE * (max(1, correct - left_out) if left_out else correct)
