"""Two texts beside one another, word by word. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from msgspec import Struct

MOST_WORDS = 3000  # on either side: beyond, whole lines are compared, which is quick
_WORD = re.compile(r"\S+\s*|\s+")


class Piece(Struct, frozen=True):
    """A run of words, and whether it stands on the other side as well."""

    text: str
    other: bool  # it stands on this side alone


def words(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces: what is the same, and what stands on one side only."""
    one, two = _WORD.findall(before), _WORD.findall(after)
    if max(len(one), len(two)) > MOST_WORDS:
        one, two = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if max(len(one), len(two)) > MOST_WORDS:
        return [Piece(before, before != after)], [Piece(after, before != after)]
    left: list[Piece] = []
    right: list[Piece] = []
    matcher = SequenceMatcher(None, [w.strip() for w in one], [w.strip() for w in two], autojunk=False)
    for how, i, to_i, j, to_j in matcher.get_opcodes():
        alone = how != "equal"
        if i < to_i:
            left.append(Piece("".join(one[i:to_i]), alone))
        if j < to_j:
            right.append(Piece("".join(two[j:to_j]), alone))
    return left, right
