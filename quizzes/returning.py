"""Pure: when a question that was missed comes back: after 1, 7 and 30 days, and what of it is asked today.

What is remembered of a topic (a question, or the group of twins that ask the same) is the last day on which it was
answered wrongly and the days since then on which it was answered rightly. When it comes back follows from these days
alone. So the order in which phones send what was answered without a network never matters, nor does sending it twice.

Days are days of Việt Nam, counted from 1970. The steps and the most a day are ours, no regulation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct

STEPS = (1, 7, 30)  # days from a wrong answer to the first return, and from each right one to the next
MOST_A_DAY = 5
DAY = 86_400
AHEAD_OF_UTC = 7 * 3600
NEVER = 0  # the last wrong day of what was only answered rightly so far
LATEST = 5 * 60  # seconds that a phone's clock may be ahead, and be believed
OLDEST = 30 * DAY  # and that it may lie back


class Missed(Struct, frozen=True):
    """The days by which a topic comes back. `right` are later than `wrong`, each once, in order."""

    wrong: int
    right: tuple[int, ...] = ()

    @property
    def step(self) -> int:
        """How often it was right when it came back: 0 to 3."""
        return self._standing[0]

    @property
    def due(self) -> int | None:
        """The day from which on it is to be asked; None: it was right often enough and has left."""
        return self._standing[1]

    @property
    def left(self) -> int | None:
        """The day on which it left."""
        return self._standing[2]

    @property
    def _standing(self) -> tuple[int, int | None, int | None]:
        if self.wrong == NEVER:
            return 0, None, self.right[-1]
        step, due = 0, self.wrong + STEPS[0]
        for day in self.right:
            if day < due:
                continue  # too soon to say that it is remembered
            step += 1
            if step == len(STEPS):
                return step, None, day
            due = day + STEPS[step]
        return step, due, None


def answered(held: Missed | None, day: int, *, right: bool, late: bool = False) -> Missed | None:
    """What is remembered after one more answer; None: nothing, because it was never answered wrongly.

    A wrong answer outweighs a right one of the same day: whoever needed a second try is asked again. `late`: it comes
    from a phone that had no network, so that a wrong one of before may still follow; then a right one is remembered.
    """
    if not right:
        if held is None or day > held.wrong:
            return Missed(day, tuple(d for d in held.right if d > day) if held else ())
        return held
    if held is None:
        return Missed(NEVER, (day,)) if late else None
    if day <= held.wrong or day in held.right:
        return held
    return Missed(held.wrong, tuple(sorted((*held.right, day))))


class Due(Struct, frozen=True):
    """A topic as a person's day knows it. `asked`: the day on which it was last asked because it had come back."""

    topic: str
    step: int
    due: int | None
    asked: int | None


D = TypeVar("D", bound=Due)


def for_day(rows: Iterable[D], day: int) -> list[D]:
    """What is still to be asked on a day: the longest due first, of these the weakest, and never more than five a day.

    What does not fit waits; nobody is asked for two days' worth because they were away for one.
    """
    rows = list(rows)
    asked = sum(1 for row in rows if row.asked == day)
    waiting = [row for row in rows if row.due is not None and row.due <= day and row.asked != day]
    waiting.sort(key=lambda row: (row.due, row.step, row.topic))
    return waiting[: max(0, MOST_A_DAY - asked)]


def next_of(items: Sequence[int], last: int) -> int:
    """Which of the questions of a topic is asked now: the one after the last, in turn, so that the words differ."""
    rest = sorted(items)
    return next((item for item in rest if item > last), rest[0])


def day_of(moment: int) -> int:
    """The day of Việt Nam of a moment in seconds since 1970."""
    return (moment + AHEAD_OF_UTC) // DAY


def day_said(told: int, came: int) -> int:
    """The day of what a phone sends later: by the phone's clock where that can be believed, else when it came."""
    return day_of(min(told, came)) if came - OLDEST <= told <= came + LATEST else day_of(came)


def topic_of(slug: str, twins: str) -> str:
    """The name of what comes back: the group of twins of a question, or the question itself."""
    return f"={twins}" if twins else f".{slug}"
