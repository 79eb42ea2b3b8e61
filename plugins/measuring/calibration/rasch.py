"""Difficulties by the Rasch model: marginal maximum likelihood, with a mean and a spread of ability for each group.

A taker of ability θ is right with probability P = 1 / (1 + exp(b - θ)) on a question of difficulty b, both in logits.
Abilities of a group are normal; its mean and spread are found with the difficulties. Not everybody has to answer
everything: only what was asked counts. EM after R. D. Bock, M. Aitkin, Psychometrika 46 (1981) 443; D. Thissen,
Psychometrika 47 (1982) 175, for one slope. Abilities are summed over evenly spaced points.

Standard errors come from the observed information (T. Louis, J. R. Stat. Soc. B 44 (1982) 226): what would be known if
abilities were seen, less what their uncertainty takes away. The covariance of two answers' scores over the ability of
one taker is summed over the first `TERMS` polynomials that are orthogonal for that taker, which is exact to a
thousandth and needs no sum over pairs and points.

Fit. B. Wright, G. Masters, Rating Scale Analysis (1982): mean squares of (answer - P), by the variance (infit) and
each by its own (outfit). They are averaged over where the taker's ability may be, so they are 1 where the model holds.
"""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct

from plugins.measuring.calibration.matrices import Bools, Floats, Ints, Sparse, inverse, parts

REACH, POINTS = 6.0, 41  # abilities between -6 and 6 logits, every 0.3
MOST_ROUNDS, SMALL = 500, 1e-6  # logits by which nothing moves any more
LEAST_SPREAD = 0.2  # of a group, in logits: what the points can tell from none
TERMS = 3
A_CHUNK = 4_000  # takers for whom dense tables are made at a time


class Answers(Struct, frozen=True):
    """Who answered what, and whether it was right; takers, questions and groups are numbered from 0."""

    taker: Ints
    question: Ints
    right: Bools
    group: Ints  # of each taker
    questions: int

    @property
    def takers(self) -> int:
        return len(self.group)


class Found(Struct, frozen=True):
    """What a run found. Of groups that no common question ties together, each part has its own zero: see `parts`."""

    difficulty: Floats
    covariance: Floats
    infit: Floats
    outfit: Floats
    mean: Floats  # of each group
    spread: Floats
    log_likelihood: float
    rounds: int
    converged: bool
    part: Ints  # of each question, from 0

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return int(self.part.max()) + 1

    @property
    def error(self) -> Floats:
        """The standard error of each difficulty."""
        found: Floats = np.sqrt(np.diag(self.covariance))
        return found


def probabilities(ability: Floats, difficulty: Floats) -> Floats:
    """Of a right answer: a row for each difficulty, a column for each ability."""
    found: Floats = 1 / (1 + np.exp(difficulty[:, None] - ability[None, :]))
    return found


class _Points:
    """The abilities that are summed over."""

    def __init__(self) -> None:
        self.at: Floats = np.linspace(-REACH, REACH, POINTS)

    def weights(self, mean: Floats, spread: Floats) -> Floats:
        """The logarithm of how much of each group stands at each point."""
        found = -0.5 * ((self.at[None, :] - mean[:, None]) / spread[:, None]) ** 2
        kept: Floats = found - np.log(np.exp(found).sum(axis=1, keepdims=True))
        return kept


