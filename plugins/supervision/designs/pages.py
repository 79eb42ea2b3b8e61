"""A4 pages with lines, columns and tables that go on over pages. Lengths in points from the lower left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from msgspec import Struct

from lms.api.papers import Box, Face, Rgb, Sheet, colour_numbers, plain, text_width, wrapped
from lms.api.papers import number_text as n
from lms.api.qr import qr_runs

MM: Final = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
INK: Final[Rgb] = (0.09, 0.08, 0.07)
GREY: Final[Rgb] = (0.34, 0.31, 0.27)
Align = Literal["left", "centre", "right"]


class Column(Struct, frozen=True):
    """A column of a table: its head, its share of the width in points, how it stands."""

    head: str
    width: float
    align: Align = "left"


def put(sheet: Sheet, text: str, face: Face, size: float, box: Box, colour: Rgb = INK, align: Align = "left") -> None:
    """One line standing on the box's lower edge and a little; made smaller until it fits its width."""
    text = plain(text, face)
    width = text_width(text, face, size)
    if width > box.width:
        size, width = size * box.width / width, box.width
    x = {"left": box.left, "right": box.right - width, "centre": (box.left + box.right - width) / 2}[align]
    sheet.text(text, face, size, x, box.bottom + size * 0.24, colour, box)


def square(sheet: Sheet, url: str, box: Box) -> None:
    """A QR code with a quiet zone of two modules inside the box; the paper around it is white."""
    size, runs = qr_runs(url)
    unit = box.width / (size + 4)
    left, top = box.left + 2 * unit, box.top - 2 * unit
    dark = " ".join(f"{n(left + x * unit)} {n(top - (y + 1) * unit)} {n(w * unit)} {n(unit)} re" for x, y, w in runs)
    sheet.operators(f"0 g {dark} f")


def rule(sheet: Sheet, left: float, right: float, y: float, thick: float = 0.6, colour: Rgb = INK) -> None:
    """A line across."""
    sheet.operators(f"{colour_numbers(colour)} RG {n(thick)} w {n(left)} {n(y)} m {n(right)} {n(y)} l S")


