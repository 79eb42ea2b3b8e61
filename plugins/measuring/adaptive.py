"""Pure: which question a placement test asks next, when it has asked enough, and where somebody stands then.

All numbers here are ours.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from plugins.measuring.ability import GRID, Answered, Estimate, Known, expected, information, logit, summary, weights

MOST, FEWEST = 8, 4  # questions
SURE = 0.8  # it ends early once one level is as likely as this
MEAN, SPREAD = 0.0, 1.5  # of people's abilities before the first answer
EASY = -1.0  # the first question is looked for so much below the middle
WITHIN = 3  # of the best questions one is taken by chance, so that not everybody gets the same
SAFETY_BY = 3  # a question about safety is among the first so many
# A level reaches from one of these shares of right answers to typical questions to the next.
SHARES = (0.3, 0.6, 0.85)
CUTS = tuple(logit(share) for share in SHARES)
LEVELS = len(CUTS) + 1
KNOWS = 0.7  # an area is known where a typical question of it would be answered rightly with such a chance
AREA_SPREAD = 0.7  # how far people's abilities in single areas lie from their ability in all, in logits
# Before there are answers enough for a difficulty, a question is thought to be as difficult as its level says.
BY_LEVEL: Mapping[int, float] = {1: -1.0, 2: 0.0, 3: 1.0, 4: 2.0}
LEVEL_ERROR, UNKNOWN_ERROR = 0.7, 1.0


class Card(Struct, frozen=True):
    """A question that may be asked: its version, item, twins, areas, and what is known of its difficulty."""

    version_id: int
    item_id: int
    areas: frozenset[str]
    known: Known
    twins: str = ""


class Asked(Struct, frozen=True):
    """A question that was asked, and the share of its point that was reached. “I do not know” reaches nothing."""

    card: Card
    share: float


class Placed(Struct, frozen=True):
    """Where somebody stands: the likeliest level from 0, how likely each is, and the ability behind it."""

    level: int
    chances: tuple[float, ...]
    estimate: Estimate

    @property
    def is_sure(self) -> bool:
        return self.chances[self.level] >= SURE


def prior(level: int | None) -> Known:
    """What is thought of a question that has no difficulty of its own yet."""
    if level is None or level not in BY_LEVEL:
        return Known(0.0, UNKNOWN_ERROR)
    return Known(BY_LEVEL[level], LEVEL_ERROR)


def placed(asked: Sequence[Asked]) -> Placed:
    """Where somebody stands after these answers."""
    found = weights([Answered(a.card.known, a.share) for a in asked], MEAN, SPREAD)
    chances = [0.0] * LEVELS
    for ability, weight in zip(GRID, found, strict=True):
        chances[level_of(ability)] += weight
    best = max(range(LEVELS), key=lambda level: chances[level])
    return Placed(best, tuple(chances), summary(found))


def level_of(ability: float) -> int:
    """The level in which an ability lies, from 0."""
    return sum(ability >= cut for cut in CUTS)


def is_enough(asked: Sequence[Asked], safety: str = "") -> bool:
    """Whether no further question is needed. `safety`: the area that has to be asked about; empty: none."""
    if len(asked) >= MOST:
        return True
    heard = not safety or any(safety in a.card.areas for a in asked)
    return len(asked) >= FEWEST and heard and placed(asked).is_sure


def next_card(cards: Sequence[Card], asked: Sequence[Asked], seed: int, safety: str = "") -> Card | None:
    """The question to ask now; None where none is left.

    Areas asked least come first, safety at the latest as question number SAFETY_BY; among the questions of the chosen
    areas the most telling at the present estimate, one of the best few by chance. The same seed asks the same.
    """
    had = {a.card.item_id for a in asked}
    groups = {a.card.twins for a in asked if a.card.twins}
    left = [c for c in cards if c.item_id not in had and c.twins not in groups]
    if not left:
        return None
    times = Counter(area for a in asked for area in a.card.areas)
    if safety and not times[safety] and len(asked) >= SAFETY_BY - 1:
        left = [c for c in left if safety in c.areas] or left
    else:
        fewest = min(min((times[area] for area in c.areas), default=0) for c in left)
        left = [c for c in left if min((times[area] for area in c.areas), default=0) == fewest]
    at = expected([Answered(a.card.known, a.share) for a in asked], MEAN, SPREAD).ability if asked else MEAN + EASY
    best = sorted(left, key=lambda c: (-information(at, c.known), _mixed(seed, c.item_id)))[:WITHIN]
    return min(best, key=lambda c: _mixed(seed + len(asked) + 1, c.item_id))


def _mixed(seed: int, item_id: int) -> bytes:
    return hashlib.sha256(f"{seed}:{item_id}".encode()).digest()


def known_areas(asked: Sequence[Asked], areas: Sequence[str]) -> frozenset[str]:
    """The areas that somebody knows already: in which they would probably answer a typical question rightly.

    What was answered in an area moves it away from the ability in all. Whoever stands on the lowest level knows none:
    they begin at the beginning.
    """
    found = placed(asked)
    if found.level == 0 or not asked:
        return frozenset()
    needed = logit(KNOWS)
    known = set()
    for area in areas:
        own = [Answered(a.card.known, a.share) for a in asked if area in a.card.areas]
        if own and any(a.share < 0.5 for a in own):
            continue  # what was missed is taught
        if expected(own, found.estimate.ability, AREA_SPREAD).ability >= needed:
            known.add(area)
    return frozenset(known)
