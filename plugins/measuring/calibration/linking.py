"""Putting a run on the scale of the runs before it, by the questions that both know. Pure.

The mean of the tying questions stays what it was. A question whose difficulty has moved against the others by more than
half a logit and two standard errors does not tie: it is told as moved, and cannot pull the scale along.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from plugins.measuring.advising import DRIFT, DRIFT_ERRORS
from plugins.measuring.calibration.matrices import Bools, Floats, Ints

MOST_ROUNDS = 50


class Linked(Struct, frozen=True):
    """Difficulties on the one scale, with errors that hold that of the tie too."""

    difficulty: Floats
    error: Floats
    anchors: int


def linked(difficulty: Floats, covariance: Floats, base: Floats, base_error: Floats, part: Ints) -> Linked:
    """`base`: what each question's difficulty was found to be first; not a number where it was not known.

    Each part is tied by its own questions; a part that has none keeps its zero, where its largest group has mean 0.
    """
    turn = np.eye(len(difficulty))
    moved, anchors = difficulty.copy(), 0
    error = np.sqrt(np.diag(covariance))
    for label in np.unique(part):
        inside = part == label
        known = inside & ~np.isnan(base)
        if not known.any():
            continue
        both = np.sqrt(error**2 + base_error**2)
        ties = _ties(difficulty, base, both, known)
        weight = np.where(ties, 1 / np.where(known, both, 1) ** 2, 0)
        weight /= weight.sum()
        moved[inside] += (weight[ties] * (base - difficulty)[ties]).sum()
        turn[inside] -= weight
        anchors += int(ties.sum())
    if anchors:
        covariance = turn @ covariance @ turn.T
    # A single tying question is where it was by definition: what is not sure of it is not sure of the scale.
    return Linked(moved, np.sqrt(np.maximum(np.diag(covariance), 0)) if anchors != 1 else error, anchors)


def _ties(difficulty: Floats, base: Floats, both: Floats, known: Bools) -> Bools:
    """The questions that tie: those that did not move against the rest of them."""
    ties = known
    shift = float(np.median((base - difficulty)[known]))
    for _ in range(MOST_ROUNDS):
        away = np.abs(difficulty + shift - base)
        kept = known & (away <= np.maximum(DRIFT, DRIFT_ERRORS * both))
        if not kept.any() or (kept == ties).all():
            break
        ties = kept
        shift = float(np.average((base - difficulty)[ties], weights=1 / both[ties] ** 2))
    return ties
