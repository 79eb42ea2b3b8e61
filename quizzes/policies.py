"""Pure: what a quiz is for, and so how often and when it may be tried, what is told, which score counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from quizzes.drawing import REUSE

# What a quiz's file may say is in lms/packages/policies.py; a test holds both together.
PRACTICE, CHECK, FINAL = "practice", "check", "final"
EACH, END, NO_KEY = "each", "end", "no_key"
BEST, LAST, FIRST = "best", "last", "first"
NONE, REQUIRED = "none", "required"
MOST_DAYS, MOST_EXTRA, MOST_BREAK = 365, 300, 120
MINUTE = 60
FEWEST_PAPERS = 50  # fewer say nothing about how often an item is given


class Policy(Struct, frozen=True):
    """How a quiz is taken. A quiz that says nothing is a check that may be tried as often as one likes.

    `tries`: papers in all, None without end. `wait`: minutes between one that was not passed and the next.
    `supervised`: whether somebody must be there; `where`: where and how, in the author's words.
    `feedback`: the right answers after each question, all at the end, or never. `counts`: which score is one's score;
    what was passed stays passed, whichever it is. `when_short`: what happens where too few fresh questions are left.
    `exposure`, `days`: an item that stood in more than so many percent of the papers of the last days rests.
    `markers`: how many people mark an answer that no program marks, not seeing each other's mark; where two lie further
    `apart` than so many percent of the point, or come to different verdicts, somebody else decides.
    """

    purpose: str = CHECK
    tries: int | None = None
    wait: int = 0
    supervised: str = NONE
    where: str = ""
    feedback: str = NO_KEY
    counts: str = BEST
    when_short: str = REUSE
    exposure: int | None = None
    days: int = 30
    markers: int = 1
    apart: int = 20

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Policy:
        """The policy of a stored quiz."""
        found = cls(**body["policy"]) if body.get("policy") else PLAIN
        if body.get("measure"):  # a form is answered once, and tells nothing that would help at the next
            return replace(found, purpose=CHECK, tries=1, wait=0, feedback=NO_KEY)
        return found

    def stored(self) -> dict[str, Any]:
        """What differs from a quiz that says nothing: so that such a quiz is stored as ever."""
        return {name: own for name in self.__struct_fields__ if (own := getattr(self, name)) != getattr(PLAIN, name)}

    @property
    def is_supervised(self) -> bool:
        return self.supervised == REQUIRED

    @property
    def heeds_tries(self) -> bool:
        """Whether what was tried before decides about the next try."""
        return self.tries is not None or self.wait > 0 or self.purpose == FINAL


PLAIN = Policy()


class Tried(Protocol):
    """An attempt, as far as the next one depends on it."""

    @property
    def submitted_at(self) -> int | None: ...

    @property
    def passed(self) -> bool | None: ...

    @property
    def waits(self) -> int: ...


class Standing(Struct, frozen=True):
    """Whether one may begin now. `why` not: tries, passed, marking or wait; `next_at`: from when on, if that is known.

    `tries_left`: after those that were begun, None without end.
    """

    why: str = ""
    next_at: int | None = None
    tries_left: int | None = None

    @property
    def may_begin(self) -> bool:
        return not self.why


def standing(policy: Policy, tried: Iterable[Tried], now: int) -> Standing:
    """Whether the next paper may be begun. `tried`: what was begun before, in any order; `now`: seconds since 1970."""
    ended = [t for t in tried if t.submitted_at is not None]
    left = None if policy.tries is None else max(0, policy.tries - len(ended))
    if policy.purpose == FINAL and any(t.passed for t in ended):
        return Standing("passed", None, left)
    if policy.purpose == FINAL and any(t.waits for t in ended):
        return Standing("marking", None, left)
    if left == 0:
        return Standing("tries", None, left)
    if policy.wait and ended and not any(t.passed for t in ended):
        next_at = max(t.submitted_at or 0 for t in ended) + policy.wait * MINUTE
        if now < next_at:
            return Standing("wait", next_at, left)
    return Standing("", None, left)


class Scored(Tried, Protocol):
    """An attempt with its score in parts of a point."""

    @property
    def got(self) -> int: ...

    @property
    def total(self) -> int: ...


def counting(policy: Policy, tried: Iterable[Scored]) -> Scored | None:
    """The attempt whose score is one's score; None where none was handed in."""
    ended = sorted((t for t in tried if t.submitted_at is not None), key=lambda t: t.submitted_at or 0)
    if not ended:
        return None
    if policy.counts == FIRST:
        return ended[0]
    if policy.counts == LAST:
        return ended[-1]
    return max(ended, key=lambda t: (bool(t.passed), t.got))


