"""The register of papers and the records of hand-overs, as sheets of A4 to print, sign and bind. Always Vietnamese.

Lying sheets, a head on every page, and a place for whoever receives a paper to sign. No regulation that we know gives a
form for this movement's register: ours has what a register of certificates usually has. Pure: the same lines give the
same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from msgspec import Struct

from lms.api.papers import Box, Face, Rgb, Sheet, colour_numbers, plain, text_width, wrapped
from lms.api.papers import number_text as n

MM: Final = 72 / 25.4
WIDTH, HEIGHT = 297 * MM, 210 * MM
LEFT, RIGHT, TOP, BOTTOM = 20 * MM, WIDTH - 12 * MM, HEIGHT - 14 * MM, 15 * MM
INK: Final[Rgb] = (0.09, 0.08, 0.07)
GREY: Final[Rgb] = (0.34, 0.31, 0.27)
SIZE, LEADING, PAD = 10.0, 12.6, 3.0
ROOM: Final = 24.0  # the least height of a row, so that somebody can sign in it
MOST_LINES: Final = 6  # of one cell; what is longer is cut with a sign that it was
Align = Literal["left", "centre"]


class Column(Struct, frozen=True):
    """A column: its head, its width in points, how it stands."""

    head: str
    width: float
    align: Align = "left"


class Head(Struct, frozen=True):
    """What stands above the table: who keeps it, what it is, for what, and lines in small letters."""

    keeper: str
    title: str
    about: str
    lines: Sequence[str] = ()
    state_body: bool = False  # quốc hiệu and tiêu ngữ stand only on papers of a State body


REGISTER: Final = (
    Column("Số TT", 34, "centre"),
    Column("Số giấy", 116),
    Column("Họ và tên", 130),
    Column("Ngày sinh", 58, "centre"),
    Column("Nội dung", 146),
    Column("Ngày cấp", 58, "centre"),
    Column("Trạng thái", 118),
    Column("Ký nhận", RIGHT - LEFT - 660),
)
HANDED: Final = (
    Column("Số TT", 34, "centre"),
    Column("Số giấy", 116),
    Column("Họ và tên", 140),
    Column("Ngày sinh", 58, "centre"),
    Column("Nội dung", 170),
    Column("Người nhận", 140),
    Column("Ký nhận", RIGHT - LEFT - 658),
)


def draw(
    head: Head, columns: Sequence[Column], rows: Iterable[Sequence[str]], signers: Sequence[str], day: str
) -> bytes:
    """The PDF. `signers`: what those are who sign at the end; `day`: the place and date of it."""
    pages = _Pages(head, columns)
    for row in rows:
        pages.row(row)
    pages.end(signers, day)
    return pages.sheet.finish()


class _Pages:
    def __init__(self, head: Head, columns: Sequence[Column]) -> None:
        self.head, self.columns, self.number = head, columns, 1
        self.sheet = Sheet(WIDTH, HEIGHT, title=head.title, subject=head.about, author=head.keeper)
        self.y = TOP
        self._opening()
        self._columns()

    def _opening(self) -> None:
        middle = LEFT + (RIGHT - LEFT) * 0.5
        top = self.y
        for line in wrapped(self.head.keeper.upper(), "bold", 11, middle - LEFT - 20):
            self._line(line, "bold", 11, LEFT, middle - 20, "centre")
        low = self.y
        if self.head.state_body:
            self.y = top
            self._line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "bold", 11, middle, RIGHT, "centre")
            self._line("Độc lập - Tự do - Hạnh phúc", "bold", 12, middle, RIGHT, "centre")
            wide, centre = text_width("Độc lập - Tự do - Hạnh phúc", "bold", 12), (middle + RIGHT) / 2
            self._rule(centre - wide / 2, centre + wide / 2, self.y - 3)
        self.y = min(self.y, low) - 12
        self._line(self.head.title, "bold", 15, LEFT, RIGHT, "centre")
        for line in wrapped(self.head.about, "bold", 12, RIGHT - LEFT):
            self._line(line, "bold", 12, LEFT, RIGHT, "centre")
        for words in self.head.lines:
            for line in wrapped(words, "italic", SIZE, RIGHT - LEFT):
                self._line(line, "italic", SIZE, LEFT, RIGHT, "centre", GREY)
        self.y -= 8
        self._foot()

    def _columns(self) -> None:
        self._cells([column.head for column in self.columns], "bold", 0)

    def _foot(self) -> None:
        words = f"{self.head.title} · {self.head.about}"
        x, y = LEFT, BOTTOM - 16
        self.sheet.text(plain(words, "regular")[:150], "regular", 8.5, x, y, GREY, Box(LEFT, y - 3, RIGHT - 60, y + 9))
        page = f"Trang {self.number}"
        width = text_width(page, "regular", 8.5)
        self.sheet.text(page, "regular", 8.5, RIGHT - width, y, GREY, Box(RIGHT - 60, y - 3, RIGHT, y + 9))

    def _turn(self) -> None:
        self.sheet.turn()
        self.number, self.y = self.number + 1, TOP
        self._foot()

    def row(self, cells: Sequence[str]) -> None:
        """A row; on a new page, below a new head, where this one has no room."""
        if self.y - self._height(self._blocks(cells, "regular"), ROOM) < BOTTOM:
            self._turn()
            self._columns()
        self._cells(cells, "regular", ROOM)

    def _blocks(self, cells: Sequence[str], face: Face) -> list[list[str]]:
        pairs = zip(cells, self.columns, strict=True)
        return [_cut(wrapped(cell, face, SIZE, column.width - 2 * PAD)) for cell, column in pairs]

    @staticmethod
    def _height(blocks: Sequence[Sequence[str]], least: float) -> float:
        return max(max(len(block) for block in blocks) * LEADING + 2 * PAD, least)

    def _cells(self, cells: Sequence[str], face: Face, least: float) -> None:
        blocks = self._blocks(cells, face)
        height, x = self._height(blocks, least), LEFT
        edges = [LEFT]
        for block, column in zip(blocks, self.columns, strict=True):
            at = self.y - PAD
            for line in block:
                at -= LEADING
                left, right = x + PAD, x + column.width - PAD
                start = (left + right - text_width(line, face, SIZE)) / 2 if column.align == "centre" else left
                self.sheet.text(line, face, SIZE, start, at + 3, INK, Box(left, at, right, at + LEADING))
            x += column.width
            edges.append(x)
        code = [f"{colour_numbers(GREY)} RG 0.5 w"]
        code += [f"{n(edge)} {n(self.y)} m {n(edge)} {n(self.y - height)} l" for edge in edges]
        code += [f"{n(LEFT)} {n(y)} m {n(edges[-1])} {n(y)} l" for y in (self.y, self.y - height)]
        self.sheet.operators(" ".join([*code, "S"]))
        self.y -= height

    def end(self, signers: Sequence[str], day: str) -> None:
        """Place and date, and where people sign."""
        if self.y - 110 < BOTTOM:
            self._turn()
        self.y -= 10
        self._line(day, "italic", 11, (LEFT + RIGHT) / 2, RIGHT, "centre")
        wide, top = (RIGHT - LEFT) / len(signers), self.y
        for nth, signer in enumerate(signers):
            self.y = top
            left = LEFT + nth * wide
            self._line(signer, "bold", 11, left, left + wide, "centre")
            self._line("(Ký, ghi rõ họ tên)", "italic", SIZE, left, left + wide, "centre")

    def _line(
        self, words: str, face: Face, size: float, left: float, right: float, align: Align, colour: Rgb = INK
    ) -> None:
        words = plain(words, face)
        self.y -= size * 1.3
        width = text_width(words, face, size)
        if width > right - left:  # a unit's name that no line holds
            size, width = size * (right - left) / width, right - left
        x = (left + right - width) / 2 if align == "centre" else left
        box = Box(left, self.y, right, self.y + size * 1.3)
        self.sheet.text(words, face, size, x, self.y + size * 0.25, colour, box)

    def _rule(self, left: float, right: float, y: float) -> None:
        self.sheet.operators(f"{colour_numbers(INK)} RG 0.6 w {n(left)} {n(y)} m {n(right)} {n(y)} l S")


def _cut(lines: list[str]) -> list[str]:
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1][:-1] + "…"]
