"""Pure: draws a paper from a bank by a blueprint. The same seed and bank give the same paper."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Candidate:
    """An item that may be drawn: its skill codes, and how often this person has had it."""

    item_id: int
    version_id: int
    codes: frozenset[str]
    seen: int = 0


class BankTooSmall(ValueError):
    """A line of the blueprint asks for more items than there are."""

    def __init__(self, codes: Sequence[str], wanted: int, have: int) -> None:
        super().__init__(f"{wanted} items under {', '.join(codes)} are wanted, {have} are there.")
        self.codes, self.wanted, self.have = tuple(codes), wanted, have


def lies_under(code: str, above: str) -> bool:
    """ND.4.3 lies under ND.4.3 and ND.4."""
    return code == above or code.startswith(above + ".")


def draw(lines: Sequence[Mapping[str, Any]], bank: Iterable[Candidate], seed: int) -> list[Candidate]:
    """Draws each line in turn (`from` codes, `count`, `spread`), never an item twice, then shuffles the whole.

    Items that the person has had least often come first. Raises BankTooSmall.
    """
    dice = random.Random(seed)  # noqa: S311  chance, not a secret: the seed is stored so that a paper can be rebuilt
    pool = sorted(bank, key=lambda c: c.item_id)
    dice.shuffle(pool)
    pool.sort(key=lambda c: c.seen)
    taken: dict[int, Candidate] = {}
    for line in lines:
        codes, count = list(line["from"]), int(line["count"])
        fits = [
            c for c in pool if c.item_id not in taken and any(lies_under(code, a) for code in c.codes for a in codes)
        ]
        if len(fits) < count:
            raise BankTooSmall(codes, count, len(fits))
        chosen = _spread(fits, codes, count, dice) if line.get("spread") else fits[:count]
        taken.update((c.item_id, c) for c in chosen)
    paper = list(taken.values())
    dice.shuffle(paper)
    return paper


def _spread(fits: list[Candidate], codes: list[str], count: int, dice: random.Random) -> list[Candidate]:
    """Takes from each code in turn, in an order drawn by chance, until there are enough."""
    shelves = {a: [c for c in fits if any(lies_under(code, a) for code in c.codes)] for a in codes}
    order = list(codes)
    dice.shuffle(order)
    chosen: dict[int, Candidate] = {}
    while len(chosen) < count:
        before = len(chosen)
        for code in order:
            shelf = shelves[code]
            while shelf and shelf[0].item_id in chosen:
                shelf.pop(0)
            if shelf and len(chosen) < count:
                candidate = shelf.pop(0)
                chosen[candidate.item_id] = candidate
        if len(chosen) == before:
            raise BankTooSmall(codes, count, before)
    return list(chosen.values())


def shuffled(count: int, seed: int, position: int) -> list[int]:
    """The order of a question's options on a paper."""
    order = list(range(count))
    random.Random(f"{seed}:{position}").shuffle(order)  # noqa: S311  as above
    return order


def assured(lines: Sequence[Mapping[str, Any]], bank: Iterable[Candidate]) -> list[tuple[int, int]]:
    """For each line (items that fit it, items that are left for it whatever the lines before it draw).

    A quiz can always be drawn where no line asks for more than what is left for it.
    """
    pool = list(bank)
    fits = [
        {c.item_id for c in pool if any(lies_under(code, a) for code in c.codes for a in line["from"])}
        for line in lines
    ]
    found = []
    for number, own in enumerate(fits):
        taken = sum(min(int(lines[i]["count"]), len(own & fits[i])) for i in range(number))
        found.append((len(own), max(0, len(own) - taken)))
    return found
