"""Difficulties: against published ones, against simulated ones, and laws that hold whatever was answered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.measuring.calibration.linking import linked
from plugins.measuring.calibration.rasch import Answers, Model
from plugins.measuring.calibration.trimming import trimmed

# R. D. Bock, M. Lieberman, "Fitting a response model for n dichotomously scored items", Psychometrika 35 (1970) 179:
# section 6 of the Law School Admission Test, 1000 takers of 5 questions, how many gave each pattern of answers.
LSAT6 = {
    "00000": 3, "00001": 6, "00010": 2, "00011": 11, "00100": 1, "00101": 1, "00110": 3, "00111": 4, "01000": 1,
    "01001": 8, "01011": 16, "01101": 3, "01110": 2, "01111": 15, "10000": 10, "10001": 29, "10010": 14, "10011": 81,
    "10100": 3, "10101": 28, "10110": 15, "10111": 80, "11000": 16, "11001": 56, "11010": 21, "11011": 173,
    "11100": 11, "11101": 61, "11110": 28, "11111": 298,
}  # fmt: skip


def lsat() -> Answers:
    rows = np.array([[int(one) for one in pattern] for pattern, n in LSAT6.items() for _ in range(n)], dtype=bool)
    takers, questions = rows.shape
    return Answers(
        np.repeat(np.arange(takers), questions), np.tile(np.arange(questions), takers), rows.ravel(),
        np.zeros(takers, dtype=np.int64), questions,
    )  # fmt: skip


def test_agrees_with_the_published_table_where_the_spread_is_given() -> None:
    """D. Rizopoulos, "ltm: An R Package for Latent Variable Modeling and Item Response Theory Analyses", J. Stat.
    Softw. 17(5) (2006), section 4.1: the Rasch model on these data, discrimination fixed at 1."""
    found = Model(lsat(), spread=1.0).fit()
    assert found.difficulty == pytest.approx([-2.8720, -1.0630, -0.2576, -1.3881, -2.2188], abs=6e-5)
    assert found.error == pytest.approx([0.1287, 0.0821, 0.0766, 0.0865, 0.1048], abs=6e-5)
    assert found.log_likelihood == pytest.approx(-2473.054, abs=6e-4)


def test_agrees_with_the_published_table_where_the_spread_is_found() -> None:
    """The same place, discrimination not fixed: there abilities have spread 1 and the slope is 0.7551, here the slope
    is 1 and the spread is found; a difficulty there is one here divided by the spread."""
    found = Model(lsat()).fit()
    assert found.converged
    assert found.spread == pytest.approx([0.7551], abs=6e-5)
    assert found.difficulty / found.spread == pytest.approx([-3.6153, -1.3224, -0.3176, -1.7301, -2.7802], abs=2e-4)
    assert found.log_likelihood == pytest.approx(-2466.938, abs=6e-4)
    assert found.infit == pytest.approx(np.ones(5), abs=0.03)  # the model holds for these data


def simulated(seed: int, takers: int = 500, questions: int = 40, each: int = 20, means: tuple[float, ...] = (0.0,)):  # type: ignore[no-untyped-def]
    """(true difficulties, answers): everybody gets `each` questions drawn for them; the first group is the largest."""
    rng = np.random.default_rng(seed)
    difficulty = np.clip(rng.normal(0, 1.2, questions), -3, 3)
    shares = np.arange(len(means), 0, -1)
    group = np.sort(rng.choice(len(means), takers, p=shares / shares.sum()))
    ability = rng.normal(np.array(means)[group], 1)
    question = np.argsort(rng.random((takers, questions)), axis=1)[:, :each].ravel()
    taker = np.repeat(np.arange(takers), each)
    right = rng.random(takers * each) < 1 / (1 + np.exp(difficulty[question] - ability[taker]))
    return difficulty, Answers(taker, question, right, group, questions)


def test_recovers_what_was_simulated() -> None:
    """Of 2 standard errors on either side 95.4 % of estimates should lie within; 25 runs of 40 questions."""
    inside = []
    for seed in range(25):
        difficulty, answers = simulated(seed, means=(0.0, 1.0))
        found = Model(answers).fit()
        assert found.converged
        inside.append(np.abs(found.difficulty - difficulty) < 2 * found.error)
    assert np.mean(inside) > 0.94


def test_a_question_that_is_guessed_does_not_fit() -> None:
    _difficulty, answers = simulated(3, takers=2000)
    rng = np.random.default_rng(3)
    guessed = answers.question == 7
    right = np.where(guessed, rng.random(len(answers.right)) < 0.5, answers.right)
    found = Model(Answers(answers.taker, answers.question, right, answers.group, answers.questions)).fit()
    others = np.arange(40) != 7
    assert found.infit[7] > found.infit[others].max() + 0.05
    assert found.outfit[7] > 1.15
    assert np.abs(found.infit[others] - 1).max() < 0.12


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_takers_and_the_names_of_questions_change_nothing(seed: int) -> None:
    _difficulty, answers = simulated(seed, takers=120, questions=8, each=5)
    kept = trimmed(answers, 10)
    assert kept is not None
    first = Model(kept.answers).fit()
    rng = np.random.default_rng(seed)
    takers, names = rng.permutation(kept.answers.takers), rng.permutation(kept.answers.questions)
    mixed = rng.permutation(len(kept.answers.taker))
    group = np.empty_like(kept.answers.group)
    group[takers] = kept.answers.group
    again = Model(
        Answers(
            takers[kept.answers.taker][mixed], names[kept.answers.question][mixed], kept.answers.right[mixed], group,
            kept.answers.questions,
        )
    ).fit()  # fmt: skip
    assert again.difficulty[names] == pytest.approx(first.difficulty, abs=1e-4)
    assert again.error[names] == pytest.approx(first.error, abs=1e-4)
    assert again.log_likelihood == pytest.approx(first.log_likelihood, abs=1e-4)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_right_and_wrong_turned_round_turns_the_scale_round(seed: int) -> None:
    _difficulty, answers = simulated(seed, takers=150, questions=8, each=6)
    kept = trimmed(answers, 10)
    assert kept is not None
    one = kept.answers
    first = Model(one).fit()
    turned = Model(Answers(one.taker, one.question, ~one.right, one.group, one.questions)).fit()
    assert turned.difficulty == pytest.approx(-first.difficulty, abs=1e-3)
    assert turned.error == pytest.approx(first.error, abs=1e-3)


def test_groups_that_share_questions_are_told_apart() -> None:
    """The abler group mostly gets the harder half: without means of their own its questions would seem easier."""
    rng = np.random.default_rng(11)
    difficulty = np.linspace(-2, 2, 30)
    group = np.repeat([0, 1], [3000, 2000])
    ability = rng.normal(group * 1.5, 1)
    chance = np.where(group[:, None] == 1, 1.0 + (np.arange(30) >= 12) * 2, 1.0 + (np.arange(30) < 18) * 2)
    question = np.argsort(rng.random((5000, 30)) / chance, axis=1)[:, :12].ravel()
    taker = np.repeat(np.arange(5000), 12)
    right = rng.random(len(taker)) < 1 / (1 + np.exp(difficulty[question] - ability[taker]))
    told = Model(Answers(taker, question, right, group, 30)).fit()
    assert told.mean == pytest.approx([0, 1.5], abs=0.12)
    assert np.abs(told.difficulty - difficulty).max() < 0.25
    mixed = Model(Answers(taker, question, right, np.zeros_like(group), 30)).fit()
    slope = np.polyfit(difficulty, mixed.difficulty, 1)[0]
    assert slope < 0.95  # the scale that heeds no groups is squeezed
    assert np.polyfit(difficulty, told.difficulty, 1)[0] == pytest.approx(1, abs=0.04)


def test_groups_without_a_common_question_have_a_zero_each() -> None:
    rng = np.random.default_rng(5)
    taker = np.repeat(np.arange(800), 5)
    group = np.repeat([0, 1], 400)
    question = np.tile(np.arange(5), 800) + 5 * group[taker]
    ability = rng.normal(0, 1, 800)
    right = rng.random(4000) < 1 / (1 + np.exp(-ability[taker]))
    found = Model(Answers(taker, question, right, group, 10)).fit()
    assert found.parts == 2
    assert found.mean.tolist() == pytest.approx([0, 0])
    assert found.part.tolist() == [0] * 5 + [1] * 5


def test_answers_that_do_not_hang_together_leave_no_spread_but_errors() -> None:
    rng = np.random.default_rng(5)
    right = rng.random(4000) < 0.6  # whoever is asked: no ability at all
    answers = Answers(np.repeat(np.arange(800), 5), np.tile(np.arange(5), 800), right, np.zeros(800, dtype=np.int64), 5)
    found = Model(answers).fit()
    assert found.spread[0] < 0.3
    assert found.error == pytest.approx(np.full(5, 0.073), abs=0.004)  # that of the share 0.6 of 800 in logits


def test_too_few_or_all_alike_are_left_out_until_nothing_more_goes() -> None:
    taker = np.repeat(np.arange(50), 4)
    question = np.tile(np.arange(4), 50)
    right = np.tile([True, False, True, False], 50) ^ (np.arange(200) % 7 == 0)
    right[question == 3] = True  # all right
    answers = Answers(taker, question, right, np.zeros(50, dtype=np.int64), 5)
    kept = trimmed(answers, 30)
    assert kept is not None
    assert kept.questions.tolist() == [0, 1, 2]  # 4 was never asked
    assert trimmed(answers, 51) is None


def test_tied_runs_stay_on_the_scale_and_what_moved_does_not_pull() -> None:
    difficulty, answers = simulated(1, takers=4000)
    found = Model(answers).fit()
    base = difficulty + 0.7  # the scale was made by others
    base[5:] = np.nan  # five were known
    base_error = np.where(np.isnan(base), np.nan, 0.05)
    tied = linked(found.difficulty, found.covariance, base, base_error, found.part)
    assert tied.anchors == 5
    assert np.abs(tied.difficulty - difficulty - 0.7).max() < 0.35
    weights = 1 / (found.error[:5] ** 2 + 0.05**2)
    assert np.average(tied.difficulty[:5] - base[:5], weights=weights) == pytest.approx(0, abs=1e-9)
    base[2] += 2.5  # one of them leaked: it is much easier now
    moved = linked(found.difficulty, found.covariance, base, base_error, found.part)
    assert moved.anchors == 4
    assert np.abs(moved.difficulty - tied.difficulty).max() < 0.1
    assert (moved.error > 0).all()


def test_errors_of_a_tied_run_hold_the_error_of_the_tie() -> None:
    """Over runs: the distance of tied difficulties from the true ones is as large as their errors say."""
    inside = []
    for seed in range(15):
        difficulty, answers = simulated(100 + seed)
        found = Model(answers).fit()
        base = np.where(np.arange(40) < 12, difficulty, np.nan)
        tied = linked(found.difficulty, found.covariance, base, np.where(np.isnan(base), np.nan, 0.0), found.part)
        inside.append(np.abs(tied.difficulty - difficulty) < 2 * tied.error)
    assert np.mean(inside) > 0.93


def test_the_same_answers_give_the_same_digits() -> None:
    _difficulty, answers = simulated(9)
    first, again = Model(answers).fit(), Model(answers).fit()
    assert first.difficulty.tolist() == again.difficulty.tolist()
    assert first.error.tolist() == again.error.tolist()
