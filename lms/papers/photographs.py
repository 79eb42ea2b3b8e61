"""Pictures as they are printed: JPEG on white, small enough for paper. Pure."""

from __future__ import annotations

import io

from lms.papers.fonts import BRAND_BOLD, BRAND_REGULAR

MOST_PICTURE_PIXELS = 1100  # across: 150 dots an inch on the sheet


def photograph(content: bytes, ending: str) -> tuple[bytes, int, int] | None:
    """A picture as (JPEG, width, height) on white, small enough for paper; None where it cannot be drawn."""
    from PIL import Image

    try:
        if ending == "svg":
            import resvg_py

            content = resvg_py.svg_to_bytes(
                svg_string=content.decode("utf-8-sig"),
                width=MOST_PICTURE_PIXELS,
                skip_system_fonts=True,
                font_files=[str(BRAND_REGULAR), str(BRAND_BOLD)],
                font_family="Be Vietnam Pro",
                sans_serif_family="Be Vietnam Pro",
                serif_family="Be Vietnam Pro",
            )
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
