"""Pure: whether a typed answer says what was expected."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from pathlib import Path

import yaml
from msgspec import Struct

from lms.api.texts import spelling

HEEDS = ("case", "marks", "spaces")  # what may count as different; nothing else ever does
LONGEST = 500  # letters of a typed answer that are looked at
ANY = "\ue010"  # stands for `*` of a pattern while it is put into one spelling
_AT_ENDS = " \t\n.,;:!?\"'"
_STAR = re.compile(r"\\(.)|\*")


@functools.cache
def known_synonyms() -> tuple[tuple[str, ...], ...]:
    """The groups of words that count as the same in every question: data/synonyms.vi.yaml."""
    text = (Path(__file__).parents[1] / "data" / "synonyms.vi.yaml").read_text(encoding="utf-8")
    return tuple(tuple(str(word) for word in group) for group in yaml.safe_load(text))


def fits(typed: str, expected: str, heeds: Sequence[str] = (), own: Sequence[Sequence[str]] = ()) -> bool:
    """Whether what was typed fits an expected answer, in which `*` stands for anything and `\\*` for a star.

    `heeds`: case, marks, spaces, what of it counts as different. `own`: the question's own groups of synonyms.
    """
    groups = tuple(tuple(group) for group in own)
    pattern = _STAR.sub(lambda m: m[1] if m[1] is not None else ANY, expected)
    pieces = normal(pattern, tuple(heeds), groups).split(ANY)
    said = normal(typed[:LONGEST], tuple(heeds), groups)
    if len(pieces) == 1:
        return bool(said) and said == pieces[0]
    return bool(said) and _in_turn(said, [piece.strip() for piece in pieces])


def _in_turn(said: str, pieces: list[str]) -> bool:
    """Whether the pieces stand in the text one after the other, the first at its beginning, the last at its end.

    In time that grows with the text alone: a pattern of many stars is no way to keep the server busy.
    """
    first, last = pieces[0], pieces[-1]
    if len(first) + len(last) > len(said) or not said.startswith(first) or not said.endswith(last):
        return False
    at, end = len(first), len(said) - len(last)
    for piece in pieces[1:-1]:
        found = said.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


@functools.lru_cache(maxsize=4000)
def normal(text: str, heeds: tuple[str, ...] = (), own: tuple[tuple[str, ...], ...] = ()) -> str:
    """A text as it is compared: two texts say the same where these are equal. Marks at its ends never count."""
    case, marks = "case" in heeds, "marks" in heeds
    words = spelling(text.strip(_AT_ENDS), case, marks).strip(_AT_ENDS)
    words = " ".join(words.replace("-", " ").split()) if words.strip("-0123456789 ") else words
    known = _replacing(case, marks, own)
    if known is not None:
        words = known.pattern.sub(lambda found: known.stands_for[found[0]], words)
    return words if "spaces" in heeds else words.replace(" ", "")


class _Known(Struct, frozen=True):
    """What finds every synonym, and for each the word that stands for its group."""

    pattern: re.Pattern[str]
    stands_for: dict[str, str]


@functools.lru_cache(maxsize=500)
def _replacing(case: bool, marks: bool, own: tuple[tuple[str, ...], ...]) -> _Known | None:
    """The pattern that finds every synonym, the longest first, and the word that stands for its group."""
    groups: list[set[str]] = []
    for group in (*known_synonyms(), *own):
        spelt = {spelling(word, case, marks).replace("-", " ") for word in group if word.strip()}
        touching = [g for g in groups if g & spelt]
        groups = [g for g in groups if not g & spelt] + [spelt.union(*touching)]
    stands_for = {word: min(group) for group in groups for word in group}
    if not stands_for:
        return None
    longest_first = sorted(stands_for, key=lambda word: (-len(word), word))
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    return _Known(pattern, stands_for)
