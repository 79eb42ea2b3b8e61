"""Pure: the signs. Papers in, what a person should look at out; every threshold stands here, and all of them are ours.

A sign is no finding of guilt. Each says what was seen, in numbers, and `docs/integrity.md` says what it cannot know. No
regulation sets these figures: they are chosen so that of a thousand honest papers at most one is looked at, which
`tests/integrity/test_rules.py` measures on simulated classes.

Sources: reading, Trauzettel-Klosinski & Dietz 2012 (IReST, doi:10.1167/iovs.11-8284); equal answers, the generalized
binomial test of van der Linden & Sotaridona 2006 (doi:10.3102/10769986031003283), here on wrong answers only.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from msgspec import Struct, field

VERSION = 1  # of these rules; every paper is looked at once by each

# Reading. Adults read aloud 370 syllables a minute in seventeen languages, standard deviation 80: three of them above
# is 610. Vietnamese is not among the seventeen; that it is read no faster than 600 is our assumption.
FASTEST = 600  # syllables a minute
LEAST_WORDS = 150  # syllables: below, seconds decide too much
LEAST_SHARE = 0.5  # of the questions, answered in less time than reading them takes

# Equal wrong answers.
PAIR = 1e-5  # how rarely chance may do it for one pair …
ALL_PAIRS = 1e-3  # … and for all pairs that were compared, together (Bonferroni)
LINK = 1e-3  # for pairs within a larger group of which most are alike
LEAST_SAME = 3  # equal wrong answers of a pair
LEAST_LINKED = 4  # papers in such a group
KNOWN = 30  # papers with a question, before its wrong answers say anything
UNKNOWN = 0.8  # before that, how likely an equal wrong answer is taken to be by chance
RAREST = 0.15  # no wrong answer is taken to be rarer than this among the wrong ones
MOST_COMPARED = 400  # papers of one group; of larger ones each so many in a row

# Devices.
TOGETHER = 7_200  # seconds between the first paper's beginning and the last's
LEAST_ON_DEVICE = 3  # papers of different people
DEVICE_LINK = 1e-3  # for pairs of them; all of them together as above

# Classes.
LEAST_CLASS = 20
USUAL_KNOWN = 200  # papers of others, before a quiz has a usual rate
CLASS = 3e-3  # how rarely all of a class may pass that is as much better than usual as the next line says
GOOD_CLASS = 1.0  # in logits: so much better than usual a well-taught class may be
LITTLE_SPREAD = 0.4  # of the usual standard deviation of scores
LITTLE_LEARNING = 0.5  # of the people had begun a lesson before

FAST, ALIKE, DEVICE, WHOLE_CLASS = "fast", "alike", "device", "class"


class Sheet(Struct, frozen=True):
    """A paper as the signs see it. Moments are seconds since 1970; what goes by position goes by `versions`.

    `wrong`: by version what was answered where that was wrong and another wrong answer could have been given.
    `saved`: by position when an answer first came in. `score`: 0 to 1.
    """

    id: int
    person: int
    started_at: int
    submitted_at: int
    supervised: bool
    passed: bool
    score: float
    versions: tuple[int, ...]
    syllables: tuple[int, ...] = ()
    wrong: Mapping[int, str] = field(default_factory=dict)
    saved: Mapping[int, int] = field(default_factory=dict)
    device: bytes | None = None


class Sign(Struct, frozen=True):
    """What was seen in which papers, with its evidence as plain values."""

    kind: str
    papers: tuple[int, ...]
    evidence: Mapping[str, Any]


class Question(Struct, frozen=True):
    """What is known of a version: in how many papers it stood, and which wrong answers it got how often."""

    papers: int = 0
    wrong: Mapping[str, int] = field(default_factory=dict)

    @property
    def wrong_rate(self) -> float:
        """How often it is answered wrong; an upper bound, because rare is what incriminates."""
        if self.papers < KNOWN:
            return UNKNOWN
        return _upper(sum(self.wrong.values()), self.papers)

    def same_rate(self, answer: str) -> float:
        """How often a wrong answer is this one; an upper bound."""
        wrong = sum(self.wrong.values())
        if wrong < KNOWN:
            return UNKNOWN
        return max(RAREST, _upper(self.wrong.get(answer, 0), wrong))


class Usual(Struct, frozen=True):
    """What papers of a quiz come to among everybody else: how many, how many passed, scores' mean and deviation."""

    papers: int
    passed: int
    mean: float
    deviation: float


