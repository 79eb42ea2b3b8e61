"""Pure: draws a paper from a deck by a blueprint. The same deck, seed and items had before give the same paper.

A deck holds the places of a bank that a quiz may draw from, laid out once on the shelves of the blueprint's lines. A
draw then looks at as many cards as the paper needs, however large the bank is.
"""

from __future__ import annotations

import hashlib
import json
import random
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

REUSE, FEWER, REFUSE = "reuse", "fewer", "refuse"  # what happens where too few fresh items are left
Line = Mapping[str, Any]  # of a blueprint: from, count, spread, levels, thinking


class Candidate(Struct, frozen=True):
    """An item that may be drawn: its skill codes, its level and kind of thinking, and the group of its twins.

    `rests`: it was given so often lately that others are to go first.
    """

    item_id: int
    version_id: int
    codes: frozenset[str]
    level: int | None = None
    thinking: str = ""
    twins: str = ""
    rests: bool = False

    @property
    def unit(self) -> int | str:
        """What a paper holds at most once: the item, or the group of its twins."""
        return self.twins or self.item_id


class BankTooSmall(ValueError):
    """A line of the blueprint asks for more items than there are."""

    def __init__(self, codes: Sequence[str], wanted: int, have: int) -> None:
        super().__init__(f"{wanted} items under {', '.join(codes)} are wanted, {have} are there.")
        self.codes, self.wanted, self.have = tuple(codes), wanted, have


def lies_under(code: str, above: str) -> bool:
    """ND.4.3 lies under ND.4.3 and ND.4."""
    return code == above or code.startswith(above + ".")


def fits(line: Line, codes: Iterable[str], level: int | None = None, thinking: str = "") -> bool:
    """Whether a line may draw an item: one of its skills lies under one of the line's codes, level and thinking fit."""
    return _asks_for(line, level, thinking) and any(lies_under(c, above) for c in codes for above in line["from"])


def _asks_for(line: Line, level: int | None, thinking: str) -> bool:
    levels, kinds = line.get("levels"), line.get("thinking")
    return (not levels or level in levels) and (not kinds or thinking in kinds)


class LineShelves(Struct, frozen=True):
    """A line of the blueprint with its shelves: one, or where it spreads one for each code. Cards are places."""

    codes: tuple[str, ...]
    count: int
    shelves: tuple[array[int], ...]


class Deck(Struct, frozen=True):
    """What a quiz draws from: items in order of their numbers, the version of each that is in use, its group of twins
    (0: none), the places of those that rest, and the shelves of each line.
    """

    items: array[int]
    versions: array[int]
    twins: array[int]
    rests: frozenset[int]
    lines: tuple[LineShelves, ...]

    def place(self, item_id: int) -> int | None:
        """Where an item lies; None where it is not in the deck."""
        at = bisect_left(self.items, item_id)
        return at if at < len(self.items) and self.items[at] == item_id else None

    def packed(self) -> bytes:
        """The deck as it is kept; `unpacked` reads it."""
        return zlib.compress(self._text(), 6)

    def digest(self) -> str:
        """SHA-256 of what the deck holds: equal decks are one."""
        return hashlib.sha256(self._text()).hexdigest()

    def _text(self) -> bytes:
        rows = {
            "items": _steps(self.items),
            "versions": _steps(self.versions),
            "twins": [[at, group] for at, group in enumerate(self.twins) if group],
            "rests": sorted(self.rests),
            "shelves": [[_steps(shelf) for shelf in line.shelves] for line in self.lines],
        }
        return json.dumps(rows, separators=(",", ":")).encode()


def _steps(numbers: Iterable[int]) -> list[int]:
    """Each number as its distance from the one before: small numbers pack well."""
    found, last = [], 0
    for number in numbers:
        found.append(number - last)
        last = number
    return found


def _sums(steps: Iterable[int], kind: str) -> array[int]:
    found, last = array(kind), 0
    for step in steps:
        last += step
        found.append(last)
    return found


