"""The font files that pictures are drawn with. Light: nothing that draws is loaded by it."""

from lms.papers.fonts import BRAND_BOLD, BRAND_REGULAR, FACE_FILES

__all__ = ["BRAND_BOLD", "BRAND_REGULAR", "FACE_FILES"]