def _upper(times: int, of: int) -> float:
    """A share, two standard errors above what was seen."""
    share = (times + 1) / (of + 2)
    return min(0.98, share + 2 * math.sqrt(share * (1 - share) / of))


# --- impossible speed ----------------------------------------------------------------------------------------------


def fast(sheet: Sheet, known: frozenset[int] = frozenset()) -> Sign | None:
    """A passed paper of which a large part was answered in less time than its words can be read in.

    `known`: versions that this person was given before; they need not read them again. Papers that somebody supervised
    are not looked at. Where answers came in one by one, the time until each counts (who reads all questions first and
    then answers has taken that time); where all came at once, without a script, only the whole does.
    """
    if sheet.supervised or not sheet.passed:
        return None
    times = sorted((at, place) for place, at in sheet.saved.items() if sheet.versions[place] not in known)
    one_by_one = len({at for at, _place in times}) > len(times) / 2
    if not one_by_one:
        times = [(sheet.submitted_at, place) for _at, place in times]
    new = sum(1 for version in sheet.versions if version not in known)
    read, found = 0, None
    for n, (at, place) in enumerate(times, 1):
        read += sheet.syllables[place]
        took = max(at - sheet.started_at, 0)
        enough = read >= LEAST_WORDS and n >= LEAST_SHARE * new and (one_by_one or n == len(times))
        if enough and took < read * 60 / FASTEST:
            found = Sign(
                FAST,
                (sheet.id,),
                {
                    "questions": n, "of": new, "syllables": read, "seconds": took,
                    "needed": math.ceil(read * 60 / FASTEST), "one_by_one": one_by_one,
                },
            )  # fmt: skip
    return found


# --- equal wrong answers -------------------------------------------------------------------------------------------


class Pair(Struct, frozen=True):
    """Two papers compared: wrong answers that are equal, questions that both had, how rarely chance does that."""

    one: int
    other: int
    same: int
    shared: int
    both_wrong: int
    chance: float


class Group:
    """Papers that are compared with one another: of one quiz, one unit or session, one day."""

    def __init__(self, sheets: Sequence[Sheet], questions: Mapping[int, Question]) -> None:
        self.sheets = {s.id: s for s in sheets}
        self._questions = questions
        self._ability = {s.id: self._able(s) for s in sheets}
        self._here: dict[int, Counter[str]] = defaultdict(Counter)
        self._had: Counter[int] = Counter()
        for sheet in sheets:
            self._had.update(sheet.versions)
            for version, answer in sheet.wrong.items():
                self._here[version][answer] += 1

    def _question(self, version: int) -> Question:
        return self._questions.get(version) or Question()

    def _able(self, sheet: Sheet) -> float:
        """By how many logits this person is wrong more often than others, so that their wrong answers are as many."""
        rates = [_logit(self._question(v).wrong_rate) for v in sheet.versions]
        wanted = min(max(len(sheet.wrong), 0.5), len(rates) - 0.5)
        low, high = -8.0, 8.0
        for _step in range(30):
            middle = (low + high) / 2
            low, high = (low, middle) if sum(_share(r + middle) for r in rates) > wanted else (middle, high)
        return (low + high) / 2

    def _match(self, copied: Sheet, other: Sheet, version: int) -> float:
        """How likely the other gives, by chance, the wrong answer that the first one gave.

        As likely at least as it is among the rest of this group: what a class was taught wrong it answers wrong.
        """
        answer, question = copied.wrong[version], self._question(version)
        if question.papers < KNOWN:
            return UNKNOWN
        alone = _share(_logit(question.wrong_rate) + self._ability[other.id]) * question.same_rate(answer)
        rest = self._had[version] - 2
        if rest < LEAST_LINKED:
            return alone
        others = self._here[version][answer] - 1 - (other.wrong.get(version) == answer)
        return min(0.98, max(alone, others / rest))

    def compare(self, one: Sheet, other: Sheet) -> Pair | None:
        """Two papers, where they have enough equal wrong answers to be compared."""
        same = sum(1 for v, answer in one.wrong.items() if other.wrong.get(v) == answer)
        if same < LEAST_SAME or one.person == other.person or not (one.passed or other.passed):
            return None
        shared = set(one.versions) & set(other.versions)
        chances = [
            at_least(same, [self._match(a, b, v) for v in a.wrong if v in shared])
            for a, b in ((one, other), (other, one))
        ]
        both = len(shared & set(one.wrong) & set(other.wrong))
        return Pair(one.id, other.id, same, len(shared), both, min(1.0, 2 * min(chances)))  # either may be the source

    def pairs(self) -> tuple[list[Pair], int]:
        """The pairs with enough equal wrong answers, and how many pairs there were in all."""
        found = [p for a, b in combinations(self.sheets.values(), 2) if (p := self.compare(a, b))]
        return found, len(self.sheets) * (len(self.sheets) - 1) // 2


