"""Pure: how able somebody is, on the scale of the questions' difficulties, and how far that may be wrong.

The Rasch model: who is as able as a question is difficult answers it rightly with a chance of one half, and each logit
more multiplies the odds by e. A difficulty that is itself uncertain tells less: its curve is flattened by what a normal
error of that size does to a logistic curve (MacKay, Neural Computation 4, 1992: 1/sqrt(1 + pi s^2 / 8)).

A mark between nothing and the whole point counts as that part of a right answer and the rest of a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import exp, inf, log, log1p, pi, sqrt

from msgspec import Struct

FURTHEST = 8.0  # logits from the middle: what lies beyond is told as this
STEP = 0.1
EQUAL = 1e-9  # peaks that differ by less are as high
GRID = tuple(round(-FURTHEST + STEP * n, 1) for n in range(int(2 * FURTHEST / STEP) + 1))

_PLACES = GRID[::5]  # where peaks are looked for: two of them lie farther apart than these


class Known(Struct, frozen=True):
    """What is known of a question: its difficulty in logits, and the standard error of that."""

    difficulty: float
    error: float = 0.0

    @property
    def slope(self) -> float:
        """How steep the curve is that remains of one."""
        return 1 / sqrt(1 + pi * self.error * self.error / 8)


class Estimate(Struct, frozen=True):
    """An ability in logits and its standard error."""

    ability: float
    error: float


class Answered(Struct, frozen=True):
    """A question and the share of its point that was reached, 0 to 1."""

    known: Known
    share: float


def chance(ability: float, known: Known) -> float:
    """The chance of a right answer."""
    x = known.slope * (ability - known.difficulty)
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def information(ability: float, known: Known) -> float:
    """Fisher's information of a question at an ability."""
    p = chance(ability, known)
    return known.slope**2 * p * (1 - p)


def weights(answered: Iterable[Answered], mean: float, spread: float) -> list[float]:
    """How likely each ability of GRID is after these answers, where before them it was normal. They add up to 1."""
    rows = [(a.known.slope, a.known.difficulty, a.share) for a in answered]
    logs = []
    for ability in GRID:
        found = -0.5 * ((ability - mean) / spread) ** 2
        for slope, difficulty, share in rows:
            x = slope * (ability - difficulty)
            found += share * x - (x + log1p(exp(-x)) if x > 0 else log1p(exp(x)))
        logs.append(found)
    most = max(logs)
    raw = [exp(value - most) for value in logs]
    total = sum(raw)
    return [value / total for value in raw]


def expected(answered: Iterable[Answered], mean: float, spread: float) -> Estimate:
    """The expected ability a posteriori (Bock and Mislevy, Applied Psychological Measurement 6, 1982).

    Without answers it is what was thought before them.
    """
    return summary(weights(answered, mean, spread))


def summary(found: Sequence[float]) -> Estimate:
    """The mean and the standard deviation of weights over GRID."""
    mean = sum(ability * weight for ability, weight in zip(GRID, found, strict=True))
    variance = sum((ability - mean) ** 2 * weight for ability, weight in zip(GRID, found, strict=True))
    return Estimate(mean, sqrt(max(variance, 0.0)))


def unweighted(answered: Sequence[Answered]) -> Estimate | None:
    """The weighted likelihood estimate (Warm, Psychometrika 54, 1989), which no belief about people draws to a middle.

    For comparing two moments of a person. None without answers. It exists for all right and for all wrong too. Where
    questions lie far apart the weighted likelihood can have several peaks: the highest counts, of equals the lowest.
    """
    if not answered:
        return None

    def slope_at(ability: float) -> float:
        found = bias = total = 0.0
        for a in answered:
            p, slope = chance(ability, a.known), a.known.slope
            found += slope * (a.share - p)
            bias += slope**3 * p * (1 - p) * (1 - 2 * p)
            total += slope**2 * p * (1 - p)
        return found + (bias / (2 * total) if total > 0 else 0.0)

    slopes = [(place, slope_at(place)) for place in _PLACES]
    peaks = [-FURTHEST] if slopes[0][1] <= 0 else []
    for (low, rising), (high, falling) in pairwise(slopes):
        if rising > 0 >= falling:
            peaks.append(_between(slope_at, low, high))
    if slopes[-1][1] > 0:
        peaks.append(FURTHEST)
    heights = [weighted(answered, peak) for peak in peaks]
    ability = next(peak for peak, height in zip(peaks, heights, strict=True) if height > max(heights) - EQUAL)
    total = sum(information(ability, a.known) for a in answered)
    return Estimate(ability, 1 / sqrt(total) if total > 0 else inf)


def weighted(answered: Iterable[Answered], ability: float) -> float:
    """The logarithm of what `unweighted` has at its highest: the likelihood times the root of the information."""
    found = total = 0.0
    for a in answered:
        x = a.known.slope * (ability - a.known.difficulty)
        found += a.share * x - (x + log1p(exp(-x)) if x > 0 else log1p(exp(x)))
        total += information(ability, a.known)
    return found + log(total) / 2 if total > 0 else -inf


def _between(slope_at: Callable[[float], float], low: float, high: float) -> float:
    """Where a slope that is positive at the lower place turns."""
    for _round in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if slope_at(middle) > 0 else (low, middle)
    return (low + high) / 2


def logit(share: float) -> float:
    """The ability of whoever answers such a share of questions of difficulty 0 rightly."""
    return log(share / (1 - share))