def unpacked(packed: bytes, lines: Sequence[Line]) -> Deck:
    """The deck that was kept for a blueprint."""
    rows = json.loads(zlib.decompress(packed))
    items = _sums(rows["items"], "q")
    twins = array("i", bytes(4 * len(items)))
    for at, group in rows["twins"]:
        twins[at] = group
    shelves = [tuple(_sums(shelf, "i") for shelf in own) for own in rows["shelves"]]
    return Deck(
        items,
        _sums(rows["versions"], "q"),
        twins,
        frozenset(rows["rests"]),
        tuple(
            LineShelves(tuple(line["from"]), int(line["count"]), own) for line, own in zip(lines, shelves, strict=True)
        ),
    )


def deck_of(lines: Sequence[Line], bank: Iterable[Candidate]) -> Deck:
    """Lays a bank out for a blueprint. What no line may draw is left out; the order of the bank does not matter."""
    codes = [list(line["from"]) for line in lines]
    shelves = [
        [array("i") for _ in (own if line.get("spread") else [0])] for line, own in zip(lines, codes, strict=True)
    ]
    under: dict[str, list[list[int]]] = {}  # the shelves of each line on which a skill stands: skills are few
    items, versions, twins, rests = array("q"), array("q"), array("i"), []
    groups: dict[str, int] = {}
    for card in sorted(bank, key=lambda c: c.item_id):
        place, drawn = len(items), False
        for code in card.codes:
            if code not in under:
                under[code] = [[n for n, above in enumerate(own) if lies_under(code, above)] for own in codes]
        for number, line in enumerate(lines):
            if not _asks_for(line, card.level, card.thinking):
                continue
            on = {n for code in card.codes for n in under[code][number]}
            for n in sorted(on) if line.get("spread") else [0] if on else []:
                shelves[number][n].append(place)
                drawn = True
        if drawn:
            items.append(card.item_id)
            versions.append(card.version_id)
            twins.append(groups.setdefault(card.twins, len(groups) + 1) if card.twins else 0)
            if card.rests:
                rests.append(place)
    return Deck(
        items,
        versions,
        twins,
        frozenset(rests),
        tuple(
            LineShelves(tuple(own), int(line["count"]), tuple(on))
            for line, own, on in zip(lines, codes, shelves, strict=True)
        ),
    )


class Drawn(Struct, frozen=True):
    """A paper as drawn: places in the deck in the order of the questions, and how many each line gave."""

    places: tuple[int, ...]
    counts: tuple[int, ...]


def draw(deck: Deck, seed: int, had: Mapping[int, int] | None = None, short: str = REUSE) -> Drawn:
    """Draws each line in turn, never an item or two of a group of twins twice, then mixes the whole.

    `had`: how often the person has had which item. Fresh items come first, those that rest after them, then those had
    least often. Where fresh ones run out, `short` says what happens: those had before come again (`reuse`), fewer
    questions are drawn (`fewer`), or none (`refuse`). Raises BankTooSmall.
    """
    dice = random.Random(seed)  # noqa: S311  chance, not a secret: the seed is stored so that a paper can be rebuilt
    times = {place: n for item_id, n in (had or {}).items() if n and (place := deck.place(item_id)) is not None}
    taken: dict[int, None] = {}
    groups: set[int] = set()

    def is_free(place: int) -> bool:
        return place not in taken and (not deck.twins[place] or deck.twins[place] not in groups)

    counts = []
    for line in deck.lines:
        shelves = [_Shelf(shelf, dice, times, deck.rests, is_free, short == REUSE) for shelf in line.shelves]
        _mix(shelves, dice)
        before = len(taken)
        while shelves and len(taken) - before < line.count:
            for shelf in list(shelves):  # one from each in turn
                place = shelf.next() if len(taken) - before < line.count else None
                if place is not None:
                    taken[place] = None
                    groups.add(deck.twins[place])
                elif shelf.is_empty:
                    shelves.remove(shelf)
        counts.append(len(taken) - before)
        if counts[-1] < line.count and short != FEWER:
            raise BankTooSmall(line.codes, line.count, counts[-1])
    if not taken:
        raise BankTooSmall(deck.lines[0].codes if deck.lines else (), 1, 0)
    places = list(taken)
    _mix(places, dice)
    return Drawn(tuple(places), tuple(counts))