def alike(group: Group) -> list[Sign]:
    """Papers with more equal wrong answers than chance explains: a pair by itself, or a larger group of such."""
    found, compared = group.pairs()
    rare = min(PAIR, ALL_PAIRS / max(compared, 1))
    certain = [p for p in found if p.chance < rare]
    linked = [p for p in found if p.chance < LINK]
    signs = []
    for members in _joined((p.one, p.other) for p in linked):
        within = [p for p in linked if p.one in members]
        most = len(members) * (len(members) - 1) / 2
        sure = [p for p in certain if p.one in members]
        if sure or (len(members) >= LEAST_LINKED and len(within) >= most / 2):
            many = len(members) >= LEAST_LINKED and len(within) >= most / 2
            told = within if many else sure
            signs.append(_of_pairs(ALIKE, told, compared, {}))
    return signs


def _of_pairs(kind: str, pairs: Sequence[Pair], compared: int, more: Mapping[str, Any]) -> Sign:
    papers = sorted({i for p in pairs for i in (p.one, p.other)})
    shown = sorted(pairs, key=lambda p: (p.chance, p.one, p.other))[:20]
    return Sign(
        kind,
        tuple(papers),
        {
            "compared": compared,
            "pairs": [[p.one, p.other, p.same, p.both_wrong, p.shared, exponent(p.chance)] for p in shown],
            **more,
        },
    )


def at_least(times: int, chances: Sequence[float]) -> float:
    """How likely at least so many of independent things happen, each with its own chance; exact."""
    ways = [1.0] + [0.0] * len(chances)
    for n, chance in enumerate(chances, 1):
        for k in range(n, 0, -1):
            ways[k] = ways[k] * (1 - chance) + ways[k - 1] * chance
        ways[0] *= 1 - chance
    return min(1.0, math.fsum(ways[times:]))


def exponent(chance: float) -> int:
    """One in ten to the power of what, rounded down: 6 for one in a million; 12 at most, no model is better."""
    return min(12, math.floor(-math.log10(max(chance, 1e-300))))


# --- devices -------------------------------------------------------------------------------------------------------


def on_one_device(group: Group) -> list[Sign]:
    """Papers of several people that followed or overlapped each other on one device, with the same wrong answers.

    One shared tablet is normal, and so is one network; only together with equal answers it is told. Supervised papers
    and devices of classes are not looked at.
    """
    lying: dict[bytes, list[Sheet]] = defaultdict(list)
    for sheet in group.sheets.values():
        if sheet.device is not None and not sheet.supervised:
            lying[sheet.device].append(sheet)
    signs = []
    for sheets in lying.values():
        sheets.sort(key=lambda s: (s.started_at, s.id))
        while sheets:
            near = [s for s in sheets if s.started_at - sheets[0].started_at <= TOGETHER]
            sheets = sheets[len(near) :]
            if len({s.person for s in near}) < LEAST_ON_DEVICE:
                continue
            found = [p for a, b in combinations(near, 2) if (p := group.compare(a, b))]
            compared = len(near) * (len(near) - 1) // 2
            for members in _joined((p.one, p.other) for p in found if p.chance < DEVICE_LINK / compared):
                if len(members) < LEAST_ON_DEVICE:
                    continue
                inside = [p for p in found if p.one in members and p.chance < DEVICE_LINK / compared]
                spans = sorted((s.started_at, s.submitted_at) for s in near if s.id in members)
                overlaps = sum(1 for before, after in pairwise(spans) if after[0] < before[1])
                minutes = math.ceil((max(end for _begin, end in spans) - spans[0][0]) / 60)
                signs.append(_of_pairs(DEVICE, inside, compared, {"minutes": minutes, "overlaps": overlaps}))
    return signs


