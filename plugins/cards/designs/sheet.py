"""Cards on A4: ISO/IEC 7810 ID-1, ten to a sheet, with marks to cut along. Lengths in points from the lower left.

The name is large, the number can be read aloud, the square can be scanned. Neither birth date nor number of an identity
paper stands on a card: whoever finds one learns a name and a unit.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from lms.api.papers import DESCENT, Box, Face, Rgb, Sheet, TextMark, colour_numbers, cut, missing_letters, text_width
from lms.api.papers import number_text as n
from lms.api.qr import qr_runs

MM: Final = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM
CARD_WIDTH, CARD_HEIGHT = 85.6 * MM, 54 * MM
COLUMNS, ROWS = 2, 5
ON_A_SHEET: Final = COLUMNS * ROWS
LEFT = (PAGE_WIDTH - COLUMNS * CARD_WIDTH) / 2
BOTTOM = (PAGE_HEIGHT - ROWS * CARD_HEIGHT) / 2
QR = 27 * MM  # 33 to 37 modules with their quiet zone: 0.6 mm each, read from a hand's width away
_EDGE = 4 * MM
_INK: Final[Rgb] = (0.09, 0.08, 0.07)
_GREY: Final[Rgb] = (0.34, 0.31, 0.27)
_RED: Final[Rgb] = (0.651, 0.149, 0.11)
_WHITE: Final[Rgb] = (1, 1, 1)


class CannotPrint(ValueError):  # noqa: N818
    """The fonts lack a letter of a name."""


class PrintedCard(Struct, frozen=True):
    """What stands on a card."""

    name: str
    unit: str
    number: str  # in groups
    url: str


class Words(Struct, frozen=True):
    """What stands on every card, in the language of the people who get them."""

    title: str
    place: str
    by_scan: str
    by_number: str
    help_line: str


def missing_in(texts: Iterable[str]) -> frozenset[str]:
    """The letters of these texts that cannot be printed."""
    return missing_letters(_plain(" ".join(texts)), "bold")


def draw(cards: Sequence[PrintedCard], words: Words) -> bytes:
    """The PDF, ten cards to a sheet. Raises CannotPrint for a letter that the fonts lack."""
    return draw_with_marks(cards, words)[0]


def draw_with_marks(cards: Sequence[PrintedCard], words: Words) -> tuple[bytes, tuple[TextMark, ...]]:
    """The PDF and every line of text in it with the card it has to stay in."""
    sheet = Sheet(PAGE_WIDTH, PAGE_HEIGHT, title=words.title, subject=words.title, author=words.place or "Học vụ số")
    for at, card in enumerate(cards):
        place = at % ON_A_SHEET
        if place == 0:
            if at:
                sheet.turn()
            sheet.operators(_cut_marks())
        left = LEFT + place % COLUMNS * CARD_WIDTH
        top = PAGE_HEIGHT - BOTTOM - place // COLUMNS * CARD_HEIGHT
        _card(sheet, card, words, Box(left, top - CARD_HEIGHT, left + CARD_WIDTH, top))
    return sheet.finish(), tuple(sheet.marks)


def _card(sheet: Sheet, card: PrintedCard, words: Words, box: Box) -> None:
    inside = Box(box.left + _EDGE, box.bottom + _EDGE, box.right - _EDGE, box.top - _EDGE)
    band = Box(box.left, box.top - 8.5 * MM, box.right, box.top)
    sheet.operators(f"{colour_numbers(_RED)} rg {n(band.left)} {n(band.bottom)} {n(band.width)} {n(band.height)} re f")
    heading = Box(inside.left, band.bottom, inside.right, band.top)
    half = inside.width * 0.5
    _line(sheet, words.title, "bold", 11, Box(heading.left, heading.bottom, heading.left + half, heading.top), _WHITE)
    if words.place:
        right = Box(heading.left + half, heading.bottom, heading.right, heading.top)
        _line(sheet, words.place, "regular", 8, right, _WHITE, align_right=True)
    code = Box(inside.right - QR, band.bottom - 2.5 * MM - QR, inside.right, band.bottom - 2.5 * MM)
    sheet.operators(_qr(card.url, code))
    text = Box(inside.left, inside.bottom, code.left - 3 * MM, band.bottom - 2 * MM)
    top = text.top
    for line, size in _fitted(card.name, "bold", (19, 17, 15, 13, 11), text.width, 3):
        _line(sheet, line, "bold", size, Box(text.left, top - size * 1.22, text.right, top))
        top -= size * 1.22
    top -= 1 * MM
    for line, size in _fitted(card.unit, "regular", (9, 8, 7), text.width, 2):
        _line(sheet, line, "regular", size, Box(text.left, top - size * 1.22, text.right, top), _GREY)
        top -= size * 1.22
    foot = inside.bottom
    if words.help_line:
        _line(sheet, words.help_line, "bold", 8.5, Box(inside.left, foot, inside.right, foot + 10.5))
    foot += 10.5 if words.help_line else 0
    _line(sheet, words.by_number, "regular", 7.5, Box(inside.left, foot, inside.right, foot + 9.5), _GREY)
    foot += 10
    _line(sheet, card.number, "bold", 15, Box(inside.left, foot, code.left - 2 * MM, foot + 17))
    _line(sheet, words.by_scan, "regular", 7, Box(code.left, code.bottom - 9, code.right, code.bottom), _GREY)


def _line(
    sheet: Sheet, text: str, face: Face, size: float, box: Box, colour: Rgb = _INK, align_right: bool = False
) -> None:
    """One line in the middle of a box's height, made smaller until it fits its width."""
    text = _plain(text)
    missing = missing_letters(text, face)
    if missing:
        raise CannotPrint(" ".join(sorted(missing)))
    width = text_width(text, face, size)
    if width > box.width:
        size *= box.width / width
        width = box.width
    x = box.right - width if align_right else box.left
    baseline = box.bottom + (box.height - size * (0.72 + DESCENT)) / 2 + size * DESCENT
    sheet.text(text, face, size, x, baseline, colour, box)