class Clock(Struct, frozen=True):
    """When a paper is due, and for how long it may stand still. `due_at` None: no clock runs."""

    due_at: int | None = None
    paused_at: int | None = None
    pause_ends_at: int | None = None
    break_left: int = 0

    def ends_at(self, now: int) -> int | None:
        """When it is due, as things stand: a pause that goes on moves it. None: no clock, or a pause without end."""
        if self.due_at is None or self.paused_at is None:
            return self.due_at
        if self.pause_ends_at is None:
            return None
        return self.due_at + max(0, min(now, self.pause_ends_at) - self.paused_at)

    def left(self, now: int) -> int | None:
        """Seconds that are left, never below 0; None where no clock runs."""
        if self.due_at is None:
            return None
        ends = self.ends_at(now)
        return max(0, self.due_at - (self.paused_at or 0) if ends is None else ends - now)

    def is_over(self, now: int, grace: int = 0) -> bool:
        """Whether the time is up, and the grace for a slow line with it."""
        ends = self.ends_at(now)
        return ends is not None and now > ends + grace

    def paused(self, now: int, own: bool) -> Clock:
        """Standing still from now on: as one's own break while breaks are left, or until somebody lets it go on."""
        if self.paused_at is not None:
            return self
        return Clock(self.due_at, now, now + self.break_left if own else None, self.break_left)

    def running(self, now: int) -> Clock:
        """Going on: what it stood still is added to the end, and taken from the breaks where it was one's own."""
        if self.paused_at is None:
            return self
        until = now if self.pause_ends_at is None else min(now, self.pause_ends_at)
        stood = max(0, until - self.paused_at)
        own = stood if self.pause_ends_at is not None else 0
        return Clock(None if self.due_at is None else self.due_at + stood, None, None, max(0, self.break_left - own))


class Fairness(Struct, frozen=True):
    """What makes a check fair to a person: percent more time, no clock at all, minutes of breaks, read aloud."""

    extra: int = 0
    no_limit: bool = False
    read_aloud: bool = False
    break_minutes: int = 0

    def clock(self, limit: int | None, now: int) -> Clock:
        """The clock of a paper begun now. `limit`: the quiz's minutes, None without."""
        if limit is None or self.no_limit:
            return CLOCKLESS
        # rounded up to whole seconds: nobody loses by it
        seconds = -(-limit * MINUTE * (100 + self.extra) // 100)
        return Clock(now + seconds, break_left=self.break_minutes * MINUTE)


CLOCKLESS = Clock()
NOTHING_SPECIAL = Fairness()


class Given(Struct, frozen=True):
    """How often items stood in the papers of some days: papers in all, and times by item."""

    papers: int
    times: Mapping[int, int] = field(default_factory=dict)


def resting(policy: Policy, given: Given) -> frozenset[int]:
    """The items that rest: given in more than the policy's percent of papers. None before there are papers enough."""
    if policy.exposure is None or given.papers < FEWEST_PAPERS:
        return frozenset()
    return frozenset(item for item, n in given.times.items() if n * 100 > policy.exposure * given.papers)
