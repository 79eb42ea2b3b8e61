"""Pure: what changed for a person between two moments, and for a group, with how far that may be wrong.

A person's change is *clear* where it is larger than chance alone would make it in 95 of 100 cases: larger than 1.96
times the error of the difference (Jacobson and Truax, Journal of Consulting and Clinical Psychology 59, 1991). A
group's is told with its spread: quartiles, the 95 % interval of the mean (Student's t), and the share of clear changes
with Wilson's interval. Nothing is told of fewer than FEWEST people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import NormalDist, fmean, stdev

from msgspec import Struct

Z = NormalDist().inv_cdf(0.975)
FEWEST = 10  # people; ours
CLEAR, UNSURE, LESS = "clear", "unsure", "less"
# So many entry papers of a form are needed before its difficulty is taken out of plain shares.
FEWEST_OF_FORM = 30


class Moment(Struct, frozen=True):
    """What was measured at a moment, and the standard error of it. In logits, or in points of a hundred."""

    value: float
    error: float


class Gain(Struct, frozen=True):
    """A change and the standard error of it."""

    gain: float
    error: float

    @property
    def verdict(self) -> str:
        """Clearly more, clearly less, or not to be told from chance."""
        if self.gain > Z * self.error:
            return CLEAR
        return LESS if self.gain < -Z * self.error else UNSURE


def gain(before: Moment, after: Moment) -> Gain:
    """The change from one moment to another; their errors do not depend on one another."""
    return Gain(after.value - before.value, sqrt(before.error**2 + after.error**2))


def from_share(share: float, questions: int, offset: float = 0.0) -> Moment:
    """A plain share of the points, in points of a hundred, where no difficulties are known.

    Two right and two wrong answers are spread over both moments, one of each to this one (Agresti and Caffo, The
    American Statistician 54, 2000), so that all right and all wrong have an error too. `offset`: by how much the
    form is easier than the others, in points of a hundred.
    """
    share = (share * questions + 1) / (questions + 2)
    return Moment(100 * share - offset, 100 * sqrt(share * (1 - share) / (questions + 2)))


def offsets(shares: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """By how much each form is easier than the forms on the whole, in points of a hundred; none where papers are few.

    `shares` of entry papers by form: who begins with which is left to chance, so that forms differ, not people.
    """
    if any(len(own) < FEWEST_OF_FORM for own in shares.values()):
        return {}
    middle = fmean(fmean(own) for own in shares.values())
    return {form: 100 * (fmean(own) - middle) for form, own in shares.items()}


class Spread(Struct, frozen=True):
    """The change of a group: how many, quartiles, the mean with its 95 % interval, clear changes with theirs."""

    n: int
    low: float
    mean: float
    high: float
    first: float
    median: float
    third: float
    clear: int
    less: int
    share: float
    share_low: float
    share_high: float


def spread(gains: Sequence[Gain]) -> Spread | None:
    """The spread of a group's changes; None where they are too few to be told of."""
    n = len(gains)
    if n < FEWEST:
        return None
    values = sorted(g.gain for g in gains)
    mean = fmean(values)
    half = student(n - 1) * stdev(values) / sqrt(n)
    clear = sum(g.verdict == CLEAR for g in gains)
    low, high = wilson(clear, n)
    return Spread(
        n, mean - half, mean, mean + half, quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75),
        clear, sum(g.verdict == LESS for g in gains), clear / n, low, high,
    )  # fmt: skip


def quantile(values: Sequence[float], share: float) -> float:
    """A quantile of sorted values, between neighbors in proportion (type 7 of Hyndman and Fan)."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


def student(degrees: int, chance: float = 0.975) -> float:
    """A quantile of Student's t, by the expansion of Abramowitz and Stegun 26.7.5; good to 0.0004 from 9 degrees on."""
    x, n = NormalDist().inv_cdf(chance), float(degrees)
    return (
        x
        + (x**3 + x) / (4 * n)
        + (5 * x**5 + 16 * x**3 + 3 * x) / (96 * n**2)
        + (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / (384 * n**3)
    )


def wilson(right: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = right / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def told(groups: Mapping[str, Sequence[Gain]]) -> dict[str, Spread | None]:
    """The spread of each group; None for one that is too small.

    Where one alone is too small, the next smallest is not told either: with the whole beside it, it could be reckoned.
    """
    found = {name: spread(own) for name, own in groups.items() if own}
    hidden = [name for name, own in found.items() if own is None]
    if len(hidden) == 1 and len(found) > 1:
        found[min((name for name in found if found[name] is not None), key=lambda name: len(groups[name]))] = None
    return found