def _fitted(text: str, face: Face, sizes: Sequence[float], width: float, most: int) -> list[tuple[str, float]]:
    """The text in at most so many lines, as large as it can be; the last size is kept and its lines made to fit."""
    words = _plain(text).split()
    lines: list[str] = []
    for size in sizes:
        lines = _wrapped(words, face, size, width)
        if len(lines) <= most and all(text_width(line, face, size) <= width for line in lines):
            return [(line, size) for line in lines]
    pieces = [piece for word in words for piece in cut(word, face, sizes[-1], width)]
    lines = _wrapped(pieces, face, sizes[-1], width)
    return [(line, sizes[-1]) for line in [*lines[: most - 1], " ".join(lines[most - 1 :])] if line]


def _wrapped(words: Sequence[str], face: Face, size: float, width: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        if missing_letters(word, face):
            raise CannotPrint(word)
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, face, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _plain(text: str) -> str:
    """Composed letters; the hyphens and apostrophes of names as the fonts have them."""
    composed = unicodedata.normalize("NFC", text).translate({0x2011: "-", 0x2010: "-", 0x02BC: "\u2019"})
    return " ".join(composed.split())


def _qr(url: str, box: Box) -> str:
    size, runs = qr_runs(url)
    unit = box.width / (size + 4)  # a quiet zone of two modules here; the white of the card goes on beyond it
    left, top = box.left + 2 * unit, box.top - 2 * unit
    dark = " ".join(
        f"{left + x * unit:.3f} {top - (y + 1) * unit:.3f} {w * unit:.3f} {unit + 0.02:.3f} re" for x, y, w in runs
    )
    return f"0 g {dark} f"


def _cut_marks() -> str:
    """Short lines outside the cards, and a faint line between them that a pair of scissors can follow."""
    marks = []
    for column in range(COLUMNS + 1):
        x = LEFT + column * CARD_WIDTH
        for start, end in (
            (BOTTOM - 6 * MM, BOTTOM - 1 * MM),
            (PAGE_HEIGHT - BOTTOM + MM, PAGE_HEIGHT - BOTTOM + 6 * MM),
        ):
            marks.append(f"{n(x)} {n(start)} m {n(x)} {n(end)} l")
    for row in range(ROWS + 1):
        y = BOTTOM + row * CARD_HEIGHT
        for start, end in ((LEFT - 6 * MM, LEFT - 1 * MM), (PAGE_WIDTH - LEFT + MM, PAGE_WIDTH - LEFT + 6 * MM)):
            marks.append(f"{n(start)} {n(y)} m {n(end)} {n(y)} l")
    frames = [
        f"{n(LEFT + c * CARD_WIDTH)} {n(BOTTOM + r * CARD_HEIGHT)} {n(CARD_WIDTH)} {n(CARD_HEIGHT)} re"
        for c in range(COLUMNS)
        for r in range(ROWS)
    ]
    return f"0.8 G 0.3 w {' '.join(frames)} S 0 G 0.4 w {' '.join(marks)} S"
