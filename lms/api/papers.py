"""Sheets of PDF and the fonts they are drawn with. Import it where something is drawn: ReportLab costs 25 MB."""

from lms.papers.archive import as_pdfa3
from lms.papers.canvas import (
    Box,
    Picture,
    Rgb,
    Sheet,
    TextMark,
    advance_of,
    advances,
    colour_numbers,
    glyph_bounds,
    letters_of,
    missing_letters,
    number_text,
    picture,
    text_width,
)
from lms.papers.flow import Flow, Run
from lms.papers.fonts import (
    ASCENT,
    BRAND_BOLD,
    BRAND_REGULAR,
    DESCENT,
    FACE_FILES,
    FONT_FOLDER,
    MARK_ASCENT,
    Face,
)
from lms.papers.lines import cut, plain, wrapped
from lms.papers.photographs import logo, photograph
from lms.papers.rendering import png_of

__all__ = [
    "ASCENT", "BRAND_BOLD", "BRAND_REGULAR", "DESCENT", "FACE_FILES", "FONT_FOLDER", "MARK_ASCENT", "Box", "Face",
    "Flow", "Picture", "Rgb", "Run", "Sheet", "TextMark", "advance_of", "advances", "as_pdfa3", "colour_numbers", "cut",
    "glyph_bounds", "letters_of", "logo", "missing_letters", "number_text", "photograph", "picture", "plain", "png_of",
    "text_width", "wrapped",
]  # fmt: skip
