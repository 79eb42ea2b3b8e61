"""The picture that other sites show beside a link to a course: 1200 × 630 PNG, drawn with the repository's own fonts.

The same words give the same bytes under the same Pillow. Import it where something is drawn.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from lms.api.fonts import BRAND_BOLD, BRAND_REGULAR
from lms.api.texts import nfc

WIDTH: Final = 1200
HEIGHT: Final = 630
_RED, _RED_DARK, _GLOW = "#a6261c", "#7f1a13", ("#b03322", "#ba4229", "#c55331")
_GOLD, _GOLD_SOFT, _WHITE = "#f3b62f", "#fff3d3", "#ffffff"
_LEFT, _RIGHT = 410, 1140
_FLAME: Final = ("...#...", "...##..", "..###..", ".####..", ".##o##.", "##ooo##", "##ooo##", ".#ooo#.", "..#o#..")


def draw_course(title: str, line: str, site: str) -> bytes:
    """The PNG: a course's title, one line about it, and the site's name."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _RED)
    draw = ImageDraw.Draw(image)
    for radius, colour in zip((330, 240, 155), _GLOW, strict=True):
        draw.ellipse((200 - radius, 300 - radius, 200 + radius, 300 + radius), fill=colour)
    _lamp(draw, 200, 300)
    draw.rectangle((0, HEIGHT - 14, WIDTH, HEIGHT), fill=_GOLD)
    draw.text((_LEFT, 92), nfc(site), font=_font(BRAND_BOLD, 34), fill=_GOLD_SOFT, anchor="ls")
    top = _paragraph(draw, nfc(title), 130, BRAND_BOLD, (72, 64, 56, 48, 40, 34, 28), 4, _WHITE, 450)
    _paragraph(draw, nfc(line), max(top + 24, 400), BRAND_REGULAR, (38, 34, 30, 26, 22), 3, _GOLD_SOFT, 580)
    small = image.quantize(colors=64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _lamp(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """The lamp of the evening classes; its flame is made of pixels."""
    pixel = 22
    left, top = x - len(_FLAME[0]) * pixel // 2, y - 140
    for row, signs in enumerate(_FLAME):
        for column, sign in enumerate(signs):
            if sign != ".":
                x0, y0 = left + column * pixel, top + row * pixel
                draw.rectangle((x0, y0, x0 + pixel - 1, y0 + pixel - 1), fill=_WHITE if sign == "o" else _GOLD)
    base = top + len(_FLAME) * pixel + 12
    draw.polygon(((x - 104, base), (x + 104, base), (x + 58, base + 66), (x - 58, base + 66)), fill=_GOLD)
    draw.rectangle((x - 82, base + 24, x + 82, base + 31), fill=_RED_DARK)
    draw.rectangle((x - 32, base + 66, x + 32, base + 90), fill=_GOLD)
    draw.rectangle((x - 74, base + 90, x + 74, base + 105), fill=_GOLD)


def _paragraph(
    draw: ImageDraw.ImageDraw,
    text: str,
    top: int,
    path: Path,
    sizes: tuple[int, ...],
    most: int,
    colour: str,
    bottom: int,
) -> int:
    """Draws text at the first size at which it stands above `bottom` in `most` lines; returns the y below it."""
    for size in sizes:
        lines = _lines(text, _font(path, size), _RIGHT - _LEFT)
        if len(lines) <= most and top + len(lines) * round(size * 1.28) <= bottom:
            break
    else:
        lines = [*lines[: most - 1], lines[most - 1].rstrip(" ,.;:") + "…"]
    for line in lines:
        draw.text((_LEFT, top + size), line, font=_font(path, size), fill=colour, anchor="ls")
        top += round(size * 1.28)
    return top


def _lines(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@cache
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
