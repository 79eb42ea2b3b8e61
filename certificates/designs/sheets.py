"""Sheets for the printer of a commune: every paper on a page of its own, and small cards, eight on an A4 sheet.

A small card is no paper: it says whose paper has which number and how to look it up, for a wallet or a class's record.
Lengths in points; what is printed with the same contents has the same bytes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import IO, Final

import pypdfium2 as pdfium
from msgspec import Struct

from lms.api.papers import Box, Face, Rgb, Sheet, missing_letters, number_text, text_width
from lms.api.qr import qr_runs

MM: Final = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
COLUMNS, ROWS = 2, 4
PER_PAGE: Final = COLUMNS * ROWS
CARD_WIDTH, CARD_HEIGHT = 85.6 * MM, 54 * MM  # ID-1 of ISO/IEC 7810, as bank cards: it fits any wallet
LEFT, TOP = (WIDTH - COLUMNS * CARD_WIDTH) / 2, (HEIGHT - ROWS * CARD_HEIGHT) / 2
MARK: Final = 4 * MM  # how long a cut mark is; it stands outside the cards
PAD: Final = 4 * MM
QR: Final = 24 * MM
_BLACK: Final[Rgb] = (0.09, 0.08, 0.07)
_GREY: Final[Rgb] = (0.34, 0.31, 0.27)


class SmallCard(Struct, frozen=True, kw_only=True):
    """What a small card says."""

    title: str
    name: str
    about: str
    number: str
    check_code: str
    verify_url: str
    verify_domain: str


def pages(file: IO[bytes], papers: Iterable[bytes]) -> None:
    """Writes one PDF of all papers in order, to print; signatures do not survive that, the single files keep them."""
    made = pdfium.PdfDocument.new()
    try:
        for content in papers:
            source = pdfium.PdfDocument(content)
            made.import_pages(source)
            source.close()
        made.save(file)
    finally:
        made.close()


def cards(file: IO[bytes], title: str, small: Sequence[SmallCard]) -> None:
    """Writes sheets of small cards with marks to cut along."""
    sheet = Sheet(WIDTH, HEIGHT, title=title, subject=title, author="Học vụ số")
    for nth, card in enumerate(small):
        place = nth % PER_PAGE
        if place == 0:
            if nth:
                sheet.turn()
            sheet.operators(_marks())
        x = LEFT + place % COLUMNS * CARD_WIDTH
        y = HEIGHT - TOP - (place // COLUMNS + 1) * CARD_HEIGHT
        _card(sheet, card, x, y)
    file.write(sheet.finish())


def _marks() -> str:
    """Short lines at the edges of the sheet, in the lines between the cards."""
    lines = []
    for column in range(COLUMNS + 1):
        x = LEFT + column * CARD_WIDTH
        for y in (TOP - 1.5 * MM - MARK, HEIGHT - TOP + 1.5 * MM):
            lines.append(f"{number_text(x)} {number_text(y)} m {number_text(x)} {number_text(y + MARK)} l")
    for row in range(ROWS + 1):
        y = TOP + row * CARD_HEIGHT
        for x in (LEFT - 1.5 * MM - MARK, WIDTH - LEFT + 1.5 * MM):
            lines.append(f"{number_text(x)} {number_text(y)} m {number_text(x + MARK)} {number_text(y)} l")
    return f"0.4 w 0.5 0.5 0.5 RG {' '.join(lines)} S"


def _card(sheet: Sheet, card: SmallCard, x: float, y: float) -> None:
    right, top = x + CARD_WIDTH - PAD, y + CARD_HEIGHT - PAD
    code = Box(right - QR, y + PAD + 3 * MM, right, y + PAD + 3 * MM + QR)
    sheet.operators(_qr(card.verify_url, code))
    wide = Box(x + PAD, code.top, right, top)
    narrow = Box(x + PAD, y + PAD, code.left - 3 * MM, code.top)
    lines: tuple[tuple[str, Face, float, Rgb, Box, int], ...] = (
        (card.title, "bold", 9, _GREY, wide, 1),
        (card.name, "bold", 14, _BLACK, wide, 2),
        (card.about, "regular", 9, _BLACK, narrow, 2),
        (f"Số: {card.number}", "bold", 9.5, _BLACK, narrow, 1),
        (f"Mã tra cứu: {card.check_code}", "regular", 9.5, _BLACK, narrow, 1),
        ("Quét mã để kiểm tra, hoặc vào", "italic", 8, _GREY, narrow, 1),
        (card.verify_domain, "bold", 8.5, _BLACK, narrow, 1),
    )
    baseline = top
    for text, face, size, colour, box, most in lines:
        if box is narrow and baseline > narrow.top:
            baseline = narrow.top
        for part, set_size in _set(_drawable(text), face, size, box.width, most):
            baseline -= set_size * 1.25
            sheet.text(part, face, set_size, box.left, baseline, colour, box)


def _drawable(text: str) -> str:
    """The text in NFC; for a letter that the face lacks a question mark: such a paper itself would not be drawn."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    lacking = missing_letters(plain)
    return "".join("?" if letter in lacking else letter for letter in plain)


def _set(text: str, face: Face, size: float, width: float, most: int) -> list[tuple[str, float]]:
    """The text in at most so many lines, smaller where it must be; (line, size) each."""
    while True:
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if text_width(longer, face, size) <= width or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(word)
        if len(lines) <= most and all(text_width(line, face, size) <= width for line in lines):
            return [(line, size) for line in lines]
        size *= 0.95


def _qr(url: str, box: Box) -> str:
    side, runs = qr_runs(url)
    module = box.width / side
    code = ["0 0 0 rg", f"{module:.5f} 0 0 {-module:.5f} {number_text(box.left)} {number_text(box.top)} cm"]
    code += [f"{x} {y} {width} 1 re" for x, y, width in runs]
    return "\n".join([*code, "f"])