class Model:
    """The likelihood of answers, and its best parameters."""

    def __init__(self, answers: Answers, spread: float | None = None) -> None:
        """`spread`: of abilities, where it is not to be found but given; it then holds for every group."""
        self.answers, self.given = answers, spread
        shape = (answers.takers, answers.questions)
        self.asked = Sparse(answers.taker, answers.question, np.ones(len(answers.taker)), shape)
        right = answers.right.astype(np.float64)
        self.right = Sparse(answers.taker[answers.right], answers.question[answers.right], right[answers.right], shape)
        self.score: Floats = np.bincount(answers.taker, right, answers.takers).astype(np.float64)
        self.count: Floats = np.bincount(answers.question, minlength=answers.questions).astype(np.float64)
        self.got: Floats = np.bincount(answers.question, right, answers.questions).astype(np.float64)
        self.groups = int(answers.group.max()) + 1
        self.size: Floats = np.bincount(answers.group, minlength=self.groups).astype(np.float64)
        self.points = _Points()
        one = np.ones(answers.takers)
        self._member = Sparse(np.arange(answers.takers), answers.group, one, (answers.takers, self.groups))
        self.reference = self._references()

    def _references(self) -> Ints:
        """For each group the largest of its part: the mean of that one is 0."""
        pairs = np.unique(self.answers.group[self.answers.taker] * self.answers.questions + self.answers.question)
        ties = (pairs // self.answers.questions, pairs % self.answers.questions)
        part = parts(*ties, self.groups, self.answers.questions)
        reference = np.empty(self.groups, dtype=np.int64)
        for label in np.unique(part):
            inside = np.flatnonzero(part == label)
            reference[inside] = inside[np.argmax(self.size[inside])]
        self._question_group = np.empty(self.answers.questions, dtype=np.int64)
        self._question_group[ties[1]] = ties[0]
        return reference

    def where(self, difficulty: Floats, mean: Floats, spread: Floats) -> tuple[Floats, float]:
        """How likely each taker stands at each point, given the answers; and the log-likelihood of all answers."""
        at = self.points.at
        logs = self.score[:, None] * at[None, :]
        logs -= self.asked.times(np.logaddexp(0, at[None, :] - difficulty[:, None]))
        logs += self.points.weights(mean, spread)[self.answers.group]
        most = logs.max(axis=1, keepdims=True)
        logs -= most
        np.exp(logs, out=logs)
        total = logs.sum(axis=1, keepdims=True)
        logs /= total
        return logs, float((most + np.log(total)).sum() - self.got @ difficulty)

    def fit(self) -> Found:
        """The difficulties with what is to be known of them. ValueError where the answers do not hold enough."""
        share = self.got / self.count
        difficulty: Floats = np.log((1 - share) / share)
        mean: Floats = np.zeros(self.groups)
        spread: Floats = np.full(self.groups, self.given or 1.0)
        rounds, change = 0, math.inf
        while change >= SMALL and rounds < MOST_ROUNDS:
            rounds += 1
            moved = self._round(difficulty, mean, spread)
            changes = zip(moved, (difficulty, mean, spread), strict=True)
            change = max(float(np.abs(new - old).max()) for new, old in changes)
            difficulty, mean, spread = moved
        standing, likelihood = self.where(difficulty, mean, spread)
        infit, outfit = self._fits(difficulty, standing)
        return Found(
            difficulty, self._covariance(difficulty, mean, spread, standing), infit, outfit, mean, spread, likelihood,
            rounds, change < SMALL, np.unique(self.reference[self._question_group], return_inverse=True)[1],
        )  # fmt: skip

    def _round(self, difficulty: Floats, mean: Floats, spread: Floats) -> tuple[Floats, Floats, Floats]:
        """One round of EM: where takers may stand, then the best parameters for that."""
        standing, _likelihood = self.where(difficulty, mean, spread)
        asked = self.asked.turned_times(standing)
        moved = difficulty.copy()
        for _ in range(20):  # Newton, each question by itself
            p = probabilities(self.points.at, moved)
            step = ((asked * p).sum(axis=1) - self.got) / (asked * p * (1 - p)).sum(axis=1)
            step = np.clip(step, -1, 1)
            moved += step
            if np.abs(step).max() < SMALL / 10:
                break
        among = self._member.turned_times(standing)
        middle = (among @ self.points.at) / self.size
        wide = np.sqrt((among * (self.points.at[None, :] - middle[:, None]) ** 2).sum(axis=1) / self.size)
        # A whole part is moved at once so that the mean of its largest group is 0: that fixes the scale.
        zero = middle[self.reference]
        if self.given is not None:
            return moved - zero[self._question_group], middle - zero, spread
        return moved - zero[self._question_group], middle - zero, np.maximum(wide, LEAST_SPREAD)

    def _fits(self, difficulty: Floats, standing: Floats) -> tuple[Floats, Floats]:
        p = probabilities(self.points.at, difficulty)
        asked, right = self.asked.turned_times(standing), self.right.turned_times(standing)
        wrong = asked - right
        infit = (right * (1 - p) ** 2 + wrong * p**2).sum(axis=1) / (asked * p * (1 - p)).sum(axis=1)
        outfit = (right * (1 - p) / p + wrong * p / (1 - p)).sum(axis=1) / self.count
        return infit, outfit

    def _covariance(self, difficulty: Floats, mean: Floats, spread: Floats, standing: Floats) -> Floats:
        """Of the difficulties: the inverse of the observed information on them and on means and spreads, their part."""
        at, questions = self.points.at, self.answers.questions
        p = probabilities(at, difficulty)
        free = [g for g in range(self.groups) if self.reference[g] != g]
        # A spread at its bound was not found, so nothing is known of its error.
        spreads = [] if self.given is not None else np.flatnonzero(spread > LEAST_SPREAD).tolist()
        size = questions + len(free) + len(spreads)
        whole = np.zeros((size, size))
        known = (self.asked.turned_times(standing) * p * (1 - p)).sum(axis=1)
        whole[np.arange(questions), np.arange(questions)] = known
        among = self._member.turned_times(standing)
        away = at[None, :] - mean[:, None]
        means = {g: questions + n for n, g in enumerate(free)}
        wides = {g: questions + len(free) + n for n, g in enumerate(spreads)}
        for g, place in means.items():
            whole[place, place] = self.size[g] / spread[g] ** 2
        for g, place in wides.items():
            whole[place, place] = 2 * (among[g] * away[g] ** 2).sum() / spread[g] ** 2
            if g in means:
                cross = 2 * (among[g] * away[g]).sum() / spread[g] ** 2
                whole[place, means[g]] = whole[means[g], place] = cross
        return inverse(whole - self._unseen(p, mean, spread, standing, means, wides, size))[:questions, :questions]

    def _unseen(
        self, p: Floats, mean: Floats, spread: Floats, standing: Floats,
        means: dict[int, int], wides: dict[int, int], size: int,
    ) -> Floats:  # fmt: skip
        """The information that is lost because abilities are not seen."""
        at, group = self.points.at, self.answers.group
        order = np.argsort(self.answers.taker, kind="stable")
        taker, question = self.answers.taker[order], self.answers.question[order]
        begins = np.searchsorted(taker, np.arange(self.answers.takers + 1))
        lost = np.zeros((size, size))
        for first in range(0, self.answers.takers, A_CHUNK):
            last = min(first + A_CHUNK, self.answers.takers)
            where, belongs = standing[first:last], group[first:last]
            rows = taker[begins[first] : begins[last]] - first
            columns = question[begins[first] : begins[last]]
            along = (at[None, :] - mean[belongs][:, None]) / spread[belongs][:, None]
            by_mean = along / spread[belongs][:, None]
            own = np.arange(last - first)
            for term in _orthogonal(at, where):
                weighed = where * term
                values = [(weighed @ p.T)[rows, columns]]
                at_rows, at_columns = [rows], [columns]
                for places, score in ((means, by_mean), (wides, along**2 - 1)):
                    if places:
                        place = np.array([places.get(g, -1) for g in range(self.groups)], dtype=np.int64)[belongs]
                        kept = place >= 0
                        at_rows.append(own[kept])
                        at_columns.append(place[kept])
                        values.append((weighed * score).sum(axis=1)[kept])
                terms = (np.concatenate(at_rows), np.concatenate(at_columns), np.concatenate(values))
                lost += Sparse(*terms, (last - first, size)).squared()
        return lost


def _orthogonal(at: Floats, where: Floats) -> list[Floats]:
    """The first polynomials of ability that have mean 0, square 1 and no product, each by a taker's own standing."""
    middle = where @ at
    away = at[None, :] - middle[:, None]
    base = away / np.sqrt((where * away**2).sum(axis=1))[:, None]
    found: list[Floats] = []
    for n in range(1, TERMS + 1):
        term = base**n
        for earlier in [np.ones_like(base), *found]:
            term = term - (where * term * earlier).sum(axis=1)[:, None] * earlier
        found.append(term / np.sqrt((where * term**2).sum(axis=1))[:, None])
    return found
