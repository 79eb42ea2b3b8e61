"""Words in lines on a sheet: composed, without letters that no face has, broken where they do not fit."""

from __future__ import annotations

import unicodedata

from lms.papers.canvas import missing_letters, text_width
from lms.papers.fonts import Face

SQUARE = "□"
HYPHENS = {0x2010: "-", 0x2011: "-"}  # which the faces lack


def plain(text: str, face: Face = "regular") -> str:
    """Composed letters, single blanks; a letter that the fonts lack becomes a small square."""
    composed = " ".join(unicodedata.normalize("NFC", text).translate(HYPHENS).split())
    lacking = missing_letters("".join(composed.split()), face)
    return "".join(SQUARE if letter in lacking else letter for letter in composed) if lacking else composed


def wrapped(text: str, face: Face, size: float, width: float) -> list[str]:
    """The text in lines that fit `width` points; a word that is too long for any is cut."""
    lines: list[str] = []
    for word in plain(text, face).split():
        for piece in cut(word, face, size, width):
            longer = f"{lines[-1]} {piece}" if lines else piece
            if lines and text_width(longer, face, size) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
    return lines or [""]


def cut(word: str, face: Face, size: float, width: float) -> list[str]:
    """A word in pieces that fit `width` points; whole where it fits."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, face, size) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
