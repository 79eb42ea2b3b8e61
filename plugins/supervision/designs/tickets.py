"""Tickets on A4, eight to a sheet, with lines to cut along; and the list of seats with a column to sign in.

On a ticket stand the seat, the name, the numbers to type and a square to scan, in letters that older eyes read, and in
three sentences what to do. The list is for whoever supervises: it holds no ticket's number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from lms.api.papers import Box, Sheet, colour_numbers, plain, text_width, wrapped
from lms.api.papers import number_text as n
from plugins.supervision.designs.pages import GREY, HEIGHT, MM, WIDTH, Column, Pages, put, square

COLUMNS, ROWS = 2, 4
ON_A_SHEET: Final = COLUMNS * ROWS
EDGE = 8 * MM
TICKET_WIDTH, TICKET_HEIGHT = (WIDTH - 2 * EDGE) / COLUMNS, (HEIGHT - 2 * EDGE) / ROWS
INSIDE = 4.5 * MM
QR = 25 * MM
TO_DO: Final = (
    "1. Quét ô vuông bằng máy ảnh, hoặc mở {address} rồi gõ hai số trên phiếu.",
    "2. Xem đúng tên mình, rồi bấm “Bắt đầu làm bài”.",
    "3. Có gì vướng, giơ tay gọi cán bộ coi thi.",
)


class Ticket(Struct, frozen=True):
    """A ticket: name "" for whoever comes; `number` and `room` in groups."""

    seat: int
    name: str
    number: str
    url: str


class Occasion(Struct, frozen=True):
    """What stands on each sheet: what, where, when, and the address to type."""

    title: str
    place: str
    when: str
    room: str
    address: str
    unit: str


def draw(tickets: Sequence[Ticket], occasion: Occasion) -> bytes:
    """The PDF."""
    sheet = Sheet(WIDTH, HEIGHT, title=f"Phiếu dự kiểm tra: {occasion.title}", subject="Phiếu", author=occasion.unit)
    for at, ticket in enumerate(tickets):
        place = at % ON_A_SHEET
        if place == 0:
            if at:
                sheet.turn()
            sheet.operators(_cuts())
        left = EDGE + place % COLUMNS * TICKET_WIDTH
        top = HEIGHT - EDGE - place // COLUMNS * TICKET_HEIGHT
        _ticket(sheet, ticket, occasion, Box(left, top - TICKET_HEIGHT, left + TICKET_WIDTH, top))
    return sheet.finish()


def _ticket(sheet: Sheet, ticket: Ticket, occasion: Occasion, box: Box) -> None:
    left, right, y = box.left + INSIDE, box.right - INSIDE, box.top - 3.5 * MM
    seat = f"Ghế {ticket.seat}"
    wide = text_width(seat, "bold", 17)
    y -= 17
    put(sheet, seat, "bold", 17, Box(right - wide, y - 1, right, y + 17))
    put(sheet, occasion.title, "bold", 10, Box(left, y + 6, right - wide - 8, y + 17))
    put(sheet, f"{occasion.when} · {occasion.place}", "regular", 8.5, Box(left, y - 5, right - wide - 8, y + 5), GREY)
    y -= 11
    sheet.operators(f"{colour_numbers(GREY)} RG 0.6 w {n(left)} {n(y)} m {n(right)} {n(y)} l S")
    code = Box(right - QR, y - 2 - QR, right, y - 2)
    square(sheet, ticket.url, code)
    edge = code.left - 3 * MM
    low = y
    if ticket.name:
        for line in wrapped(ticket.name, "bold", 15, edge - left)[:2]:
            low -= 19
            put(sheet, line, "bold", 15, Box(left, low, edge, low + 19))
    else:
        low -= 24
        put(sheet, "Họ tên: " + "." * 40, "regular", 11, Box(left, low, edge, low + 15))
    low = min(low, y - 38) - 4
    low -= 10
    put(sheet, "Số phòng", "regular", 8.5, Box(left, low, edge, low + 10), GREY)
    low -= 19
    put(sheet, occasion.room, "bold", 16, Box(left, low, edge, low + 19))
    low -= 11
    put(sheet, "Số phiếu", "regular", 8.5, Box(left, low, edge, low + 10), GREY)
    low -= 21
    put(sheet, ticket.number, "bold", 18, Box(left, low, right, low + 21))
    low -= 3
    for sentence in TO_DO:
        for line in wrapped(sentence.format(address=occasion.address), "regular", 8.8, right - left):
            low -= 11
            put(sheet, line, "regular", 8.8, Box(left, low, right, low + 11))


def _cuts() -> str:
    lines = [f"{colour_numbers(GREY)} RG 0.4 w [3 3] 0 d"]
    for column in range(COLUMNS + 1):
        x = EDGE + column * TICKET_WIDTH
        lines.append(f"{n(x)} {n(EDGE)} m {n(x)} {n(HEIGHT - EDGE)} l")
    for row in range(ROWS + 1):
        y = EDGE + row * TICKET_HEIGHT
        lines.append(f"{n(EDGE)} {n(y)} m {n(WIDTH - EDGE)} {n(y)} l")
    return " ".join([*lines, "S [] 0 d"])


class Listed(Struct, frozen=True):
    """Somebody on the list of seats."""

    seat: int
    name: str
    born: str


def draw_list(rows: Sequence[Listed], occasion: Occasion) -> bytes:
    """The list of seats with a column to sign in, for the table at the door."""
    pages = Pages(f"Danh sách ghế: {occasion.title}", occasion.unit, plain(f"{occasion.title} · {occasion.when}"))
    pages.text("DANH SÁCH NGƯỜI DỰ KIỂM TRA", "bold", size=15, align="centre")
    pages.text(occasion.title, "bold", align="centre")
    pages.text(f"{occasion.when} · {occasion.place}", align="centre", size=12)
    pages.text(f"{occasion.unit} · Số phòng: {occasion.room}", align="centre", size=12)
    pages.gap(8)
    widths = (34.0, 210.0, 60.0)
    columns = [
        Column("Ghế", widths[0], "centre"),
        Column("Họ và tên", widths[1]),
        Column("Năm sinh", widths[2], "centre"),
        Column("Ký tên", pages.width - sum(widths)),
    ]
    pages.table(columns, [(str(row.seat), row.name, row.born, "") for row in rows], 11.5, 26)
    pages.gap(14)
    pages.signatures([("Cán bộ coi thi", ""), ("Đại diện đơn vị tổ chức", "")])
    return pages.finish()
