"""The placement test against known abilities, and how many people a unit needs to see a change: a simulation.

Everything is drawn from seeds, so that each run gives the same figures and the same drawings. People answer as the
Rasch model says; a second world, in which whoever does not know guesses one time in five, shows what that costs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from bench.plots import Series, plot
from plugins.measuring.ability import Answered, Known, chance, unweighted
from plugins.measuring.adaptive import (
    AREA_SPREAD,
    MEAN,
    MOST,
    SPREAD,
    Asked,
    Card,
    is_enough,
    level_of,
    next_card,
    placed,
    prior,
)
from plugins.measuring.gains import Gain, Moment, gain, spread

IMAGES = Path(__file__).parents[1] / "docs" / "images"
PEOPLE, TRIALS = 1_000, 400
AREAS = tuple(f"ND.{n}" for n in range(8))
SAFETY = "ND.4"
BANK = 64  # practice questions of a programme, eight an area
FORM, COMMON = 12, 6  # questions of a form, and of those in both
UNITS = (10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 640)
GAINS = (0.3, 0.5, 0.8)  # logits
GAIN_SPREAD = 0.4  # how differently people gain, in logits
POWERS = (0.8, 0.95)
QUICK = 300, 60


@dataclass(frozen=True)
class Placement:
    """How far the test was wrong, by how many questions at most. `bias`, `rmse`: in logits; shares of people."""

    questions: int
    bias: float
    rmse: float
    same: float  # placed in the level that is theirs
    within: float  # at most one level beside it
    asked: float  # questions on average


@dataclass(frozen=True)
class Power:
    """Of so many units with so many people, the share whose 95 % interval lay above nothing."""

    gain: float
    people: int
    share: float


@dataclass(frozen=True)
class Found:
    """Everything that one run found. `needed`: people of a unit, by (gain, power); None: more than were tried."""

    people: int
    calibrated: list[Placement]
    by_level: list[Placement]
    guessing: list[Placement]
    early: Placement
    points: list[tuple[float, float]]  # (ability, where it was placed)
    powers: list[Power]
    needed: dict[tuple[float, float], int | None]
    own: dict[float, float]  # the share of single people whose gain was clear


def bank(dice: random.Random, calibrated: bool) -> tuple[list[Card], dict[int, float]]:
    """Questions as the test knows them, and their true difficulties by number."""
    cards, truth = [], {}
    for n in range(BANK):
        level = 1 + n % 3
        known = prior(level)
        true = dice.gauss(known.difficulty, known.error)
        truth[n] = true
        cards.append(Card(n, n, frozenset({AREAS[n % len(AREAS)]}), Known(true, 0.15) if calibrated else known))
    return cards, truth


def answers(dice: random.Random, truth: dict[int, float], guess: float) -> Callable[[float, Card], float]:
    """How somebody of an ability answers a card; in single areas people are abler or less able than on the whole."""
    moods: dict[str, float] = {}

    def answer(ability: float, card: Card) -> float:
        (area,) = card.areas
        mood = moods.setdefault(area, dice.gauss(0, AREA_SPREAD))
        right = chance(ability + mood, Known(truth[card.item_id]))
        return float(dice.random() < guess + (1 - guess) * right)

    return answer


def taken(
    cards: Sequence[Card], answer: Callable[[float, Card], float], ability: float, seed: int, most: int
) -> list[Asked]:
    """One person's test of exactly so many questions."""
    asked: list[Asked] = []
    while len(asked) < most:
        card = next_card(cards, asked, seed, SAFETY)
        if card is None:
            break
        asked.append(Asked(card, answer(ability, card)))
    return asked


def placements(
    people: int, calibrated: bool, guess: float
) -> tuple[list[Placement], Placement, list[tuple[float, float]]]:
    """The test by its number of questions, the test as it is (it may end early), and where it put whom."""
    dice = random.Random(20_260_901)
    cards, truth = bank(dice, calibrated)
    by_count: dict[int, list[tuple[float, float, int]]] = {n: [] for n in range(1, MOST + 1)}
    real: list[tuple[float, float, int, int]] = []
    for person in range(people):
        ability = dice.gauss(MEAN, SPREAD)
        asked = taken(cards, answers(dice, truth, guess), ability, person, MOST)
        for n in by_count:
            result = placed(asked[:n])
            by_count[n].append((ability, result.estimate.ability, result.level))
        stop = next(n for n in range(1, MOST + 1) if is_enough(asked[:n], SAFETY))
        result = placed(asked[:stop])
        real.append((ability, result.estimate.ability, result.level, stop))
    early = _summary(MOST, [row[:3] for row in real], sum(row[3] for row in real) / people)
    found = [_summary(n, rows, n) for n, rows in by_count.items()]
    return found, early, [(row[0], row[1]) for row in real[:400]]


def _summary(questions: int, rows: Sequence[tuple[float, float, int]], asked: float) -> Placement:
    n = len(rows)
    steps = [abs(level - level_of(ability)) for ability, _estimate, level in rows]
    return Placement(
        questions,
        sum(estimate - ability for ability, estimate, _level in rows) / n,
        sqrt(sum((estimate - ability) ** 2 for ability, estimate, _level in rows) / n),
        sum(step == 0 for step in steps) / n,
        sum(step <= 1 for step in steps) / n,
        asked,
    )


