"""Drawn blocks with what hearing and other languages need: each sentence marked, each passage's language said. Pure.

The templates say what a page looks like and know nothing of sentences; these functions work on what they have drawn:
text with tags, as our own templates make it (no comments, no bare `<` in an attribute).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from markupsafe import Markup
from msgspec import Struct

_TAG = re.compile(r"(<[^>]*>)")
_UNIT = re.compile(r"&[#\w]+;|.", re.DOTALL)
_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
_VOID = {"br", "hr", "img", "input", "source", "track", "wbr", "meta", "link", "area", "col"}
FAR = 1500  # letters: a sentence that begins so far behind the one before is another one with the same words


class _Letter(Struct, frozen=True):
    """A letter of the page: in which piece of the text, where in it, and how it is written there."""

    piece: int
    start: int
    end: int


class Marker:
    """Marks sentences in drawn pieces one after another: `<span data-s="3">` around all that belongs to the fourth.

    Spaces and tags do not count: a sentence may run through bold words, and is then marked in several spans. What is
    not found is left out; the sentences behind it are looked for all the same.
    """

    def __init__(self, said: Sequence[str]) -> None:
        self._said = ["".join(words.split()) for words in said]
        self._next = 0

    def __call__(self, html: str) -> Markup:
        """The drawn piece with its sentences marked."""
        pieces = _TAG.split(html)
        letters: list[_Letter] = []
        signs: list[str] = []
        for number, piece in enumerate(pieces):
            if number % 2:
                continue  # a tag
            for match in _UNIT.finditer(piece):
                sign = unescape(match[0])
                if not sign.isspace():
                    for one in sign:
                        letters.append(_Letter(number, match.start(), match.end()))
                        signs.append(one)
        text = "".join(signs)
        marks: dict[int, list[tuple[int, int, int]]] = {}
        at = 0
        for number in range(self._next, len(self._said)):
            words = self._said[number]
            found = text.find(words, at, at + FAR + len(words)) if words else -1
            if found < 0:
                continue
            at = found + len(words)
            self._next = number + 1
            for piece_number, start, end in _runs(letters[found:at]):
                marks.setdefault(piece_number, []).append((start, end, number))
        for piece_number, found_marks in marks.items():
            pieces[piece_number] = _marked(pieces[piece_number], found_marks)
        return Markup("".join(pieces))  # noqa: S704  what came in, with our own spans


def _runs(letters: Sequence[_Letter]) -> list[tuple[int, int, int]]:
    runs: list[tuple[int, int, int]] = []
    for letter in letters:
        if runs and runs[-1][0] == letter.piece:
            runs[-1] = (letter.piece, runs[-1][1], letter.end)
        else:
            runs.append((letter.piece, letter.start, letter.end))
    return runs


def _marked(piece: str, marks: Sequence[tuple[int, int, int]]) -> str:
    out, at = [], 0
    for start, end, number in sorted(marks):
        out += [piece[at:start], f'<span data-s="{number}">', piece[start:end], "</span>"]
        at = end
    return "".join([*out, piece[at:]])


def with_lang(html: str, lang: str) -> Markup:
    """The drawn piece with `lang` on each of its outermost elements that says none itself; bare text gets a span."""
    out: list[str] = []
    depth = 0
    for number, piece in enumerate(_TAG.split(html)):
        if number % 2 == 0:
            bare = depth == 0 and piece.strip()
            out.append(f'<span lang="{lang}">{piece}</span>' if bare else piece)
            continue
        match = _NAME.match(piece)
        name = match[1].lower() if match else ""
        if piece.startswith("</"):
            depth -= 1
        else:
            if depth == 0 and match and " lang=" not in piece:
                piece = f'{piece[: match.end()]} lang="{lang}"{piece[match.end() :]}'
            if name not in _VOID and not piece.endswith("/>"):
                depth += 1
        out.append(piece)
    return Markup("".join(out))  # noqa: S704  what came in, with our own attribute
