"""What a run comes to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from plugins.practice.format.stepping import Entry, Practice

PASS_PERCENT = 80  # of the steps right at the first tap; our default, no rule of the law's


class Grade(Struct, frozen=True):
    """Points: steps whose first tap was right, less one for each trap; `most`: the steps; `traps`: traps tapped."""

    points: int
    most: int
    traps: int

    @property
    def passed(self) -> bool:
        """Whether that is enough: a trap never is."""
        return self.traps == 0 and self.points * 100 >= self.most * PASS_PERCENT


def grade(practice: Practice, log: Sequence[Entry]) -> Grade:
    """The grade of a log."""
    steps: Sequence[Any] = practice["steps"]
    first: dict[int, bool] = {}
    sprung = set()
    for entry in log:
        first.setdefault(entry.step, entry.right)
        if entry.step < len(steps) and entry.tap in steps[entry.step]["traps"]:
            sprung.add((entry.step, entry.tap))
    right = sum(first.values())
    return Grade(max(0, right - len(sprung)), len(steps), len(sprung))
