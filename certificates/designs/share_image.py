"""The picture a learner shares: 1200 × 630 PNG. The only module that knows Pillow.

Colours and lamp are the product's (design tokens). Fully drawn from the repository's own fonts with Pillow's basic
layout, then reduced to a palette: the same summary gives the same bytes under the same Pillow and zlib.
"""

import unicodedata
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from msgspec import Struct
from PIL import Image, ImageDraw, ImageFont

from certificates.designs.paper import CannotDraw, PaperKind
from lms.api.papers import BRAND_BOLD, BRAND_REGULAR, FACE_FILES, letters_of
from lms.api.qr import qr_runs

WIDTH: Final = 1200
HEIGHT: Final = 630

_RED: Final = "#a6261c"
_RED_DARK: Final = "#7f1a13"
_GREEN: Final = "#12694a"
_GREEN_DARK: Final = "#0c4d36"
_BLUE: Final = "#1c3373"
_BLUE_DARK: Final = "#142455"
_GOLD: Final = "#f3b62f"
_GOLD_SOFT: Final = "#fff3d3"
_INK: Final = "#231e19"
_WHITE: Final = "#ffffff"
_GLOW: Final[dict[PaperKind, tuple[str, str, str, str]]] = {
    "attainment": (_RED, "#b03322", "#ba4229", "#c55331"),
    "course": (_GREEN, "#1a7350", "#257e57", "#348a60"),
    "contest": (_BLUE, "#28457f", "#33528e", "#4062a0"),
}
_DARK: Final[dict[PaperKind, str]] = {"attainment": _RED_DARK, "course": _GREEN_DARK, "contest": _BLUE_DARK}

_COLOURS: Final = 64
_LEFT: Final = 380
_RIGHT: Final = 1140
_FLAME: Final = ("...#...", "...##..", "..###..", ".####..", ".##o##.", "##ooo##", "##ooo##", ".#ooo#.", "..#o#..")


class ShareSummary(Struct, frozen=True, kw_only=True):
    """What the picture says; whatever is None is not shown. The caller decides whether the name may be public."""

    kind: PaperKind
    #: "Giấy xác nhận" or "Giấy chứng nhận".
    title: str
    #: What was attained, one sentence.
    statement: str
    number: str
    verify_domain: str
    #: Full or given name, only if the learner wants it shown.
    name: str | None = None
    #: With an address a QR code is drawn.
    verify_url: str | None = None


