"""What many answers to one question say about the question, by classical test theory. Pure.

All that is kept is whole numbers that add up (`Sums`): answers come in any order, and one that was counted can be taken
out again exactly, so that a paper whose marks change later is corrected and not counted twice.

Sources. Difficulty as the share of the point, and discrimination as the correlation with the score on the other
questions (the question itself left out): L. Crocker, J. Algina, Introduction to Classical and Modern Test Theory
(1986), ch. 14. Thirds of takers: T. Kelley, J. Educ. Psychol. 30 (1939) 17, who shows 27 % to be best and anything
from 25 to 33 % nearly as good. Interval of a share: E. Wilson, J. Am. Stat. Assoc. 22 (1927) 209. Interval of a
correlation: R. Fisher, Metron 1 (1921) 3. The bounds at which we advise an author are ours; each is named below.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

WHOLE = 2520  # parts of a point
Z = 1.959964  # of 95 %
MILLE, STEP = 1000, 50  # the rest of a paper is kept in thousandths, and counted in steps of 5 %
BINS = MILLE // STEP + 1
FEWEST = 30  # papers below which no figure is shown: a share is then known to ± 18 points at best
LEAST_QUESTIONS = 3  # of a paper: what remains of a shorter one says nothing about who took it
LONGEST = 1800  # seconds; whoever took longer had put the phone away
_BASE = 1.1  # times are counted in steps of 10 %

LOWER, MIDDLE, UPPER = range(3)
NOTHING, PART, ALL = "nothing", "part", "all"  # instead of options, where there are none to choose from


def shared(got: int, most: int) -> int:
    """A score as thousandths of what could be reached."""
    return (2 * MILLE * got + most) // (2 * most)


def time_step(seconds: int) -> int | None:
    """The step under which a time is counted; None where it says nothing."""
    return round(math.log(seconds) / math.log(_BASE)) if 0 < seconds <= LONGEST else None


def as_seconds(step: float) -> float:
    """The time in the middle of a step."""
    return float(_BASE**step)


class Seen(Struct, frozen=True):
    """One question of one paper. `rest`: the score on the others, in thousandths; `keys`: what was chosen."""

    mark: int
    rest: int
    keys: Sequence[str]
    answered: bool
    seconds: int | None
    changes: int


@dataclass
class Sums:
    """What answers to one version add up to."""

    n: int = 0
    x: int = 0  # marks, and their squares
    xx: int = 0
    r: int = 0  # rests, and their squares
    rr: int = 0
    xr: int = 0
    unanswered: int = 0
    changed: int = 0  # papers in which the answer was changed
    changes: int = 0
    bins: Counter[int] = field(default_factory=Counter)  # papers by rest
    marks: Counter[int] = field(default_factory=Counter)  # marks in parts by rest
    keys: Counter[str] = field(default_factory=Counter)  # papers by what was chosen
    rests: Counter[str] = field(default_factory=Counter)  # rests by what was chosen
    placed: Counter[tuple[str, int]] = field(default_factory=Counter)  # papers by what was chosen and rest
    times: Counter[int] = field(default_factory=Counter)

    def add(self, seen: Seen, sign: int = 1) -> None:
        """Counts an answer; with `sign` -1, takes it out again."""
        self.n += sign
        self.x += sign * seen.mark
        self.xx += sign * seen.mark**2
        self.r += sign * seen.rest
        self.rr += sign * seen.rest**2
        self.xr += sign * seen.mark * seen.rest
        self.unanswered += sign * (not seen.answered)
        self.changed += sign * (seen.changes > 0)
        self.changes += sign * seen.changes
        place = seen.rest // STEP
        self.bins[place] += sign
        self.marks[place] += sign * seen.mark
        for key in seen.keys:
            self.keys[key] += sign
            self.rests[key] += sign * seen.rest
            self.placed[key, place] += sign
        step = None if seen.seconds is None else time_step(seen.seconds)
        if step is not None:
            self.times[step] += sign

    def merge(self, other: Sums) -> None:
        """Adds what others add up to."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _COUNTS:
            mine = getattr(self, name)
            for key, n in getattr(other, name).items():
                mine[key] += n

    def packed(self) -> dict[str, Any]:
        """As plain JSON, what is nothing left out; the same sums give the same."""
        found: dict[str, Any] = {name: getattr(self, name) for name in _NUMBERS}
        for name in ("bins", "marks", "keys", "rests", "times"):
            found[name] = {str(k): v for k, v in sorted(getattr(self, name).items()) if v}
        found["placed"] = {f"{key} {place}": v for (key, place), v in sorted(self.placed.items()) if v}
        return found

    @classmethod
    def unpacked(cls, kept: Mapping[str, Any]) -> Sums:
        """What `packed` made."""
        sums = cls(**{name: kept.get(name, 0) for name in _NUMBERS})
        for name in ("bins", "marks", "times"):
            getattr(sums, name).update({int(k): v for k, v in kept.get(name, {}).items()})
        for name in ("keys", "rests"):
            getattr(sums, name).update(kept.get(name, {}))
        for joined, n in kept.get("placed", {}).items():
            key, _, place = joined.rpartition(" ")
            sums.placed[key, int(place)] = n
        return sums


_NUMBERS = ("n", "x", "xx", "r", "rr", "xr", "unanswered", "changed", "changes")
_COUNTS = ("bins", "marks", "keys", "rests", "placed", "times")


class Share(Struct, frozen=True):
    """A share with its interval of 95 %, 0 to 1."""

    value: float
    low: float
    high: float


