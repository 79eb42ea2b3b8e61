"""What an author should look at, and why. Pure. The bounds are ours, after the textbooks that are named.

A bound is held against the end of the interval that speaks for the question, so that what is flagged is hardly chance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from plugins.measuring.analysis import LOWER, UPPER, Figures

# R. Ebel, D. Frisbie, Essentials of Educational Measurement (5th ed. 1991), ch. 13: below 0.20 a question is poor.
WEAK = 0.20
EASY, HARD = 0.95, 0.30
# T. Haladyna, S. Downing, Educ. Psychol. Meas. 53 (1993) 999: an option that fewer than 5 % choose does not work.
IDLE = 0.05
BLANK, CHANGED, SLOW = 0.10, 0.30, 2.0
RIVALS = 10  # who chose another option, at least
# B. Wright, J. Linacre, Rasch Measurement Transactions 8:3 (1994) 370: "run of the mill" multiple choice.
FIT = (0.7, 1.3)
DRIFT, DRIFT_ERRORS = 0.5, 2.0  # logits, and standard errors of the difference

# What there is to say, the most urgent first, with its weight in a list.
WEIGHTS: Mapping[str, int] = {
    "key": 100, "rival": 80, "leaked": 70, "guessed": 60, "weak": 50, "hard": 40, "harder": 30, "misfit": 30,
    "blank": 25, "easy": 20, "slow": 15, "changed": 12, "idle": 10,
}  # fmt: skip


class Scaled(Struct, frozen=True):
    """What calibration found for a version."""

    difficulty: float
    error: float
    n: int
    infit: float
    outfit: float
    base: float
    base_error: float
    drifted: bool


def drifted(difficulty: float, error: float, base: float, base_error: float) -> bool:
    """Whether a difficulty is another than when it was first found: by much, and by more than chance."""
    change = abs(difficulty - base)
    return change > DRIFT and change > DRIFT_ERRORS * float((error**2 + base_error**2) ** 0.5)


def misfits(infit: float, outfit: float) -> bool:
    """Whether answers follow ability otherwise than the scale assumes."""
    return not (FIT[0] <= infit <= FIT[1] and FIT[0] <= outfit <= FIT[1])


def flags(
    found: Figures, right: Collection[str], options: int, usual: float | None, scaled: Scaled | None
) -> tuple[str, ...]:
    """The flags of a version, the most urgent first.

    `right`: the keys of what is right, none where there is nothing to choose; `options`: how many there are, 0 where
    nothing can be guessed; `usual`: the median of the times on questions beside it.
    """
    said = _of_calibration(scaled)
    if found.enough:
        said |= _of_answers(found, right, options)
        if found.times and usual and found.times.median >= SLOW * usual:
            said.add("slow")
    return tuple(flag for flag in WEIGHTS if flag in said)


def _of_calibration(scaled: Scaled | None) -> set[str]:
    said = set()
    if scaled and scaled.drifted:
        said.add("leaked" if scaled.difficulty < scaled.base else "harder")
    if scaled and misfits(scaled.infit, scaled.outfit):
        said.add("misfit")
    return said


def _of_answers(found: Figures, right: Collection[str], options: int) -> set[str]:
    said = set()
    p, r = found.difficulty, found.discrimination
    assert p is not None
    assert found.unanswered is not None
    assert found.changed is not None
    if r is not None and r.high < 0:
        said.add("key")
    elif r is not None and r.high < WEAK and p.low <= EASY:
        said.add("weak")
    if len(right) == 1 and _rivals(found, right):
        said.add("rival")
    if p.low > EASY:
        said.add("easy")
    elif len(right) == 1 and options > 1 and p.high < 1 / options:
        said.add("guessed")
    elif p.high < HARD:
        said.add("hard")
    if p.low <= EASY and idle(found, right):
        said.add("idle")
    if found.unanswered.low > BLANK:
        said.add("blank")
    if found.changed.low > CHANGED:
        said.add("changed")
    if "key" in said:
        said -= {"weak", "hard"}  # what a wrong key does besides says nothing more
    return said


def idle(found: Figures, right: Collection[str]) -> list[str]:
    """The options, not right, that hardly anybody chooses."""
    return [c.key for c in found.chosen if right and c.key not in right and c.share.high < IDLE]


def _rivals(found: Figures, right: Collection[str]) -> list[str]:
    """The option, not right, that those who know most choose more than the right one, and more than others do."""
    own = next((c.by_third for c in found.chosen if c.key in right), None)
    if own is None:
        return []
    stronger = [
        (c.by_third[UPPER], c.key)
        for c in found.chosen
        if c.key not in right
        and c.n >= RIVALS
        and c.by_third is not None
        and c.by_third[UPPER] > own[UPPER]
        and c.by_third[UPPER] > c.by_third[LOWER]
    ]
    return [key for _share, key in sorted(stronger, reverse=True)[:1]]


def rivals(found: Figures, right: Collection[str]) -> list[str]:
    """As `flags` heeds them: only where one option is right."""
    return _rivals(found, right) if len(right) == 1 else []


def weight(said: Collection[str]) -> int:
    """How soon somebody should look: by the most urgent, and by how much there is."""
    return max((WEIGHTS[flag] for flag in said), default=0) + len(said)
