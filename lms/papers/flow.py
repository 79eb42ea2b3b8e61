"""Text that flows over A4 pages: headings, paragraphs, lists, boxes, pictures. Lengths in points. Pure.

Large print (13 pt): it is read by older eyes, under a lamp, and copied on old machines.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from lms.papers.canvas import Box, Rgb, Sheet, colour_numbers, missing_letters, number_text, text_width
from lms.papers.fonts import Face
from lms.papers.qr import qr_runs

MM: Final = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM
LEFT, RIGHT, TOP, BOTTOM = 20 * MM, 190 * MM, 280 * MM, 22 * MM
SIZE: Final = 13.0
LEADING: Final = 1.42
INK: Final[Rgb] = (0.09, 0.08, 0.07)
GREY: Final[Rgb] = (0.34, 0.31, 0.27)
RED: Final[Rgb] = (0.651, 0.149, 0.11)
GOLD: Final[Rgb] = (0.72, 0.53, 0.04)
MOST_PICTURE_HEIGHT: Final = 95 * MM


class Run(Struct, frozen=True):
    """Words of one face."""

    text: str
    bold: bool = False
    italic: bool = False

    @property
    def face(self) -> Face:
        """Bold wins: a bold italic face is not carried."""
        return "bold" if self.bold else "italic" if self.italic else "regular"


class Flow:
    """A document being written from top to bottom; finish() gives the bytes, once.

    `footer` stands at the foot of every page, with its number. A letter that the fonts lack becomes a small square.
    """

    def __init__(self, *, title: str, subject: str, author: str, footer: str) -> None:
        self.sheet = Sheet(PAGE_WIDTH, PAGE_HEIGHT, title=title, subject=subject, author=author)
        self._footer = footer
        self.size = SIZE  # of plain text; may be changed between pieces
        self._y = TOP
        self._page = 1
        self._pictures = 0
        self._indent = 0.0
        self._bar: Rgb | None = None
        self._foot()

    # --- pieces -------------------------------------------------------------------------------------------------------

    def heading(self, text: str, level: int = 2) -> None:
        """A heading: level 1 is the title. It never stands last on a page."""
        size = self.size * {1: 1.7, 2: 1.22}.get(level, 1.08)
        self.gap(2 if level == 1 else 9)
        self._need(size * LEADING + self.size * LEADING * 2)
        self._lines([Run(text, bold=True)], size, RED if level == 1 else INK)
        self.gap(3)

    def paragraph(self, runs: Sequence[Run], *, colour: Rgb = INK, size: float = 0) -> None:
        """A paragraph."""
        self._lines(runs, size or self.size, colour)
        self.gap(5)

    def entry(self, mark: str, runs: Sequence[Run], depth: int = 0, *, boxed: bool = False) -> None:
        """An entry of a list: a number, a dot, or a square to tick (`boxed`) stands before it."""
        step = 8 * MM
        indent = depth * step
        self._need(self.size * LEADING)
        baseline = self._y - self.size
        x = LEFT + self._indent + indent
        if boxed:
            side = self.size * 0.78
            self.sheet.operators(
                f"{colour_numbers(INK)} RG 0.9 w {number_text(x)} {number_text(baseline - 1)}"
                f" {number_text(side)} {number_text(side)} re S"
            )
        else:
            self._draw(mark, "bold", self.size, x, baseline, INK)
        before, self._indent = self._indent, self._indent + indent + step
        self._lines(runs, self.size, INK)
        self._indent = before
        self.gap(3)

    def begin_box(self, label: str, colour: Rgb = RED) -> None:
        """What follows stands beside a thick bar, below a label, until end_box()."""
        self.gap(4)
        self._need(self.size * LEADING * 3)
        self._bar, self._indent = colour, 6 * MM
        self._lines([Run(label, bold=True)], self.size, colour)
        self._y -= 2
        self._rule(self._y, self._y + 2)

    def end_box(self) -> None:
        """Ends the box."""
        self._bar, self._indent = None, 0.0
        self.gap(5)

    def picture(self, jpeg: bytes, width: int, height: int, caption: str = "") -> None:
        """A picture, as wide as the text at most; `jpeg`: RGB, `width` and `height` in pixels."""
        room = RIGHT - LEFT - self._indent
        scale = min(room * 0.8 / width, MOST_PICTURE_HEIGHT / height, 0.75)
        wide, high = width * scale, height * scale
        self.gap(4)
        self._need(high + (self.size * LEADING if caption else 0))
        self._y -= high
        self._pictures += 1
        left = LEFT + self._indent
        self.sheet.image(f"Photo{self._pictures}", jpeg, width, height, Box(left, self._y, left + wide, self._y + high))
        self.gap(4)
        if caption:
            self.paragraph([Run(caption, italic=True)], colour=GREY, size=11.0)

    def square(self, url: str, words: Sequence[Run], side: float = 26 * MM) -> None:
        """A QR code with words at its right."""
        self.gap(4)
        self._need(side)
        size, runs = qr_runs(url)
        module = side / (size + 8)
        bottom = self._y - side
        code = [f"{colour_numbers(INK)} rg"]
        for x, y, length in runs:
            code.append(
                f"{number_text(LEFT + (x + 4) * module)} {number_text(bottom + (size + 3 - y) * module)}"
                f" {number_text(length * module)} {number_text(module)} re"
            )
        self.sheet.operators(" ".join([*code, "f"]))
        top, self._indent = self._y, side + 4 * MM
        self._y -= side * 0.2
        self._lines(words, self.size, INK)
        self._indent, self._y = 0.0, min(self._y, top - side)
        self.gap(4)

    def bubbles(self, rows: Sequence[tuple[int, int]], columns: int = 3) -> None:
        """Circles to fill in: (number of the question, how many circles), in columns read from top to bottom."""
        step, size = 6.6 * MM, 10.5
        wide = (RIGHT - LEFT) / columns
        radius = 2.1 * MM
        at = 0
        while at < len(rows):
            self._need(step * 3)
            fits = max(1, int((self._y - BOTTOM) / step))
            high = min(fits, -(-(len(rows) - at) // columns))
            for place, (number, count) in enumerate(rows[at : at + high * columns]):
                left = LEFT + (place // high) * wide
                middle = self._y - (place % high + 0.5) * step
                label = f"{number}."
                x = left + 9 * MM - text_width(label, "bold", size)
                self._draw(label, "bold", size, x, middle - size * 0.36, INK)
                for letter in range(count):
                    x = left + 13.5 * MM + letter * min(6.4 * MM, (wide - 18 * MM) / max(1, count - 1))
                    self.sheet.operators(_circle(x, middle, radius))
                    sign = chr(ord("A") + letter)
                    self._draw(sign, "regular", 7.5, x - text_width(sign, "regular", 7.5) / 2, middle - 2.7, GREY)
            self._y -= high * step
            at += high * columns
        self.gap(6)

    def keep(self, lines: float) -> None:
        """What follows is so many lines of plain text and stays together: on the next page where this one is short."""
        self._need(lines * self.size * LEADING)

    def gap(self, points: float) -> None:
        """Room below what stands there; the bar of a box goes on through it."""
        if self._y == TOP:
            return
        to = max(BOTTOM, self._y - points)
        self._rule(to, self._y)
        self._y = to

    def page(self) -> None:
        """What follows begins a new page."""
        self.sheet.turn()
        self._page += 1
        self._y = TOP
        self._foot()

    def restart(self, footer: str) -> None:
        """What follows is a paper of its own: a new page, numbered from 1, with this footer."""
        self._footer = footer
        self.sheet.turn()
        self._page, self._y = 1, TOP
        self._foot()

    def finish(self) -> bytes:
        """The PDF."""
        return self.sheet.finish()

    # --- lines --------------------------------------------------------------------------------------------------------

    def _lines(self, runs: Sequence[Run], size: float, colour: Rgb) -> None:
        room = RIGHT - LEFT - self._indent
        for line in _broken(runs, size, room):
            self._need(size * LEADING)
            bottom = self._y - size * LEADING
            self._rule(bottom, self._y)
            x, baseline = LEFT + self._indent, self._y - size
            for text, face, width in line:
                self._draw(text, face, size, x, baseline, colour)
                x += width
            self._y = bottom

    def _draw(self, text: str, face: Face, size: float, x: float, baseline: float, colour: Rgb) -> None:
        self.sheet.text(text, face, size, x, baseline, colour, Box(LEFT, BOTTOM - 20, RIGHT, TOP + 20))

    def _rule(self, bottom: float, top: float) -> None:
        if self._bar is not None and top > bottom:
            self.sheet.operators(
                f"{colour_numbers(self._bar)} rg {number_text(LEFT)} {number_text(bottom)}"
                f" {number_text(1.2 * MM)} {number_text(top - bottom)} re f"
            )

    def _need(self, height: float) -> None:
        if self._y - height < BOTTOM and self._y < TOP:
            self.page()

    def _foot(self) -> None:
        number = str(self._page)
        self._draw(number, "regular", 10, RIGHT - text_width(number, "regular", 10), BOTTOM - 9 * MM, GREY)
        words = printable(self._footer, "regular")
        while words and text_width(words, "regular", 10) > RIGHT - LEFT - 15 * MM:
            words = words[:-2].rstrip() + "…"
        self._draw(words, "regular", 10, LEFT, BOTTOM - 9 * MM, GREY)


def _circle(x: float, y: float, radius: float) -> str:
    """A circle of four curves (the customary 0.5523 of the radius for their handles)."""
    near = radius * 0.5523
    curves = (
        (x + radius, y + near, x + near, y + radius, x, y + radius),
        (x - near, y + radius, x - radius, y + near, x - radius, y),
        (x - radius, y - near, x - near, y - radius, x, y - radius),
        (x + near, y - radius, x + radius, y - near, x + radius, y),
    )
    drawn = " ".join(" ".join(map(number_text, curve)) + " c" for curve in curves)
    return f"{colour_numbers(INK)} RG 0.8 w {number_text(x + radius)} {number_text(y)} m {drawn} S"


def printable(text: str, face: Face) -> str:
    """Composed words; a letter that the face lacks becomes a small square, a sign without width goes."""
    composed = unicodedata.normalize("NFC", text).replace("\u200d", "").replace("\ufe0f", "")
    lacking = missing_letters("".join(letter for letter in composed if not letter.isspace()), face)
    return "".join(_SQUARE if letter in lacking else letter for letter in composed) if lacking else composed


_SQUARE: Final = "□"
_Piece = tuple[str, Face, float]  # words, their face, their width


def _broken(runs: Sequence[Run], size: float, room: float) -> list[list[_Piece]]:
    """Lines of pieces. What stands together without a blank stays together; a line feed ends a line."""
    lines: list[list[_Piece]] = []
    line: list[_Piece] = []
    used = 0.0
    for cluster in _clusters(runs, size, room):
        if cluster is None:
            lines.append(line)
            line, used = [], 0.0
            continue
        width = sum(piece[2] for piece in cluster)
        blank = text_width(" ", cluster[0][1], size) if line else 0.0
        if line and used + blank + width > room:
            lines.append(line)
            line, used, blank = [], 0.0, 0.0
        if blank:
            first = cluster[0]
            cluster = [(" " + first[0], first[1], first[2] + blank), *cluster[1:]]
        line += cluster
        used += blank + width
    lines.append(line)
    return [_joined(line, size) for line in lines if line]


def _clusters(runs: Sequence[Run], size: float, room: float) -> list[list[_Piece] | None]:
    """Words with what adjoins them, e.g. a comma after bold letters; None where a line ends."""
    found: list[list[_Piece] | None] = []
    apart = True
    for run in runs:
        for number, part in enumerate(printable(run.text, run.face).split("\n")):
            if number:
                found.append(None)
                apart = True
            apart = apart or part[:1].isspace()
            for text in part.split():
                for piece in _cut(text, run.face, size, room):
                    made: _Piece = (piece, run.face, text_width(piece, run.face, size))
                    last = found[-1] if found else None
                    if apart or last is None or sum(p[2] for p in last) + made[2] > room:
                        found.append([made])
                    else:
                        last.append(made)
                    apart = False
                apart = True
            if part:
                apart = part[-1:].isspace()
    return found


def _cut(text: str, face: Face, size: float, room: float) -> list[str]:
    """A word in pieces that fit a line each."""
    pieces = [text]
    while text_width(pieces[-1], face, size) > room and len(pieces[-1]) > 1:
        last = pieces.pop()
        end = len(last) - 1
        while end > 1 and text_width(last[:end], face, size) > room:
            end -= 1
        pieces += [last[:end], last[end:]]
    return pieces


def _joined(line: Sequence[_Piece], size: float) -> list[_Piece]:
    made: list[_Piece] = []
    for text, face, _width in line:
        if made and made[-1][1] == face:
            text = made.pop()[0] + text
        made.append((text, face, text_width(text, face, size)))
    return made
