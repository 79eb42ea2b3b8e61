"""Setting texts into boxes, and the strokes that frames are made of: what published designs share.

Designs that papers were issued with draw with this for ever: what a function here gives for the same arguments never
changes (tests hold the bytes of every design). A new need is a new function.
"""

import unicodedata
from math import cos, sin
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from certificates.designs.paper import CannotDraw, Paper
from lms.api.papers import (
    ASCENT,
    DESCENT,
    MARK_ASCENT,
    Box,
    Face,
    Rgb,
    Sheet,
    TextMark,
    advance_of,
    advances,
    colour_numbers,
    missing_letters,
)
from lms.api.papers import number_text as n

MM: Final = 72 / 25.4
BLACK: Final[Rgb] = (0.09, 0.08, 0.07)


class Line(Struct, frozen=True):
    """A text of a stack before it is fitted: `keep` is how small one line may become before it is wrapped instead."""

    text: str
    face: Face
    size: float
    colour: Rgb = BLACK
    gap: float = 0.0
    keep: float = 0.85


class _Set(Struct, frozen=True):
    """A text fitted into lines at a size."""

    line: Line
    lines: tuple[str, ...]
    size: float


# --- fitting text -----------------------------------------------------------------------------------------------------


def composed(paper: Paper) -> Paper:
    """The paper with every text in NFC, blanks made plain; raises CannotDraw for letters no face has."""
    changes: dict[str, Any] = {}
    for name in paper.__struct_fields__:
        value = getattr(paper, name)
        if isinstance(value, tuple):
            changes[name] = tuple(text for text in map(plain, value) if text)
        elif isinstance(value, str) and name not in ("kind", "verify_url"):
            changes[name] = plain(value)
    missing = missing_letters("".join("".join(value) for value in changes.values()))
    if missing:
        raise CannotDraw(missing)
    return replace(paper, **changes)


def plain(text: str) -> str:
    """Composed letters, single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def put(sheet: Sheet, lines: list[Line], box: Box, *, valign: str, align: str = "centre") -> list[TextMark]:
    """Fit a stack of texts into a box, shrinking all of it alike until it fits, and draw it."""
    scale = 1.0
    while True:
        stack = [_fit(line, line.size * scale, box.width) for line in lines]
        height = _height(stack, scale)
        if height <= box.height:
            break
        scale *= 0.96
    spare = box.height - height
    stretch = 0.0
    top = box.top
    if valign == "middle":
        top -= spare / 2
    elif valign == "bottom":
        top -= spare
    elif valign == "spread" and len(stack) > 1:
        stretch = min(spare / (len(stack) + 1), 7.0)
        top -= (spare - stretch * (len(stack) - 1)) / 2
    marks: list[TextMark] = []
    y = top
    for index, fitted in enumerate(stack):
        if index:
            y -= fitted.line.gap * scale + stretch
        for text in fitted.lines:
            width = units(text, fitted.line.face) * fitted.size / 1000
            x = box.left if align == "left" else box.left + (box.width - width) / 2
            y -= _ascent(text) * fitted.size
            sheet.text(text, fitted.line.face, fitted.size, x, y, fitted.line.colour, box)
            marks.append(sheet.marks[-1])
            y -= DESCENT * fitted.size
    return marks


def _height(stack: list[_Set], scale: float) -> float:
    text = sum((_ascent(text) + DESCENT) * fitted.size for fitted in stack for text in fitted.lines)
    return text + scale * sum(fitted.line.gap for fitted in stack[1:])


def _ascent(text: str) -> float:
    return ASCENT + MARK_ASCENT if any(map(unicodedata.combining, text)) else ASCENT


def _fit(line: Line, size: float, width: float) -> _Set:
    """One line if it fits at `keep` of its size or more, else as few lines as needed, of even length."""
    wide = units(line.text, line.face)
    one = min(size, width * 1000 / wide * 0.999) if wide else size
    if one >= size * line.keep:
        return _Set(line, (line.text,), one)
    size *= (1 + line.keep) / 2
    return _Set(line, tuple(_wrap(line.text, line.face, width * 1000 / size * 0.999)), size)


def _wrap(text: str, face: Face, width: float) -> list[str]:
    """Lines no wider than `width` (thousandths of the size), as few as possible, then as even as possible."""
    words = [piece for word in text.split(" ") for piece in _pieces(word, face, width)]
    widths = [units(word, face) for word in words]
    blank = advances(face)[0x20]
    fewest = len(_fill(widths, blank, width))
    low, high = sum(widths) / fewest, width
    for _ in range(6):
        middle = (low + high) / 2
        if middle >= max(widths) and len(_fill(widths, blank, middle)) == fewest:
            high = middle
        else:
            low = middle
    lines = []
    start = 0
    for end in _fill(widths, blank, high):
        lines.append(" ".join(words[start:end]))
        start = end
    return lines


def _fill(widths: list[float], blank: float, width: float) -> list[int]:
    """Where each line ends when words are put on lines one after the other."""
    ends: list[int] = []
    used = 0.0
    for index, word in enumerate(widths):
        if index and used + blank + word > width:
            ends.append(index)
            used = word
        else:
            used += (blank if index else 0) + word
    return [*ends, len(widths)]


def _pieces(word: str, face: Face, width: float) -> list[str]:
    """A word, cut only if it is longer than a whole line."""
    if units(word, face) <= width:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and units(pieces[-1] + letter, face) > width and not unicodedata.combining(letter):
            pieces.append("")
        pieces[-1] += letter
    return pieces


def units(text: str, face: Face) -> float:
    """Width in thousandths of the type size."""
    return advance_of(text, face)


def stroke(colour: Rgb) -> str:
    """The operator that sets the colour of lines."""
    return f"{colour_numbers(colour)} RG"


def fill_colour(colour: Rgb) -> str:
    """The operator that sets the colour of areas."""
    return f"{colour_numbers(colour)} rg"


def rule(left: float, right: float, y: float, weight: float, colour: Rgb) -> str:
    """A level line."""
    return f"{stroke(colour)} {n(weight)} w {n(left)} {n(y)} m {n(right)} {n(y)} l S"


def polyline(points: list[tuple[float, float]]) -> str:
    """A path through points in millimetres."""
    (first, *rest) = [f"{n(x * MM)} {n(y * MM)}" for x, y in points]
    return f"{first} m " + " ".join(f"{point} l" for point in rest)


def polar(x: float, y: float, radius: float, angle: float) -> str:
    """A point at a distance (millimetres) and angle from another."""
    return f"{n(x + radius * MM * cos(angle))} {n(y + radius * MM * sin(angle))}"


def circle(x: float, y: float, radius: float) -> str:
    """The path of a circle."""
    k = 0.5523 * radius
    r = radius
    return (
        f"{n(x + r)} {n(y)} m {n(x + r)} {n(y + k)} {n(x + k)} {n(y + r)} {n(x)} {n(y + r)} c "
        f"{n(x - k)} {n(y + r)} {n(x - r)} {n(y + k)} {n(x - r)} {n(y)} c "
        f"{n(x - r)} {n(y - k)} {n(x - k)} {n(y - r)} {n(x)} {n(y - r)} c "
        f"{n(x + k)} {n(y - r)} {n(x + r)} {n(y - k)} {n(x + r)} {n(y)} c"
    )
