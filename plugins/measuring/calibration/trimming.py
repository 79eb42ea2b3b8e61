"""Which answers are enough to find difficulties from. Pure."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from plugins.measuring.calibration.matrices import Bools, Ints
from plugins.measuring.calibration.rasch import Answers

LEAST_ANSWERS = 3  # of a taker: fewer say next to nothing of ability
LEAST_GROUP = 200  # takers; smaller groups share one mean and spread


class Kept(Struct, frozen=True):
    """The answers that are left, and the questions that they are of, as they were numbered before."""

    answers: Answers
    questions: Ints


def trimmed(answers: Answers, fewest: int) -> Kept | None:
    """Without questions that fewer than `fewest` takers answered, or all of them alike, and without takers who have
    hardly an answer left; again until nothing more goes. None where nothing remains."""
    kept = np.ones(len(answers.taker), dtype=np.bool_)
    while True:
        of_taker = np.bincount(answers.taker[kept], minlength=answers.takers)
        left: Bools = kept & (of_taker >= LEAST_ANSWERS)[answers.taker]
        count = np.bincount(answers.question[left], minlength=answers.questions)
        got = np.bincount(answers.question[left], answers.right[left], answers.questions)
        left &= ((count >= fewest) & (got > 0) & (got < count))[answers.question]
        if left.sum() == kept.sum():
            break
        kept = left
    if not kept.any():
        return None
    takers, taker = np.unique(answers.taker[kept], return_inverse=True)
    questions, question = np.unique(answers.question[kept], return_inverse=True)
    return Kept(
        Answers(taker, question, answers.right[kept], grouped(answers.group[takers]), len(questions)), questions
    )


def grouped(group: Ints) -> Ints:
    """Groups numbered anew from 0, the small ones as one; where that is small still, it goes with the largest."""
    names, own, sizes = np.unique(group, return_inverse=True, return_counts=True)
    small = sizes < LEAST_GROUP
    if small.any() and not small.all():
        other = names[np.argmax(sizes)] if sizes[small].sum() < LEAST_GROUP else names[np.argmax(small)]
        names = np.where(small, other, names)
    elif small.all():
        names = np.full_like(names, names[0])
    found: Ints = np.unique(names[own], return_inverse=True)[1]
    return found