def _mix(things: list[Any], dice: random.Random) -> None:
    """Shuffles in place. By `random()` alone: of the standard library's draws only it is promised to stay the same."""
    for last in range(len(things) - 1, 0, -1):
        other = int(dice.random() * (last + 1))
        things[last], things[other] = things[other], things[last]


class _Shelf:
    """The cards of a shelf in an order that chance makes, no further than somebody looks."""

    def __init__(
        self,
        cards: array[int],
        dice: random.Random,
        times: Mapping[int, int],
        rests: frozenset[int],
        is_free: Callable[[int], bool],
        reuse: bool,
    ) -> None:
        self._cards, self._left, self._dice = cards, len(cards), dice
        self._moved: dict[int, int] = {}  # a shuffle of which only the cards that moved are written down
        self._times, self._rests, self._is_free, self._reuse = times, rests, is_free, reuse
        self._later: list[int] = []
        self._sorted = False

    @property
    def is_empty(self) -> bool:
        return not self._left and not self._later

    def next(self) -> int | None:
        """The next card: fresh ones first. None where there is none."""
        while self._left:
            card = self._any()
            if not self._is_free(card):
                continue
            if card in self._times or card in self._rests:
                if self._reuse or card not in self._times:
                    self._later.append(card)
                continue
            return card
        if not self._sorted:
            self._later.sort(key=lambda c: (self._times.get(c, 0), c in self._rests), reverse=True)
            self._sorted = True
        while self._later:
            card = self._later.pop()
            if self._is_free(card):
                return card
        return None

    def _any(self) -> int:
        at = int(self._dice.random() * self._left)
        self._left -= 1
        card = self._moved.get(at, self._cards[at])
        self._moved[at] = self._moved.pop(self._left, self._cards[self._left])
        return card


def shuffled(count: int, seed: int, position: int) -> list[int]:
    """The order of a question's options on a paper. Phones without a network hold such orders, so it stays as it is."""
    order = list(range(count))
    random.Random(f"{seed}:{position}").shuffle(order)  # noqa: S311  chance, as above
    return order


def assured(lines: Sequence[Line], bank: Iterable[Candidate]) -> list[tuple[int, int]]:
    """For each line (items that fit it, items that are left for it whatever the lines before it draw).

    Twins count as one. A quiz can always be drawn where no line asks for more than what is left for it.
    """
    pool = list(bank)
    own = [{c.unit for c in pool if fits(line, c.codes, c.level, c.thinking)} for line in lines]
    found = []
    for number, units in enumerate(own):
        taken = sum(min(int(lines[i]["count"]), len(units & own[i])) for i in range(number))
        found.append((len(units), max(0, len(units) - taken)))
    return found


def scaled(passing: Mapping[str, Any], lines: Sequence[Line], counts: Sequence[int]) -> dict[str, Any] | None:
    """What passes a paper with fewer questions: right answers in the same proportion, rounded up, never none.

    None where every line gave as many as it asks for: then the quiz's own `pass` holds.
    """
    if all(count >= int(line["count"]) for line, count in zip(lines, counts, strict=True)):
        return None

    def share(correct: int, chosen: Sequence[int]) -> int:
        asked, given = sum(int(lines[i]["count"]) for i in chosen), sum(counts[i] for i in chosen)
        return max(1, -(-correct * given // asked)) if asked and given else 0

    parts = []
    for part in passing.get("parts") or ():
        above = part["from"]
        touching = [
            i for i, line in enumerate(lines) if any(lies_under(c, above) or lies_under(above, c) for c in line["from"])
        ]
        parts.append({"from": above, "correct": share(int(part["correct"]), touching)})
    return {"correct": share(int(passing["correct"]), range(len(lines))), "parts": parts}
