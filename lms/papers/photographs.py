"""Pictures as they are printed: JPEG on white, small enough for paper. Pure."""

from __future__ import annotations

import io
import re

from lms.papers.fonts import BRAND_BOLD, BRAND_REGULAR

MOST_PICTURE_PIXELS = 1100  # across: 150 dots an inch on the sheet
MOST_LOGO_PIXELS = 360  # across or high: 400 dots an inch on 22 mm
MOST_LOGO_SOURCE = 30_000_000  # pixels of the file that is handed in; a larger one is refused before it is unpacked
LOGO_COLOURS = 64
_LEADS_OUTSIDE = re.compile(rb"<(?:[\w.-]+:)?(?:image|feimage)\b|<!entity", re.IGNORECASE)


def photograph(content: bytes, ending: str) -> tuple[bytes, int, int] | None:
    """A picture as (JPEG, width, height) on white, small enough for paper; None where it cannot be drawn."""
    from PIL import Image

    try:
        if ending == "svg":
            content = _rasterised(content, MOST_PICTURE_PIXELS)
        with Image.open(io.BytesIO(content)) as found:
            found.draft("RGB", (MOST_PICTURE_PIXELS, MOST_PICTURE_PIXELS))
            picture = found.convert("RGBA") if found.mode in ("P", "LA", "RGBA", "PA") else found.convert("RGB")
            picture.thumbnail((MOST_PICTURE_PIXELS, MOST_PICTURE_PIXELS))
            if picture.mode == "RGBA":
                white = Image.new("RGB", picture.size, "white")
                white.paste(picture, mask=picture.getchannel("A"))
                picture = white
            made = io.BytesIO()
            picture.save(made, "JPEG", quality=82, optimize=True)
            return made.getvalue(), picture.width, picture.height
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def logo(content: bytes) -> bytes | None:
    """A logo as papers carry it: a PNG of at most 360 × 360 pixels and 64 colours on white, nothing else inside.

    `content` is PNG, JPEG, WebP or SVG. What comes out was drawn anew, so that neither scripts nor hidden parts nor
    words about the picture remain; the same file gives the same bytes. None where it cannot be drawn, is larger than
    30 million pixels, shows nothing but one colour, or is an SVG that may bring in pictures: resvg would read files of
    the server.
    """
    from PIL import Image

    try:
        if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<svg", b"<?xml", b"<!--", b"<!DOCTYPE svg")):
            if _LEADS_OUTSIDE.search(content):
                return None
            content = _rasterised(content, 2 * MOST_LOGO_PIXELS)
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as found:
            if found.width * found.height > MOST_LOGO_SOURCE:
                return None
            picture = found.convert("RGBA")
        picture.thumbnail((MOST_LOGO_PIXELS, MOST_LOGO_PIXELS), Image.Resampling.LANCZOS)
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        if len(white.getcolors(2) or ()) == 1:
            return None
        made = io.BytesIO()
        few = white.quantize(LOGO_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(made, "PNG", optimize=True)
        return made.getvalue()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _rasterised(content: bytes, pixels: int) -> bytes:
    """An SVG as PNG, so many pixels across; drawn with our own fonts, without the network and without files."""
    import resvg_py

    drawn: bytes = resvg_py.svg_to_bytes(
        svg_string=content.decode("utf-8-sig"),
        width=pixels,
        skip_system_fonts=True,
        font_files=[str(BRAND_REGULAR), str(BRAND_BOLD)],
        font_family="Be Vietnam Pro",
        sans_serif_family="Be Vietnam Pro",
        serif_family="Be Vietnam Pro",
    )
    return drawn
