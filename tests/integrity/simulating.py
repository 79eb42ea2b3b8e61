"""Classes that never were: honest ones, and some in which somebody copied, hurried or helped. Seeded.

An answer comes of a person's ability and a question's difficulty (Rasch); a wrong one is drawn by how tempting each
wrong option is. Classes differ (a good teacher), and each was taught some things wrong, so that its people give equal
wrong answers without any of them having copied: what a careless test would take for copying.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import dataclass, field

from msgspec.structs import replace

from plugins.integrity.rules import Question, Sheet, Usual

WRONG_TAUGHT = 0.05  # of the questions, in each class, by a teacher who tells them wrong


@dataclass(frozen=True)
class Exam:
    """How a quiz is made up: its bank, the questions on a paper, how many right ones pass."""

    bank: int = 60
    asked: int = 30
    passing: int = 18
    syllables: tuple[int, int] = (25, 60)


@dataclass
class Land:
    """A seeded country: questions and the papers that were written in its classes."""

    seed: int
    exam: Exam = field(default_factory=Exam)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        draw = self.chance
        self.hard = [draw.gauss(0, 1) for _ in range(self.exam.bank)]
        self.tempting = []
        for _ in range(self.exam.bank):
            weights = [draw.expovariate(1) for _ in range(3)]
            self.tempting.append([w / sum(weights) for w in weights])
        self.words = [draw.randint(*self.exam.syllables) for _ in range(self.exam.bank)]
        self.made = 0

    def class_of(self, people: int) -> list[Sheet]:
        """An honest class."""
        draw = self.chance
        better = draw.gauss(0, 0.7)
        taught = {i: draw.randrange(3) for i in range(self.exam.bank) if draw.random() < WRONG_TAUGHT}
        return [self.paper(draw.gauss(1, 1) + better, taught) for _ in range(people)]

    def paper(self, ability: float, taught: dict[int, int] | None = None) -> Sheet:
        """An honest paper."""
        draw, exam = self.chance, self.exam
        asked = draw.sample(range(exam.bank), exam.asked)
        wrong: dict[int, str] = {}
        for item in asked:
            if taught and item in taught and draw.random() < 0.7:
                wrong[item] = str(taught[item])
            elif draw.random() > 1 / (1 + math.exp(self.hard[item] - ability)):
                wrong[item] = str(draw.choices(range(3), self.tempting[item])[0])
        speed = min(max(draw.lognormvariate(math.log(200), 0.35), 60), 560)  # syllables a minute
        self.made += 1
        start = 1_000_000 + draw.randint(0, 3600)
        at, saved = float(start), {}
        for place, item in enumerate(asked):
            at += self.words[item] * 60 / speed + draw.expovariate(1 / 5)
            saved[place] = int(at)
        right = exam.asked - len(wrong)
        return Sheet(
            self.made, self.made, start, int(at) + 20, False, right >= exam.passing, right / exam.asked, tuple(asked),
            tuple(self.words[i] for i in asked), wrong, saved,
        )  # fmt: skip

    def copied(self, source: Sheet, share: float = 0.95) -> Sheet:
        """The source's paper written off by somebody else, on the same questions; a share of them."""
        own = self.paper(0.5)
        wrong: dict[int, str] = {}
        for item in source.versions:
            if self.chance.random() < share:
                if item in source.wrong:
                    wrong[item] = source.wrong[item]
            elif self.chance.random() > 1 / (1 + math.exp(self.hard[item] - 0.5)):
                wrong[item] = str(self.chance.choices(range(3), self.tempting[item])[0])
        right = self.exam.asked - len(wrong)
        return replace(
            own, versions=source.versions, syllables=source.syllables, wrong=wrong, score=right / self.exam.asked,
            passed=right >= self.exam.passing,
        )  # fmt: skip

    def hurried(self, seconds_each: float = 1.5) -> Sheet:
        """A paper filled in from a list of answers."""
        paper = self.paper(4)
        saved = {place: paper.started_at + int((place + 1) * seconds_each) for place in range(len(paper.versions))}
        return replace(paper, passed=True, saved=saved, submitted_at=max(saved.values()) + 2)


def usual_of(sheets: list[Sheet]) -> tuple[dict[int, Question], Usual]:
    """What is known of questions and quiz after these papers."""
    stood: Counter[int] = Counter(v for s in sheets for v in s.versions)
    wrong: dict[int, Counter[str]] = {}
    for sheet in sheets:
        for version, answer in sheet.wrong.items():
            wrong.setdefault(version, Counter())[answer] += 1
    questions = {v: Question(n, wrong.get(v, {})) for v, n in stood.items()}
    scores = [s.score for s in sheets]
    mean = sum(scores) / len(scores)
    deviation = math.sqrt(sum((x - mean) ** 2 for x in scores) / len(scores))
    return questions, Usual(len(sheets), sum(s.passed for s in sheets), mean, deviation)