def forms(dice: random.Random) -> tuple[list[float], list[float]]:
    """The difficulties of two forms with common questions."""
    common = [dice.gauss(0, 1) for _n in range(COMMON)]
    return tuple([*common, *(dice.gauss(0, 1) for _n in range(FORM - COMMON))] for _form in "ab")  # type: ignore[return-value]


def one_gain(dice: random.Random, both: tuple[list[float], list[float]], number: int, change: float) -> Gain:
    """One person before and after, with one form and then the other."""
    ability = dice.gauss(0, 1)
    after = ability + dice.gauss(change, GAIN_SPREAD)
    first = both[number % 2], both[(number + 1) % 2]
    moments = []
    for able, form in zip((ability, after), first, strict=True):
        answered = [Answered(Known(b), float(dice.random() < chance(able, Known(b)))) for b in form]
        estimate = unweighted(answered)
        assert estimate is not None
        moments.append(Moment(estimate.ability, estimate.error))
    return gain(*moments)


def powers(trials: int) -> tuple[list[Power], dict[float, float]]:
    """How often units of different size see a gain; and how often a single person's is clear."""
    found, own = [], {}
    for change in (0.0, *GAINS):
        dice = random.Random(f"gain {change}")
        both = forms(dice)
        # People are drawn once and put into units of each size by chance: the error is that of units, not of people.
        people = [one_gain(dice, both, n, change) for n in range(8 * max(UNITS))]
        own[change] = sum(g.verdict == "clear" for g in people) / len(people)
        for size in UNITS:
            seen = 0
            for _trial in range(trials):
                told = spread(dice.sample(people, size))
                assert told is not None
                seen += told.low > 0
            found.append(Power(change, size, seen / trials))
    return found, own


def simulate(quick: bool = False) -> Found:
    """The whole simulation."""
    people, trials = QUICK if quick else (PEOPLE, TRIALS)
    calibrated, early, points = placements(people, True, 0.0)
    by_level, _early, _points = placements(people, False, 0.0)
    guessing, _early, _points = placements(people, True, 0.2)
    seen, own = powers(trials)
    needed = {
        (change, power): next((p.people for p in seen if p.gain == change and p.share >= power), None)
        for change in GAINS
        for power in POWERS
    }
    return Found(people, calibrated, by_level, guessing, early, points, seen, needed, own)


def draw(found: Found, folder: Path = IMAGES) -> list[Path]:
    """The drawings for the documentation."""
    levels = [
        Series("difficulties known", [(p.questions, p.rmse) for p in found.calibrated]),
        Series("thought by level", [(p.questions, p.rmse) for p in found.by_level]),
        Series("with guessing", [(p.questions, p.rmse) for p in found.guessing]),
    ]
    people = [Series(f"gain of {g} logits", [(p.people, p.share) for p in found.powers if p.gain == g]) for g in GAINS]
    people.append(Series("no gain", [(p.people, p.share) for p in found.powers if p.gain == 0.0]))
    line = Series("", [(-4, -4), (4, 4)])
    made = {
        "placing-error.svg": plot(
            "Error of the placement test", "questions", "RMSE in logits", levels, (1, MOST), (0, 2)
        ),
        "placing-points.svg": plot(
            "Where 400 people were placed", "true ability", "estimate", [line], (-4, 4), (-4, 4), dots=found.points
        ),
        "gain-power.svg": plot(
            "Units that see a gain", "people with both checks", "share of units", people, (0, max(UNITS)), (0, 1)
        ),
    }
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in made]


def markdown(found: Found) -> str:
    """The figures as tables."""
    rows = ["| questions | bias | RMSE | right level | at most one beside |", "|---:|---:|---:|---:|---:|"]
    for kind, own in (("known", found.calibrated), ("by level", found.by_level), ("guessing", found.guessing)):
        rows += [
            f"| {p.questions} ({kind}) | {p.bias:+.2f} | {p.rmse:.2f} | {p.same:.0%} | {p.within:.1%} |"
            for p in own
            if p.questions in (1, 2, 4, 6, 8)
        ]
    e = found.early
    rows.append(
        f"| {e.asked:.1f} on average (as it is) | {e.bias:+.2f} | {e.rmse:.2f} | {e.same:.0%} | {e.within:.1%} |"
    )
    rows += [
        "",
        "| gain in logits | people for 80 % | for 95 % | single people whose gain is clear |",
        "|---:|---:|---:|---:|",
    ]
    for change in GAINS:
        cells = [str(found.needed[change, power] or f"over {max(UNITS)}") for power in POWERS]
        rows.append(f"| {change} | {cells[0]} | {cells[1]} | {found.own[change]:.0%} |")
    nothing = [p.share for p in found.powers if p.gain == 0.0]
    rows.append(f"| 0 | seen by mistake in {sum(nothing) / len(nothing):.1%} of units | | {found.own[0.0]:.1%} |")
    return f"**Placement and change, simulated** ({found.people:,} people, seeded)\n\n" + "\n".join(rows)