def wilson(got: float, n: int) -> Share:
    """The share `got` of `n` with Wilson's interval.

    Where answers can be worth a part of the point the spread is smaller than that of right and wrong with the same
    mean, so the interval is too wide rather than too narrow.
    """
    p, zz = got / n, Z * Z
    middle, half = (p + zz / (2 * n)), Z * math.sqrt(p * (1 - p) / n + zz / (4 * n * n))
    return Share(p, max(0.0, (middle - half) / (1 + zz / n)), min(1.0, (middle + half) / (1 + zz / n)))


def correlation(n: int, x: int, xx: int, y: int, yy: int, xy: int) -> Share | None:
    """Pearson's r from sums, with Fisher's interval; None where one of the two is the same for all."""
    one, other = n * xx - x * x, n * yy - y * y
    if n < 4 or not one or not other:
        return None
    r = (n * xy - x * y) / math.sqrt(one) / math.sqrt(other)
    r = max(-1.0, min(1.0, r))
    if abs(r) == 1:
        return Share(r, r, r)
    half = Z / math.sqrt(n - 3)
    return Share(r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half))


def thirds(bins: Mapping[int, int]) -> dict[int, int] | None:
    """Which step of the rest belongs to which third; a step goes where its middle is. None where an end stays empty."""
    n, before, found = sum(bins.values()), 0, {}
    for place in sorted(p for p, count in bins.items() if count):
        middle = (before + bins[place] / 2) / n
        found[place] = LOWER if middle < 1 / 3 else UPPER if middle > 2 / 3 else MIDDLE
        before += bins[place]
    return found if {LOWER, UPPER} <= set(found.values()) else None


class Chosen(Struct, frozen=True):
    """One option: how many chose it, which share of all and of each third, and how well they did in the rest."""

    key: str
    n: int
    share: Share
    by_third: tuple[float, float, float] | None
    rest: float | None  # 0 to 1


class Times(Struct, frozen=True):
    """Seconds from the last saved answer, or from the start, to this one."""

    n: int
    low: float
    median: float
    high: float


class Figures(Struct, frozen=True):
    """What the answers to one version say. Only `n` while there are too few."""

    n: int
    difficulty: Share | None = None
    discrimination: Share | None = None
    by_third: tuple[float, float, float] | None = None
    chosen: tuple[Chosen, ...] = ()
    unanswered: Share | None = None
    changed: Share | None = None
    times: Times | None = None
    curve: tuple[tuple[float, float, int], ...] = ()  # rest, share of the point, papers

    @property
    def enough(self) -> bool:
        """Whether there are figures."""
        return self.n >= FEWEST

    @property
    def spread(self) -> float | None:
        """How much better the upper third does than the lower one."""
        return None if self.by_third is None else self.by_third[UPPER] - self.by_third[LOWER]


def figures(sums: Sums, keys: Iterable[str]) -> Figures:
    """The figures of a version. `keys`: what can be chosen, in the order in which it is told."""
    n = sums.n
    if n < FEWEST:
        return Figures(n)
    third_of = thirds(sums.bins)
    return Figures(
        n,
        wilson(sums.x / WHOLE, n),
        correlation(n, sums.x, sums.xx, sums.r, sums.rr, sums.xr),
        _by_third(third_of, sums.bins, {p: m / WHOLE for p, m in sums.marks.items()}),
        tuple(_chosen(sums, key, third_of) for key in keys),
        wilson(sums.unanswered, n),
        wilson(sums.changed, n),
        _times(sums.times),
        _curve(sums),
    )


def _by_third(
    third_of: Mapping[int, int] | None, bins: Mapping[int, int], counted: Mapping[int, float]
) -> tuple[float, float, float] | None:
    if third_of is None:
        return None
    most, got = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
    for place, third in third_of.items():
        most[third] += bins[place]
        got[third] += counted.get(place, 0)
    low, middle, high = (g / m if m else 0.0 for g, m in zip(got, most, strict=True))
    return low, middle, high


def _chosen(sums: Sums, key: str, third_of: Mapping[int, int] | None) -> Chosen:
    n = sums.keys[key]
    placed = {place: count for (k, place), count in sums.placed.items() if k == key}
    rest = sums.rests[key] / n / MILLE if n else None
    return Chosen(key, n, wilson(n, sums.n), _by_third(third_of, sums.bins, placed), rest)


def _times(times: Mapping[int, int]) -> Times | None:
    n = sum(times.values())
    if n < FEWEST:
        return None
    low, median, high = (as_seconds(_quantile(times, n, q)) for q in (0.25, 0.5, 0.75))
    return Times(n, low, median, high)


def _quantile(times: Mapping[int, int], n: int, q: float) -> float:
    """The step at which so much of all lies below, spread evenly within a step."""
    before = 0
    for step in sorted(step for step, count in times.items() if count):
        if before + times[step] >= q * n:
            return step - 0.5 + (q * n - before) / times[step]
        before += times[step]
    raise AssertionError("a share of all lies within all")


def _curve(sums: Sums) -> tuple[tuple[float, float, int], ...]:
    """Steps of the rest joined from below until each has enough papers; for a small chart."""
    least, points, n, rest, got = max(10, sums.n // 8), [], 0, 0.0, 0.0
    for place in sorted(sums.bins):
        n += sums.bins[place]
        rest += sums.bins[place] * min(MILLE, place * STEP + STEP / 2)
        got += sums.marks[place] / WHOLE
        if n >= least:
            points.append((rest / n / MILLE, got / n, n))
            n, rest, got = 0, 0.0, 0.0
    if n and points:  # what is left over goes with the last
        r, g, m = points.pop()
        points.append(((r * m + rest / MILLE) / (m + n), (g * m + got) / (m + n), m + n))
    return tuple(points)
