"""Pages as pictures: what a sheet of PDF looks like, for screens."""

from __future__ import annotations

import io
import threading

from lms.papers.fonts import BRAND_BOLD

_ONE_AT_A_TIME = threading.Lock()  # PDFium works for one thread at a time
_COLOURS = 128


def png_of(pdf: bytes, width: int, mark: str = "") -> bytes:
    """The first page as PNG with at most 128 colours, so many pixels across.

    `mark`: a word that is written large across the page, so that nobody takes it for a paper. Raises ValueError for
    what is no PDF.
    """
    import pypdfium2
    from PIL import Image, ImageDraw, ImageFont

    with _ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise ValueError("not a PDF") from error
        try:
            page = document[0]
            scale = (width - 0.01) / page.get_width()  # PDFium rounds up: a hair less gives the very width
            drawn = page.render(scale=scale).to_pil().convert("RGB")
        finally:
            document.close()
    if mark:
        over = Image.new("RGBA", drawn.size, (255, 255, 255, 0))
        pen, font = ImageDraw.Draw(over), ImageFont.truetype(str(BRAND_BOLD), drawn.width // 4)
        middle = (drawn.width // 2, drawn.height // 2)
        pen.text(middle, mark, font=font, fill=(120, 120, 120, 90), anchor="mm")
        over = over.rotate(24, resample=Image.Resampling.BICUBIC, center=middle)
        drawn.paste(over, mask=over.getchannel("A"))
    made = io.BytesIO()
    few = drawn.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(made, "PNG", optimize=True)
    return made.getvalue()