# --- classes -------------------------------------------------------------------------------------------------------


def whole_class(sheets: Sequence[Sheet], usual: Usual, begun: int | None) -> Sign | None:
    """A class of which everybody passed, far above what is usual, with hardly any difference between them.

    `begun`: how many had begun a lesson of the course before, None where that was not asked; a class that has learned
    is not told. The best paper of each person counts.
    """
    best: dict[int, Sheet] = {}
    for sheet in sheets:
        held = best.get(sheet.person)
        if held is None or (sheet.passed, sheet.score) > (held.passed, held.score):
            best[sheet.person] = sheet
    n = len(best)
    if n < LEAST_CLASS or usual.papers < USUAL_KNOWN or not all(s.passed for s in best.values()):
        return None
    rate = _share(_logit(_upper(usual.passed, usual.papers)) + GOOD_CLASS)
    chance = rate**n
    mean = math.fsum(s.score for s in best.values()) / n
    deviation = math.sqrt(math.fsum((s.score - mean) ** 2 for s in best.values()) / n)
    if chance >= CLASS or deviation > LITTLE_SPREAD * usual.deviation or mean <= usual.mean:
        return None
    if begun is not None and begun >= LITTLE_LEARNING * n:
        return None
    return Sign(
        WHOLE_CLASS,
        tuple(sorted(s.id for s in best.values())),
        {
            "people": n, "usual": round(100 * usual.passed / usual.papers), "of": usual.papers, "begun": begun,
            "mean": round(100 * mean), "usual_mean": round(100 * usual.mean), "deviation": round(100 * deviation, 1),
            "usual_deviation": round(100 * usual.deviation, 1), "chance": exponent(chance),
        },
    )  # fmt: skip


# --- together ------------------------------------------------------------------------------------------------------


def cases_of(signs: Iterable[Sign]) -> list[list[Sign]]:
    """Signs that have papers in common, together: what is looked at at once. A class stands for itself."""
    found = list(signs)
    apart = [[s] for s in found if s.kind == WHOLE_CLASS]
    others = [s for s in found if s.kind != WHOLE_CLASS]
    links = [(s.papers[0], paper) for s in others for paper in s.papers]
    together = [[s for s in others if s.papers[0] in members] for members in _joined(links)]
    return apart + together


def rests_on(quiz: Mapping[str, Any] | None, submitted_at: int, passed: Iterable[int]) -> bool:
    """Whether an attainment's frozen result of a quiz came of a paper: `passed`, when each passed paper was handed in.

    A result that waited for a person's mark is dated by that; it comes of the last paper handed in before.
    """
    if not quiz or not quiz.get("passed") or quiz.get("at") is None:
        return False
    before = [at for at in passed if at <= quiz["at"]]
    return bool(before) and max(before) == submitted_at


def _joined(links: Iterable[tuple[int, int]]) -> list[set[int]]:
    """The groups that links make, each from its smallest on."""
    above: dict[int, int] = {}

    def top(one: int) -> int:
        above.setdefault(one, one)
        while above[one] != one:
            one = above[one]
        return one

    for a, b in links:
        low, high = sorted((top(a), top(b)))
        above[high] = low
    groups: dict[int, set[int]] = defaultdict(set)
    for one in sorted(above):
        groups[top(one)].add(one)
    return list(groups.values())


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