def draw_share_image(paper_summary: ShareSummary) -> bytes:
    """The PNG, at most 60 KB.

    Raises CannotDraw for letters no font has, ValueError if the address does not fit a QR code.
    """
    kind = paper_summary.kind
    image = Image.new("RGB", (WIDTH, HEIGHT), _GLOW[kind][0])
    draw = ImageDraw.Draw(image)
    for radius, colour in zip((300, 220, 145), _GLOW[kind][1:], strict=True):
        draw.ellipse((190 - radius, 262 - radius, 190 + radius, 262 + radius), fill=colour)
    _lamp(draw, 190, 262, kind)
    draw.rectangle((0, HEIGHT - 14, WIDTH, HEIGHT), fill=_GOLD)

    _words(draw, paper_summary)
    _foot(draw, paper_summary)
    small = image.quantize(colors=_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _words(draw: ImageDraw.ImageDraw, summary: ShareSummary) -> None:
    draw.text((_LEFT, 62), "Học vụ số", font=_font(BRAND_BOLD, 30), fill=_GOLD_SOFT, anchor="ls")
    title = _nfc(summary.title)
    draw.text((_LEFT, 138), title, font=_fitting(title, BRAND_BOLD, 58, _RIGHT - _LEFT), fill=_GOLD, anchor="ls")
    y = 172
    if summary.name:
        y = _paragraph(draw, _nfc(summary.name), y, BRAND_BOLD, (62, 54, 46, 40, 34), 2, _WHITE) + 14
    _paragraph(
        draw, _nfc(summary.statement), y, BRAND_REGULAR, (38, 34, 30, 26, 22), 4 if summary.name else 5, _WHITE, 418
    )


def _foot(draw: ImageDraw.ImageDraw, summary: ShareSummary) -> None:
    right = _RIGHT
    if summary.verify_url:
        side, runs = qr_runs(summary.verify_url)
        module = max(2, 166 // (side + 8))
        edge = module * (side + 8)
        left, top = _RIGHT - edge, 596 - edge
        draw.rectangle((left, top, left + edge - 1, top + edge - 1), fill=_WHITE)
        for x, y, width in runs:
            x0, y0 = left + (x + 4) * module, top + (y + 4) * module
            draw.rectangle((x0, y0, x0 + width * module - 1, y0 + module - 1), fill=_INK)
        right = left - 28
    width = right - _LEFT
    hint = "Quét mã để kiểm tra, hoặc vào" if summary.verify_url else "Kiểm tra tại"
    draw.line((_LEFT, 452, right, 452), fill=_GOLD, width=3)
    for text, y, size, path, colour in (
        (f"Số: {summary.number}", 498, 32, BRAND_BOLD, _GOLD_SOFT),
        (hint, 542, 26, BRAND_REGULAR, _WHITE),
        (summary.verify_domain, 580, 28, BRAND_BOLD, _WHITE),
    ):
        draw.text((_LEFT, y), _nfc(text), font=_fitting(_nfc(text), path, size, width), fill=colour, anchor="ls")


def _lamp(draw: ImageDraw.ImageDraw, x: int, y: int, kind: PaperKind) -> None:
    """The lamp of the evening classes; its flame is made of pixels."""
    pixel = 20
    left, top = x - len(_FLAME[0]) * pixel // 2, y - 128
    for row, signs in enumerate(_FLAME):
        for column, sign in enumerate(signs):
            if sign != ".":
                x0, y0 = left + column * pixel, top + row * pixel
                draw.rectangle((x0, y0, x0 + pixel - 1, y0 + pixel - 1), fill=_WHITE if sign == "o" else _GOLD)
    base = top + len(_FLAME) * pixel + 12
    draw.polygon(((x - 96, base), (x + 96, base), (x + 54, base + 62), (x - 54, base + 62)), fill=_GOLD)
    draw.rectangle((x - 30, base + 62, x + 30, base + 84), fill=_GOLD)
    draw.rectangle((x - 70, base + 84, x + 70, base + 98), fill=_GOLD)
    draw.rectangle((x - 76, base + 22, x + 76, base + 28), fill=_DARK[kind])


def _paragraph(
    draw: ImageDraw.ImageDraw,
    text: str,
    top: int,
    path: Path,
    sizes: tuple[int, ...],
    most: int,
    colour: str,
    bottom: int = 440,
) -> int:
    """Draw text in at most `most` lines above `bottom` at the first size that fits; gives the y below it."""
    for size in (*sizes, *range(sizes[-1] - 2, 5, -2)):
        font = _font(_able(path, text), size)
        lines = _lines(text, font, _RIGHT - _LEFT)
        if len(lines) <= most and top + len(lines) * round(size * 1.32) <= bottom:
            break
    for line in lines:
        draw.text((_LEFT, top + size), line, font=font, fill=colour, anchor="ls")
        top += round(size * 1.32)
    return top


def _lines(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def _fitting(text: str, path: Path, size: int, width: int) -> ImageFont.FreeTypeFont:
    """The face at the size given, or as much smaller as one line needs."""
    path = _able(path, text)
    while size > 6 and _font(path, size).getlength(text) > width:
        size -= 1
    return _font(path, size)


def _able(path: Path, text: str) -> Path:
    """The face wanted, or the paper's where it lacks a letter (ŏ of Ba Na and Gia Rai, for one)."""
    fallback = FACE_FILES["bold" if path == BRAND_BOLD else "regular"]
    for face in (path, fallback):
        missing = frozenset(letter for letter in text if ord(letter) not in letters_of(face))
        if not missing:
            return face
    raise CannotDraw(missing)


@cache
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def _nfc(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
