"""The words of a lesson's blocks: what search looks through, notes quote, and a changed block is told by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from courses.blocks.fields import fields_of
from courses.blocks.ids import print_of
from courses.blocks.standard import BLOCK_TYPES
from lms.api.packages import plain

MOST_WORDS = 4000  # letters of a block that are searched
_SPOKEN = ("line", "box", "markdown", "lines")


class BlockWords(Struct, frozen=True):
    """A block's words, with its id and its place among the lesson's blocks."""

    block: str
    position: int
    words: str


def words_of(block: Mapping[str, Any]) -> str:
    """What a block says, as plain words; empty for one that only refers to something else, or whose plugin is away."""
    said: list[str] = []
    for field in fields_of(BLOCK_TYPES.find(block["kind"])):
        value = block["data"].get(field.name)
        if field.kind not in _SPOKEN or not value:
            continue
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str):
                said.append(plain(text) if field.kind in ("markdown", "lines") else text)
    return " ".join(" ".join(said).split())[:MOST_WORDS]


def passages_of(body: Mapping[str, Any]) -> list[BlockWords]:
    """The title and promise of a lesson (without a block's id), then each block that says something."""
    found = [BlockWords("", -1, body["promise"])]
    for position, block in enumerate(body["blocks"]):
        words = words_of(block)
        if words:
            found.append(BlockWords(block.get("id", ""), position, words))
    return found


def beginning_of(block: Mapping[str, Any], most: int = 120) -> str:
    """How a block begins, to know it by."""
    words = words_of(block)
    if len(words) <= most:
        return words
    return words[:most].rsplit(" ", 1)[0] + "…"


def short_print(block: Mapping[str, Any]) -> str:
    """A block's content as 16 letters: other content, other letters."""
    return hashlib.sha256(print_of(block).encode()).hexdigest()[:16]