class Pages:
    """A document from top to bottom, with margins as administrative papers have them; finish() gives the bytes."""

    def __init__(self, title: str, author: str, foot: str = "", size: float = 13.0) -> None:
        self.sheet = Sheet(WIDTH, HEIGHT, title=title, subject=title, author=author)
        self.left, self.right, self.top, self.bottom = 30 * MM, WIDTH - 15 * MM, HEIGHT - 20 * MM, 20 * MM
        self.size, self.foot, self.number = size, foot, 1
        self.y = self.top
        self._foot()

    @property
    def width(self) -> float:
        return self.right - self.left

    def _foot(self) -> None:
        if self.number > 1:  # as administrative papers have it: in the middle of the upper margin, from page 2
            put(self.sheet, str(self.number), "regular", 13, Box(self.left, self.top + 8, self.right, self.top + 24),
                align="centre")  # fmt: skip
        if self.foot:
            put(self.sheet, self.foot, "regular", 8.5, Box(self.left, self.bottom - 22, self.right, self.bottom - 12),
                GREY)  # fmt: skip

    def turn(self) -> None:
        """A new page."""
        self.sheet.turn()
        self.number += 1
        self.y = self.top
        self._foot()

    def need(self, height: float) -> None:
        """A new page where so much does not fit on this one."""
        if self.y - height < self.bottom:
            self.turn()

    def gap(self, points: float) -> None:
        """Room."""
        self.y -= points

    def text(self, words: str, face: Face = "regular", *, size: float = 0, align: Align = "left", indent: float = 0,
             left: float | None = None, right: float | None = None, colour: Rgb = INK) -> None:  # fmt: skip
        """A paragraph; `left` and `right` for a column of its own."""
        size = size or self.size
        start, end = self.left if left is None else left, self.right if right is None else right
        for line in wrapped(words, face, size, end - start - indent):
            self.need(size * 1.35)
            self.y -= size * 1.35
            put(self.sheet, line, face, size, Box(start + indent, self.y, end, self.y + size * 1.35), colour, align)

    def table(
        self, columns: Sequence[Column], rows: Iterable[Sequence[str]], size: float = 11, least: float = 0
    ) -> None:
        """A ruled table; its head stands on every page. `least`: how high a row is at least."""
        pad = 3.0

        def height_of(cells: Sequence[str], face: Face) -> tuple[list[list[str]], float]:
            lines = [
                wrapped(cell, face, size, column.width - 2 * pad) for cell, column in zip(cells, columns, strict=True)
            ]
            return lines, max(max(len(block) for block in lines) * size * 1.25 + 2 * pad, least)

        def draw(cells: Sequence[str], face: Face) -> None:
            lines, height = height_of(cells, face)
            x = self.left
            for block, column in zip(lines, columns, strict=True):
                at = self.y - pad
                for line in block:
                    at -= size * 1.25
                    put(self.sheet, line, face, size, Box(x + pad, at, x + column.width - pad, at + size * 1.25), INK,
                        column.align)  # fmt: skip
                x += column.width
            edges = [self.left]
            for column in columns:
                edges.append(edges[-1] + column.width)
            code = [f"{colour_numbers(GREY)} RG 0.5 w"]
            code += [f"{n(edge)} {n(self.y)} m {n(edge)} {n(self.y - height)} l" for edge in edges]
            code += [f"{n(self.left)} {n(y)} m {n(edges[-1])} {n(y)} l" for y in (self.y, self.y - height)]
            self.sheet.operators(" ".join([*code, "S"]))
            self.y -= height

        head = [column.head for column in columns]
        first = True
        for cells in rows:
            _lines, height = height_of(cells, "regular")
            head_height = height_of(head, "bold")[1]
            if first:
                self.need(head_height + height)
                draw(head, "bold")
                first = False
            elif self.y - height < self.bottom:
                self.turn()
                draw(head, "bold")
            draw(cells, "regular")

    def heading(self, above: str, unit: str, state: bool) -> None:
        """Who writes at the left; at the right, where a State body does, quốc hiệu and tiêu ngữ."""
        middle = self.left + self.width * 0.42
        top = self.y
        if above:
            self.text(above.upper(), size=12, align="centre", right=middle)
        self.text(unit.upper(), "bold", size=12, align="centre", right=middle)
        self.y -= 4
        centre, half = (self.left + middle) / 2, (middle - self.left) / 5
        rule(self.sheet, centre - half, centre + half, self.y)
        low = self.y
        if state:
            self.y = top
            start = middle + 2 * MM
            self.text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "bold", size=12, align="centre", left=start)
            self.text("Độc lập - Tự do - Hạnh phúc", "bold", size=13, align="centre", left=start)
            self.y -= 4
            wide = text_width("Độc lập - Tự do - Hạnh phúc", "bold", 13)
            centre = (start + self.right) / 2
            rule(self.sheet, centre - wide / 2, centre + wide / 2, self.y)
        self.y = min(self.y, low) - 10

    def signatures(self, places: Sequence[tuple[str, str]]) -> None:
        """Where people sign, beside one another: what they are, and their names below."""
        self.need(110)
        wide, top = self.width / len(places), self.y
        for at, (title, name) in enumerate(places):
            self.y = top
            left = self.left + at * wide
            self.text(title, "bold", align="centre", left=left, right=left + wide)
            self.text("(Ký, ghi rõ họ tên)", "italic", size=11, align="centre", left=left, right=left + wide)
            self.y = top - 92
            if name:
                self.text(name, "bold", align="centre", left=left, right=left + wide)
        self.y = top - 110

    def finish(self) -> bytes:
        """The PDF."""
        return self.sheet.finish()
